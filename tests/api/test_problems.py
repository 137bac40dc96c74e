"""What an error carries is what the caller reads, whatever signs stand in it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi import Request

from api.problems import refused
from scheduler.domain.event_reading import parse_event
from scheduler.domain.fold import fold_event
from scheduler.errors import BadRequest, InvalidEvent
from scheduler.usecases.what_if import read_assumptions
from tests.builders import UTC, down, tiny_plant

CALL = Request({"type": "http", "method": "GET", "path": "/x", "headers": []})


def told(error: Exception) -> dict[str, Any]:
    (fault,) = json.loads(bytes(refused(CALL, error).body))["errors"]
    assert isinstance(fault, dict)
    return fault


@pytest.mark.parametrize("found", ["a;b", "a, expected b", "a;b, expected c; d", "found a"])
def test_what_was_found_comes_back_whole(found: str) -> None:
    error = BadRequest.of("to", f"'{found}'", "a moment; or nothing", "leave it out")
    assert str(error) == f"to: found '{found}', expected a moment; or nothing; leave it out"
    assert told(error) == {"field": "to", "found": f"'{found}'", "expected": "a moment; or nothing"}


def test_a_type_with_a_semicolon_comes_back_whole() -> None:
    raw = {"specversion": "1.0", "id": "1", "source": "s", "type": "a;b", "time": "2026-03-02T06:00Z"}
    with pytest.raises(InvalidEvent) as caught:
        parse_event(raw, UTC)
    assert told(caught.value) == {"field": "type", "found": "'a;b'", "expected": "a type of disturbance"}


def test_a_name_that_the_plant_lacks_is_what_was_found() -> None:
    with pytest.raises(InvalidEvent) as caught:
        fold_event(tiny_plant(), down("1", "saw; lathe"))
    fault = told(caught.value)
    assert fault == {"field": "data.machine", "found": "'saw; lathe'", "expected": "a machine of the plant"}


def test_of_several_assumptions_the_one_at_fault_says_the_same() -> None:
    with pytest.raises(InvalidEvent, match=r"^assumption 2: ") as caught:
        read_assumptions(
            [{"type": "clock.ticked"}, {"type": "machine.speed", "data": {"machine": "saw", "efficiency": "1;2"}}],
            tiny_plant(),
            "test",
        )
    assert told(caught.value) == {
        "field": "events.1.data.efficiency",
        "found": "'1;2'",
        "expected": "a number from a millionth to a thousand million",
    }


def test_what_is_missing_is_found_to_be_nothing() -> None:
    raw = {"specversion": "1.0", "id": "1", "source": "s", "type": "machine.up", "time": "2026-03-02T06:00Z"}
    with pytest.raises(InvalidEvent) as caught:
        parse_event(raw, UTC)
    fault = told(caught.value)
    assert (fault["field"], fault["found"]) == ("data.machine", "nothing")
    assert fault["expected"].startswith("a name (text, not empty")
