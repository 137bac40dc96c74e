"""When a search ends, by a clock that the test sets."""

from __future__ import annotations

import pickle

import pytest

from scheduler.solving.deadline import Deadline
from scheduler.solving.planner import RejigPlanner
from tests.solving.clocks import CountingClock, StandingClock


@pytest.mark.parametrize(("seconds", "over"), [(9.9, False), (10.0, True), (11.0, True)])
def test_it_is_over_when_its_seconds_have_passed(seconds: float, over: bool) -> None:
    clock = StandingClock()
    deadline = Deadline(10.0, clock=clock)
    clock.now += seconds
    assert deadline.over() is over
    assert (deadline.elapsed(), deadline.left()) == (pytest.approx(seconds), pytest.approx(10.0 - seconds))


def test_without_a_limit_only_a_wish_ends_it_and_is_remembered() -> None:
    wishes = iter([False, True])
    deadline = Deadline(should_stop=lambda: next(wishes), clock=CountingClock(1e9))
    assert [deadline.over(), deadline.over(), deadline.over()] == [False, True, True]
    assert deadline.endless


def test_once_its_time_is_over_nobody_is_asked() -> None:
    deadline = Deadline(0.0, should_stop=lambda: pytest.fail("asked"), clock=StandingClock())
    assert deadline.over()


def test_a_planner_goes_to_another_process_with_its_clock() -> None:
    assert pickle.loads(pickle.dumps(RejigPlanner())) == RejigPlanner()
