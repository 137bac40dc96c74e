"""events.jsonl: one CloudEvent a line, in the order they happened."""

from __future__ import annotations

import json
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from scheduler.domain.event_reading import parse_event
from scheduler.domain.events import Event
from scheduler.domain.minutes import Minute
from scheduler.errors import InvalidEvent
from scheduler.ingest.faults import Faults
from scheduler.ingest.schema import EVENTS_FILE
from scheduler.limits import STANDARD


def _lines(text: str) -> Iterator[str]:
    """One after the other: of 64 MB of empty lines a list would be half a gigabyte."""
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield text[start:end]
        start = end + 1


def read_events(text: str, zone: ZoneInfo, faults: Faults, now: Minute | None = None) -> tuple[Event, ...]:
    """Every readable event; a line that is none is a fault. Whether it fits the plant, folding says.

    now : the plant's before the first, for times of an hour that comes twice.
    """
    events: list[Event] = []
    for line, raw in enumerate(_lines(text), start=1):
        if line > STANDARD.events_of_a_file:
            most = f"at most {STANDARD.events_of_a_file:,} lines"
            faults.add(EVENTS_FILE, line, None, "more lines", most, "leave the newest, or post them in batches")
            break
        if not raw.strip():
            continue
        try:
            said = json.loads(raw)
        except (ValueError, RecursionError):
            faults.add(
                EVENTS_FILE,
                line,
                None,
                "a line that is not JSON",
                "one JSON object on each line",
                "remove or correct it",
            )
            continue
        if not isinstance(said, dict):
            faults.add(EVENTS_FILE, line, None, f"{type(said).__name__}", "a JSON object", "write {…} on each line")
            continue
        try:
            event = parse_event(said, zone, now)
        except InvalidEvent as error:
            faults.add(
                EVENTS_FILE, line, error.field, str(error), "a CloudEvent as the contract says", "correct the line"
            )
            continue
        if events and event.time < events[-1].time:
            faults.notice(f"{EVENTS_FILE} line {line}: event '{event.id}' is earlier than the one before it")
        events.append(event)
        now = event.time if now is None else max(now, event.time)
    return tuple(events)
