"""PlantState -> Problem: names become row numbers, moments become minutes from now, calendars become windows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat
from operator import attrgetter

import numpy as np

from scheduler.domain.material_flow import output_to_come
from scheduler.domain.minutes import DAY
from scheduler.domain.plans import Objective, Unplanned
from scheduler.domain.plant import PlantState
from scheduler.errors import InternalFault
from scheduler.planning import layout as c
from scheduler.planning.changeovers import changeover_tables
from scheduler.planning.items import items_of
from scheduler.planning.open_work import LAST_HORIZON_DAYS, OpenWork, reported
from scheduler.planning.order_table import order_table, run_table
from scheduler.planning.problem import Floats, Ints, Problem, Supply
from scheduler.planning.routing_table import floats, ints, offsets, routing_table, spread
from scheduler.planning.stretches import forget_unrolled, open_stretches, without


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
    return _problem(work, days * DAY, objective or state.objective, tuple(unplanned))


def forget_tables() -> None:
    """Nothing is remembered of any plant; for measuring what a plant costs that is seen for the first time."""
    for remembered in (routing_table, order_table, run_table, reported):
        remembered.forget()
    forget_unrolled()


def _problem(work: OpenWork, end: int, objective: Objective, unplanned: tuple[Unplanned, ...]) -> Problem:
    """The open work written down, table by table."""
    state, table = work.state, work.table
    families, family = _families(work)
    machines, windows = _machines(work, end)
    starts, changeovers = changeover_tables(state.setup_matrices, tuple(families))
    for row, machine in zip(machines, state.machines.values(), strict=True):
        row[c.MATRIX] = starts.get(machine.work_center, c.NONE)
        row[c.INITIAL] = families[machine.initial_setup] if machine.initial_setup else len(families) + 1
    modes, mode_ptr, mode_end = _modes(work)
    succ_ptr, succs = _turned(work.pred_ptr, work.preds)
    item_ptr, item_ops, item_of = items_of(
        np.append(work.order_rows[:, c.ORDER_OP0], len(work.row)), work.pred_ptr, work.preds, work.tied
    )
    pool_ptr, needs = spread(table.pool_ptr, work.step)
    pools = {name: i for i, name in enumerate(state.pools)}
    pool_needs = ints([pools.get(name, c.NONE) for name in table.pools])[table.pool_of[needs]]
    ops = np.zeros((len(work.row), c.OP_COLUMNS), np.int64)
    ops[:, c.EARLIEST] = work.earliest
    ops[:, c.MIN_WAIT] = table.min_wait[work.step]
    ops[:, c.MAX_WAIT] = table.max_wait[work.step]
    ops[:, c.PAUSABLE] = table.pausable[work.step]
    ops[:, c.FAMILY] = family
    ops[:, c.ORDER] = work.order_of
    ops[:, c.MODE0], ops[:, c.MODE1] = mode_ptr, mode_end
    ops[:, c.PRED0], ops[:, c.PRED1] = work.pred_ptr[:-1], work.pred_ptr[1:]
    ops[:, c.SUCC0], ops[:, c.SUCC1] = succ_ptr[:-1], succ_ptr[1:]
    ops[:, c.POOL0], ops[:, c.POOL1] = pool_ptr[:-1], pool_ptr[1:]
    ops[:, c.ITEM] = item_of
    ops[:, c.OLD_MACHINE] = c.NONE
    _note_running(work, ops)
    _note_plan(work, ops)
    steps, free = _pool_steps(state, end)
    return Problem(
        now=state.now,
        end=end,
        keys=work.keys,
        machine_names=tuple(state.machines),
        order_names=tuple(o.name for o in work.orders),
        ops=ops,
        modes=modes,
        preds=work.preds,
        succs=succs,
        machines=machines,
        windows=windows,
        families=len(families),
        changeovers=changeovers,
        orders=work.order_rows,
        weights=work.weights,
        pool_needs=pool_needs,
        pool_quantity=table.pool_quantity[needs],
        pool_steps=steps,
        pool_free=free,
        pool_count=len(pools),
        item_ptr=item_ptr,
        item_ops=item_ops,
        supply=_supply(work),
        objective=objective,
        objective_weights=floats(
            [objective.tardiness, objective.setup, objective.makespan, objective.flow, objective.stability]
        ),
        fixed_cost=objective.tardiness * work.fixed_tardiness,
        frozen_before=state.frozen_minutes,
        unplanned=unplanned,
        frozen_machines=tuple(row for row, name in enumerate(state.machines) if name in state.frozen_machines),
    )


def _turned(ptr: Ints, preds: Ints) -> tuple[Ints, Ints]:
    """(offsets, who waits for each operation), in the order of their rows."""
    waits = np.repeat(np.arange(len(ptr) - 1), np.diff(ptr))
    return offsets(np.bincount(preds, minlength=len(ptr) - 1)), waits[np.argsort(preds, kind="stable")]


def _families(work: OpenWork) -> tuple[dict[str, int], Ints]:
    """Setup families from 1 on, 0 is the empty family; and that of each operation."""
    table = work.table
    used = np.unique(table.family[work.step]).tolist()
    names = {table.families[i] for i in used} | {m.initial_setup for m in work.state.machines.values()}
    families = {name: i + 1 for i, name in enumerate(sorted(names - {""}))}
    return families, ints([families.get(name, 0) for name in table.families])[table.family[work.step]]


def _modes(work: OpenWork) -> tuple[Ints, Ints, Ints]:
    """(modes, first, behind the last of each operation). Running work has one of its own, behind those it had."""
    state, runs = work.state, work.runs
    _, rows = spread(runs.ptr, work.row)
    counts = runs.ptr[work.row + 1] - runs.ptr[work.row]
    end = offsets(counts + work.running)[1:]
    first = np.where(work.running, end - 1, end - counts)
    modes = np.zeros((int(end[-1]) if len(end) else 0, c.MODE_COLUMNS), np.int64)
    at = np.arange(len(rows)) + np.repeat(end - work.running - np.cumsum(counts), counts)
    modes[at, c.MACHINE], modes[at, c.RUN], modes[at, c.SETUP] = runs.machine[rows], runs.run[rows], runs.setup[rows]
    for op in np.flatnonzero(work.running).tolist():
        progress = state.progress[work.keys[op]]
        assert progress.machine is not None
        modes[first[op]] = (runs.machines[progress.machine], progress.remaining_minutes or 0, 0)
    return modes, first, end


def _note_running(work: OpenWork, ops: Ints) -> None:
    now = work.state.now
    for op in np.flatnonzero(work.running).tolist():
        started = work.state.progress[work.keys[op]].started
        ops[op, c.FIXED] = 1
        ops[op, c.FIX_START] = 0 if started is None else started - now
        ops[op, c.FIX_END] = work.running_end[work.keys[op]] - now


def _note_plan(work: OpenWork, ops: Ints) -> None:
    """Where the plan in force has each operation."""
    plan, machines = work.state.plan, work.runs.machines
    if not plan:
        return
    orders, numbers, placed_on, starts = zip(
        *map(attrgetter("order", "operation", "machine", "start"), plan), strict=True
    )
    rows = work.all_orders.rows_of(work.table, orders, numbers)
    if not len(rows) or not len(work.row_of):
        return
    op = np.where(rows != c.NONE, work.row_of[rows], c.NONE)
    here = op != c.NONE
    machine = np.fromiter(map(machines.get, placed_on, repeat(c.NONE)), np.int64, len(plan))
    ops[op[here], c.OLD_MACHINE] = machine[here]
    ops[op[here], c.OLD_START] = ints(starts)[here] - work.state.now


def _machines(work: OpenWork, end: int) -> tuple[Ints, Ints]:
    """(machines, windows). Machines that work at the same times share their windows."""
    state = work.state
    machines = np.zeros((len(state.machines), c.MACHINE_COLUMNS), np.int64)
    down = {d.machine for d in state.downtimes} | work.blocked.keys()
    shared: dict[str, tuple[int, int]] = {}
    parts = [np.empty((0, c.WINDOW_COLUMNS), np.int64)]
    put = 0
    for row, machine in zip(machines, state.machines.values(), strict=True):
        alone = machine.name in down
        if alone or machine.calendar not in shared:
            time = open_stretches(state.calendars[machine.calendar], state.zone, state.now, state.now + end)
            holes = [(state.now - 100 * DAY, state.now)]
            if alone:
                holes += [*state.outages(machine.name), *work.blocked.get(machine.name, ())]
            part = np.empty((0, c.WINDOW_COLUMNS), np.int64)
            time = without(time, holes) - state.now
            part = np.empty((len(time), c.WINDOW_COLUMNS), np.int64)
            part[:, c.START], part[:, c.END] = time[:, 0], time[:, 1]
            part[:, c.BEFORE] = offsets(time[:, 1] - time[:, 0])[:-1]
            parts.append(part)
            place = put, put + len(part)
            put += len(part)
            if not alone:
                shared[machine.calendar] = place
        else:
            place = shared[machine.calendar]
        row[c.WIN0], row[c.WIN1] = place
    return machines, np.concatenate(parts)


def _pool_steps(state: PlantState, end: int) -> tuple[Ints, Floats]:
    steps, free = [np.empty((0, 2), np.int64)], [np.empty(0)]
    for i, pool in enumerate(state.pools.values()):
        if pool.calendar is None:
            steps.append(np.array([[i, -c.FAR]]))
            free.append(np.array([pool.capacity]))
            continue
        time = open_stretches(state.calendars[pool.calendar], state.zone, state.now, state.now + end)
        edges = np.concatenate(([-c.FAR], time.ravel() - state.now))
        steps.append(np.stack((np.full(len(edges), i), edges), axis=1))
        free.append(np.where(np.arange(len(edges)) % 2, pool.capacity, 0.0))
    return np.concatenate(steps), np.concatenate(free)


def _supply(work: OpenWork) -> Supply:
    state, table = work.state, work.table
    materials = {name: i for i, name in enumerate(table.materials)}
    on_hand = [state.materials[m].on_hand if m in state.materials else 0.0 for m in materials]
    receipts = sorted(
        (materials[r.material], max(0, r.expected - state.now), r.quantity)
        for r in state.receipts.values()
        if r.material in materials and r.quantity > 0
    )
    book = work.all_orders
    output = np.where(work.complete, book.material[work.order_row], c.NONE)
    quantity = np.where(output != c.NONE, np.maximum(0.0, book.quantity[work.order_row]), 0.0)
    begun = {order for order, _ in state.progress}
    for i in np.flatnonzero(output != c.NONE).tolist() if begun else ():
        if work.orders[i].name in begun:
            quantity[i] = output_to_come(state, work.orders[i])
    taking = np.flatnonzero(~work.running)
    ptr, entries = spread(table.part_ptr, work.step[taking])
    op = np.repeat(taking, np.diff(ptr))
    pieces = book.quantity[work.order_row[work.order_of[op]]]
    return Supply(
        materials=table.materials,
        on_hand=floats(on_hand),
        receipts=np.array([(m, t) for m, t, _ in receipts], dtype=np.int64).reshape(len(receipts), 2),
        receipt_quantity=floats([q for *_, q in receipts]),
        output=output,
        output_quantity=quantity,
        demands=np.stack((op, table.part_of[entries]), axis=1),
        demand_quantity=table.part_quantity[entries] * pieces,
    )
