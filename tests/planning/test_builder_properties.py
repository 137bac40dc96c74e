"""The schedule builder on random plants: whatever the order of work, every rule holds."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from scheduler.domain.plant import PlantState
from scheduler.planning import layout as c
from scheduler.planning.arrays import Ints
from scheduler.planning.builder import OK, Builder, Timing
from scheduler.planning.judge.check import check_plan
from scheduler.planning.tables.obstacles import find_obstacles
from scheduler.solving.first_plan import first_plan
from tests.planning.random_plants import random_choice, random_order, random_plant

SLOWLY = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def _accepted(state: PlantState, builder: Builder, timing: Timing) -> None:
    unplanned = builder.problem.unplanned
    verdict = check_plan(state, builder.operations(timing), unplanned)
    assert [v.message for v in verdict.violations] == []
    assert verdict.kpis.cost == pytest.approx(timing.cost, abs=1e-3)


def _same(one: Timing, other: Timing) -> bool:
    return bool((one.times == other.times).all()) and one.cost == other.cost


@st.composite
def _plants(draw: st.DrawFn) -> tuple[random.Random, PlantState, Builder]:
    """A random plant with a builder, all orders of which can be planned or are known not to."""
    rng = random.Random(draw(st.integers(0, 10**6)))
    state = random_plant(rng)
    start = first_plan(state)
    assume(start.problem.operations > 0)
    assume({u.order for u in start.problem.unplanned} <= {u.order for u in find_obstacles(state)})
    return rng, state, start.builder


@SLOWLY
@given(_plants(), st.booleans())
def test_any_order_of_work_on_any_machines_keeps_every_rule(
    plant: tuple[random.Random, PlantState, Builder], gaps: bool
) -> None:
    rng, state, builder = plant
    for _ in range(3):
        timing = builder.build(random_order(rng, builder.problem), random_choice(rng, builder.problem), gaps)
        if timing.status == OK:
            _accepted(state, builder, timing)
            _accepted(state, builder, builder.tightened(timing))


@SLOWLY
@given(_plants(), st.booleans())
def test_a_plan_is_built_again_from_its_sequence_and_machines(
    plant: tuple[random.Random, PlantState, Builder], gaps: bool
) -> None:
    """Where a chain was free to choose its machines it slid by other ones on the way: fixed, it may stand elsewhere."""
    rng, state, builder = plant
    p = builder.problem
    free = builder.build(random_order(rng, p), random_choice(rng, p), gaps)
    assume(free.status == OK)
    again = builder.build(free.sequence, free.choice, gaps)
    if (np.diff(p.block_ptr) == 1).all():
        assert _same(free, again)
    if again.status == OK:
        _accepted(state, builder, again)
        assert _same(again, builder.build(again.sequence, again.choice, gaps))


@SLOWLY
@given(_plants())
def test_building_by_start_is_never_later(plant: tuple[random.Random, PlantState, Builder]) -> None:
    rng, _, builder = plant
    p = builder.problem
    assume(bool((np.diff(p.block_ptr) == 1).all()))
    timing = builder.build(random_order(rng, p), random_choice(rng, p), True)
    assume(timing.status == OK)
    again = builder.build(builder.order_of(timing), timing.choice)
    assert again.status == OK
    assert (again.times[:, c.PLACED_END] <= timing.times[:, c.PLACED_END]).all()


@SLOWLY
@given(_plants(), st.booleans())
def test_pegs_by_a_plan_s_own_times_never_forbid_it(
    plant: tuple[random.Random, PlantState, Builder], gaps: bool
) -> None:
    rng, state, builder = plant
    p = builder.problem
    timing = builder.build(random_order(rng, p), random_choice(rng, p), gaps)
    assume(timing.status == OK)
    again = builder.repegged(timing)
    pegs, start = again.pegs, timing.times[:, c.PLACED_START]
    free = p.ops[:, c.FIXED] == 0
    assert (start[free] >= pegs.release[free]).all()
    for op in np.flatnonzero(free).tolist():
        feeders: Ints = pegs.orders[pegs.ptr[op] : pegs.ptr[op + 1]]
        assert (timing.order_end[feeders] <= start[op]).all()
    rebuilt = again.build(timing.sequence, timing.choice, gaps)
    if rebuilt.status == OK:
        _accepted(state, again, rebuilt)


@SLOWLY
@given(_plants())
def test_a_plan_timed_elsewhere_has_the_same_cost(plant: tuple[random.Random, PlantState, Builder]) -> None:
    rng, _, builder = plant
    timing = builder.build(random_order(rng, builder.problem), random_choice(rng, builder.problem))
    assume(timing.status == OK)
    taken_over = builder.timing_of(
        timing.times[:, c.PLACED_START], timing.times[:, c.PLACED_END], timing.times[:, c.PLACED_MODE]
    )
    assert taken_over.cost == pytest.approx(timing.cost)
    assert (taken_over.links == timing.links).all()
    assert (taken_over.order_end == timing.order_end).all()
