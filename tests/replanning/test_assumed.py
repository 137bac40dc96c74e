"""Minutes that pass over work that nobody reports make no new plan, until they are felt."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.commands.replay_loop import Loop
from scheduler.domain.fold import fold_events
from scheduler.domain.plans import PlannedOperation
from scheduler.planning.judge.check import check_plan
from scheduler.ports import PlanRequest
from scheduler.replanning.assumed import only_minutes_passed, overdue
from scheduler.solving.planner import RejigPlanner
from scheduler.usecases.written_out import written_out
from tests.builders import at, event, tiny_plan, tiny_plant

BEGUN = event("s", "operation.started", order="SHAFT-1", operation=10, machine="saw")
ROWS = tiny_plan().operations
"""SHAFT-1/10 until 06:20 on the saw, then SHAFT-2/10; the lathe changes over from 06:05 and begins SHAFT-1/20 then."""


def kept(minute: int, hour: int = 6) -> bool:
    tick = event(f"t{minute}", time=at(0, hour, minute))
    return only_minutes_passed([tick], fold_events(tiny_plant(), [BEGUN, tick]), ROWS)


@pytest.mark.parametrize(("minute", "same"), [(10, True), (20, True), (21, True), (35, True), (36, False)])
def test_a_plan_stays_while_what_should_have_happened_is_late_by_little(minute: int, same: bool) -> None:
    assert kept(minute) is same


def test_work_that_runs_over_may_run_over_by_as_much_again() -> None:
    state = fold_events(tiny_plant(), [BEGUN, event("t", time=at(0, 7, 40))])
    row = ROWS[0].__class__("SHAFT-1", 10, "saw", at(0, 6), at(0, 7))  # 40 minutes late when the plan was made
    assert only_minutes_passed([event("t")], state, [row])
    assert not only_minutes_passed([event("t")], fold_events(state, [event("u", time=at(0, 7, 41))]), [row])


@pytest.mark.parametrize(
    ("now", "late", "felt"),
    [
        (at(0, 14), False, False),
        (at(0, 22), False, False),
        (at(1, 6), False, False),
        (at(1, 6, 1), True, False),
        (at(1, 6, 15), True, False),
        (at(1, 6, 16), True, True),
    ],
)
def test_work_past_its_end_is_overdue_by_what_its_machine_works(now: int, late: bool, felt: bool) -> None:
    """It began at 13:30, should have ended at 13:50, and is planned until 14:00, when the saw closes until 6:00."""
    begin = event("s", "operation.started", at(0, 13, 30), order="SHAFT-1", operation=10, machine="saw")
    state = fold_events(tiny_plant(), [begin, event("t", time=now)])
    row = PlannedOperation("SHAFT-1", 10, "saw", at(0, 13, 30), at(0, 14))
    assert overdue(state, [row]) is late
    changes_over = PlannedOperation("SHAFT-1", 20, "lathe", now + 14, now + 64, now - 1)
    assert only_minutes_passed([event("t", time=now)], state, [row, changes_over]) is not felt


def test_any_other_event_is_looked_at() -> None:
    tick = event("t", time=at(0, 6, 21))
    state = fold_events(tiny_plant(), [BEGUN, tick])
    assert not only_minutes_passed([tick, event("c", "material.counted", material="bar", on_hand=9)], state, ROWS)
    assert not only_minutes_passed([], state, ROWS)


def test_ten_ticks_over_an_unreported_changeover_make_no_plan() -> None:
    loop = Loop(tiny_plant(plan=ROWS), RejigPlanner(), PlanRequest(budget=20, workers=1, seed=1, solver="search"))
    ticks = [event(str(minute), time=at(0, 6, minute)) for minute in range(6, 16)]
    steps = list(loop.run([BEGUN, *ticks]))
    assert [step.kept for step in steps] == [True] * 11
    assert loop.state.plan == ROWS


def test_what_is_overdue_is_written_out_as_of_now() -> None:
    """SHAFT-2/10 should have begun on the saw at 6:20; at 6:30 nobody has said so, and the plan in force stays."""
    tick = event("t", time=at(0, 6, 30))
    state = replace(fold_events(tiny_plant(), [BEGUN, tick]), plan=ROWS)
    assert only_minutes_passed([tick], state, state.plan)
    assert not check_plan(state, state.plan).feasible
    told = written_out(state, RejigPlanner())
    assert check_plan(told, told.plan).feasible
    assert min(o.start for o in told.plan if state.waits(*o.key)) == state.now


def test_a_plan_of_which_nothing_is_overdue_is_written_out_as_it_stands() -> None:
    tick = event("t", time=at(0, 6, 10))
    state = replace(fold_events(tiny_plant(), [BEGUN, tick]), plan=ROWS[:1])
    assert written_out(state, RejigPlanner()) is state
