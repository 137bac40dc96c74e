"""An event in the words of the shop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from scheduler.domain.events import Event
from scheduler.domain.minutes import parse_minute, spoken

SENTENCES: Mapping[str, str] = {
    "clock.ticked": "Time has passed",
    "machine.down": "{machine} is down{until}{why}",
    "machine.up": "{machine} is up again",
    "machine.added": "{machine} is new, and does what {like} does{why}",
    "machine.speed": "{machine} runs at {efficiency} of standard",
    "calendar.changed": "{whose}: {opening} {stretch}{why}",
    "pool.changed": "{pool}: {capacity} available{stretch}{why}",
    "routing.changed": "{routing} is made in a new way{since}",
    "order.created": "Order {order} is new: {quantity} of {material}{due}{place}",
    "order.changed": "Order {order} has changed: {changes}",
    "order.cancelled": "Order {order} is cancelled",
    "receipt.changed": "Delivery {receipt} has changed: {changes}",
    "receipt.arrived": "Delivery {receipt} has arrived: {quantity}{rest}",
    "material.issued": "{material}: {moved}{whom}{why}",
    "material.counted": "{material} counted: {on_hand} on hand",
    "operation.started": "{order}/{operation} has started on {machine}",
    "operation.progressed": "{order}/{operation}: {progress}",
    "operation.finished": "{order}/{operation} is finished{pieces}",
    "operation.paused": "{order}/{operation} is paused{why}",
    "operation.resumed": "{order}/{operation} goes on again",
    "operation.put_aside": "{order}/{operation} is put aside{why}",
    "operation.added": "{order}/{operation} is new work",
    "operation.pinned": "{order}/{operation} is pinned: {pinned}{why}",
    "operation.unpinned": "{order}/{operation} is not pinned any more{why}",
    "clock.corrected": "The clock is set to {now}{why}",
    "doubt.confirmed": "{by} confirms what was in doubt{why}",
    "doubt.corrected": "{by} corrects what was in doubt{why}",
    "quality.held": "Order {order} is held for quality{why}",
    "quality.released": "Order {order} is released by quality{why}",
    "promise.reserved": "{reservation} reserved until {until_then}: {quantity} of {material}{due}{why}",
    "promise.released": "{reservation} is not reserved any more{why}",
}

NAMES: Mapping[str, str] = {
    "clock.ticked": "time passing",
    "clock.corrected": "a corrected clock",
    "machine.down": "{machine} down",
    "machine.up": "{machine} up again",
    "machine.added": "the new machine {machine}",
    "machine.speed": "another speed of {machine}",
    "calendar.changed": "other working hours of {whose}",
    "pool.changed": "more or less of {pool}",
    "routing.changed": "a new way to make {routing}",
    "order.created": "new order {order}",
    "order.changed": "a change of order {order}",
    "order.cancelled": "cancelled order {order}",
    "receipt.changed": "a change of delivery {receipt}",
    "receipt.arrived": "the arrival of delivery {receipt}",
    "material.issued": "an issue of {material}",
    "material.counted": "a count of {material}",
    "operation.started": "the start of {order}/{operation}",
    "operation.progressed": "progress of {order}/{operation}",
    "operation.finished": "the end of {order}/{operation}",
    "operation.paused": "a pause of {order}/{operation}",
    "operation.resumed": "the resumption of {order}/{operation}",
    "operation.put_aside": "{order}/{operation} put aside",
    "operation.added": "new work {order}/{operation}",
    "operation.pinned": "a pin of {order}/{operation}",
    "operation.unpinned": "a pin taken off {order}/{operation}",
    "promise.reserved": "reservation {reservation}",
    "promise.released": "the end of reservation {reservation}",
    "doubt.confirmed": "a confirmed assumption",
    "doubt.corrected": "a corrected assumption",
    "quality.held": "order {order} held for quality",
    "quality.released": "order {order} released by quality",
}


def name_event(event: Event) -> str:
    """What it was, to stand behind "after": 'DMG-01 down', 'new order SO-7'."""
    data = event.data
    whose = str(data.get("machine") or data.get("calendar"))
    return NAMES.get(event.type, event.type).format_map(
        _Known({**{k: str(v) for k, v in data.items()}, "whose": whose})
    )


def describe_event(event: Event, zone: ZoneInfo) -> str:
    """One line: 'DMG-01 is down until Mon 2 Mar 09:30 (spindle)'."""
    data = event.data
    changes = (
        f"{name.replace('_', ' ')} {_said(value, zone)}"
        for name, value in data.items()
        if name not in ("order", "operation", "receipt")
    )
    good = data.get("quantity_good")
    extra = {
        "until": f" until {_said(data['expected_up'], zone)}" if data.get("expected_up") else ", nobody knows how long",
        "why": f" ({data['reason']})" if data.get("reason") else "",
        "due": f", due {_said(data['due'], zone)}" if data.get("due") else "",
        "place": f", in the place of {data['reservation']}" if data.get("reservation") else "",
        "until_then": _said(data.get("until"), zone),
        "pieces": f": {_said(good, zone)} good" if good is not None else "",
        "changes": ", ".join(changes),
        "progress": _progress(data, zone),
        "whose": str(data.get("machine") or data.get("calendar")),
        "opening": "works" if data.get("kind") == "open" else "closed",
        "stretch": _stretch(event, zone),
        "since": f" for orders released from {_said(data['from'], zone)} on" if data.get("from") else "",
        "rest": "" if data.get("complete", True) else ", the rest comes later",
        "moved": _moved(data.get("quantity")),
        "pinned": _pinned(data, zone),
        "whom": f" for {data['order']}/{data['operation']}" if "operation" in data and "order" in data else "",
    }
    sentence = SENTENCES.get(event.type, event.type)
    return sentence.format_map(_Known({**{k: _said(v, zone) for k, v in data.items()}, **extra}))


def _progress(data: Mapping[str, Any], zone: ZoneInfo) -> str:
    """40 good, 66 min left"""
    words = [
        f"{_said(data[name], zone)} {what}"
        for name, what in (("quantity_good", "good"), ("quantity_scrap", "scrap"), ("remaining_minutes", "min left"))
        if data.get(name) is not None
    ]
    return ", ".join(words) or "at work"


def _stretch(event: Event, zone: ZoneInfo) -> str:
    """Of a change of working hours, or of a pool for a time; "" for a change for good."""
    data = event.data
    if not data.get("end"):
        return ""
    start = data.get("start")
    said = f"{_said(start, zone) if start else spoken(event.time, zone)} to {_said(data['end'], zone)}"
    return said if event.type == "calendar.changed" else f" from {said}"


def _pinned(data: Mapping[str, Any], zone: ZoneInfo) -> str:
    """What a person has fixed: 'on lathe, start Mon 2 Mar 09:30'."""
    words = [f"on {data['machine']}"] if data.get("machine") else []
    times = ("start", "not_before", "not_after")
    words += [f"{name.replace('_', ' ')} {_said(data[name], zone)}" for name in times if data.get(name)]
    return ", ".join(words) + (f", by {data['by']}" if data.get("by") else "")


def _moved(quantity: Any) -> str:
    if not isinstance(quantity, (int, float)):
        return "issued"
    return f"{-quantity:g} put back" if quantity < 0 else f"{quantity:g} issued"


def _said(value: Any, zone: ZoneInfo) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, str) and len(value) >= 16 and value[4:5] == "-" and "T" in value:
        try:
            return spoken(parse_minute(value, zone), zone)
        except ValueError:
            return value
    return "unknown" if value is None else str(value)


class _Known(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return f"({name} not said)"
