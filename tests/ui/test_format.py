"""Moments, durations and changes as a planner says them."""

import pytest

from ui import format as say


def test_a_moment_is_said_on_the_plants_clock() -> None:
    assert say.moment("2026-11-17T13:25+01:00") == "Tue 17 Nov 13:25"
    assert say.moment("2026-03-02T06:00Z") == "Mon 2 Mar 06:00"
    assert say.moment(None) == "–"


def test_a_span_says_the_day_twice_only_over_midnight() -> None:
    assert say.span("2026-11-17T13:25+01:00", "2026-11-17T15:10+01:00") == "Tue 17 Nov 13:25 → 15:10"
    assert say.span("2026-11-17T23:00+01:00", "2026-11-18T01:00+01:00") == "Tue 17 Nov 23:00 → Wed 18 Nov 01:00"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "0 min"),
        (59, "59 min"),
        (60, "1 h"),
        (61, "1 h 01 min"),
        (1439, "23 h 59 min"),
        (1440, "1 d"),
        (3120, "2 d 4 h"),
        (-185, "-3 h 05 min"),
        (-0.2, "0 min"),
    ],
)
def test_a_duration_is_said_in_its_own_size(minutes: float, words: str) -> None:
    assert say.duration(minutes) == words


def test_lateness_names_its_side() -> None:
    assert [say.lateness(m) for m in (25, 0, -60, None)] == ["25 min late", "on time", "1 h early", "not planned"]


def test_numbers_carry_unit_and_sign() -> None:
    assert say.hours(1890) == "31.5 h"
    assert say.hours(60000) == "1,000 h"
    assert say.signed(say.hours(540), 540) == "+9.0 h"
    assert say.signed(say.hours(-540), -540) == "-9.0 h"
    assert say.percent(0.921) == "92.1 %"
    assert say.cost(12345.4) == "12 345"
    assert say.count(1, "order") == "1 order"
    assert say.count(0, "order") == "0 orders"
    assert say.quantity(25.0) == "25"
    assert say.quantity(12.5) == "12.5"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(4, "just now"), (5, "5 s ago"), (60, "1 min ago"), (7260, "2 h 01 min ago"), (172800, "2 d ago")],
)
def test_an_age_is_said_roughly(seconds: float, words: str) -> None:
    assert say.age(seconds) == words
