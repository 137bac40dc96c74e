"""PlantState -> Problem: names become row numbers, moments become minutes from now, calendars become windows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from scheduler.domain.calendars import WorkingTime, working_time
from scheduler.domain.material_flow import output_to_come
from scheduler.domain.minutes import DAY, Minute
from scheduler.domain.orders import Order
from scheduler.domain.plans import Objective, OperationKey, Unplanned
from scheduler.domain.plant import PlantState
from scheduler.domain.routings import Operation
from scheduler.errors import InternalFault
from scheduler.planning import layout as c
from scheduler.planning.items import items_of
from scheduler.planning.problem import Ints, Problem, Supply

LAST_HORIZON_DAYS = 4000


def translate(
    state: PlantState,
    unplanned: Sequence[Unplanned] = (),
    *,
    objective: Objective | None = None,
    horizon_days: int | None = None,
) -> Problem:
    """The plant as tables; orders on hold and those named in `unplanned` are left out, their running work is not.

    horizon_days : how far the windows reach; None: as plant.toml says, at least as far as the work could need.
    """
    work = _Tables(state, {u.order for u in unplanned})
    days = horizon_days or max(state.horizon_days, work.days_of_work())
    if days > LAST_HORIZON_DAYS:
        raise InternalFault(f"a plan of {days} days is longer than the {LAST_HORIZON_DAYS} days that the grid can hold")
    return work.problem(days * DAY, objective or state.objective, tuple(unplanned))


def _flat(rows: Sequence[Sequence[int]], columns: int) -> Ints:
    return np.array(rows, dtype=np.int64).reshape(len(rows), columns)


def _ptr_table(groups: Iterable[Sequence[int]]) -> tuple[list[int], list[int]]:
    """(offsets, values) of a list of lists."""
    offsets, values = [0], list[int]()
    for group in groups:
        values.extend(group)
        offsets.append(len(values))
    return offsets, values


@dataclass(slots=True)
class _Step:
    """One operation of one order on its way into the tables."""

    order: Order
    operation: Operation
    earliest: int
    running: bool
    preds: list[int] = field(default_factory=list)
    linked: list[int] = field(default_factory=list)  # preds that a max_wait links it to


class _Tables:
    def __init__(self, state: PlantState, left_out: set[str]) -> None:
        self.state = state
        self.left_out = left_out
        self.machine_index = {name: i for i, name in enumerate(state.machines)}
        self.steps: list[_Step] = []
        self.index: dict[OperationKey, int] = {}
        self.orders: list[Order] = []
        self.order_rows: list[list[int]] = []
        self.weights: list[float] = []
        self.order_of: list[int] = []
        self.complete: list[bool] = []
        self.fixed_tardiness = 0.0
        self.running_end: dict[OperationKey, Minute] = {}
        self.blocked: dict[str, list[tuple[Minute, Minute]]] = {}
        self._running_ends()
        for order in state.orders.values():
            self._take(order)

    # -- what runs now ----------------------------------------------------------------------------------------

    def _running_ends(self) -> None:
        state = self.state
        for key, progress in state.progress.items():
            if progress.status != "running" or progress.machine is None:
                continue
            remaining = progress.remaining_minutes or 0
            days = 30
            end = None
            while end is None:
                if days > LAST_HORIZON_DAYS:
                    raise InternalFault(f"{key[0]}/{key[1]} runs on {progress.machine}, which never works again")
                time = state.machine_time(progress.machine, state.now - 60 * DAY, state.now + days * DAY)
                end = time.after(state.now, remaining)
                days *= 4
            self.running_end[key] = end
            order = state.orders.get(key[0])
            if order is None or order.status == "hold":
                self.blocked.setdefault(progress.machine, []).append((state.now, end))

    # -- operations -------------------------------------------------------------------------------------------

    def _take(self, order: Order) -> None:
        state = self.state
        if order.status == "hold":
            return
        routing = state.routings.get(order.routing)
        if routing is None:
            return
        left_out = order.name in self.left_out
        done_end: Minute | None = None
        known = True
        release = max(state.now, order.release if order.release is not None else state.now)
        rows: dict[int, int] = {}
        finished: dict[int, Minute] = {}
        for operation in routing.operations:
            progress = state.progress.get((order.name, operation.number))
            if progress is not None and progress.status == "done":
                if progress.finished is None:
                    known = False
                else:
                    finished[operation.number] = progress.finished
                    done_end = progress.finished if done_end is None else max(done_end, progress.finished)
                continue
            running = progress is not None and progress.status == "running"
            if left_out and not running:
                known = False
                continue
            rows[operation.number] = len(self.steps)
            self.index[order.name, operation.number] = len(self.steps)
            self.order_of.append(len(self.orders))
            self.steps.append(_Step(order, operation, release - state.now, running))
        if not rows:
            if known and done_end is not None:
                self.fixed_tardiness += max(0, done_end - order.due) * order.priority
            return
        for number, row in rows.items():
            step = self.steps[row]
            for p in step.operation.predecessors:
                if p in rows:
                    step.preds.append(rows[p])
                    if step.operation.max_wait is not None and not self.steps[rows[p]].running and not step.running:
                        step.linked.append(rows[p])
                elif p in finished:
                    step.earliest = max(step.earliest, finished[p] + step.operation.min_wait - state.now)
            assert number == step.operation.number
        self.orders.append(order)
        self.order_rows.append(
            [
                order.due - state.now if known else c.FAR,
                release - state.now if known else c.FAR,
                done_end - state.now if done_end is not None else -c.FAR,
                min(rows.values()),
                max(rows.values()) + 1,
            ]
        )
        self.weights.append(order.priority if known else 0.0)
        self.complete.append(known and not left_out)

    def days_of_work(self) -> int:
        """A generous guess of the days that the busiest machine group needs, from each operation's shortest run."""
        minutes: dict[str, float] = {}
        count: dict[str, int] = {}
        state = self.state
        for machine in state.machines.values():
            count[machine.work_center] = count.get(machine.work_center, 0) + 1
        for step in self.steps:
            rows = step.operation.machines
            if not rows:
                continue
            share = [
                (m.run_minutes(step.order.quantity, state.machines[m.machine].efficiency), m.machine) for m in rows
            ]
            run, machine_name = min(share)
            center = state.machines[machine_name].work_center
            minutes[center] = minutes.get(center, 0.0) + run / min(len(rows), count[center])
        if not minutes:
            return 1
        open_share: dict[str, float] = {}
        for machine in state.machines.values():
            windows = state.calendars[machine.calendar].windows
            week = sum((w.end - w.start) if w.end > w.start else (w.end + DAY - w.start) for w in windows)
            open_share[machine.work_center] = max(open_share.get(machine.work_center, 0.0), week / (7 * DAY))
        return int(max(m / DAY / max(0.02, open_share[center]) for center, m in minutes.items()) * 1.5) + 14

    # -- tables -----------------------------------------------------------------------------------------------

    def problem(self, end: int, objective: Objective, unplanned: tuple[Unplanned, ...]) -> Problem:
        state = self.state
        succs: list[list[int]] = [[] for _ in self.steps]
        for row, step in enumerate(self.steps):
            for p in step.preds:
                succs[p].append(row)
        pred_ptr, preds = _ptr_table(step.preds for step in self.steps)
        succ_ptr, succ_values = _ptr_table(succs)
        families = self._families()
        machines, windows, changeovers = self._machines(end, families)
        pools = {name: i for i, name in enumerate(state.pools)}
        pool_ptr, pool_needs = _ptr_table([pools[n.pool] for n in s.operation.pools] for s in self.steps)
        pool_quantity = [n.quantity for s in self.steps for n in s.operation.pools]
        modes: list[tuple[int, int, int]] = []
        old = {p.key: p for p in state.plan}
        item_ptr, item_ops, item_of = items_of([s.preds for s in self.steps], [s.linked for s in self.steps])
        rows: list[list[int]] = []
        for row, step in enumerate(self.steps):
            operation, order = step.operation, step.order
            mode0 = len(modes)
            modes.extend(
                (
                    self.machine_index[m.machine],
                    m.run_minutes(order.quantity, state.machines[m.machine].efficiency),
                    m.setup_minutes,
                )
                for m in operation.machines
            )
            start = finish = 0
            if step.running:
                progress = state.progress[order.name, operation.number]
                assert progress.machine is not None
                mode0 = len(modes)
                modes.append((self.machine_index[progress.machine], progress.remaining_minutes or 0, 0))
                start = (progress.started if progress.started is not None else state.now) - state.now
                finish = self.running_end[order.name, operation.number] - state.now
            before = old.get((order.name, operation.number))
            rows.append(
                [
                    step.earliest,
                    operation.min_wait,
                    c.NONE if operation.max_wait is None else operation.max_wait,
                    int(operation.pausable),
                    families[operation.setup_family] if operation.setup_family else 0,
                    self.order_of[row],
                    mode0,
                    len(modes),
                    pred_ptr[row],
                    pred_ptr[row + 1],
                    succ_ptr[row],
                    succ_ptr[row + 1],
                    pool_ptr[row],
                    pool_ptr[row + 1],
                    int(step.running),
                    start,
                    finish,
                    item_of[row],
                    self.machine_index.get(before.machine, c.NONE) if before else c.NONE,
                    before.start - state.now if before else 0,
                ]
            )
        steps, free = self._pool_steps(end)
        weights = np.array(
            [objective.tardiness, objective.setup, objective.makespan, objective.flow, objective.stability]
        )
        return Problem(
            now=state.now,
            end=end,
            keys=tuple((s.order.name, s.operation.number) for s in self.steps),
            machine_names=tuple(state.machines),
            order_names=tuple(o.name for o in self.orders),
            ops=_flat(rows, c.OP_COLUMNS),
            modes=_flat(modes, c.MODE_COLUMNS),
            preds=np.array(preds, dtype=np.int64),
            succs=np.array(succ_values, dtype=np.int64),
            machines=machines,
            windows=windows,
            families=len(families),
            changeovers=changeovers,
            orders=_flat(self.order_rows, c.ORDER_COLUMNS),
            weights=np.array(self.weights, dtype=np.float64),
            pool_needs=np.array(pool_needs, dtype=np.int64),
            pool_quantity=np.array(pool_quantity, dtype=np.float64),
            pool_steps=steps,
            pool_free=free,
            pool_count=len(pools),
            item_ptr=np.array(item_ptr, dtype=np.int64),
            item_ops=np.array(item_ops, dtype=np.int64),
            supply=self._supply(),
            objective=objective,
            objective_weights=weights,
            fixed_cost=objective.tardiness * self.fixed_tardiness,
            frozen_before=state.frozen_minutes,
            index=self.index,
            unplanned=unplanned,
        )

    def _families(self) -> dict[str, int]:
        """Setup families from 1 on; 0 is the empty family."""
        names = {s.operation.setup_family for s in self.steps} | {m.initial_setup for m in self.state.machines.values()}
        return {name: i + 1 for i, name in enumerate(sorted(names - {""}))}

    def _machines(self, end: int, families: dict[str, int]) -> tuple[Ints, Ints, Ints]:
        state = self.state
        unknown, stride = len(families) + 1, len(families) + 2
        tables: dict[str, int] = {}
        changeovers: list[int] = []
        for center, matrix in state.setup_matrices.items():
            tables[center] = len(changeovers)
            names = ["", *families]
            for before in [*names, None]:
                changeovers.extend(matrix.changeover(before, after) for after in names)
                changeovers.append(0)
            assert len(changeovers) == tables[center] + stride * stride
        windows: list[tuple[int, int, int]] = []
        rows: list[list[int]] = []
        base: dict[str, WorkingTime] = {}
        for machine in state.machines.values():
            if machine.calendar not in base:
                base[machine.calendar] = working_time(
                    state.calendars[machine.calendar], state.zone, state.now, state.now + end
                )
            holes = [
                *state.outages(machine.name),
                *self.blocked.get(machine.name, ()),
                (state.now - 100 * DAY, state.now),
            ]
            time = base[machine.calendar].minus(holes)
            first = len(windows)
            total = 0
            for a, b in time.stretches:
                windows.append((a - state.now, b - state.now, total))
                total += b - a
            initial = families[machine.initial_setup] if machine.initial_setup else unknown
            rows.append([first, len(windows), tables.get(machine.work_center, c.NONE), initial])
        return _flat(rows, c.MACHINE_COLUMNS), _flat(windows, c.WINDOW_COLUMNS), np.array(changeovers, dtype=np.int64)

    def _pool_steps(self, end: int) -> tuple[Ints, np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
        state = self.state
        steps: list[tuple[int, int]] = []
        free: list[float] = []
        for i, pool in enumerate(state.pools.values()):
            if pool.calendar is None:
                steps.append((i, -c.FAR))
                free.append(pool.capacity)
                continue
            steps.append((i, -c.FAR))
            free.append(0.0)
            time = working_time(state.calendars[pool.calendar], state.zone, state.now, state.now + end)
            for a, b in time.stretches:
                steps += [(i, a - state.now), (i, b - state.now)]
                free += [pool.capacity, 0.0]
        return _flat(steps, 2), np.array(free, dtype=np.float64)

    def _supply(self) -> Supply:
        state = self.state
        taken = {x.material for r in state.routings.values() for o in r.operations for x in o.components}
        materials = {name: i for i, name in enumerate(sorted(taken))}
        on_hand = [state.materials[m].on_hand if m in state.materials else 0.0 for m in materials]
        receipts = sorted(
            (materials[r.material], max(0, r.expected - state.now), r.quantity)
            for r in state.receipts.values()
            if r.material in materials and r.quantity > 0
        )
        output, quantity = [], []
        for order, complete in zip(self.orders, self.complete, strict=True):
            feeds = complete and order.material in materials
            output.append(materials[order.material] if feeds else c.NONE)
            quantity.append(output_to_come(state, order) if feeds else 0.0)
        demands: list[tuple[int, int]] = []
        taking: list[float] = []
        for row, step in enumerate(self.steps):
            if step.running:
                continue
            for component in step.operation.components:
                demands.append((row, materials[component.material]))
                taking.append(component.quantity_per_unit * step.order.quantity)
        return Supply(
            materials=tuple(materials),
            on_hand=np.array(on_hand, dtype=np.float64),
            receipts=_flat([(m, t) for m, t, _ in receipts], 2),
            receipt_quantity=np.array([q for *_, q in receipts], dtype=np.float64),
            output=np.array(output, dtype=np.int64),
            output_quantity=np.array(quantity, dtype=np.float64),
            demands=_flat(demands, 2),
            demand_quantity=np.array(taking, dtype=np.float64),
        )
