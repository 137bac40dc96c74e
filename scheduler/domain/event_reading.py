"""CloudEvents JSON to an `Event` and back. What is wrong is said in words, with the field's name.

Moments inside `data` stay ISO 8601 text, but always with an offset, so an event says the same wherever it is read.
Unknown extra attributes of the envelope are left out; unknown extra fields of `data` are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

from scheduler.domain.events import EVENT_TYPES, Event
from scheduler.domain.folding.lookup import MOST
from scheduler.domain.keepable import NotKeepable, look_through
from scheduler.domain.minutes import YEARS, Minute, credible, iso, parse_minute
from scheduler.domain.texts import tidy_name
from scheduler.errors import InvalidEvent, did_you_mean
from scheduler.limits import STANDARD

Kind: TypeAlias = Literal[
    "name", "text", "number", "positive", "level", "whole", "moment", "status", "rows", "yes_no", "opening", "names"
]

LEAST = STANDARD.least_positive
PROSE = frozenset({"description", "reason"})
"""Columns of rows that hold no names."""

STATUSES = ("planned", "released", "hold")

_EXPECTED: Mapping[Kind, str] = {
    "name": f"a name (text, not empty, at most {STANDARD.name_length} characters, none of them a control character)",
    "text": "text",
    "number": "a number from 0 to a thousand million",
    "positive": "a number from a millionth to a thousand million",
    "level": "a number between minus and plus a thousand million",
    "whole": "a whole number from 0 to a thousand million",
    "moment": f"a moment as ISO 8601 of the years {YEARS}, like 2026-03-02T06:00+01:00",
    "status": "one of planned, released, hold",
    "yes_no": "true or false",
    "opening": "open or closed",
    "rows": f"a list of at most {STANDARD.rows_of_an_event:,} objects, one per row",
    "names": f"a list of at most {STANDARD.rows_of_an_event:,} names",
}


@dataclass(frozen=True, slots=True)
class FieldRule:
    """A field of an event's data. An optional field that is null counts as absent, unless null says something."""

    name: str
    kind: Kind
    required: bool = False
    null_means: str = ""


def _must(name: str, kind: Kind) -> FieldRule:
    return FieldRule(name, kind, required=True)


_ORDER = _must("order", "name")
_MACHINE = _must("machine", "name")
_OPERATION = _must("operation", "whole")
_RESERVATION = _must("reservation", "name")
_PIECES = (FieldRule("quantity_good", "number"), FieldRule("quantity_scrap", "number"))
_DOUBTS = (
    FieldRule("doubts", "names"),
    FieldRule("order", "name"),
    FieldRule("machine", "name"),
    FieldRule("rule", "name"),
    FieldRule("reason", "text"),
)

