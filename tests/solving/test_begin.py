"""A plan to begin from beside the plan in force."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.planning.check import check_plan
from scheduler.ports import PlanRequest
from scheduler.solving.planner import RejigPlanner, _begun, first_plan
from tests.builders import tiny_plan
from tests.usecases.test_desk import late_shafts


@pytest.mark.parametrize("price", [0.0, 0.1])
def test_a_search_is_never_worse_than_the_plan_that_it_begins_from(price: float) -> None:
    """185 weighted minutes late with SHAFT-2 first, 250 as the plan in force has it; one move finds nothing better."""
    state = replace(late_shafts(), plan=tiny_plan().operations)
    good = RejigPlanner().plan(late_shafts(), PlanRequest(budget=50, workers=1, solver="search"))
    assert good.kpis.weighted_tardiness == 185
    request = PlanRequest(budget=1, workers=1, solver="search", calm_price=price, begin=good.operations, fresh=False)
    found = RejigPlanner().plan(state, request)
    assert found.kpis.weighted_tardiness == 185
    assert check_plan(state, found.operations, found.unplanned).feasible


def test_what_is_frozen_is_not_moved_for_it() -> None:
    good = RejigPlanner().plan(late_shafts(), PlanRequest(budget=50, workers=1, solver="search"))
    state = replace(late_shafts(), plan=tiny_plan().operations, frozen_minutes=120)
    assert _begun(state, first_plan(state), PlanRequest(begin=good.operations)) is None
