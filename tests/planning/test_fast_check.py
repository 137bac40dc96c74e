"""The fast check against the rules one by one: what it lets pass they let pass, with the same figures."""

from __future__ import annotations

import random
from dataclasses import replace
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.domain.plans import PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.planning.judge.check import check_plan
from scheduler.planning.judge.fast.fast_check import fast_check
from scheduler.planning.judge.kpis import with_left_out
from scheduler.ports import PlanRequest
from scheduler.solving.planner import RejigPlanner
from tests.builders import tiny_plan, tiny_plant
from tests.planning.random_plants import random_plant, with_disturbance

PLANNER = RejigPlanner()
SLOWLY = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


def by_the_rules(state: PlantState, operations: tuple[PlannedOperation, ...], **more: object):  # type: ignore[no-untyped-def]
    with patch("scheduler.planning.judge.check.fast_check", return_value=None):
        return check_plan(state, operations, **more)  # type: ignore[arg-type]


def _shaken(rng: random.Random, state: PlantState, plan: tuple[PlannedOperation, ...]) -> tuple[PlannedOperation, ...]:
    """Nothing, or one fault: somewhat earlier, later, longer, elsewhere, missing or twice."""
    kind = rng.choice(("nothing", "nothing", "shift", "end", "machine", "missing", "twice", "swap"))
    if kind == "nothing" or not plan:
        return plan
    i = rng.randrange(len(plan))
    o, by = plan[i], rng.choice((-60, -1, 1, 7, 300))
    if kind == "shift":
        return (*plan[:i], replace(o, start=o.start + by, end=o.end + by), *plan[i + 1 :])
    if kind == "end":
        return (*plan[:i], replace(o, end=o.end + by), *plan[i + 1 :])
    if kind == "machine":
        return (*plan[:i], replace(o, machine=rng.choice([*state.machines, "nowhere"])), *plan[i + 1 :])
    if kind == "missing":
        return (*plan[:i], *plan[i + 1 :])
    if kind == "twice":
        return (*plan, o)
    other = rng.choice(plan)
    return tuple(
        replace(x, machine=other.machine, start=other.start, end=other.end) if x is o
        else replace(x, machine=o.machine, start=o.start, end=o.end) if x is other else x
        for x in plan
    )  # fmt: skip


@SLOWLY
@given(st.integers(0, 10**6))
def test_what_it_lets_pass_the_rules_let_pass_with_the_same_figures(seed: int) -> None:
    rng = random.Random(seed)
    state = random_plant(rng)
    plan = PLANNER.plan(state, PlanRequest(budget=30, workers=1, seed=seed, solver="search"))
    state = replace(state, plan=_shaken(rng, state, plan.operations))
    state = with_disturbance(rng, state)
    operations = _shaken(rng, state, plan.operations)
    left_out = {u.order for u in plan.unplanned}
    seen = fast_check(state, operations, state.plan, left_out)
    ruled = by_the_rules(state, operations, unplanned=plan.unplanned)
    if seen is not None and left_out == {u.order for u in ruled.unplanned}:
        figures, promises = seen
        assert ruled.feasible
        assert with_left_out(state, figures, ruled.unplanned) == ruled.kpis
        assert promises == ruled.promises


@SLOWLY
@given(st.integers(0, 10**6))
def test_it_knows_a_good_plan_of_nearly_any_plant(seed: int) -> None:
    """Where it says nothing about a plan that keeps every rule, a pool or two twins are in doubt, and seldom that."""
    rng = random.Random(seed)
    state = random_plant(rng, midway=False)
    plan = PLANNER.plan(state, PlanRequest(budget=30, workers=1, seed=seed, solver="search"))
    if plan.operations and not plan.unplanned:
        assert fast_check(state, plan.operations, ()) is not None


def test_a_good_plan_is_not_looked_at_rule_by_rule() -> None:
    state = tiny_plant()
    with patch("scheduler.planning.judge.check.PlacedPlan", side_effect=AssertionError("the rules were asked")):
        verdict = check_plan(state, tiny_plan().operations, ())
    assert verdict.feasible
    assert verdict.kpis == by_the_rules(state, tiny_plan().operations).kpis
