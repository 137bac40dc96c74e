"""PlantState -> Problem: names become row numbers, moments become minutes from now, calendars become windows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from scheduler.domain.calendars import WorkingTime, working_time
from scheduler.domain.material_flow import output_to_come
from scheduler.domain.minutes import DAY
from scheduler.domain.plans import Objective, Unplanned
from scheduler.domain.plant import PlantState
from scheduler.errors import InternalFault
from scheduler.planning import layout as c
from scheduler.planning.items import items_of
from scheduler.planning.open_work import LAST_HORIZON_DAYS, OpenWork
from scheduler.planning.problem import Ints, Problem, Supply


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
    work = OpenWork(state, {u.order for u in unplanned})
    days = horizon_days or max(state.horizon_days, work.days_of_work())
    if days > LAST_HORIZON_DAYS:
        raise InternalFault(f"a plan of {days} days is longer than the {LAST_HORIZON_DAYS} days that the grid can hold")
    return _Tables(work).problem(days * DAY, objective or state.objective, tuple(unplanned))


def _flat(rows: Sequence[Sequence[int]], columns: int) -> Ints:
    return np.array(rows, dtype=np.int64).reshape(len(rows), columns)


def _ptr_table(groups: Iterable[Sequence[int]]) -> tuple[list[int], list[int]]:
    """(offsets, values) of a list of lists."""
    offsets, values = [0], list[int]()
    for group in groups:
        values.extend(group)
        offsets.append(len(values))
    return offsets, values


class _Tables:
    """Writes the open work down, table by table."""

    def __init__(self, work: OpenWork) -> None:
        self.work = work
        self.state = work.state

    def problem(self, end: int, objective: Objective, unplanned: tuple[Unplanned, ...]) -> Problem:
        state = self.state
        succs: list[list[int]] = [[] for _ in self.work.steps]
        for row, step in enumerate(self.work.steps):
            for p in step.preds:
                succs[p].append(row)
        pred_ptr, preds = _ptr_table(step.preds for step in self.work.steps)
        succ_ptr, succ_values = _ptr_table(succs)
        families = self._families()
        machines, windows, changeovers = self._machines(end, families)
        pools = {name: i for i, name in enumerate(state.pools)}
        pool_ptr, pool_needs = _ptr_table([pools[n.pool] for n in s.operation.pools] for s in self.work.steps)
        pool_quantity = [n.quantity for s in self.work.steps for n in s.operation.pools]
        modes: list[tuple[int, int, int]] = []
        old = {p.key: p for p in state.plan}
        item_ptr, item_ops, item_of = items_of([s.preds for s in self.work.steps], [s.linked for s in self.work.steps])
        rows: list[list[int]] = []
        for row, step in enumerate(self.work.steps):
            operation, order = step.operation, step.order
            mode0 = len(modes)
            modes.extend(
                (
                    self.work.machine_index[m.machine],
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
                modes.append((self.work.machine_index[progress.machine], progress.remaining_minutes or 0, 0))
                start = (progress.started if progress.started is not None else state.now) - state.now
                finish = self.work.running_end[order.name, operation.number] - state.now
            before = old.get((order.name, operation.number))
            rows.append(
                [
                    step.earliest,
                    operation.min_wait,
                    c.NONE if operation.max_wait is None else operation.max_wait,
                    int(operation.pausable),
                    families[operation.setup_family] if operation.setup_family else 0,
                    self.work.order_of[row],
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
                    self.work.machine_index.get(before.machine, c.NONE) if before else c.NONE,
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
            keys=tuple((s.order.name, s.operation.number) for s in self.work.steps),
            machine_names=tuple(state.machines),
            order_names=tuple(o.name for o in self.work.orders),
            ops=_flat(rows, c.OP_COLUMNS),
            modes=_flat(modes, c.MODE_COLUMNS),
            preds=np.array(preds, dtype=np.int64),
            succs=np.array(succ_values, dtype=np.int64),
            machines=machines,
            windows=windows,
            families=len(families),
            changeovers=changeovers,
            orders=_flat(self.work.order_rows, c.ORDER_COLUMNS),
            weights=np.array(self.work.weights, dtype=np.float64),
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
            fixed_cost=objective.tardiness * self.work.fixed_tardiness,
            frozen_before=state.frozen_minutes,
            index=self.work.index,
            unplanned=unplanned,
        )

    def _families(self) -> dict[str, int]:
        """Setup families from 1 on; 0 is the empty family."""
        names = {s.operation.setup_family for s in self.work.steps} | {
            m.initial_setup for m in self.state.machines.values()
        }
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
                *self.work.blocked.get(machine.name, ()),
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
        for order, complete in zip(self.work.orders, self.work.complete, strict=True):
            feeds = complete and order.material in materials
            output.append(materials[order.material] if feeds else c.NONE)
            quantity.append(output_to_come(state, order) if feeds else 0.0)
        demands: list[tuple[int, int]] = []
        taking: list[float] = []
        for row, step in enumerate(self.work.steps):
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