FIELDS: Mapping[str, tuple[FieldRule, ...]] = {
    "clock.ticked": (),
    "machine.down": (_MACHINE, FieldRule("expected_up", "moment", null_means="unknown"), FieldRule("reason", "text")),
    "machine.up": (_MACHINE,),
    "machine.speed": (_MACHINE, _must("efficiency", "positive")),
    "machine.added": (_MACHINE, _must("like", "name"), FieldRule("reason", "text")),
    "calendar.changed": (
        FieldRule("calendar", "name"),
        FieldRule("machine", "name"),
        FieldRule("start", "moment"),
        _must("end", "moment"),
        _must("kind", "opening"),
        FieldRule("reason", "text"),
    ),
    "pool.changed": (
        _must("pool", "name"),
        _must("capacity", "number"),
        FieldRule("start", "moment"),
        FieldRule("end", "moment"),
        FieldRule("reason", "text"),
    ),
    "routing.changed": (
        _must("routing", "name"),
        FieldRule("routing_rows", "rows"),
        FieldRule("machine_rows", "rows"),
        FieldRule("bom_rows", "rows"),
        FieldRule("pool_rows", "rows"),
        FieldRule("from", "moment"),
    ),
    "order.created": (
        _ORDER,
        _must("material", "name"),
        _must("quantity", "number"),
        _must("due", "moment"),
        FieldRule("routing", "text"),
        FieldRule("release", "moment"),
        FieldRule("priority", "number"),
        FieldRule("status", "status"),
        FieldRule("customer", "text"),
        FieldRule("reservation", "name"),
        FieldRule("routing_rows", "rows"),
        FieldRule("machine_rows", "rows"),
        FieldRule("bom_rows", "rows"),
        FieldRule("pool_rows", "rows"),
    ),
    "order.changed": (
        _ORDER,
        FieldRule("quantity", "number"),
        FieldRule("due", "moment"),
        FieldRule("priority", "number"),
        FieldRule("status", "status"),
        FieldRule("release", "moment", null_means="at once"),
        FieldRule("customer", "text"),
        FieldRule("until", "moment"),
    ),
    "order.cancelled": (_ORDER,),
    "receipt.changed": (
        _must("receipt", "name"),
        FieldRule("expected", "moment"),
        FieldRule("quantity", "number"),
        FieldRule("material", "name"),
    ),
    "receipt.arrived": (_must("receipt", "name"), _must("quantity", "number"), FieldRule("complete", "yes_no")),
    "material.issued": (
        _must("material", "name"),
        _must("quantity", "level"),
        FieldRule("reason", "text"),
        FieldRule("order", "name"),
        FieldRule("operation", "whole"),
    ),
    "material.counted": (_must("material", "name"), _must("on_hand", "level")),
    "operation.started": (_ORDER, _OPERATION, _MACHINE, FieldRule("remaining_minutes", "number")),
    "operation.progressed": (
        _ORDER,
        _OPERATION,
        FieldRule("machine", "name"),
        *_PIECES,
        FieldRule("remaining_minutes", "number"),
    ),
    "operation.finished": (_ORDER, _OPERATION, FieldRule("machine", "name"), *_PIECES),
    "operation.paused": (_ORDER, _OPERATION, FieldRule("reason", "text")),
    "operation.resumed": (_ORDER, _OPERATION, FieldRule("reason", "text")),
    "operation.put_aside": (_ORDER, _OPERATION, FieldRule("machine", "name"), FieldRule("reason", "text")),
    "operation.added": (
        _ORDER,
        _OPERATION,
        FieldRule("description", "text"),
        FieldRule("predecessors", "text"),
        FieldRule("machine_rows", "rows"),
    ),
    "operation.pinned": (
        _ORDER,
        _OPERATION,
        FieldRule("machine", "name"),
        FieldRule("start", "moment"),
        FieldRule("not_before", "moment"),
        FieldRule("not_after", "moment"),
        FieldRule("by", "text"),
        FieldRule("reason", "text"),
    ),
    "operation.unpinned": (_ORDER, _OPERATION, FieldRule("by", "text"), FieldRule("reason", "text")),
    "clock.corrected": (_must("now", "moment"), FieldRule("reason", "text")),
    "doubt.confirmed": (_must("by", "name"), *_DOUBTS),
    "doubt.corrected": (_must("by", "name"), *_DOUBTS),
    "quality.held": (_ORDER, FieldRule("reason", "text")),
    "quality.released": (_ORDER, FieldRule("reason", "text")),
    "promise.reserved": (
        _RESERVATION,
        _must("material", "name"),
        _must("quantity", "number"),
        _must("due", "moment"),
        _must("until", "moment"),
        FieldRule("routing", "text"),
        FieldRule("release", "moment"),
        FieldRule("priority", "number"),
        FieldRule("customer", "text"),
        FieldRule("part_of", "name"),
        FieldRule("by", "text"),
        FieldRule("reason", "text"),
    ),
    "promise.released": (_RESERVATION, FieldRule("by", "text"), FieldRule("reason", "text")),
}

# Of these, an event that says nothing new about its object must name at least one.
_ANY_OF: Mapping[str, tuple[str, ...]] = {
    "calendar.changed": ("calendar", "machine"),
    "routing.changed": ("routing_rows", "machine_rows", "bom_rows", "pool_rows"),
    "order.changed": ("quantity", "due", "priority", "status", "release", "customer", "until"),
    "receipt.changed": ("expected", "quantity"),
    "operation.progressed": ("quantity_good", "quantity_scrap", "remaining_minutes"),
    "operation.pinned": ("machine", "start", "not_before", "not_after"),
}


def parse_event(raw: Mapping[str, Any], zone: ZoneInfo, now: Minute | None = None) -> Event:
    """A CloudEvents 1.0 object as an Event; a moment without an offset is a clock reading in `zone`.

    now : the plant's; a reading of an hour that comes twice means the second where the first is before it.

    Raises InvalidEvent, with `field` naming what is wrong. Whether the names in it are known is `fold_event`'s to say.
    """
    if not isinstance(raw, Mapping):
        raise InvalidEvent.of("event", _shown(raw), "a CloudEvents object", place="an event")
    if raw.get("specversion") != "1.0":
        raise InvalidEvent.of("specversion", _shown(raw.get("specversion")), "'1.0'")
    for attribute in ("id", "source", "type", "time"):
        value = raw.get(attribute)
        if not isinstance(value, str) or not value.strip():
            raise InvalidEvent.of(attribute, _shown(value), "text, not empty")
    type_ = raw["type"]
    if type_ not in FIELDS:
        raise InvalidEvent.of("type", _shown(type_), "a type of disturbance", did_you_mean(type_, EVENT_TYPES))
    data = raw.get("data")
    if data is None:
        data = {}
    if not isinstance(data, Mapping) or not all(isinstance(k, str) for k in data):
        raise InvalidEvent.of("data", _shown(data), "an object", place=f"{type_}: data")
    time = _moment(raw["time"], zone, now)
    if time is None:
        raise InvalidEvent.of("time", _shown(raw["time"]), _EXPECTED["moment"])
    read = _read_data(type_, data, zone, time if now is None else max(now, time))
    try:
        look_through(read, "data")
    except NotKeepable as fault:
        expected = "what can be read back"
        field = fault.where or "data"
        raise InvalidEvent(f"{type_}: {fault}, expected {expected}", field, fault.wrong, expected) from None
    return Event(raw["id"], raw["source"], type_, time, read)


