"""What is remembered from one repair to the next makes it quick, and changes nothing."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from dataclasses import replace
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.domain.plans import PlannedOperation
from scheduler.planning.judge.check import check_plan
from scheduler.planning.tables.translate import forget_tables
from scheduler.solving.planner import RejigPlanner
from tests.planning.random_plants import random_plant, with_disturbance

PLANNER = RejigPlanner()


@pytest.fixture(autouse=True, scope="module")
def _no_explanations() -> Iterator[None]:
    """How much of a conflict is explained is a matter of seconds."""
    with patch("scheduler.solving.conflicts.conflict_of", return_value=None):
        yield


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6))
def test_a_repair_with_a_memory_is_the_repair_without(seed: int) -> None:
    """Event after event, once on the very objects of the plan before, once on copies with everything forgotten."""
    rng = random.Random(seed)
    state = random_plant(rng, orders=rng.choice((3, 9)))
    state = replace(state, plan=PLANNER.repair(state).operations)
    for _ in range(5):
        state = with_disturbance(rng, replace(state, now=state.now + rng.choice((0, 1, 30))))
        plan = PLANNER.repair(state)
        verdict = check_plan(state, plan.operations, plan.unplanned)
        forget_tables()
        fresh = copy.deepcopy(replace(state, zone=None))  # type: ignore[arg-type]
        fresh = replace(fresh, zone=state.zone)
        again = PLANNER.repair(fresh)
        assert plan.operations == again.operations
        assert plan.unplanned == again.unplanned
        assert replace(plan.kpis, solve_seconds=None) == replace(again.kpis, solve_seconds=None)
        same = check_plan(fresh, again.operations, again.unplanned)
        assert (verdict.violations, verdict.kpis) == (same.violations, same.kpis)
        assert verdict.feasible, verdict.violations[:3]
        state = replace(state, plan=plan.operations)


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6))
def test_what_a_repair_does_not_change_are_the_very_objects_of_the_plan_in_force(seed: int) -> None:
    rng = random.Random(seed)
    state = random_plant(rng, orders=rng.choice((3, 9)))
    state = replace(state, plan=PLANNER.repair(state).operations)
    before: dict[tuple[str, int], PlannedOperation] = {o.key: o for o in state.plan}
    state = with_disturbance(rng, state)
    for o in PLANNER.repair(replace(state, plan=tuple(before.values()))).operations:
        was = before.get(o.key)
        assert o is was or o != was
