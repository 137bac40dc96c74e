"""Work past its end that nobody reported: found, followed by the plan, and said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.domain.fold import fold_events
from scheduler.domain.orders import Progress
from scheduler.domain.plant import PlantState
from scheduler.ingest import read_scenario, scenario_zip
from scheduler.planning.judge.check import check_plan
from scheduler.planning.lists.dispatch_list import dispatch_list
from scheduler.planning.lists.drift import drift_cause, drift_note, drifting_since
from scheduler.solving.planner import RejigPlanner
from tests.builders import UTC, at, event, tiny_plan, tiny_plant

KEY = ("SHAFT-1", 10)
BEGIN = event("s", "operation.started", order="SHAFT-1", operation=10, machine="saw")


def until(hour: int, minute: int, *more: object) -> PlantState:
    """SHAFT-1/10 runs from 06:00 and should end at 06:20; then what else happens; now it is so late."""
    return fold_events(tiny_plant(), [BEGIN, *more, event("t", time=at(0, hour, minute))])  # type: ignore[list-item]


@pytest.mark.parametrize(("minute", "since"), [(19, None), (20, None), (21, at(0, 6, 20)), (50, at(0, 6, 20))])
def test_work_drifts_from_the_minute_after_its_end(minute: int, since: int | None) -> None:
    assert drifting_since(until(6, minute), KEY) == since


def test_the_list_says_so_in_words_and_it_is_taken_to_end_now_each_time_anew() -> None:
    state = until(6, 21)
    row = dispatch_list(state, tiny_plan().operations, "saw").rows[0]
    assert drift_note(row.drifting_since, UTC) == "overdue: should have ended Mon 2 Mar 06:20, no report"
    assert drift_note(None, UTC) == ""
    late = [until(6, minute) for minute in range(21, 32)]
    assert [state.progress[KEY].remaining_minutes for state in late] == [0] * 11


@pytest.mark.parametrize(
    "said",
    [
        event("f", "operation.finished", at(0, 6, 30), order="SHAFT-1", operation=10),
        event("p", "operation.progressed", at(0, 6, 30), order="SHAFT-1", operation=10, remaining_minutes=15),
    ],
)
def test_a_report_ends_the_drift(said: object) -> None:
    assert drifting_since(until(6, 31, event("x", time=at(0, 6, 25)), said), KEY) is None


def test_pieces_say_when_it_ends() -> None:
    # 3 of 10 pieces by 06:30, 2 minutes each: 14 minutes from then on.
    good = event("p", "operation.progressed", at(0, 6, 30), order="SHAFT-1", operation=10, quantity_good=3)
    state = until(6, 31, good)
    assert drifting_since(state, KEY) is None
    assert state.progress[KEY].remaining_minutes == 13


def test_a_machine_that_was_down_meanwhile_had_not_overrun() -> None:
    # Known at 06:40: the saw was down from 06:10 on, so 10 minutes of work are left.
    late = event("d", "machine.down", at(0, 6, 10), machine="saw", expected_up="2026-03-02T06:38Z", reason="")
    state = until(6, 39, event("x", time=at(0, 6, 38)), late)
    assert drifting_since(state, KEY) is None
    assert state.progress[KEY].remaining_minutes == 9


def test_closed_time_is_no_drift() -> None:
    assert until(23, 0).progress[KEY].remaining_minutes == until(14, 0).progress[KEY].remaining_minutes


def test_the_cause_of_the_plan_that_follows_names_it() -> None:
    said = drift_cause(until(6, 21), tiny_plan().operations)
    assert said == "operation 10 of order SHAFT-1 on saw is " + drift_note(at(0, 6, 20), UTC)
    assert drift_cause(until(6, 20), tiny_plan().operations) == ""


def test_a_written_scenario_still_drifts() -> None:
    state = until(6, 21)
    assert read_scenario(scenario_zip(state)).state.progress == state.progress


@pytest.mark.parametrize(
    ("started", "end"),
    [(at(0, 13), at(0, 14)), (at(0, 14), at(0, 14)), (at(0, 14, 1), at(0, 14, 1)), (at(0, 16), at(0, 16))],
)
def test_work_past_its_end_on_a_closed_machine_never_ends_before_it_began(started: int, end: int) -> None:
    """At 16:00 the saw is closed since 14:00. What began in the shift ends with it."""
    state = tiny_plant(now=at(0, 16), progress={KEY: Progress(*KEY, "running", "saw", started, None, 0)})
    plan = RejigPlanner().repair(state)
    assert [(o.start, o.end) for o in plan.operations if o.key == KEY] == [(started, end)]
    assert len(plan.operations) == 5, "the others are planned"
    assert check_plan(state, plan.operations, plan.unplanned).feasible
    assert not plan.engine_failures
    assert not plan.unplanned
    sooner = tuple(replace(o, end=o.end - 1) if o.key == KEY else o for o in plan.operations)
    assert check_plan(state, sooner, plan.unplanned).by_rule() == {"6 running": 1}
