"""Operations in a given order, each behind the last: the quick way says what the schedule builder says."""

from __future__ import annotations

import random
from dataclasses import replace
from unittest.mock import patch

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.domain.orders import Progress
from scheduler.domain.plant import PlantState
from scheduler.domain.routings import EligibleMachine
from scheduler.planning import builder as where_plans_are_built
from scheduler.planning import layout as c
from scheduler.planning.arrays import Ints
from scheduler.planning.builder import OK, WAIT_BROKEN, Builder, Timing
from scheduler.planning.kernels.schedule import build
from scheduler.planning.tables.translate import translate
from tests.builders import MONDAY_SIX
from tests.planning.random_plants import random_choice, random_order, random_plant
from tests.planning.test_builder import LATHE, shop, step

SLOWLY = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


def without_chains(state: PlantState) -> PlantState:
    """No operation is tied to another one by a longest wait."""
    routings = {
        name: replace(r, operations=tuple(replace(o, max_wait=None) for o in r.operations))
        for name, r in state.routings.items()
    }
    return replace(state, routings=routings)


def _slowly(builder: Builder, order: Ints, choice: Ints, pinned: int) -> Timing:
    with patch.object(where_plans_are_built, "right_shift", lambda *a: (*build(*a[:-2], False, a[-1]), True)):
        return builder.build(order, choice, pinned=pinned)


def _same_plan(one: Timing, other: Timing) -> None:
    assert (one.status, one.fault, one.cost) == (other.status, other.fault, other.cost)
    if one.status == OK:
        for table in ("times", "links", "heads", "order_end", "sequence"):
            assert (getattr(one, table) == getattr(other, table)).all(), table


@SLOWLY
@given(st.integers(0, 10**6))
def test_it_builds_the_same_plan(seed: int) -> None:
    rng = random.Random(seed)
    state = without_chains(random_plant(rng, orders=rng.choice((3, 12))))
    problem = translate(state)
    builder = Builder(problem)
    for _ in range(3):
        order, choice = random_order(rng, problem), random_choice(rng, problem)
        pinned = rng.choice((0, 0, 2, problem.blocks))
        quick = builder.build(order, choice, pinned=pinned)
        slow = _slowly(builder, order, choice, pinned)
        _same_plan(quick, slow)


@SLOWLY
@given(st.integers(0, 10**6))
def test_what_may_not_start_earlier_does_not_and_it_is_told_whether_it_would(seed: int) -> None:
    rng = random.Random(seed)
    problem = translate(without_chains(random_plant(rng, orders=rng.choice((3, 12)))))
    order, choice = random_order(rng, problem), random_choice(rng, problem)
    free = Builder(problem).build(order, choice)
    if free.status != OK:
        return
    later = np.array([rng.choice((0, 0, 0, 40)) for _ in range(problem.operations)])
    stay = free.times[:, c.PLACED_START] * rng.choice((0, 1)) + later * rng.choice((0, 1))
    stayed = Builder(problem).build(order, choice, stay=stay)
    _same_plan(stayed, _slowly(Builder(problem, not_before=stay), order, choice, 0))
    if not stayed.held_back:
        _same_plan(stayed, free)


def test_a_longest_wait_behind_running_work_is_watched() -> None:
    """The first step ends at 10, the second one may wait 5 minutes, and another order has the saw from 0 to 30."""
    tied = step(20, EligibleMachine("saw", 1.0), predecessors=(10,), max_wait=5)
    running = {("B", 10): Progress("B", 10, "running", "lathe", MONDAY_SIX, None, 10)}
    problem = translate(shop((30, [step()]), (10, [step(10, LATHE), tied]), progress=running))
    builder = Builder(problem)
    row = {problem.keys[op]: int(problem.ops[op, c.BLOCK]) for op in range(problem.operations)}
    free = np.full(problem.operations, c.NONE)
    first_a = np.array([row["B", 10], row["A", 10], row["B", 20]])
    late = builder.build(first_a, free)
    assert (late.status, late.fault) == (WAIT_BROKEN, row["B", 20])
    assert builder.build(first_a[[0, 2, 1]], free).status == OK
