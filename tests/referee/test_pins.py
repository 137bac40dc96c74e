"""Random plants with random pins: the check and the referee accept every plan, and what can be kept is kept."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.domain.plans import Plan
from scheduler.domain.plant import PlantState
from scheduler.ingest import write_scenario
from scheduler.planning.judge.check import check_plan
from scheduler.ports import PlanRequest
from scheduler.solving.planner import RejigPlanner
from tests.planning.random_pins import pinned_as_planned, with_any_pins
from tests.planning.random_plants import random_plant
from tests.referee.judging import Judges, rows

pytestmark = pytest.mark.shared

PLANNER = RejigPlanner()
SLOWLY = settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
SEEDS = st.integers(0, 10**6)


def quick(solver: Any = "search") -> PlanRequest:
    return PlanRequest(time_limit_seconds=1.0, budget=100, workers=1, solver=solver)


def accepted(judges: Judges, folder: Path, state: PlantState, plan: Plan) -> None:
    """By the check and by the referee; of a plan that leaves orders out, the referee is asked of the pins alone."""
    verdict = check_plan(state, plan.operations, plan.unplanned, broken_pins=plan.broken_pins)
    assert [v.message for v in verdict.violations] == []
    write_scenario(state, folder)
    scenario = judges.referee.Scenario(folder, last=max((o.end for o in plan.operations), default=0))
    bad, _ = judges.referee.judge(scenario, rows(plan.operations), None, {b.key for b in plan.broken_pins})
    assert {rule: told for rule, told in bad.items() if rule == "9 pin" or not plan.unplanned} == {}
    unnamed, _ = judges.referee.judge(scenario, rows(plan.operations))
    assert len(unnamed.get("9 pin", ())) == len(plan.broken_pins), "only what is lost is named"


@SLOWLY
@given(seed=SEEDS, solver=st.sampled_from(["search", "auto"]))
def test_plans_with_any_pins_are_accepted(judges: Judges, tmp_path: Path, seed: int, solver: str) -> None:
    rng = random.Random(seed)
    free = random_plant(rng)
    state = with_any_pins(rng, free)
    plan = PLANNER.plan(state, quick(solver))
    accepted(judges, tmp_path, state, plan)
    before = PLANNER.plan(free, quick())
    assert {u.order for u in plan.unplanned} <= {u.order for u in before.unplanned}, "a pin leaves no order out"
    hit = replace(state, plan=before.operations)
    accepted(judges, tmp_path, hit, PLANNER.repair(hit))


@SLOWLY
@given(seed=SEEDS, share=st.sampled_from([0.2, 0.5, 1.0]))
def test_where_a_plan_is_pinned_as_it_stands_the_repair_keeps_it(
    judges: Judges, tmp_path: Path, seed: int, share: float
) -> None:
    rng = random.Random(seed)
    free = random_plant(rng)
    plan = PLANNER.plan(free, quick())
    state = replace(pinned_as_planned(rng, free, plan.operations, share), plan=plan.operations)
    repaired = PLANNER.repair(state)
    accepted(judges, tmp_path, state, repaired)
    assert repaired.broken_pins == ()
