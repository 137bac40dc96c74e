"""Events in quarantine by their cause, and all of a cause tried again or dismissed in one call."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from scheduler.domain.again import again_id
from scheduler.domain.event_reading import parse_event
from scheduler.domain.fold import fold_event
from scheduler.domain.minutes import iso
from scheduler.domain.plant import PlantState
from scheduler.errors import Conflict, InvalidEvent
from scheduler.ports import Quarantined
from scheduler.usecases.post_events import post_events
from scheduler.usecases.report_watch import told_at
from scheduler.usecases.tools import Tools

MOST = 5000
"""At most so many are decided on in one call; the newest of them."""

_NAME = re.compile(r"'[^']*'")
_FIGURE = re.compile(r"\d[\d.:T+-]*")


@dataclass(frozen=True, slots=True)
class Which:
    """Those that wait and match all that is given; at least one must be."""

    numbers: frozenset[int] = frozenset()
    cause: str | None = None
    type: str | None = None
    source: str | None = None

    def matches(self, kept: Quarantined) -> bool:
        return (
            (not self.numbers or kept.number in self.numbers)
            and self.cause in (None, cause_of(kept.reason))
            and self.type in (None, kept.type)
            and self.source in (None, kept.source)
        )


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause of refusal: how many wait for it, of which types and from whom."""

    cause: str
    waiting: int
    types: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """done : how many wait no longer.   refused : those that were refused again, with the reason."""

    done: int
    refused: tuple[tuple[int, str], ...] = ()


def cause_of(reason: str) -> str:
    """What reasons of one kind share: the first clause, without names and figures.

    "no machine 'mill-9' in the plant; did you mean 'mill-1'?" is "no machine '…' in the plant".
    """
    return _FIGURE.sub("…", _NAME.sub("'…'", reason)).split(";")[0].strip()


def causes(waiting: Iterable[Quarantined]) -> list[Cause]:
    """By how many wait, the most first."""
    of: dict[str, list[Quarantined]] = {}
    for kept in waiting:
        of.setdefault(cause_of(kept.reason), []).append(kept)
    found = [
        Cause(cause, len(all_), tuple(sorted({k.type for k in all_})), tuple(sorted({k.source for k in all_})))
        for cause, all_ in of.items()
    ]
    return sorted(found, key=lambda c: (-c.waiting, c.cause))


def dismiss_events(tools: Tools, plant: str, which: Which, by: str) -> Decided:
    """None of them will be taken in; they stay readable. Raises UnknownPlant, Conflict where nothing is asked for."""
    numbers = [kept.number for kept in _meant(tools, plant, which)]
    done = tools.ledger.decide_all(plant, numbers, "dismissed", by, tools.clock())
    tools.publish(plant, "event.dismissed", {"quarantine": numbers, "by": by})
    return Decided(done)


def retry_events(tools: Tools, plant: str, which: Which, by: str, *, from_now: bool = False) -> Decided:
    """All of them once more, the earliest first, in one batch.

    from_now : what they say holds since the plant's now, not since their own time. What is refused again keeps its own.
    Raises UnknownPlant, Conflict where nothing is asked for.
    """
    state = tools.snapshot(plant).state
    kept = sorted(_meant(tools, plant, which), key=lambda k: (told_at(k, state), k.number))
    again, refused = _posts(kept, state, from_now)
    done = post_events(tools, plant, [raw for _, raw in again])
    number_of = {(str(raw.get("source")), str(raw.get("id"))): k for k, raw in again}
    taken = [number_of[e.event.source, e.event.id] for e in done.accepted if (e.event.source, e.event.id) in number_of]
    # One that stood in the log came in under another id; the log cannot know that it is the same.
    tools.ledger.decide_all(plant, [k.number for k in taken if k.revision is not None], "taken", by, tools.clock())
    again_refused = [r for r in done.rejected if (r.source, r.id) in number_of]
    refused += [(number_of[r.source, r.id].number, r.reason) for r in again_refused]
    tools.publish(
        plant, "event.retried", {"quarantine": [k.number for k in taken], "revision": done.revision, "by": by}
    )
    return Decided(len(taken), tuple(sorted(refused)))


def _meant(tools: Tools, plant: str, which: Which) -> list[Quarantined]:
    if which == Which():
        raise Conflict("found none of numbers, cause, type, source, expected at least one; GET …/quarantine has them")
    return [kept for kept in tools.ledger.quarantine(plant, waiting=True, limit=MOST) if which.matches(kept)]


def _posts(
    kept: Iterable[Quarantined], state: PlantState, from_now: bool
) -> tuple[list[tuple[Quarantined, dict[str, object]]], list[tuple[int, str]]]:
    """What to post for each, and why some are not posted.

    One that would come in with another time or id than it waits under is tried on the state first: refused, it would
    wait with that time, or twice.
    """
    good: list[tuple[Quarantined, dict[str, object]]] = []
    refused: list[tuple[int, str]] = []
    for one in kept:
        raw = dict(one.event)
        if from_now:
            raw["time"] = iso(state.now, state.zone)
        if one.revision is not None:
            raw["id"] = again_id(one.id, one.number, one.tries)
        try:
            state = fold_event(state, parse_event(raw, state.zone))
        except InvalidEvent as fault:
            if raw != one.event:
                refused.append((one.number, str(fault)))
                continue
        good.append((one, raw))
    return good, refused
