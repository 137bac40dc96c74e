"""What a what-if assumed, as lines that can be edited again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ui import format as say
from ui.answers import Event
from ui.views.assumptions import Assumption
from ui.views.words import event_words

LABELS: Mapping[str, str] = {
    "expected_up": "until",
    "end": "until",
    "start": "from",
    "expected": "comes",
    "kind": "",
    "machine": "",
    "order": "",
    "receipt": "",
    "pool": "",
    "calendar": "",
    "material": "",
}
"""What stands before a value; of others the field's own name, "" nothing."""
_MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d")


def lines_of(events: Sequence[Event]) -> list[Assumption]:
    """Each with its type in words and what it says: Machine down: saw-1, until Mon 2 Mar 10:00, reason spindle."""
    return [Assumption(_words(event), event["type"], event["data"]) for event in events]


def _words(event: Event) -> str:
    said = [_field(name, value) for name, value in event["data"].items() if value not in (None, "", [], {})]
    return f"{event_words(event['type'])}: {', '.join(said)}" if said else event_words(event["type"])


def _field(name: str, value: Any) -> str:
    label = LABELS.get(name, name.replace("_", " "))
    if isinstance(value, list):
        words = say.count(len(value), "row")
    elif isinstance(value, str):
        words = say.moment(value) if _MOMENT.match(value) else value
    else:
        words = f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
    return f"{label} {words}".strip()
