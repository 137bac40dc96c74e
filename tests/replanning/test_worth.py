"""When a better plan is worth the moves that it asks of the shop."""

from __future__ import annotations

import math

import pytest

from scheduler.domain.plans import PlannedOperation
from scheduler.replanning.worth import SOON, has_drifted, moved_soon, price_of_a_move, starts_soon, worth_its_moves


@pytest.mark.parametrize(
    ("before", "after", "moves", "limit", "worth"),
    [
        (1000.0, 999.0, 0, None, True),  # without moves any gain counts
        (1000.0, 1000.0, 0, None, False),
        (1000.0, 995.0, 1, None, False),  # with moves it must be more than half a percent
        (1000.0, 994.9, 1, None, True),
        (1000.0, 500.0, 10, 10, True),
        (1000.0, 500.0, 11, 10, False),  # more moves than the policy allows
        (0.0, 0.0, 3, None, False),
    ],
)
def test_a_better_plan_must_be_worth_its_moves(
    before: float, after: float, moves: int, limit: int | None, worth: bool
) -> None:
    assert worth_its_moves(before, after, moves, limit).worth is worth


@pytest.mark.parametrize(
    ("after", "moved", "worth"),
    [
        (980.1, 100, False),  # moving all of the next day must bring more than two percent
        (979.9, 100, True),
        (989.9, 50, True),  # half of it half of that
        (994.9, 5, True),  # and never less than half a percent
        (995.1, 5, False),
        (999.0, 0, True),  # what moves behind the next day nobody notices
    ],
)
def test_it_must_gain_more_the_more_of_the_next_day_it_moves(after: float, moved: int, worth: bool) -> None:
    assert worth_its_moves(1000.0, after, 500, moved=moved, soon=100).worth is worth


def test_right_after_a_change_a_plan_must_gain_more() -> None:
    def least(quiet: float) -> float:
        return next(g / 10 for g in range(1000) if worth_its_moves(1000.0, 1000.0 - g / 10, 1, quiet_minutes=quiet))

    assert [least(quiet) for quiet in (0.0, 30.0, 120.0, math.inf)] == pytest.approx([20.1, 10.6, 5.3, 5.1])
    assert least(-7 * 1440.0) == least(math.inf)  # the plant was loaded anew, as it was a week ago
    soon_after = worth_its_moves(1000.0, 990.0, 1, quiet_minutes=10)
    assert "as the list was changed 10 min ago" in soon_after.reason


def test_the_reason_says_what_is_gained_and_what_it_moves() -> None:
    assert worth_its_moves(1000.0, 900.0, 1).reason == "it is 10.0% better and moves 1 operation of the next 24 hours"
    assert worth_its_moves(1000.0, 900.0, 9, 8).reason == "it moves 9 operations and the policy allows 8"


def test_moves_count_where_the_floor_has_them_in_its_eye() -> None:
    def plan(*starts: int) -> list[PlannedOperation]:
        return [PlannedOperation("A", i, "saw", start, start + 5) for i, start in enumerate(starts)]

    before = plan(0, 100, SOON - 1, SOON, 3 * SOON)
    assert moved_soon(before, before, 0) == 0
    assert moved_soon(before, plan(0, 101, SOON, SOON + 9, 2 * SOON), 0) == 2
    assert moved_soon(before, plan(0, 100, SOON - 1, SOON - 1, SOON - 3), 0) == 2  # they come into the day
    assert starts_soon(before, 0) == 3
    assert price_of_a_move(1000.0, 10) == 25.0


def test_drift_is_what_costs_more_than_one_percent_either_way() -> None:
    assert not has_drifted(1000.0, 1000.0)
    assert not has_drifted(1000.0, 1010.0)
    assert has_drifted(1000.0, 1011.0)
    assert has_drifted(1000.0, 989.0)
    assert has_drifted(0.0, 1.0)
    assert not has_drifted(0.0, 0.0)
