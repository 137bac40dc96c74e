"""Which part of a message is which machine's state, count or reason."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scheduler.signals.signal import Meaning, Signal

WHOLE = "$"
"""The path of a message that is the value itself."""
MILLISECONDS_FROM = 1e11
MOST = 1e16
"""A number from there on is no moment."""
"""A number from here on is no second of our age but a millisecond."""
TOPIC_LEVEL = re.compile(r"topic:(\d+)")


@dataclass(frozen=True, slots=True)
class Item:
    """A tag, or a message with several.

    at : where it comes: a topic filter, a device (group/node/device); unused where the names below are complete.
    machine : its name, or "topic:N": the N-th level of the topic, counted from 0, read through `names`.
    values : by meaning, what it is called there: a path, a metric, a node.   time, sequence : paths of these.
    """

    at: str
    machine: str
    values: Mapping[Meaning, str]
    time: str = ""
    sequence: str = ""
    names: Mapping[str, str] = field(default_factory=dict)

    def machine_of(self, topic: str) -> str:
        level = TOPIC_LEVEL.fullmatch(self.machine)
        if level is None:
            return self.machine
        levels = topic.split("/")
        name = levels[int(level[1])] if int(level[1]) < len(levels) else ""
        return self.names.get(name, name)


def found(document: Any, path: str) -> Any:
    """What stands at a path such as `status.axes[0].state`; None where nothing does."""
    if path == WHOLE:
        return document
    for part in re.findall(r"[^.\[\]]+", path):
        if isinstance(document, Mapping):
            document = document.get(part)
        elif isinstance(document, list) and part.isdigit() and int(part) < len(document):
            document = document[int(part)]
        else:
            return None
    return document


def seconds(value: object) -> float | None:
    """A moment as seconds since 1970: from a number of seconds or milliseconds, or ISO 8601 (without offset: UTC)."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if not abs(value) < MOST:
            return None
        return value / 1000.0 if value >= MILLISECONDS_FROM else float(value)
    if not isinstance(value, str):
        return None
    try:
        moment = dt.datetime.fromisoformat(value.strip().replace("Z", "+00:00"))
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()


def read_json(source: str, item: Item, topic: str, payload: bytes, received: float) -> Iterator[Signal]:
    """The signals of a message; a value that is not in it says nothing. What is no JSON is taken as text.

    A moment or number without its meaning makes no signal; NaN and infinity count as missing.
    """
    machine = item.machine_of(topic)
    if not machine:
        return
    text = payload.decode("utf-8", "replace").strip()
    try:
        document = json.loads(text, parse_constant=lambda _name: None)
    except (ValueError, RecursionError):
        document = text
    at = seconds(found(document, item.time)) if item.time else None
    number = found(document, item.sequence) if item.sequence else None
    sequence = number if isinstance(number, int) and not isinstance(number, bool) else None
    for meaning, path in item.values.items():
        value = found(document, path)
        if value is not None and not isinstance(value, (dict, list)):
            yield Signal(source, machine, meaning, value, received, at, sequence)
