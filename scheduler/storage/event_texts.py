"""What of an event a database can keep."""

from __future__ import annotations

import json

from scheduler.domain.events import Event
from scheduler.errors import InvalidEvent
from scheduler.limits import STANDARD

LONGEST_NAME = 255


def storable(event: Event) -> str:
    """The event's data as JSON text. Raises InvalidEvent where it cannot be kept."""
    for field, text in (("id", event.id), ("source", event.source), ("type", event.type)):
        if not is_name(text):
            raise InvalidEvent.of(
                field,
                f"{text[:40]!r} of {len(text)} characters",
                f"1 to {LONGEST_NAME} characters of Unicode without NUL",
                place=f"event {field}",
            )
    try:
        text = json.dumps(event.data if isinstance(event.data, dict) else dict(event.data), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as fault:
        found = f"a value that JSON cannot say ({fault})"
        raise InvalidEvent(f"event '{event.id}' data: found {found}", "data", found, "what JSON can say") from None
    if len(text) > STANDARD.event_bytes:
        raise InvalidEvent.of(
            "data",
            f"{len(text):,} bytes",
            f"at most {STANDARD.event_bytes:,}",
            "send what is new alone, in several events",
            place=f"event '{event.id}' data",
        )
    return text


def is_name(text: str) -> bool:
    """1 to 255 characters of Unicode without NUL."""
    return 0 < len(text) <= LONGEST_NAME and (text.isascii() or _is_unicode(text)) and "\0" not in text


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= c <= "\udfff" for c in text)
