"""Calendars unrolled as arrays are those of the domain, and a look from a near window finds what the plain one does."""

from __future__ import annotations

import random
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from scheduler.domain.calendars import Calendar, WeeklyWindow, working_time
from scheduler.domain.minutes import DAY
from scheduler.planning.arrays import Ints
from scheduler.planning.kernels.fit_near import fit_near, open_from
from scheduler.planning.kernels.wake import first_awake, set_wake, wake_by, wake_tree
from scheduler.planning.kernels.windows import after, fit
from scheduler.planning.layout import FAR, NONE
from scheduler.planning.tables.stretches import calendar_time, open_stretches, without
from tests.builders import MONDAY_SIX
from tests.planning.random_plants import random_calendar

# The clock goes back at midnight (Havana), by half an hour (Lord Howe), twice around Ramadan (Casablanca).
ZONES = ("UTC", "Europe/Zurich", "America/Havana", "America/Sao_Paulo", "Australia/Lord_Howe", "Africa/Casablanca")


@pytest.mark.parametrize("seed", range(60))
def test_a_calendar_is_unrolled_as_the_domain_does_it(seed: int) -> None:
    rng = random.Random(seed)
    now = rng.randint(4_000_000, 14_000_000)
    calendar, zone = random_calendar(rng, "shift", now), ZoneInfo(ZONES[seed % len(ZONES)])
    last = now + rng.randint(1, 400) * DAY + rng.randint(0, DAY - 1)
    time = working_time(calendar, zone, now, last)
    rows = open_stretches(calendar, zone, now, last)
    assert [tuple(row) for row in rows.tolist()] == list(time.stretches)
    assert calendar_time(calendar, zone, now, last).stretches == time.stretches
    holes = [(a, a + rng.randint(-5, 4000)) for a in (now + rng.randint(-2000, 20_000) for _ in range(4))]
    assert [tuple(row) for row in without(rows, holes).tolist()] == list(time.minus(holes).stretches)


def test_a_night_shift_over_the_spring_change_is_an_hour_shorter() -> None:
    night = Calendar("night", (WeeklyWindow(5, 22 * 60, 6 * 60),))  # from Saturday on
    saturday = MONDAY_SIX + 26 * DAY  # 28 March 2026; the clocks go forward on the 29th
    rows = open_stretches(night, ZoneInfo("Europe/Zurich"), saturday - 7 * DAY, saturday + 7 * DAY)
    assert (rows[:, 1] - rows[:, 0]).tolist() == [480, 420, 480]


def _windows(rng: random.Random) -> Ints:
    edges = np.cumsum([rng.randint(1, 60) for _ in range(2 * rng.randint(0, 6))]).reshape(-1, 2)
    spans = edges[:, 1] - edges[:, 0]
    return np.column_stack((edges, np.cumsum(spans) - spans)).astype(np.int64)


@pytest.mark.parametrize("seed", range(200))
def test_a_seat_is_the_same_from_whichever_window_the_look_begins(seed: int) -> None:
    rng = random.Random(seed)
    windows = _windows(rng)
    count = len(windows)
    idle, setup, t, run = rng.randint(0, 300), rng.choice((0, 5, 60)), rng.randint(0, 300), rng.randint(1, 90)
    ready = after(windows, 0, count, idle, setup)
    for pausable in (0, 1):
        expected = (NONE, NONE) if ready == NONE else fit(windows, 0, count, max(t, ready), run, pausable)
        for near in range(count + 1):
            assert fit_near(windows, near, 0, count, idle, setup, t, run, pausable) == expected
    for near in range(count + 1):
        place = np.array([near])
        assert open_from(windows, place, 0, 0, count, t) == fit(windows, 0, count, t, 1, 1)[0]


def test_the_first_machine_of_those_that_wake_together_comes_first() -> None:
    tree = wake_tree(5)
    for machine, t in ((3, 70), (1, 70), (4, 90)):
        set_wake(tree, machine, t)
    assert (first_awake(tree), tree[1]) == (1, 70)
    wake_by(tree, 4, 60)
    wake_by(tree, 1, 95)  # it wakes at 70 anyway
    assert (first_awake(tree), tree[1]) == (4, 60)
    for machine in (3, 4):
        set_wake(tree, machine, FAR)
    assert (first_awake(tree), tree[1]) == (1, 70)
