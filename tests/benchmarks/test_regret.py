"""How far the plan in force is from one made anew, on the tiny plant, where both costs are checkable by hand."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.regret import SETTLED, regrets, said, summary
from benchmarks.regret_case import Found, Regret, by_check, open_work, regret_of
from benchmarks.regret_desks import DeskHere
from benchmarks.regret_streams import storm_events
from benchmarks.ten_events import KINDS
from scheduler.domain.minutes import DAY
from scheduler.domain.plant import PlantState
from scheduler.ports import PlanRequest
from scheduler.replanning.worth import MOVING_SOON
from tests.builders import tiny_plan, tiny_plant

FRESH = PlanRequest(budget=200, workers=1, solver="search")
FLOOR = 80.0
"""An hour late at the tiny plant's mean priority of 4/3."""


def planned(late: int = 0) -> PlantState:
    """With its plan by hand, in which the lathe turns SHAFT-1 so many minutes later."""
    operations = tuple(
        replace(o, start=o.start + late, end=o.end + late, setup_start=(o.setup_start or o.start) + late)
        if o.key == ("SHAFT-1", 20) and late
        else o
        for o in tiny_plan().operations
    )
    return tiny_plant(plan=operations)


def regret(planned: float, *fresh: float, wrong: str = "") -> Regret:
    found = tuple(Found("free", cost, cost, 1) for cost in fresh)
    return Regret("tiny", 5.0, f"costs {planned:g}", planned, planned, 10.0, 1.0, found, wrong)


def test_a_plan_in_force_that_cannot_be_bettered_has_no_regret() -> None:
    found = regret_of(planned(), "tiny", "nothing", FLOOR, FRESH, by_check)
    assert (found.planned, found.ratio, found.wrong) == (0.0, 1.0, "")


def test_what_a_plan_made_anew_moves_is_paid_for_at_the_desks_price() -> None:
    # On Tuesday at 06:20 in place of Monday, from 14:00 on late: 17 h 10 min. Of the others three start in 24 hours.
    state = planned(late=DAY)
    found = regret_of(state, "tiny", "a day late", FLOOR, FRESH, by_check)
    assert found.planned == 1030.0
    assert found.price == pytest.approx(MOVING_SOON * found.expected / 3)
    free = found.found[0]
    assert free.moves >= 1
    assert free.planned == pytest.approx(free.moves * found.price)  # nothing is late any more
    least = min(1030.0, *(f.planned for f in found.found))
    assert found.ratio == pytest.approx((1030.0 + 80.0) / (least + 80.0))
    assert found.ratio > 1.0


def test_the_plants_own_weight_of_moves_is_in_the_cost_of_what_is_made_anew() -> None:
    state = planned(late=DAY)
    minds = replace(state, objective=replace(state.objective, stability=7.0))
    found = regret_of(minds, "tiny", "a day late", FLOOR, FRESH, by_check)
    free = found.found[0]
    assert found.planned == 1030.0  # the plan in force has moved nothing
    assert free.planned >= free.moves * (found.price + 7.0)


def test_rows_tell_the_geometric_mean_the_worst_and_what_is_refused() -> None:
    # (30 + 10) / (10 + 10) = 2 and (10 + 10) / (10 + 10) = 1: the root of two.
    rows, _, refused = said("regret", [regret(30.0, 10.0), regret(10.0, 40.0, wrong="1 complete x1")], SETTLED, True)
    assert [r.measured for r in rows] == [pytest.approx(2**0.5), 2.0]
    assert rows[1].note == "costs 30, stability 5"
    assert refused == ["tiny, costs 10: 1 complete x1"]


def test_where_nothing_happens_nothing_is_measured() -> None:
    rows, _, refused = said("regret", [], SETTLED)
    assert ([r.met for r in rows], refused) == (["–"], [])


def test_each_event_that_can_happen_is_measured_once_and_every_plan_passes(tmp_path: Path) -> None:
    desk = DeskHere(planned(), tmp_path, moves=100)
    found = list(regrets(desk, "tiny", 3, FRESH, KINDS))
    desk.close()
    assert [r.event for r in found] == list(KINDS)
    assert not [r.wrong for r in found if r.wrong]
    assert "| tiny, stability 0 | 10 |" in summary(found)


def test_only_the_events_that_are_asked_for_happen(tmp_path: Path) -> None:
    desk = DeskHere(planned(), tmp_path, moves=100)
    # A machine can only come back that has broken down.
    found = list(regrets(desk, "tiny", 3, FRESH, ("return", "hold")))
    desk.close()
    assert [r.event for r in found] == ["hold"]


def test_a_storm_goes_on_and_says_nothing_twice() -> None:
    posts = list(itertools.islice(storm_events(planned(), 3), 40))
    ids = [event.id for post in posts for event in post]
    assert len(posts) == 40
    assert len(set(ids)) == len(ids)
    assert {e.time for post in posts for e in post} == {planned().now}


def test_open_work_is_what_is_not_done() -> None:
    assert open_work(planned(), {"SHAFT-1", "PIN-1"}) == 3
    assert open_work(planned(), ()) == 0
