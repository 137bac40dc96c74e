"""The API's own names in a planner's words: what kind of event it is, who has reported it, what a webhook hears of."""

from __future__ import annotations

import re
from collections.abc import Mapping

EVENTS: Mapping[str, str] = {
    "clock.ticked": "Time passes",
    "clock.corrected": "Clock set",
    "machine.up": "Machine up again",
    "machine.speed": "Machine speed",
    "machine.added": "New machine",
    "calendar.changed": "Working hours changed",
    "pool.changed": "People or tools changed",
    "routing.changed": "Routing changed",
    "order.created": "New order",
    "receipt.changed": "Delivery changed",
    "receipt.arrived": "Delivery arrived",
    "material.counted": "Stock counted",
    "operation.added": "Work added",
    "operation.put_aside": "Operation put aside",
    "quality.held": "Order on hold",
    "quality.released": "Order off hold",
    "policy": "Policy changed",
}
"""Of the others, the type itself reads well: machine.down, operation.started."""
MESSAGES: Mapping[str, str] = {
    "plan.improved": "better plan",
    "what-if.progress": "what-if on its way",
    "event.accepted": "report taken in",
}
_TYPE = re.compile(
    r"\b(?:calendar|clock|doubt|machine|material|operation|order|pool|quality|receipt|routing)\.[a-z]+(?:_[a-z]+)*\b"
)
_HEAD = re.compile(rf"^{_TYPE.pattern} '[^']*': ")


def in_words(text: str) -> str:
    """The same without the API's names for events: "machine.up 'e-7': no machine 'mill-9'" loses its head."""
    return _TYPE.sub(lambda found: event_words(found[0]).lower(), _HEAD.sub("", text))


def event_words(kind: str) -> str:
    """Machine down; what follows a comma says more: Operation finished, late."""
    type_, comma, more = kind.partition(",")
    return EVENTS.get(type_, _spoken(type_).capitalize()) + comma + more


def message_words(kind: str) -> str:
    """plan released"""
    return MESSAGES.get(kind, _spoken(kind))


def source_words(source: str) -> str:
    """mes hall-1 for /mes/hall-1; nobody where none is named."""
    return " ".join(source.strip("/").split("/")) or "nobody"


def _spoken(kind: str) -> str:
    return kind.replace(".", " ").replace("_", " ")
