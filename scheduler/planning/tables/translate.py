"""PlantState -> Problem: names become row numbers, moments become minutes from now, calendars become windows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scheduler.domain.calendars import Calendar
from scheduler.domain.material_flow import output_to_come
from scheduler.domain.minutes import DAY
from scheduler.domain.plans import Objective, Unplanned
from scheduler.domain.plant import PlantState
from scheduler.errors import InternalFault
from scheduler.planning import layout as c
from scheduler.planning.arrays import Floats, Ints, floats, ints, offsets, spread
from scheduler.planning.problem import OldPlan, Problem, Supply
from scheduler.planning.tables.changeovers import changeover_tables
from scheduler.planning.tables.impossible.suspects import able_modes
from scheduler.planning.tables.open_rows import open_rows
from scheduler.planning.tables.open_work import LAST_HORIZON_DAYS, OpenWork
from scheduler.planning.tables.order_table import order_table, run_table
from scheduler.planning.tables.pinned import pin_down
from scheduler.planning.tables.plan_rows import MACHINE, ROW, START, plan_rows
from scheduler.planning.tables.reported import progress_rows, reported, sizes
from scheduler.planning.tables.routing_table import routing_table
from scheduler.planning.tables.stretches import forget_unrolled, open_stretches, without


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
    for remembered in (routing_table, order_table, run_table, reported, sizes, progress_rows, open_rows, plan_rows):
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
    rows = work.rows
    pools = {name: i for i, name in enumerate(state.pools)}
    pool_needs = ints([pools.get(name, c.NONE) for name in table.pools])[table.pool_of[rows.needs]]
    ops = rows.ops.copy()
    ops[:, c.EARLIEST] = work.earliest
    ops[:, c.FAMILY] = family
    ops[:, c.MODE0], ops[:, c.MODE1] = mode_ptr, mode_end
    _note_running(work, ops)
    old = _note_plan(work, ops)
    pins = pin_down(state, rows.keys, ops, modes, rows.preds, machines, windows)
    steps, free = _pool_steps(state, end)
    return Problem(
        now=state.now,
        end=end,
        keys=rows.keys,
        machine_names=tuple(state.machines),
        order_names=rows.order_names,
        ops=ops,
        modes=modes,
        preds=rows.preds,
        succs=rows.succs,
        machines=machines,
        windows=windows,
        families=len(families),
        changeovers=changeovers,
        orders=work.order_rows,
        weights=rows.weights,
        pool_needs=pool_needs,
        pool_quantity=table.pool_quantity[rows.needs],
        pool_steps=steps,
        pool_free=free,
        pool_count=len(pools),
        block_ptr=rows.block_ptr,
        block_ops=rows.block_ops,
        supply=_supply(work),
        objective=objective,
        objective_weights=floats([objective.tardiness, objective.setup, objective.makespan, objective.flow]),
        move_prices=np.where(ops[:, c.OLD_MACHINE] != c.NONE, float(objective.stability), 0.0),
        fixed_cost=objective.tardiness * work.fixed_tardiness,
        frozen_before=state.frozen_minutes,
        old=old,
        unplanned=unplanned,
        pins=pins,
        frozen_machines=tuple(row for row, name in enumerate(state.machines) if name in state.frozen_machines),
    )


def _families(work: OpenWork) -> tuple[dict[str, int], Ints]:
    """Setup families from 1 on, 0 is the empty family; and that of each operation."""
    table = work.table
    used = np.unique(table.family[work.step]).tolist()
    names = {table.families[i] for i in used} | {m.initial_setup for m in work.state.machines.values()}
    families = {name: i + 1 for i, name in enumerate(sorted(names - {""}))}
    return families, ints([families.get(name, 0) for name in table.families])[table.family[work.step]]


def _modes(work: OpenWork) -> tuple[Ints, Ints, Ints]:
    """(modes, first, behind the last of each operation). Running work has one of its own, behind those it had.

    A machine that can never take an operation is none of its modes, unless none of them can: then the order is an
    obstacle, or its running work alone counts.
    """
    state, runs = work.state, work.runs
    _, rows = spread(runs.ptr, work.row)
    counts = runs.ptr[work.row + 1] - runs.ptr[work.row]
    able = able_modes(state)
    if able is not None:
        of = np.repeat(np.arange(len(work.row)), counts)
        kept = np.bincount(of, able[rows], len(work.row)).astype(np.int64)
        stays = able[rows] | (kept == 0)[of]
        rows, counts = rows[stays], np.where(kept == 0, counts, kept)
    end = offsets(counts + work.running)[1:]
    first = np.where(work.running, end - 1, end - counts)
    modes = np.zeros((int(end[-1]) if len(end) else 0, c.MODE_COLUMNS), np.int64)
    at = np.arange(len(rows)) + np.repeat(end - work.running - np.cumsum(counts), counts)
    modes[at, c.MACHINE], modes[at, c.RUN], modes[at, c.SETUP] = runs.machine[rows], runs.run[rows], runs.setup[rows]
    for op in np.flatnonzero(work.running).tolist():
        progress = state.progress[work.rows.keys[op]]
        assert progress.machine is not None
        modes[first[op]] = (runs.machines[progress.machine], progress.remaining_minutes or 0, 0)
    return modes, first, end


def _note_running(work: OpenWork, ops: Ints) -> None:
    now = work.state.now
    for op in np.flatnonzero(work.running).tolist():
        started = work.state.progress[work.rows.keys[op]].started
        ops[op, c.FIXED] = 1
        ops[op, c.FIX_START] = 0 if started is None else started - now
        ops[op, c.FIX_END] = work.running_end[work.rows.keys[op]] - now


def _note_plan(work: OpenWork, ops: Ints) -> OldPlan:
    """Where the plan in force has each operation."""
    plan = work.state.plan
    context = work.all_orders, work.table, work.runs.machines
    found = plan_rows(plan, *context)
    at = np.full(len(ops), c.NONE)
    if len(found) and len(work.row_of):
        row = found[:, ROW]
        op = np.where(row != c.NONE, work.row_of[row], c.NONE)
        here = np.flatnonzero(op != c.NONE)
        at[op[here]] = here
        ops[op[here], c.OLD_MACHINE] = found[here, MACHINE]
        ops[op[here], c.OLD_START] = found[here, START] - work.state.now
    return OldPlan(plan, found, at, work.row, context)


def _machines(work: OpenWork, end: int) -> tuple[Ints, Ints]:
    """(machines, windows). Machines that work at the same times share their windows."""
    state = work.state
    machines = np.zeros((len(state.machines), c.MACHINE_COLUMNS), np.int64)
    down = {d.machine for d in state.downtimes} | work.blocked.keys()
    shared: dict[Calendar, tuple[int, int]] = {}
    parts = [np.empty((0, c.WINDOW_COLUMNS), np.int64)]
    put = 0
    for row, machine in zip(machines, state.machines.values(), strict=True):
        alone = machine.name in down
        calendar = state.calendar_of(machine.name)
        if alone or calendar not in shared:
            time = open_stretches(calendar, state.zone, state.now, state.now + end)
            holes = [(state.now - 100 * DAY, state.now)]
            if alone:
                outages = [hole for hole in state.outages(machine.name) if hole[1] > state.now]
                holes += [*outages, *work.blocked.get(machine.name, ())]
            part = np.empty((0, c.WINDOW_COLUMNS), np.int64)
            time = without(time, holes) - state.now
            part = np.empty((len(time), c.WINDOW_COLUMNS), np.int64)
            part[:, c.START], part[:, c.END] = time[:, 0], time[:, 1]
            part[:, c.BEFORE] = offsets(time[:, 1] - time[:, 0])[:-1]
            parts.append(part)
            place = put, put + len(part)
            put += len(part)
            if not alone:
                shared[calendar] = place
        else:
            place = shared[calendar]
        row[c.WIN0], row[c.WIN1] = place
    return machines, np.concatenate(parts)


def _pool_steps(state: PlantState, end: int) -> tuple[Ints, Floats]:
    """(pool, moment) and what is free from then on: nothing off duty, else what the stretch or the pool has."""
    steps, free = [np.empty((0, 2), np.int64)], [np.empty(0)]
    for i, pool in enumerate(state.pools.values()):
        shifts = np.empty(0, np.int64)
        if pool.calendar is not None:
            time = open_stretches(state.calendars[pool.calendar], state.zone, state.now, state.now + end)
            shifts = time.ravel()
        edges = np.unique(np.concatenate((shifts, ints(pool.edges()))))
        has = floats([pool.capacity, *map(pool.room, edges.tolist())] if pool.stretches else [pool.capacity])
        on_duty = np.concatenate(([0], np.searchsorted(shifts, edges, side="right"))) % 2 == 1
        moments = np.concatenate(([-c.FAR], edges - state.now))
        steps.append(np.stack((np.full(len(moments), i), moments), axis=1))
        free.append(np.where(on_duty | (pool.calendar is None), has, 0.0))
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
    book, rows = work.all_orders, work.rows
    output = np.where(rows.complete, book.material[rows.order_row], c.NONE)
    quantity = np.where(output != c.NONE, np.maximum(0.0, book.quantity[rows.order_row]), 0.0)
    begun = {order for order, _ in state.progress}
    for i in np.flatnonzero(output != c.NONE).tolist() if begun else ():
        if rows.order_names[i] in begun:
            quantity[i] = output_to_come(state, rows.orders[i])
    pieces = work.told.pieces[work.row[rows.demands[:, c.DEMAND_OP]]]
    return Supply(
        materials=table.materials,
        on_hand=floats(on_hand),
        receipts=np.array([(m, t) for m, t, _ in receipts], dtype=np.int64).reshape(len(receipts), 2),
        receipt_quantity=floats([q for *_, q in receipts]),
        output=output,
        output_quantity=quantity,
        demands=rows.demands,
        demand_quantity=table.part_quantity[rows.demand_of] * pieces,
    )
