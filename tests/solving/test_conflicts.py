"""Why an order fits nowhere: the rules that conflict, by name.

The shop works from 06:00 to 14:00 on Monday to Friday; minute 0 is Monday 06:00.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.domain.calendars import Calendar, WeeklyWindow
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Pool
from scheduler.domain.routings import PoolNeed
from scheduler.ports import PlanRequest
from scheduler.solving.conflicts import conflict_of, fits
from scheduler.solving.first_plan import first_plan
from scheduler.solving.parameters import FirstPlanParameters, SearchParameters
from scheduler.solving.planner import RejigPlanner
from tests.builders import named
from tests.planning.test_builder import LATHE, SAW, shop, step


def with_inspector(longest: int | None, opens: int, shuts: int) -> PlantState:
    """An hour on the saw, then, within `longest` minutes, ten on the lathe in the presence of the inspector."""
    duty = Calendar("duty", tuple(WeeklyWindow(day, opens, shuts) for day in range(7)))
    state = shop(
        (60, [step(10, SAW)]),
        (60, [step(10, SAW), step(20, LATHE, predecessors=(10,), max_wait=longest, pools=(PoolNeed("inspector"),))]),
        pools=named(Pool("inspector", 1.0, "duty")),
    )
    return replace(state, calendars={**state.calendars, "duty": duty})


def test_an_order_that_fits_alone_has_no_conflict_of_its_own() -> None:
    assert fits(with_inspector(30, 6 * 60, 14 * 60))
    assert conflict_of(with_inspector(30, 6 * 60, 14 * 60), "B") is None


def test_the_rules_that_conflict_are_named() -> None:
    """The inspector is there for the first hour of the shift, in which the saw is still at work; the saw's evening work
    ends 16 hours before he comes again."""
    state = with_inspector(30, 6 * 60, 7 * 60)
    conflict = "its maximum waits, the pools that it needs and the machines' hours"
    assert conflict_of(state, "B") == f"even alone in the plant it cannot keep {conflict} together"


def test_an_order_left_out_says_which_rules_conflict_and_the_rest_is_planned() -> None:
    start = first_plan(with_inspector(30, 6 * 60, 7 * 60))
    assert [u.order for u in start.problem.unplanned] == ["B"]
    assert "its maximum waits, the pools that it needs and the machines' hours" in start.problem.unplanned[0].reason
    assert start.problem.order_names == ("A",)


def test_a_longer_wait_or_a_longer_duty_ends_the_conflict() -> None:
    assert conflict_of(with_inspector(16 * 60, 6 * 60, 7 * 60), "B") is None
    assert conflict_of(with_inspector(30, 6 * 60, 7 * 60 + 10), "B") is None


@pytest.mark.parametrize(("most", "named"), [(2, True), (1, False)])
def test_an_order_of_more_operations_than_are_looked_at_is_left_out_without_that_reason(most: int, named: bool) -> None:
    planner = RejigPlanner(SearchParameters(first_plan=FirstPlanParameters(conflict_operations=most)))
    plan = planner.plan(with_inspector(30, 6 * 60, 7 * 60), PlanRequest(budget=10, workers=1, solver="search"))
    assert [(u.order, "the pools that it needs" in u.reason) for u in plan.unplanned] == [("B", named)]
