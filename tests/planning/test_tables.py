"""What every row of a Problem says, read against the plant itself over random plants; and that none of it is stale."""

from __future__ import annotations

import random
from dataclasses import fields, replace

import numpy as np
import pytest

from scheduler.domain.calendars import working_time
from scheduler.domain.material_flow import output_to_come
from scheduler.domain.minutes import DAY
from scheduler.domain.plans import PlannedOperation, Unplanned
from scheduler.domain.plant import PlantState
from scheduler.planning import layout as c
from scheduler.planning.problem import Problem
from scheduler.planning.tables.open_work import OpenWork
from scheduler.planning.tables.translate import forget_tables, translate
from tests.planning.random_plants import random_plant, with_disturbance

SEEDS = range(60)


def _plant(seed: int) -> tuple[PlantState, tuple[Unplanned, ...]]:
    """A plant midway, with a plan in force that knows some of its operations, and perhaps an order left out."""
    rng = random.Random(seed)
    state = random_plant(rng, orders=8)
    plan = tuple(
        PlannedOperation(
            name, operation.number, rng.choice([*state.machines, "sold"]), state.now + start, state.now + 900
        )
        for name, order in state.orders.items()
        for operation in state.routings[order.routing].operations
        if rng.random() < 0.6
        for start in (rng.randint(-100, 800),)
    )
    left_out = [Unplanned(name, None, "a test") for name in state.orders if rng.random() < 0.15]
    return replace(state, plan=plan), tuple(left_out)


def _list(problem: Problem, values: np.ndarray[tuple[int, ...], np.dtype[np.int64]], op: int, first: int) -> list[int]:
    return list(values[problem.ops[op, first] : problem.ops[op, first + 1]].tolist())


@pytest.mark.parametrize("seed", SEEDS)
def test_the_rows_are_the_operations_that_are_not_done(seed: int) -> None:
    state, unplanned = _plant(seed)
    absent = {u.order for u in unplanned}
    wanted = [
        (name, operation.number)
        for name, order in state.orders.items()
        if order.status != "hold"
        for operation in state.routings[order.routing].operations
        if state.status_of(name, operation.number) == "running"
        or (state.waits(name, operation.number) and name not in absent)
    ]
    problem = translate(state, unplanned)
    assert list(problem.keys) == wanted
    assert list(problem.order_names) == list(dict.fromkeys(name for name, _ in wanted))


@pytest.mark.parametrize("seed", SEEDS)
def test_an_operation_says_what_it_waits_for_and_where_it_can_run(seed: int) -> None:
    state, unplanned = _plant(seed)
    problem = translate(state, unplanned)
    index = problem.index
    plan = {p.key: p for p in state.plan}
    machines = list(state.machines)
    for (name, number), op in index.items():
        order, operation = state.orders[name], state.operation(name, number)
        assert operation is not None
        row = problem.ops[op]
        assert problem.order_names[row[c.ORDER]] == name
        assert row[c.MIN_WAIT] == operation.min_wait
        assert row[c.MAX_WAIT] == (c.NONE if operation.max_wait is None else operation.max_wait)
        assert row[c.PAUSABLE] == operation.pausable
        done = [state.progress.get((name, p)) for p in operation.predecessors if (name, p) not in index]
        ends = [p.finished + operation.min_wait for p in done if p and p.finished is not None]
        assert row[c.EARLIEST] == max([state.now, order.release or state.now, *ends]) - state.now
        runs = state.status_of(name, number) == "running"
        open_before = [index[name, p] for p in operation.predecessors if (name, p) in index and not runs]
        assert _list(problem, problem.preds, op, c.PRED0) == open_before
        assert all(op in _list(problem, problem.succs, p, c.SUCC0) for p in open_before)
        progress = state.progress.get((name, number))
        modes = problem.modes[row[c.MODE0] : row[c.MODE1]].tolist()
        assert row[c.FIXED] == (progress is not None and progress.keeps_machine)
        if progress is not None and progress.keeps_machine:
            assert modes == [[machines.index(str(progress.machine)), progress.remaining_minutes, 0]]
            assert row[c.FIX_START] == (progress.started or 0) - state.now
            time = state.machine_time(str(progress.machine), state.now - 60 * DAY, state.now + 400 * DAY)
            assert row[c.FIX_END] + state.now == time.after(state.now, progress.remaining_minutes or 0)
        else:
            modes_of = [
                (m.machine, state.planned_minutes(name, number, m.machine), m.setup_minutes) for m in operation.machines
            ]
            assert modes == [[machines.index(machine), run, setup] for machine, run, setup in modes_of]
        pools = _list(problem, problem.pool_needs, op, c.POOL0)
        assert [list(state.pools)[p] for p in pools] == [n.pool for n in operation.pools]
        before = plan.get((name, number))
        assert row[c.OLD_MACHINE] == (
            machines.index(before.machine) if before and before.machine in machines else c.NONE
        )
        assert row[c.OLD_START] == (before.start - state.now if before else 0)
    assert len(problem.preds) == len(problem.succs)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_a_longest_wait_ties_is_one_block(seed: int) -> None:
    problem = translate(*_plant(seed))
    ops = problem.ops
    blocks = [problem.block_ops[a:b].tolist() for a, b in zip(problem.block_ptr, problem.block_ptr[1:], strict=False)]
    assert sorted(op for block in blocks for op in block) == list(range(len(ops)))
    assert all(ops[op, c.BLOCK] == number for number, block in enumerate(blocks) for op in block)
    for op in range(len(ops)):
        for p in _list(problem, problem.preds, op, c.PRED0):
            if ops[op, c.MAX_WAIT] != c.NONE and not ops[op, c.FIXED] and not ops[p, c.FIXED]:
                assert ops[p, c.BLOCK] == ops[op, c.BLOCK]
        assert not (ops[op, c.FIXED] and len(blocks[ops[op, c.BLOCK]]) > 1)


