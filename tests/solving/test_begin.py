"""A plan to begin from beside the plan in force."""

from __future__ import annotations

from dataclasses import replace

from scheduler.planning.judge.check import check_plan
from scheduler.ports import PlanRequest
from scheduler.solving.first_plan import first_plan
from scheduler.solving.planner import RejigPlanner, _begun
from tests.builders import tiny_plan
from tests.usecases.test_desk import late_shafts


def test_a_plan_to_begin_from_keeps_its_sequence_at_the_prices_of_the_plan_in_force() -> None:
    """185 weighted minutes late with SHAFT-2 first; the plan in force has 250. What it moves costs 1 each."""
    good = RejigPlanner().plan(late_shafts(), PlanRequest(budget=50, workers=1, solver="search"))
    assert good.kpis.weighted_tardiness == 185
    weights = replace(late_shafts().objective, stability=1.0)
    state = replace(late_shafts(), plan=tiny_plan().operations, objective=weights)
    begun = _begun(state, first_plan(state), good.operations)
    assert begun is not None
    moved = check_plan(state, good.operations, good.unplanned).kpis.moved_operations
    assert moved > 0
    assert begun[1].cost == 185 + moved


def test_what_is_frozen_is_not_moved_for_it() -> None:
    good = RejigPlanner().plan(late_shafts(), PlanRequest(budget=50, workers=1, solver="search"))
    state = replace(late_shafts(), plan=tiny_plan().operations, frozen_minutes=120)
    start = first_plan(state)
    begun = _begun(state, start, good.operations)
    assert begun is not None
    frozen = [o for o in state.plan if state.now <= o.start < state.now + 120]
    begins = {o.key: (o.machine, o.start) for o in begun[0].operations(begun[1])}
    assert frozen
    assert [begins[o.key] for o in frozen] == [(o.machine, o.start) for o in frozen]
