"""Minutes that pass over work that nobody reports make no new plan, until they are felt."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from scheduler.commands.replay_loop import Loop, Step
from scheduler.domain.events import Event
from scheduler.domain.fold import fold_event, fold_events
from scheduler.domain.plans import PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.planning.judge.check import check_plan
from scheduler.ports import PlanRequest
from scheduler.replanning.assumed import Assumed, as_assumed, overdue
from scheduler.solving.planner import RejigPlanner
from scheduler.usecases.written_out import written_out
from tests.builders import at, down, event, tiny_plan, tiny_plant
from tests.planning.random_plants import random_plant

BEGUN = event("s", "operation.started", order="SHAFT-1", operation=10, machine="saw")
ROWS = tiny_plan().operations
"""SHAFT-1/10 until 06:20 on the saw, then SHAFT-2/10; the lathe changes over from 06:05 and begins SHAFT-1/20 then."""


def holds(events: Sequence[Event], state: PlantState, plan: Sequence[PlannedOperation]) -> bool:
    """Whether the plan stays, as the desk judges it."""
    assumed = as_assumed(events, state, plan) or Assumed(state)
    found = check_plan(assumed.state, assumed.state.unfinished(plan))
    return all(map(assumed.excuses, found.violations))


def kept(minute: int, hour: int = 6) -> bool:
    tick = event(f"t{minute}", time=at(0, hour, minute))
    return holds([tick], fold_events(tiny_plant(), [BEGUN, tick]), ROWS)


@pytest.mark.parametrize(("minute", "same"), [(10, True), (20, True), (21, True), (35, True), (36, False)])
def test_a_plan_stays_while_what_should_have_happened_is_late_by_little(minute: int, same: bool) -> None:
    assert kept(minute) is same


def test_work_that_runs_over_may_run_over_by_as_much_again() -> None:
    state = fold_events(tiny_plant(), [BEGUN, event("t", time=at(0, 7, 40))])
    row = ROWS[0].__class__("SHAFT-1", 10, "saw", at(0, 6), at(0, 7))  # 40 minutes late when the plan was made
    assert as_assumed([event("t")], state, [row]) is not None
    assert as_assumed([event("t")], fold_events(state, [event("u", time=at(0, 7, 41))]), [row]) is None


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
    assert (as_assumed([event("t", time=now)], state, [row, changes_over]) is None) is felt


def test_any_other_event_is_looked_at() -> None:
    tick = event("t", time=at(0, 6, 21))
    state = fold_events(tiny_plant(), [BEGUN, tick])
    assert as_assumed([tick, event("c", "material.counted", material="bar", on_hand=9)], state, ROWS) is None
    assert as_assumed([], state, ROWS) is None


def test_ten_ticks_over_an_unreported_changeover_make_no_plan() -> None:
    loop = Loop(tiny_plant(plan=ROWS), RejigPlanner(), PlanRequest(budget=20, workers=1, seed=1, solver="search"))
    ticks = [event(str(minute), time=at(0, 6, minute)) for minute in range(6, 16)]
    steps = list(loop.run([BEGUN, *ticks]))
    assert [step.kept for step in steps] == [True] * 11
    assert loop.state.plan == ROWS


def test_paused_work_of_a_cancelled_order_makes_no_plan_until_that_is_felt() -> None:
    """It stands in no plan, and keeps the saw of SHAFT-2 a minute longer each minute."""
    loop = Loop(tiny_plant(plan=ROWS), RejigPlanner(), PlanRequest(budget=20, workers=1, seed=1, solver="search"))
    pause = event("p", "operation.paused", at(0, 6, 10), order="SHAFT-1", operation=10)
    cancel = event("c", "order.cancelled", at(0, 6, 10), order="SHAFT-1")
    ticks = [event(str(minute), time=at(0, 6, minute)) for minute in range(11, 42)]
    steps = list(loop.run([BEGUN, pause, cancel, *ticks]))
    assert [step.event.time - at(0, 6) for step in steps[3:] if not step.kept and step.event] == [26]


def test_what_is_overdue_hides_no_other_breach() -> None:
    """At 6:30 SHAFT-2/10 has not begun; and a row of tomorrow starts before its bars have come."""
    tick = event("t", time=at(0, 6, 30))
    state = fold_events(tiny_plant(), [BEGUN, tick])
    assert holds([tick], state, ROWS)
    early = replace(ROWS[4], start=at(1, 7), end=at(1, 7, 30))
    assert not holds([tick], state, (*ROWS[:4], early))


@pytest.mark.parametrize("machine", ["lathe", "saw"])
def test_an_outage_without_an_end_makes_no_plan_until_its_end_is_felt_to_have_moved(machine: str) -> None:
    """It is taken to last 120 minutes more, each minute anew."""
    loop = Loop(tiny_plant(plan=ROWS), RejigPlanner(), PlanRequest(budget=20, workers=1, seed=1, solver="search"))
    ticks = [event(str(minute), time=at(0, 6, minute)) for minute in range(11, 42)]
    first, broken, *steps = loop.run([BEGUN, down("d", machine, at(0, 6, 10)), *ticks])
    assert first.kept
    assert broken.plans
    assert [step.event.time - at(0, 6) for step in steps if not step.kept and step.event] == [26]
    assert all(step.feasible for step in steps)


def test_work_that_stands_still_makes_no_plan_until_that_is_felt() -> None:
    loop = Loop(tiny_plant(plan=ROWS), RejigPlanner(), PlanRequest(budget=20, workers=1, seed=1, solver="search"))
    pause = event("p", "operation.paused", at(0, 6, 10), order="SHAFT-1", operation=10, reason="no crane")
    ticks = [event(str(minute), time=at(0, 6, minute)) for minute in range(11, 42)]
    *_, last = steps = list(loop.run([BEGUN, pause, *ticks]))
    assert [step.event.time - at(0, 6) for step in steps[2:] if not step.kept and step.event] == [26]
    assert last.state.progress["SHAFT-1", 10].remaining_minutes == 10


def _after(state: PlantState, *minutes: int) -> list[Step]:
    """What ticks after so many minutes lead to."""
    loop = Loop(state, RejigPlanner(), PlanRequest(budget=20, workers=1, seed=1, solver="search"))
    return list(loop.run([event(str(minute), time=state.now + minute) for minute in minutes]))


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6), st.integers(0, 300))
def test_sixty_ticks_make_the_plans_that_one_tick_makes(seed: int, later: int) -> None:
    """Each plan that they make is the one that a single tick to its minute makes; between them nothing is felt."""
    plant = random_plant(random.Random(seed))
    begun = replace(plant, plan=RejigPlanner().repair(plant).operations)
    begun = fold_event(begun, event("begin", time=begun.now + later))
    begun = replace(begun, plan=RejigPlanner().repair(begun).operations)
    assume(begun.plan)
    often = _after(begun, *range(1, 61))
    made = [(minute, step) for minute, step in enumerate(often, 1) if not step.kept]
    for minute, step in made[:4]:
        (once,) = _after(begun, minute)
        assert once.state == step.state
        assert once.plans[0].plan.unplanned == step.plans[0].plan.unplanned
    assert replace(often[-1].state, plan=()) == replace(_after(begun, 60)[0].state, plan=())


def test_what_is_overdue_is_written_out_as_of_now() -> None:
    """SHAFT-2/10 should have begun on the saw at 6:20; at 6:30 nobody has said so, and the plan in force stays."""
    tick = event("t", time=at(0, 6, 30))
    state = replace(fold_events(tiny_plant(), [BEGUN, tick]), plan=ROWS)
    assert holds([tick], state, state.plan)
    assert not check_plan(state, state.plan).feasible
    told = written_out(state, RejigPlanner())
    assert check_plan(told, told.plan).feasible
    assert min(o.start for o in told.plan if state.waits(*o.key)) == state.now


def test_a_plan_of_which_nothing_is_overdue_is_written_out_as_it_stands() -> None:
    tick = event("t", time=at(0, 6, 10))
    state = replace(fold_events(tiny_plant(), [BEGUN, tick]), plan=ROWS[:1])
    assert written_out(state, RejigPlanner()) is state
