"""Heads and tails stay exact through every move; what is between two plans, and what the beam finds, can be worked."""

from __future__ import annotations

import random

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.domain.routings import EligibleMachine, Operation
from scheduler.planning import layout as c
from scheduler.planning.arrays import Ints
from scheduler.planning.builder import Builder
from scheduler.planning.kernels import disjunctive_graph as graph
from scheduler.planning.kernels.relink import relink
from scheduler.planning.kernels.seeding import seed_kernels
from scheduler.planning.problem import Problem
from scheduler.planning.tables.translate import translate
from scheduler.solving.tabu_search import Floor
from tests.planning.test_builder import SAW, shop, step
from tests.solving.shops import makespan_shop

QUICKLY = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
LATHE = EligibleMachine("lathe", 1.0)


def floor_of(problem: Problem) -> Floor:
    return Floor(problem, np.zeros(problem.operations, np.int64))


def random_plan(rng: random.Random, problem: Problem) -> tuple[Ints, Ints]:
    """Any order that keeps the routings, any machines."""
    left = [set(problem.preds[o[c.PRED0] : o[c.PRED1]].tolist()) for o in problem.ops]
    order: list[int] = []
    while len(order) < problem.operations:
        order.append(rng.choice([i for i, waits in enumerate(left) if i not in order and waits <= set(order)]))
    rows = [rng.randrange(int(o[c.MODE0]), int(o[c.MODE1])) for o in problem.ops]
    return np.array(order, np.int64), np.array(rows, np.int64)


def test_heads_and_tails_of_a_plan_made_by_hand() -> None:
    """A: 30 min saw, 5 min wait, 20 min lathe.  B: 10 min lathe.  The saw does A, the lathe B and then A."""
    state = shop((1, [step(10, EligibleMachine("saw", 30.0)),
                      step(20, EligibleMachine("lathe", 20.0), predecessors=(10,), min_wait=5)]),
                 (1, [step(10, EligibleMachine("lathe", 10.0))]))  # fmt: skip
    floor = floor_of(translate(state))
    assert floor.load(np.array([2, 0, 1]), np.array([0, 1, 2])) == 55
    assert floor.node[:3, graph.HEAD].tolist() == [0, 35, 0]
    assert floor.node[:3, graph.TAIL].tolist() == [25, 0, 20]


def test_a_move_that_would_let_work_wait_for_itself_changes_nothing() -> None:
    state = shop((10, [step(10, SAW), step(20, SAW, predecessors=(10,))]))
    p = translate(state)
    floor = floor_of(p)
    floor.load(np.array([0, 1]), np.array([0, 1]))
    before = floor.node.copy()
    scratch = np.empty(10, np.int64)
    made = graph.move(0, 1, 0, floor.route, p.preds, p.succs, p.modes, floor.node, floor.order, scratch)
    assert made == -1
    assert (floor.node == before).all()


@QUICKLY
@given(st.integers(0, 10**6))
def test_after_any_moves_the_plan_is_what_loading_it_anew_makes(seed: int) -> None:
    rng = random.Random(seed)
    p = translate(makespan_shop(rng))
    floor, again = floor_of(p), floor_of(p)
    order, rows = random_plan(rng, p)
    floor.load(order, rows)
    scratch = np.empty(2 * p.operations + 2, np.int64)
    for _ in range(30):
        op = rng.randrange(p.operations)
        row = rng.randrange(int(p.ops[op, c.MODE0]), int(p.ops[op, c.MODE1]))
        machine = int(p.modes[row, c.MACHINE])
        beside = [p.operations + machine, *np.flatnonzero(floor.node[: p.operations, graph.AT] == machine).tolist()]
        behind = rng.choice([x for x in beside if x != op])
        span = graph.move(op, behind, row, floor.route, p.preds, p.succs, p.modes, floor.node, floor.order, scratch)
        loaded = again.load(floor.order.copy(), floor.node[: p.operations, graph.ROW].copy())
        assert span in (-1, loaded)
        assert (floor.node[: p.operations] == again.node[: p.operations]).all()
        assert (np.diff(floor.node[floor.order, graph.RANK]) == 1).all()


@QUICKLY
@given(st.integers(0, 10**6))
def test_a_loaded_plan_is_timed_as_the_schedule_builder_times_it(seed: int) -> None:
    rng = random.Random(seed)
    p = translate(makespan_shop(rng))
    order, rows = random_plan(rng, p)
    floor = floor_of(p)
    span = floor.load(order, rows)
    built = Builder(p).build(order, rows)
    assert built.times[:, c.PLACED_START].tolist() == floor.node[: p.operations, graph.HEAD].tolist()
    assert built.cost == span


@QUICKLY
@given(st.integers(0, 10**6))
def test_between_two_plans_what_both_agree_on_stays(seed: int) -> None:
    rng = random.Random(seed)
    p = translate(makespan_shop(rng))
    (a, a_rows), (b, b_rows) = random_plan(rng, p), random_plan(rng, p)
    seed_kernels(seed)
    mixed, rows = np.empty_like(a), np.empty_like(a_rows)
    relink(a, a_rows, b, b_rows, 0.5, 0.8, mixed, rows)
    at_a, at_b, at = np.argsort(a), np.argsort(b), np.argsort(mixed)
    for i in range(p.operations):
        assert rows[i] in (a_rows[i], b_rows[i])
        for j in range(p.operations):
            if at_a[i] < at_a[j] and at_b[i] < at_b[j]:
                assert at[i] < at[j]


def test_nothing_is_left_to_mix_where_all_goes_as_in_the_first() -> None:
    p = translate(makespan_shop(random.Random(1)))
    (a, a_rows), (b, b_rows) = random_plan(random.Random(2), p), random_plan(random.Random(3), p)
    mixed, rows = np.empty_like(a), np.empty_like(a_rows)
    relink(a, a_rows, b, b_rows, 1.0, 0.0, mixed, rows)
    assert (mixed == a).all()
    assert (rows == a_rows).all()


def test_an_operation_knows_its_machine_s_work_as_one_chain() -> None:
    p = translate(shop((10, [Operation(10, machines=(SAW,))]), (20, [Operation(10, machines=(SAW,))])))
    floor = floor_of(p)
    assert floor.load(np.array([1, 0]), np.array([0, 1])) == 30
    assert floor.node[:2, graph.HEAD].tolist() == [20, 0]
