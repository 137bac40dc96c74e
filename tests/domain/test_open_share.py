"""The share of a week that a calendar is open."""

from __future__ import annotations

import pytest

from scheduler.domain.calendars import Calendar, WeeklyWindow

HOUR = 60


@pytest.mark.parametrize(
    ("windows", "hours"),
    [
        ([(0, 6, 14)], 8),
        ([(0, 6, 14), (0, 12, 18)], 12),  # what two windows cover counts once
        ([(0, 22, 6), (1, 5, 7)], 9),  # past midnight, into the next window
        ([(6, 22, 6)], 8),  # past Sunday's midnight
        ([(6, 22, 6), (0, 4, 8)], 10),  # into Monday's window
        ([(day, 0, 24) for day in range(7)], 168),
        ([], 0),
    ],
)
def test_the_share_is_the_hours_open_of_168(windows: list[tuple[int, int, int]], hours: int) -> None:
    calendar = Calendar("c", tuple(WeeklyWindow(day, a * HOUR, b * HOUR) for day, a, b in windows))
    assert calendar.open_share() == pytest.approx(hours / 168)
