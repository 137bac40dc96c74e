"""Working minutes on a machine that opens 06:00-12:00 and 13:00-18:00 (minutes 0-360 and 420-720 of its day)."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.domain.calendars import WorkingTime
from scheduler.planning.arrays import Ints
from scheduler.planning.kernels.clock import near_windows, slot
from scheduler.planning.kernels.windows import after, before, fit, latest_start, window_at
from scheduler.planning.layout import NONE

MORNING_AND_AFTERNOON = np.array([[0, 360, 0], [420, 720, 360]], dtype=np.int64)
PAUSABLE, UNBROKEN = 1, 0


def _table(time: WorkingTime) -> Ints:
    return np.array([(a, b, time.before(a)) for a, b in time.stretches], dtype=np.int64).reshape(-1, 3)


@pytest.mark.parametrize(("t", "worked"), [(0, 0), (359, 359), (360, 360), (419, 360), (420, 360), (421, 361)])
def test_minutes_worked_stand_still_over_lunch(t: int, worked: int) -> None:
    assert before(MORNING_AND_AFTERNOON, 0, 2, t) == worked


def test_nothing_was_worked_before_the_first_window_and_nothing_more_after_the_last() -> None:
    assert before(MORNING_AND_AFTERNOON, 1, 2, 419) == 0  # a machine that has only the afternoon
    assert before(MORNING_AND_AFTERNOON, 0, 2, 10_000) == 660


@pytest.mark.parametrize(
    ("t", "need", "moment"),
    [(0, 360, 360), (0, 361, 421), (350, 10, 360), (350, 11, 421), (380, 1, 421), (0, 660, 720), (0, 661, NONE)],
)
def test_a_changeover_goes_on_behind_lunch(t: int, need: int, moment: int) -> None:
    assert after(MORNING_AND_AFTERNOON, 0, 2, t, need) == moment


def test_no_changeover_is_over_at_once_even_while_the_machine_is_closed() -> None:
    assert after(MORNING_AND_AFTERNOON, 0, 2, 380, 0) == 380


@pytest.mark.parametrize(
    ("t", "run", "kind", "place"),
    [
        (0, 360, UNBROKEN, (0, 360)),
        (1, 360, UNBROKEN, (NONE, NONE)),  # 361 minutes after opening it is lunch, and the afternoon has but 300
        (1, 300, UNBROKEN, (1, 301)),
        (61, 300, UNBROKEN, (420, 720)),
        (61, 300, PAUSABLE, (61, 421)),
        (360, 10, PAUSABLE, (420, 430)),
        (359, 2, PAUSABLE, (359, 421)),
        (359, 2, UNBROKEN, (420, 422)),
        (420, 300, PAUSABLE, (420, 720)),
        (720, 1, PAUSABLE, (NONE, NONE)),
    ],
)
def test_work_starts_in_open_time_and_pauses_only_where_it_may(
    t: int, run: int, kind: int, place: tuple[int, int]
) -> None:
    assert fit(MORNING_AND_AFTERNOON, 0, 2, t, run, kind) == place


@pytest.mark.parametrize("kind", [PAUSABLE, UNBROKEN])
def test_work_that_would_outlast_the_windows_has_no_place(kind: int) -> None:
    assert fit(MORNING_AND_AFTERNOON, 0, 2, 420, 301, kind) == (NONE, NONE)


@pytest.mark.parametrize(("end", "run", "start"), [(360, 60, 300), (430, 20, 350), (420, 60, 300), (421, 1, 360)])
def test_the_start_that_reaches_an_end_counts_back_over_lunch(end: int, run: int, start: int) -> None:
    assert latest_start(MORNING_AND_AFTERNOON, 0, 2, end, run) == start


# -- against the domain's arithmetic, on any calendar -----------------------------------------------------------------


@st.composite
def _working_times(draw: st.DrawFn) -> WorkingTime:
    gaps = draw(st.lists(st.tuples(st.integers(1, 700), st.integers(1, 900)), min_size=1, max_size=8))
    at, stretches = draw(st.integers(0, 600)), []
    for length, closed in gaps:
        stretches.append((at, at + length))
        at += length + closed
    return WorkingTime(stretches)


@settings(deadline=None)
@given(_working_times(), st.integers(0, 12_000), st.integers(1, 3_000))
def test_the_compiled_arithmetic_is_that_of_the_domain(time: WorkingTime, t: int, need: int) -> None:
    table = _table(time)
    n = len(table)
    assert before(table, 0, n, t) == time.before(t)
    assert after(table, 0, n, t, need) == (NONE if time.after(t, need) is None else time.after(t, need))
    window = int(window_at(table, 0, n, t))
    assert (window >= 0 and t < table[window, 1]) == time.is_open(t)


@settings(deadline=None)
@given(_working_times(), st.integers(0, 12_000), st.integers(1, 2_000), st.sampled_from([PAUSABLE, UNBROKEN]))
def test_work_is_placed_at_the_first_minute_that_the_contract_allows(
    time: WorkingTime, t: int, run: int, kind: int
) -> None:
    start, end = fit(_table(time), 0, len(time.stretches), t, run, kind)
    allowed = (s for a, b in time.stretches for s in range(max(a, t), b) if kind == PAUSABLE or s + run <= b)
    first = next(allowed, None)
    if first is None:
        assert end == NONE
        return
    finish = first + run if kind == UNBROKEN else time.after(first, run)
    if finish is None:
        assert end == NONE
        return
    assert (start, end) == (first, finish)
    assert time.between(start, end) == run
    assert time.is_open(start)
    assert time.is_open(end - 1)


@settings(deadline=None)
@given(_working_times(), st.integers(0, 12_000), st.integers(1, 2_000))
def test_work_that_must_reach_an_end_starts_at_the_earliest_moment_that_does_it(
    time: WorkingTime, end: int, run: int
) -> None:
    start = latest_start(_table(time), 0, len(time.stretches), end, run)
    if time.before(end) < run:
        assert start == time.stretches[0][0]  # as early as it can; it will end later than asked
        return
    assert time.between(start, end) == run
    if time.before(end) > run:
        assert time.between(start - 1, end) == run + 1


@settings(deadline=None)
@given(_working_times(), st.randoms(use_true_random=False), st.integers(0, 400))
def test_the_search_places_work_exactly_as_the_builder_does(time: WorkingTime, rng: random.Random, setup: int) -> None:
    """`slot` with its look-up table against changeover and place one after the other."""
    table = _table(time)
    n = len(table)
    machines = np.array([[0, n, NONE, 0]], dtype=np.int64)
    near = near_windows(machines, table, rng.choice((100, 3_000, 20_000)))
    for _ in range(10):
        idle, t, run = rng.randint(0, 9_000), rng.randint(0, 9_000), rng.randint(1, 1_500)
        kind = rng.choice((PAUSABLE, UNBROKEN))
        ready = after(table, 0, n, idle, setup)
        expected = (NONE, NONE) if ready == NONE else fit(table, 0, n, max(t, ready), run, kind)
        found = slot(table, near, 0, 0, n, idle, setup, t, run, kind)
        assert found == expected
