"""Take events in: appended and told in one transaction, then the desk wakes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from scheduler.domain.event_reading import parse_event
from scheduler.domain.events import Event
from scheduler.errors import InvalidEvent
from scheduler.ports import Appended, Unreadable
from scheduler.usecases.tools import Tools


def post_events(tools: Tools, plant: str, raw: Sequence[object]) -> Appended:
    """CloudEvents as parsed JSON. What cannot be taken in is rejected with its reason and kept in quarantine.

    After the return, every accepted event is durable. Raises UnknownPlant.
    """
    zone = tools.snapshot(plant).state.zone
    events, unreadable = read_events(raw, zone)
    return append_events(tools, plant, events, unreadable)


def append_events(tools: Tools, plant: str, events: Sequence[Event], unreadable: Sequence[Unreadable] = ()) -> Appended:
    """As `post_events`, from events."""
    done = tools.ledger.append(plant, events, tools.clock(), unreadable)
    for result, count in (
        ("accepted", len(done.accepted)),
        ("duplicate", len(done.duplicates)),
        ("rejected", len(done.rejected)),
    ):
        if count:
            tools.meters.count("events", count, plant=plant, result=result)
    if done.accepted:
        tools.bell.ring(plant)
    return done


def read_events(raw: Sequence[object], zone: ZoneInfo) -> tuple[list[Event], list[Unreadable]]:
    """What can be read, and what cannot with the reason."""
    events: list[Event] = []
    unreadable: list[Unreadable] = []
    for item in raw:
        try:
            events.append(parse_event(_object(item), zone))
        except InvalidEvent as error:
            known: Mapping[str, Any] = item if isinstance(item, Mapping) else {}
            unreadable.append(Unreadable(str(known.get("id", "")), str(known.get("source", "")), str(error), item))
    return events, unreadable


def _object(item: object) -> Mapping[str, Any]:
    if isinstance(item, Mapping):
        return item
    raise InvalidEvent(f"an event is a JSON object, found {type(item).__name__}; see the contract's disturbances")
