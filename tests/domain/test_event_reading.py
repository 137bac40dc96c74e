"""CloudEvents are read as the contract's table of disturbances says, and refused in words."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from scheduler.domain.event_reading import FIELDS, event_json, parse_event
from scheduler.domain.events import EVENT_TYPES
from scheduler.domain.fold import CHANGES
from scheduler.errors import InvalidEvent
from tests.builders import UTC, at

ZURICH = ZoneInfo("Europe/Zurich")


def raw(type: str = "machine.down", **data: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": "7",
        "source": "/mes",
        "type": type,
        "time": "2026-03-02T06:30:00",
        "data": data,
    }


def refusal_of(event: object) -> InvalidEvent:
    with pytest.raises(InvalidEvent) as caught:
        parse_event(event, UTC)  # type: ignore[arg-type]
    return caught.value


def test_every_type_of_disturbance_has_its_fields() -> None:
    assert set(FIELDS) == set(EVENT_TYPES)


def test_every_type_of_disturbance_changes_a_plant_in_its_own_way() -> None:
    assert set(CHANGES) == set(EVENT_TYPES)


def test_a_time_without_an_offset_is_the_plants_clock() -> None:
    event = raw("machine.up", machine="saw")
    assert parse_event(event, UTC).time == at(0, 6, 30)
    assert parse_event(event, ZURICH).time == at(0, 5, 30)


def test_a_time_with_an_offset_is_the_same_moment_everywhere() -> None:
    event = raw("machine.up", machine="saw") | {"time": "2026-03-02T06:30:00Z"}
    assert parse_event(event, ZURICH).time == parse_event(event, UTC).time == at(0, 6, 30)


def test_moments_in_the_data_carry_an_offset_afterwards() -> None:
    event = parse_event(raw(machine="saw", expected_up="2026-03-02T08:00"), ZURICH)
    assert event.data["expected_up"] == "2026-03-02T08:00+01:00"


def test_an_unknown_end_of_a_breakdown_stays_said() -> None:
    assert parse_event(raw(machine="saw", expected_up=None), UTC).data == {"machine": "saw", "expected_up": None}


def test_an_optional_field_that_is_null_counts_as_absent() -> None:
    event = parse_event(raw("order.changed", order="SHAFT-1", due=None, priority=3), UTC)
    assert event.data == {"order": "SHAFT-1", "priority": 3}


def test_extra_fields_are_kept() -> None:
    assert parse_event(raw("machine.up", machine="saw", operator="Ada"), UTC).data["operator"] == "Ada"


def test_a_row_of_a_csv_file_may_come_as_text() -> None:
    row = {"order": "R-1", "material": "pin", "quantity": "12", "due": "2026-03-03T14:00", "release": "", "routing": ""}
    event = parse_event(raw("order.created", **row), UTC)
    assert event.data["quantity"] == 12
    assert "release" not in event.data


@pytest.mark.parametrize("attribute", ["specversion", "id", "source", "type", "time"])
def test_an_envelope_without_an_attribute_is_refused_by_its_name(attribute: str) -> None:
    event = raw("machine.up", machine="saw")
    del event[attribute]
    assert refusal_of(event).field == attribute


def test_another_specversion_is_refused() -> None:
    fault = refusal_of(raw("machine.up", machine="saw") | {"specversion": "0.3"})
    assert fault.field == "specversion"
    assert "'0.3'" in str(fault)


def test_an_unknown_type_is_refused_with_the_nearest_known() -> None:
    fault = refusal_of(raw("machine.dwn", machine="saw"))
    assert fault.field == "type"
    assert "did you mean 'machine.down'?" in str(fault)


@pytest.mark.parametrize("time", ["yesterday", "2026-13-02T06:00", "  x "])
def test_a_time_that_is_none_is_refused(time: str) -> None:
    assert refusal_of(raw("machine.up", machine="saw") | {"time": time}).field == "time"


@pytest.mark.parametrize(
    ("type_", "data", "field"),
    [
        ("machine.down", {}, "data.machine"),
        ("machine.down", {"machine": 3}, "data.machine"),
        ("machine.down", {"machine": " "}, "data.machine"),
        ("machine.down", {"machine": "saw", "expected_up": "soon"}, "data.expected_up"),
        ("machine.speed", {"machine": "saw", "efficiency": 0}, "data.efficiency"),
        ("machine.speed", {"machine": "saw", "efficiency": True}, "data.efficiency"),
        ("machine.speed", {"machine": "saw", "efficiency": float("nan")}, "data.efficiency"),
        ("order.created", {"order": "A", "material": "pin", "due": "2026-03-03"}, "data.quantity"),
        ("order.created", {"order": "A", "material": "pin", "quantity": -1, "due": "2026-03-03"}, "data.quantity"),
        (
            "order.created",
            {"order": "A", "material": "pin", "quantity": 1, "due": "2026-03-03", "routing_rows": {"operation": 10}},
            "data.routing_rows",
        ),
        ("order.changed", {"order": "A", "status": "halt"}, "data.status"),
        ("order.changed", {"order": "A"}, "data"),
        ("receipt.changed", {"receipt": "PO-7"}, "data"),
        ("receipt.changed", {"receipt": "PO-7", "quantity": -5}, "data.quantity"),
        ("material.counted", {"material": "bar"}, "data.on_hand"),
        ("operation.started", {"order": "A", "operation": "ten", "machine": "saw"}, "data.operation"),
        ("operation.started", {"order": "A", "operation": 10.5, "machine": "saw"}, "data.operation"),
        ("operation.started", {"order": "A", "operation": 10}, "data.machine"),
        ("operation.progressed", {"order": "A", "operation": 10}, "data"),
        ("operation.finished", {"order": "A", "operation": 10, "quantity_good": -1}, "data.quantity_good"),
        ("quality.held", {"reason": "scratches"}, "data.order"),
    ],
)
def test_data_that_does_not_fit_is_refused_by_its_field(type_: str, data: dict[str, Any], field: str) -> None:
    assert refusal_of(raw(type_, **data)).field == field


def test_data_that_is_no_object_is_refused() -> None:
    assert refusal_of(raw("machine.up") | {"data": ["saw"]}).field == "data"
    assert refusal_of("machine.up").field == "event"


def test_a_tick_needs_no_data() -> None:
    event = raw("clock.ticked")
    del event["data"]
    assert parse_event(event, UTC).data == {}


def test_an_event_written_out_reads_back_the_same() -> None:
    event = parse_event(raw(machine="saw", expected_up="2026-03-29T03:30", reason="spindle", shift=2), ZURICH)
    assert parse_event(event_json(event, ZURICH), ZURICH) == event


@pytest.mark.parametrize("efficiency", [1e-7, 1e300, 10**400, float("nan"), float("inf"), 0, -1, True])
def test_a_number_that_no_plan_could_hold_is_refused(efficiency: object) -> None:
    said = str(refusal_of(raw("machine.speed", machine="saw", efficiency=efficiency)))
    assert "expected a number from a millionth to a thousand million" in said
