"""Templates and their conversions, each with what it cannot read."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest

from scheduler.connect.rest.templates import looked_up, rendered, written

ROW: dict[str, Any] = {
    "n": 12,
    "half": 0.5,
    "none": None,
    "no": False,
    "day": "2026-03-06T12:00:00Z",
    "ms": "/Date(1772755200000)/",
    "negative": "/Date(-86400000)/",
    "clock": 50_400,
    "length": "PT14H30M",
    "a.b": "whole",
    "a": {"b": "part", "list": [{"x": 1}, {"x": None}, {"x": 3}]},
    "json": '["{\\"message\\": \\"closed\\"}"]',
    "quote": "O'Hara",
    "at": "2026-03-29T03:30:00+02:00",
    "zone": "Europe/Berlin",
}


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{n}", 12),
        ("no {n}{none}{no}", "no 12false"),
        ("{none|default x}", "x"),
        ("{none|or n}", 12),
        ("{none|number}", None),
        ("{n|times half}", 6),
        ("{half|times 3}", 1.5),
        ("{n|minus none}", 12),
        ("{n|decimal}.", "12."),
        ("{n|map 12=a *=b}", "a"),
        ("{n|map *=}", None),
        ("{n|zeros 4}", "0012"),
        ("{n|positive}", 12),
        ("{half|minus n|least 0}", 0),
        ("{half|minus half|positive}", None),
        ("{n|is 11 12}", True),
        ("{n|but 11 12}", None),
        ("{no|is false}", True),
        ("{n|equals n}", True),
        ("{n|equals half}", None),
        ("{json|has n}", None),
        ("{day|date}", dt.date(2026, 3, 6)),
        ("{ms|ms|date}", dt.date(2026, 3, 6)),
        ("{negative|ms|date}", dt.date(1969, 12, 31)),
        ("{day|date|day_ms}", "/Date(1772755200000)/"),
        ("{day|date|at clock|utc %H:%M}", "13:00"),
        ("{day|date|at length|utc %H:%M}", "13:30"),
        ("{day|date|at 23:59|utc %H:%M}", "22:59"),
        ("{day|date|at none|utc %d %H:%M}", "05 23:00"),
        ("{at|utc}", "2026-03-29T01:30:00Z"),
        ("{at|local}", "2026-03-29 03:30:00"),
        ("{quote|quote}", "O''Hara"),
        ("{quote|match (H.*)}", "Hara"),
        ("{quote|match (X)}", None),
        ("{quote|cut 2}", "O'"),
        ("{json.@json.0.@json.message}", "closed"),
        ("{n.@json}", None),
        ("{a.b}", "whole"),
        ("{a.list.*.x|join ;}", "1;3"),
        ("{a.list.-1.x}", 3),
        ("{a.list.7.x}", None),
    ],
)
def test_a_value_is_found_and_converted(template: str, value: Any) -> None:
    assert written(template, ROW) == value
    assert type(written(template, ROW)) is type(value)


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{quote|number}", "found 'O'Hara', expected a number"),
        ("{quote|date}", "expected a date"),
        ("{quote|moment}", "expected a date and time"),
        ("{n|ms}", "expected /Date(milliseconds)/"),
        ("{n|map 1=a}", "found '12', expected one of 1"),
        ("{day|moment Europe/Berlyn}", None),
        ("{at|moment|at quote}", "expected a number"),
    ],
)
def test_what_cannot_be_read_is_told(template: str, words: str | None) -> None:
    if words is None:  # the zone is not asked for where an offset stands there
        assert written(template, ROW) == dt.datetime(2026, 3, 6, 12, tzinfo=dt.UTC)
        return
    with pytest.raises(ValueError, match="found") as caught:
        written(template, ROW)
    assert words in str(caught.value)


def test_a_moment_without_an_offset_takes_the_zone_that_is_named_or_that_of_the_scope() -> None:
    scope = {"at": "2026-07-01 12:00:00", "zone": ZoneInfo("Europe/Berlin")}
    assert written("{at|moment|utc %H}", scope) == "10"
    assert written("{at|moment UTC|utc %H}", scope) == "12"


def test_a_shape_leaves_out_what_is_nothing_and_takes_lists_in() -> None:
    shape = {"a": "{n}", "b": "{none}", "c": ["…{a.list}", "{none}", {"d": "{no}"}], "e": {"@json": {"f": "{half}"}}}
    assert rendered(shape, ROW) == {"a": 12, "c": [*ROW["a"]["list"], {"d": False}], "e": '{"f": 0.5}'}


def test_a_value_in_a_path_cannot_leave_its_place() -> None:
    said = written("/orders/{x}/steps", {"x": "MO/1?a=b"}, lambda text: quote(text, safe=""))
    assert said == "/orders/MO%2F1%3Fa%3Db/steps"


def test_a_path_through_nothing_leads_nowhere() -> None:
    assert looked_up({}, "a.b.0.@json.c") is None
    assert looked_up([1], "*.a") is None
