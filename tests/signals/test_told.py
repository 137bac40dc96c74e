"""What is told of a change."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from scheduler.domain.event_reading import parse_event
from scheduler.signals.signal import Change
from scheduler.signals.told import AtWork, told

UTC = ZoneInfo("UTC")


def test_a_change_is_one_event_however_often_it_is_told() -> None:
    change = Change("down", "plc", "M1", 1_767_571_229.7, reason="spindle")
    event = told(change)
    assert event == told(change)
    assert event is not None
    read = parse_event(event, UTC)
    assert (read.id, read.source, read.type) == ("M1/down/2026-01-05T00:00:30+00:00", "/sources/plc", "machine.down")
    assert read.data == {"machine": "M1", "reason": "spindle [plc]"}


def test_pieces_add_to_what_was_reported_and_need_an_operation() -> None:
    change = Change("progressed", "plc", "M1", 1_767_571_200.0, good=5, scrap=1)
    event = told(change, AtWork("O1", 10, 40.0, 2.0))
    assert event is not None
    assert parse_event(event, UTC).data == {
        "order": "O1", "operation": 10, "machine": "M1", "quantity_good": 45.0, "quantity_scrap": 3.0,
    }  # fmt: skip
    assert told(change) is None