@pytest.mark.parametrize("seed", SEEDS)
def test_windows_are_the_calendar_less_the_outages_and_held_work_from_now_on(seed: int) -> None:
    state, unplanned = _plant(seed)
    problem = translate(state, unplanned)
    blocked = OpenWork(state, {u.order for u in unplanned}).blocked
    for machine, row in zip(state.machines.values(), problem.machines, strict=True):
        time = working_time(state.calendar_of(machine.name), state.zone, state.now, state.now + problem.end)
        past = (state.now - 100 * DAY, state.now)
        open_time = time.minus([*state.outages(machine.name), *blocked.get(machine.name, ()), past])
        windows = problem.windows[row[c.WIN0] : row[c.WIN1]]
        assert [(a + state.now, b + state.now) for a, b, _ in windows.tolist()] == list(open_time.stretches)
        assert [open_time.before(a + state.now) for a in windows[:, c.START].tolist()] == windows[:, c.BEFORE].tolist()


@pytest.mark.parametrize("seed", SEEDS)
def test_changeovers_are_those_of_the_setup_matrix(seed: int) -> None:
    state, unplanned = _plant(seed)
    problem = translate(state, unplanned)
    family = {key: int(problem.ops[op, c.FAMILY]) for key, op in problem.index.items()}
    names = {n: o.setup_family for key, n in family.items() if (o := state.operation(*key)) is not None}
    stride = problem.families + 2
    assert all((number == 0) == (names[number] == "") for number in family.values())
    for machine, row in zip(state.machines.values(), problem.machines, strict=True):
        names[int(row[c.INITIAL])] = machine.initial_setup
        if row[c.MATRIX] == c.NONE:
            assert machine.work_center not in state.setup_matrices
    for machine, row in zip(state.machines.values(), problem.machines, strict=True):
        if row[c.MATRIX] == c.NONE:
            continue
        for old, before in names.items():
            known = None if old == stride - 1 else before
            for new, after in names.items():
                if new < stride - 1:
                    minutes = problem.changeovers[row[c.MATRIX] + old * stride + new]
                    assert minutes == state.changeover(machine.name, known, after, 99)


@pytest.mark.parametrize("seed", SEEDS)
def test_supply_is_stock_deliveries_and_what_whole_orders_make(seed: int) -> None:
    state, unplanned = _plant(seed)
    problem = translate(state, unplanned)
    supply, absent = problem.supply, {u.order for u in unplanned}
    taken = sorted({x.material for r in state.routings.values() for o in r.operations for x in o.components})
    assert list(supply.materials) == taken
    assert supply.on_hand.tolist() == [state.materials[m].on_hand for m in taken]
    for at, name in enumerate(problem.order_names):
        order = state.orders[name]
        feeds = name not in absent and order.material in taken
        assert supply.output[at] == (taken.index(order.material) if feeds else c.NONE)
        assert supply.output_quantity[at] == (output_to_come(state, order) if feeds else 0.0)
    wanted = [
        (op, taken.index(x.material), x.quantity_per_unit * state.quantity_of(*key))
        for key, op in problem.index.items()
        if key not in state.progress and (operation := state.operation(*key)) is not None
        for x in operation.components
    ]
    found = zip(*supply.demands.T.tolist(), supply.demand_quantity.tolist(), strict=True)
    assert list(found) == wanted


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_remembered_of_a_plant_is_not_stale_after_an_event(seed: int) -> None:
    rng = random.Random(seed)
    state, unplanned = _plant(seed)
    for _ in range(4):
        state = with_disturbance(rng, replace(state, now=state.now + rng.choice((0, 0, 7))))
        remembered = translate(state, unplanned)
        forget_tables()
        _same(remembered, translate(state, unplanned))


def _same(one: object, other: object) -> None:
    for field in fields(one):  # type: ignore[arg-type]
        a, b = getattr(one, field.name), getattr(other, field.name)
        if field.name == "context":
            continue  # the tables that the rows were read with
        if field.name in ("supply", "old"):
            _same(a, b)
        else:
            assert np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b, field.name
