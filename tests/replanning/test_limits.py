"""A planner's limits on moves are hard: no search passes them, and what it makes keeps every rule."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.domain.plans import Objective, Plan
from scheduler.domain.plant import PlantState
from scheduler.errors import BadRequest
from scheduler.planning.judge.check import check_plan
from scheduler.ports import MoveLimits, PlanRequest
from scheduler.solving.planner import RejigPlanner
from scheduler.solving.stability_search import next_price
from tests.planning.random_plants import random_plant

PLANNER = RejigPlanner()
SLOWLY = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])


def _poor_plan_in_force(seed: int) -> PlantState | None:
    """A plant with a plan that a search would change much: a dispatch of another's wishes."""
    rng = random.Random(seed)
    plant = random_plant(rng, orders=12, midway=False)
    orders = {
        name: replace(o, due=plant.now + rng.randint(0, 400), priority=rng.choice((1.0, 20.0)), release=None)
        for name, o in plant.orders.items()
    }
    state = replace(plant, orders=orders, frozen_minutes=0, objective=Objective(1.0, 0.1))
    hasty = {n: replace(o, priority=21.0 - o.priority, due=state.now + 9 * o.due % 997) for n, o in orders.items()}
    plan = PLANNER.repair(replace(state, orders=hasty))
    state = replace(state, plan=plan.operations)
    kept = PLANNER.repair(state)
    return replace(state, plan=kept.operations) if kept.operations and not kept.unplanned else None


def _planned(state: PlantState, seed: int, limits: MoveLimits) -> Plan:
    plan = PLANNER.plan(state, PlanRequest(budget=600, workers=1, seed=seed, solver="search", limits=limits))
    assert [v.message for v in check_plan(state, plan.operations, plan.unplanned).violations] == []
    return plan


@SLOWLY
@given(st.integers(0, 10**6), st.integers(0, 4))
def test_at_most_so_many_operations_move(seed: int, most: int) -> None:
    state = _poor_plan_in_force(seed)
    if state is not None:
        before = check_plan(state, PLANNER.repair(state).operations).kpis
        plan = _planned(state, seed, MoveLimits(max_moves=most))
        assert plan.kpis.moved_operations <= max(most, before.moved_operations)
        assert plan.kpis.cost <= before.cost + 1e-6


@SLOWLY
@given(st.integers(0, 10**6), st.sampled_from((60, 240, 1440)))
def test_nothing_changes_inside_the_hours_that_are_to_stay(seed: int, minutes: int) -> None:
    state = _poor_plan_in_force(seed)
    if state is None:
        return
    border = state.now + minutes
    old = {o.key: o for o in state.plan}
    for o in _planned(state, seed, MoveLimits(time_fence_minutes=minutes)).operations:
        was = old[o.key]
        if was.start < border or o.start < border:
            assert (o.machine, o.start) == (was.machine, was.start)


@SLOWLY
@given(st.integers(0, 10**6))
def test_where_nothing_may_move_a_new_order_goes_into_the_gaps(seed: int) -> None:
    state = _poor_plan_in_force(seed)
    if state is not None:
        like = state.orders[random.Random(seed).choice(sorted(state.orders))]
        state = replace(state, orders={**state.orders, "NEW": replace(like, name="NEW")})
        plan = _planned(state, seed, MoveLimits(max_moves=0))
        assert plan.kpis.moved_operations == 0


@SLOWLY
@given(st.integers(0, 10**6))
def test_operations_keep_their_machines(seed: int) -> None:
    state = _poor_plan_in_force(seed)
    if state is not None:
        old = {o.key: o.machine for o in state.plan}
        plan = _planned(state, seed, MoveLimits(keep_machines=True))
        assert {o.key: o.machine for o in plan.operations} == old


@pytest.mark.parametrize("field", ["max_moves", "time_fence_minutes"])
def test_limits_that_mean_nothing_are_refused_wherever_they_come_from(field: str) -> None:
    with pytest.raises(BadRequest, match="found -1, expected 0 or more") as caught:
        MoveLimits(**{field: -1})  # type: ignore[arg-type]
    assert (caught.value.field, caught.value.found) == (field, "-1")


def test_no_moves_at_all_is_a_limit_and_no_number_is_none() -> None:
    assert MoveLimits(max_moves=0)
    assert not MoveLimits()


def test_the_price_of_a_move_follows_how_many_there_were() -> None:
    assert next_price(1.0, 11, 10) == pytest.approx(2.0)
    assert next_price(1.0, 50, 10) == pytest.approx(5.0)
    assert next_price(1.0, 1000, 10) == pytest.approx(16.0)
    assert next_price(1.0, 5, 0) == pytest.approx(5.0)
    assert next_price(1.0, 9, 10) == 1.0
    assert next_price(3.0, 2, 10) == pytest.approx(1.0)


def test_without_limits_the_same_searches_move_more() -> None:
    """What the tests above forbid would happen on many of these plants."""
    moved = elsewhere = 0
    for seed in range(40):
        state = _poor_plan_in_force(seed)
        if state is not None:
            plan = _planned(state, seed, MoveLimits())
            old = {o.key: o.machine for o in state.plan}
            moved += plan.kpis.moved_operations > 4
            elsewhere += any(old[o.key] != o.machine for o in plan.operations)
    assert moved >= 5, moved
    assert elsewhere >= 5, elsewhere
