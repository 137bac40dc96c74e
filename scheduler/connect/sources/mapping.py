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
"""A number from here on is no second of our age but a millisecond."""
MOST = 1e16
"""A number from there on is no moment."""
TOPIC_LEVEL = re.compile(r"topic:(\d+)")
PATH = "path:"
MOST_EACH = 10_000
"""Parts of one message that are read."""


@dataclass(frozen=True, slots=True)
class Item:
    """A tag, or a message with several.

    at : where it comes: a topic filter, a device (group/node/device); unused where the names below are complete.
    machine : its name, or what is read through `names`: "topic:N", the N-th level of the topic, counted from 0, or
    "path:PATH", what stands there in the message.
    values : by meaning, what it is called there: a path, a metric, a node.   time, sequence : paths of these.
    each : the path of a list whose elements are read one by one, as if each were the message; "": the message itself.
    where : by path, what must stand there, as text; else it is not read.
    """

    at: str
    machine: str
    values: Mapping[Meaning, str]
    time: str = ""
    sequence: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    each: str = ""
    where: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_of_one(self) -> bool:
        """Whether its machine is named, and not read from the message."""
        return not self.machine.startswith(PATH) and TOPIC_LEVEL.fullmatch(self.machine) is None

    def machine_of(self, topic: str, document: Any = None) -> str:
        """Its name; "" where it cannot be told."""
        if self.is_of_one:
            return self.machine
        if self.machine.startswith(PATH):
            name = text_of(found(document, self.machine.removeprefix(PATH)))
        else:
            levels, level = topic.split("/"), int(self.machine.partition(":")[2])
            name = levels[level] if level < len(levels) else ""
        return self.names.get(name, name)

    def parts(self, document: Any) -> list[Any]:
        """What is to be read of a message."""
        among = [document]
        if self.each:
            there = found(document, self.each)
            among = there[:MOST_EACH] if isinstance(there, list) else []
        return [part for part in among if all(text_of(found(part, p)) == said for p, said in self.where.items())]


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


def text_of(value: object) -> str:
    """A name or number as text; anything else is none."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (str, int, float)) else ""


def parsed(payload: bytes) -> Any:
    """The JSON of a message; what is no JSON is taken as text. NaN and infinity count as missing."""
    text = payload.decode("utf-8", "replace").strip()
    try:
        return json.loads(text, parse_constant=lambda _name: None)
    except (ValueError, RecursionError):
        return text


def read_json(source: str, item: Item, topic: str, payload: bytes, received: float) -> Iterator[Signal]:
    """The signals of a message; a value that is not in it says nothing. A moment or number that cannot be read counts
    as none."""
    yield from read_document(source, item, topic, parsed(payload), received)


def read_document(source: str, item: Item, topic: str, document: Any, received: float) -> Iterator[Signal]:
    """As `read_json`, of what is parsed already."""
    for part in item.parts(document):
        machine = item.machine_of(topic, part)
        if not machine:
            continue
        at = seconds(found(part, item.time)) if item.time else None
        number = found(part, item.sequence) if item.sequence else None
        sequence = number if isinstance(number, int) and not isinstance(number, bool) else None
        for meaning, path in item.values.items():
            value = found(part, path)
            if value is not None and not isinstance(value, (dict, list)):
                yield Signal(source, machine, meaning, value, received, at, sequence)
