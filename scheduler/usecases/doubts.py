"""What was inferred where a report did not fit: read, and answered by a named person, one or many in a call."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from scheduler.domain.doubts import Doubt
from scheduler.domain.events import Event
from scheduler.errors import Conflict
from scheduler.ports import Appended
from scheduler.usecases.post_events import post_events
from scheduler.usecases.tools import Tools

SOURCE = "/rejig/doubts"
Answer = Literal["confirmed", "corrected"]


@dataclass(frozen=True, slots=True)
class DoubtPage:
    """doubts : the newest first.   open : how many are open in all.   more : whether older ones match too."""

    doubts: tuple[Doubt, ...]
    open: int
    more: bool


def doubts_of(
    tools: Tools,
    plant: str,
    *,
    status: str | None = None,
    order: str | None = None,
    machine: str | None = None,
    rule: str | None = None,
    before: int | None = None,
    limit: int = 100,
) -> DoubtPage:
    """Those that match all that is given; `before` an id, for the next page. Raises UnknownPlant."""
    known = tools.snapshot(plant).state.doubts
    wanted = {"status": status, "order": order, "machine": machine, "rule": rule}
    asked = {name: value for name, value in wanted.items() if value is not None}
    found = [
        doubt
        for id, doubt in sorted(known.items(), key=lambda item: -int(item[0]))
        if (before is None or int(id) < before) and all(getattr(doubt, n) == v for n, v in asked.items())
    ]
    return DoubtPage(tuple(found[:limit]), open_doubts(tools, plant), len(found) > limit)


def open_doubts(tools: Tools, plant: str) -> int:
    """How many are open. Raises UnknownPlant."""
    return tools.snapshot(plant).state.known_doubts.open_count()


def answer_doubts(tools: Tools, plant: str, answer: Answer, data: Mapping[str, Any]) -> Appended:
    """A person confirms or corrects; `data` as the events doubt.confirmed and doubt.corrected have it.

    Raises UnknownPlant, Conflict where no doubt is named or one that is not there.
    """
    state = tools.snapshot(plant).state
    event = Event(str(uuid.uuid4()), SOURCE, f"doubt.{answer}", state.now, dict(data))
    done = post_events(tools, plant, [event])
    if done.rejected:
        raise Conflict(done.rejected[0].reason)
    return done