def event_json(event: Event, zone: ZoneInfo) -> dict[str, Any]:
    """The CloudEvents 1.0 object of an event; `parse_event` reads it back as it was."""
    return {
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": event.type,
        "time": iso(event.time, zone),
        "datacontenttype": "application/json",
        "data": dict(event.data),
    }


def _read_data(type_: str, data: Mapping[str, Any], zone: ZoneInfo, now: Minute) -> dict[str, Any]:
    read: dict[str, Any] = dict(data)
    for rule in FIELDS[type_]:
        value = data.get(rule.name)
        if value is None or (value == "" and rule.kind != "text"):
            if rule.required:
                expected = _EXPECTED[rule.kind]
                missing = f"{type_}: data.{rule.name} is missing, expected {expected}"
                raise InvalidEvent(missing, f"data.{rule.name}", "nothing", expected)
            if rule.name in data and rule.null_means:
                read[rule.name] = None
            else:
                read.pop(rule.name, None)
            continue
        try:
            read[rule.name] = _value(rule.kind, value, zone, now)
        except ValueError:
            near = did_you_mean(str(value), STATUSES) if rule.kind == "status" else ""
            field = f"data.{rule.name}"
            raise InvalidEvent.of(field, _shown(value), _EXPECTED[rule.kind], near, place=f"{type_}: {field}") from None
    any_of = _ANY_OF.get(type_)
    if any_of and not any(name in read for name in any_of):
        raise InvalidEvent.of("data", f"none of {', '.join(any_of)}", "at least one", place=f"{type_}: data")
    return read


def _value(kind: Kind, value: Any, zone: ZoneInfo, now: Minute) -> Any:
    """The value as its kind keeps it. Raises ValueError."""
    match kind:
        case "name" | "text":
            if not isinstance(value, str):
                raise ValueError
            return tidy_name(value) if kind == "name" else value
        case "status":
            if value not in STATUSES:
                raise ValueError
            return value
        case "opening":
            if value not in ("open", "closed"):
                raise ValueError
            return value
        case "yes_no":
            if not isinstance(value, bool):
                raise ValueError
            return value
        case "number" | "positive" | "level" | "whole":
            return _number(kind, value)
        case "moment":
            minute = _moment(value, zone, now)
            if minute is None:
                raise ValueError
            return iso(minute, zone)
        case "rows":
            if not isinstance(value, (list, tuple)) or not all(isinstance(row, Mapping) for row in value):
                raise ValueError
            if len(value) > STANDARD.rows_of_an_event:
                raise ValueError
            return [{key: _cell(key, cell) for key, cell in row.items()} for row in value]
        case "names":
            if not isinstance(value, (list, tuple)) or not all(isinstance(name, str) and name for name in value):
                raise ValueError
            if len(value) > STANDARD.rows_of_an_event:
                raise ValueError
            return [tidy_name(name) for name in value]


def _cell(column: str, cell: Any) -> Any:
    """A cell of a row: names in their one spelling. Raises ValueError."""
    return tidy_name(cell) if isinstance(cell, str) and cell.strip() and column not in PROSE else cell


def _number(kind: Kind, value: Any) -> int | float:
    """A JSON number, or text that is one (rows of a CSV file come so). Raises ValueError."""
    if isinstance(value, str):
        number = float(value)
        value = int(number) if number.is_integer() else number
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError
    least = {"positive": LEAST, "level": -MOST}.get(kind, 0)
    if not least <= value <= MOST:  # neither is nan
        raise ValueError
    if kind == "whole":
        if value != int(value):
            raise ValueError
        return int(value)
    return value


def _moment(value: Any, zone: ZoneInfo, now: Minute | None) -> Minute | None:
    if not isinstance(value, str):
        return None
    try:
        minute = parse_minute(value, zone, now)
    except (ValueError, OverflowError):
        return None
    return minute if credible(minute) else None


def _shown(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, (Mapping, list, tuple)) and len(value) > 4:
        return f"{'an object' if isinstance(value, Mapping) else 'a list'} of {len(value):,}"
    try:
        text = repr(value)
    except (RecursionError, ValueError):
        return "something nested too deep, or with too many digits"
    return text if len(text) <= 80 else text[:77] + "..."
