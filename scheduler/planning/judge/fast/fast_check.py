"""The fast check of a plan: its figures where it keeps every rule; nothing where one may be broken, or where it cannot
tell.

It reads the plant through tables of its own (`demand.py`) and the domain's working times, not through the Problem or
a kernel. What it lets pass, the rules (`judge/rules`) would let pass, and the figures are those of `kpis.py`: the tests
hold the two against each other on random plants and planted faults. Where it says nothing, the rules look.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from scheduler.domain.material_flow import output_to_come
from scheduler.domain.plans import Kpis, PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.domain.prices import with_cost
from scheduler.domain.promises import Promises, promises_of
from scheduler.planning.arrays import Ints, spread
from scheduler.planning.judge.fast.changeovers import changeovers
from scheduler.planning.judge.fast.demand import DONE, NEVER, NOBODY, RUNNING, WAITING, Demand, demand_of, places, told
from scheduler.planning.judge.fast.pools import pools_hold
from scheduler.planning.judge.fast.times import APART, Flags, Laid, Times

SLACK = 5e-7
"""Of a stock, half of what the rules allow: sums in another order may differ by less."""


def fast_check(
    state: PlantState,
    operations: Sequence[PlannedOperation],
    previous: Sequence[PlannedOperation],
    left_out: Collection[str] = (),
) -> tuple[Kpis, Promises] | None:
    """The figures of a plan that keeps every rule, moves counted against `previous`, and what it does to what was
    promised; None: the rules must look.

    left_out : orders of which only what runs already is demanded.
    """
    if not operations:
        return None
    look = _Look(state, operations, left_out)
    if not (look.complete() and look.eligible() and look.in_time() and look.durations() and look.one_at_a_time()):
        return None
    if not (look.sequences() and look.materials()):
        return None
    steps, d = look.demand.steps, look.demand
    if not pools_hold(state, steps, d.step[look.row], look.time, look.start, look.end, look.running, look.times):
        return None
    return look.figures(previous), look.promises()


class _Look:
    """A plan's columns beside those of the demand; moments are the plant's minutes."""

    def __init__(self, state: PlantState, operations: Sequence[PlannedOperation], left_out: Collection[str]) -> None:
        self.state = state
        self.demand: Demand = demand_of(state.orders, state.routings)
        self.left_out = left_out
        found = places(operations, self.demand)
        self.row, self.machine, self.start, self.end = found.row, found.machine, found.start, found.end
        self.status, self.finished, self.pieces, self.aside = told(state.progress, self.demand)
        self.machines = [state.machines.get(name) for name in self.demand.steps.machines]

    # -- rules 1, 2 and 6 -----------------------------------------------------------------------------------------

    def complete(self) -> bool:
        """Every operation that is demanded once, no other."""
        d = self.demand
        wanted = self.status != DONE
        if self.left_out:
            absent = np.zeros(len(d.orders), np.bool_)
            absent[[d.index[name] for name in self.left_out if name in d.index]] = True
            wanted &= ~(absent[d.order_of] & (self.status == WAITING))
        if len(self.row) != wanted.sum() or (self.row == NOBODY).any():
            return False
        there = np.zeros(len(wanted), np.bool_)
        there[self.row] = True
        return bool((there == wanted).all())

    def eligible(self) -> bool:
        """On a machine of its step, which the plant has; finds `mode`, the row of its own times there."""
        steps = self.demand.steps
        if (self.machine == NOBODY).any() or any(self.machines[m] is None for m in np.unique(self.machine).tolist()):
            return False
        wanted = self.demand.step[self.row] * len(steps.machines) + self.machine
        self.mode = np.minimum(np.searchsorted(steps.able, wanted), len(steps.able) - 1)
        return bool((steps.able[self.mode] == wanted).all())

    def in_time(self) -> bool:
        """Not before now nor the release; running work as it runs. Finds `running`, `time` and the laid out times."""
        state, d = self.state, self.demand
        self.running: Flags = self.status[self.row] == RUNNING
        earliest = np.maximum(state.now, d.release[d.order_of[self.row]])
        if (~self.running & (self.start < earliest)).any() or (self.end < self.start).any():
            return False
        last = int(self.end.max())
        self.whole = Times(state, last)
        number = np.zeros(len(self.machines), np.int64)
        for m in np.unique(self.machine).tolist():
            machine = self.machines[m]
            assert machine is not None
            number[m] = self.whole.machine(machine.name)
        self.time_of_machine = number
        self.time: Ints = number[self.machine]
        return all(self._runs_on(at) for at in np.flatnonzero(self.running).tolist())

    def _runs_on(self, at: int) -> bool:
        state, d, row = self.state, self.demand, int(self.row[at])
        order, step = d.orders[int(d.order_of[row])], int(d.step[row])
        work = state.progress[order.name, d.steps.numbers[step]]
        machine = self.machines[int(self.machine[at])]
        if machine is None or work.machine != machine.name or work.started != int(self.start[at]):
            return False
        if work.remaining_minutes is None:
            return False
        worked = self.whole.whole(int(self.time[at])).after(state.now, work.remaining_minutes)
        return worked is not None and work.ends(worked) == int(self.end[at])

    # -- rules 3 and 4 --------------------------------------------------------------------------------------------

    def durations(self) -> bool:
        steps, d = self.demand.steps, self.demand
        number = {m.name: i for i, m in enumerate(self.machines) if m is not None}
        self.held = np.full(len(self.machines), self.state.now)
        if not self._held_runs(number):
            return False
        speed = np.array([1.0 if m is None else m.efficiency for m in self.machines])
        self.times: Laid = self.whole.laid_out()
        at = np.flatnonzero(~self.running)
        mode, start, end, time = self.mode[at], self.start[at], self.end[at], self.time[at]
        raw = steps.fixed[mode] + steps.per_unit[mode] * self.pieces[self.row[at]]
        run = np.maximum(1, np.ceil(raw / speed[self.machine[at]] - 1e-9)).astype(np.int64)
        if len(self.aside):
            for i in np.flatnonzero(np.isin(self.row[at], self.aside)).tolist():
                run[i] = self._left(int(at[i]))
        worked = self.times.worked(time, end) - self.times.worked(time, start) == run
        in_shift = self.times.open(time, start) & self.times.open(time, end - 1)
        pausable = steps.pausable[d.step[self.row[at]]] == 1
        return bool((worked & in_shift & (pausable | (end - start == run))).all())

    def _left(self, at: int) -> int:
        """Minutes of work put aside where it stands in the plan."""
        d, row, machine = self.demand, int(self.row[at]), self.machines[int(self.machine[at])]
        assert machine is not None
        order, number = d.orders[int(d.order_of[row])].name, d.steps.numbers[int(d.step[row])]
        return self.state.planned_minutes(order, number, machine.name) or 0

    def _held_runs(self, number: dict[str, int]) -> bool:
        """Until when running work of orders on hold keeps its machine; False where nobody knows."""
        for work in self.state.progress.values():
            if not work.keeps_machine or work.machine is None:
                continue
            order = self.state.orders.get(work.order)
            if order is None or order.status != "hold" or work.machine not in number:
                continue
            if work.remaining_minutes is None:
                return False
            time = self.whole.whole(self.whole.machine(work.machine))
            worked = time.after(self.state.now, work.remaining_minutes)
            if worked is None:
                return False
            self.held[number[work.machine]] = work.ends(worked)
        return True

    def one_at_a_time(self) -> bool:
        """Behind what its machine does before it, after the changeover. Finds `setup_minutes`."""
        d, steps = self.demand, self.demand.steps
        order = np.lexsort((self.end, self.start, self.machine))
        machine, start, end = self.machine[order], self.start[order], self.end[order]
        first = np.ones(len(order), np.bool_)
        first[1:] = machine[1:] != machine[:-1]
        twins = ~first[1:] & (start[1:] == start[:-1]) & (end[1:] == end[:-1])
        if twins.any():
            return False  # which of the two comes first is a matter of names
        since = min(self.whole.first, int(start.min()))
        segment = np.cumsum(first)
        reached = np.maximum(end, self.held[machine]) - since + segment * APART
        reached = np.maximum.accumulate(reached) - segment * APART + since
        free = np.where(first, self.held[machine], np.concatenate(([0], reached[:-1])))
        family = steps.family[d.step[self.row[order]]]
        asked = changeovers(self.state.setup_matrices, steps, self.state.machines)
        before = np.where(first, asked.initial[machine], np.concatenate(([0], family[:-1])))
        matrix, need = asked.matrix[machine], steps.setup[self.mode[order]].copy()
        by_matrix = matrix != NOBODY
        need[by_matrix] = asked.minutes(matrix[by_matrix], before[by_matrix], family[by_matrix])
        waiting = ~self.running[order]
        self.setup_minutes = int(need[waiting].sum())
        if (start[waiting] < free[waiting]).any():
            return False
        at = np.flatnonzero(waiting & (need > 0))
        time = self.time[order[at]]
        there = self.times.worked(time, start[at]) - self.times.worked(time, free[at])
        return bool((there >= need[at]).all())

    # -- rules 5 and 7 --------------------------------------------------------------------------------------------

    def sequences(self) -> bool:
        """Neither too soon nor too late after each predecessor. Finds `ends`, of every row of the demand."""
        d, steps = self.demand, self.demand.steps
        self.ends = np.where(self.status == DONE, self.finished, NEVER)
        self.ends[self.row] = self.end
        at = np.flatnonzero(~self.running)
        step = d.step[self.row[at]]
        ptr, entries = spread(steps.pred_ptr, step)
        waits = np.repeat(np.arange(len(at)), np.diff(ptr))
        before = self.row[at][waits] + steps.pred[entries]
        known = self.ends[before] != NEVER
        waits, before, step = waits[known], before[known], step[waits[known]]
        wait = self.start[at][waits] - self.ends[before]
        longest = steps.max_wait[step]
        too_long = (longest != NOBODY) & (wait > longest) & (self.status[before] != DONE)
        return not bool((wait < steps.min_wait[step]).any() or too_long.any())

    def materials(self) -> bool:
        """No stock falls below zero. Finds `order_end` (NEVER: not known)."""
        state, d, steps = self.state, self.demand, self.demand.steps
        self.order_end = np.full(len(d.orders), NEVER)
        some = np.flatnonzero(np.diff(d.first))
        if len(some):
            all_known = np.minimum.reduceat(self.ends, d.first[:-1][some]) != NEVER
            latest = np.maximum.reduceat(self.ends, d.first[:-1][some])
            self.order_end[some] = np.where(all_known, latest, NEVER)
        at = np.flatnonzero(~self.running & ~np.isin(self.row, self.aside))  # work put aside has taken its components
        ptr, entries = spread(steps.part_ptr, d.step[self.row[at]])
        if not len(entries):
            return True
        taker = np.repeat(at, np.diff(ptr))
        part = steps.part_of[entries]
        out = steps.part_each[entries] * self.pieces[self.row[taker]]
        taken = np.zeros(len(steps.materials), np.bool_)
        taken[part] = True
        moves = [(part, self.start[taker], np.ones(len(part)), -out)]
        brought = [
            (steps.materials[r.material], max(state.now, r.expected), r.quantity)
            for r in state.receipts.values()
            if r.quantity > 0 and taken[steps.materials.get(r.material, 0)] and r.material in steps.materials
        ]
        planned = np.zeros(len(d.orders), np.bool_)
        planned[d.order_of[self.row]] = True
        begun = {order for order, _ in state.progress}
        for i in np.flatnonzero(planned & (self.order_end != NEVER)).tolist():
            order = d.orders[i]
            material = steps.materials.get(order.material, NOBODY)
            if material != NOBODY and taken[material]:
                quantity = output_to_come(state, order) if order.name in begun else max(0.0, order.quantity)
                brought.append((material, int(self.order_end[i]), quantity))
        for name, i in steps.materials.items():
            if taken[i] and name in state.materials:
                brought.append((i, NEVER, state.materials[name].on_hand))
        if brought:
            into, when, much = (np.array(column) for column in zip(*brought, strict=True))
            moves.append((into, when, np.zeros(len(into)), much))
        of, moment, kind, pieces = (np.concatenate(column) for column in zip(*moves, strict=True))
        sorting = np.lexsort((kind, moment, of))
        of, pieces = of[sorting], pieces[sorting]
        level = np.cumsum(pieces)
        begins = np.flatnonzero(np.concatenate(([True], of[1:] != of[:-1])))
        base = np.concatenate(([0.0], level))[begins]
        level -= np.repeat(base, np.diff(np.concatenate((begins, [len(level)]))))
        return bool((level >= -SLACK)[kind[sorting] == 1].all())

    # -- figures --------------------------------------------------------------------------------------------------

    def figures(self, previous: Sequence[PlannedOperation]) -> Kpis:
        state, d = self.state, self.demand
        known = self.order_end != NEVER
        end = self.order_end[known]
        over = np.maximum(0, end - d.due[known])
        flow = np.maximum(0, end - np.maximum(d.release[known], state.now))
        figures = Kpis(
            cost=0.0,
            weighted_tardiness=sum((over * d.priority[known])[over > 0].tolist()),
            late_orders=int((over > 0).sum()),
            orders=int(known.sum()),
            operations=len(self.row),
            setup_minutes=self.setup_minutes,
            makespan_minutes=int(self.end.max()) - state.now,
            flow_minutes=int(flow.sum()),
            moved_operations=self._moved(previous),
        )
        return with_cost(figures, state.objective)

    def promises(self) -> Promises:
        known = np.flatnonzero(self.order_end != NEVER)
        ends = zip(map(self.demand.orders.__getitem__, known.tolist()), self.order_end[known].tolist(), strict=True)
        return promises_of(ends, self.demand.steps.materials)

    def _moved(self, previous: Sequence[PlannedOperation]) -> int:
        before = places(previous, self.demand)
        there = before.row != NOBODY
        machine, start = np.full(len(self.ends), NOBODY), np.full(len(self.ends), NEVER)
        machine[before.row[there]], start[before.row[there]] = before.machine[there], before.start[there]
        compared = start[self.row] != NEVER
        moved = (machine[self.row] != self.machine) | (start[self.row] != self.start)
        return int((compared & moved).sum())
