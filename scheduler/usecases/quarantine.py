"""Events that could not be taken in: a person tries one again, or dismisses it."""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.again import again_id
from scheduler.domain.event_reading import parse_event
from scheduler.errors import Conflict, InvalidEvent
from scheduler.ports import Quarantined
from scheduler.usecases.post_events import post_events
from scheduler.usecases.tools import Tools


def retry_event(tools: Tools, plant: str, number: int, by: str) -> Quarantined:
    """Post it once more. Raises UnknownQuarantine, Conflict where it does not wait or is refused again.

    One that stood in the log already comes in again under an id of its own, as its old place is spoken for.
    """
    kept = _waiting(tools, plant, number)
    if kept.revision is None:
        done = post_events(tools, plant, [dict(kept.event)])
    else:
        try:
            state = tools.snapshot(plant).state
            event = parse_event(kept.event, state.zone, state.now)
        except InvalidEvent as fault:
            raise Conflict(f"event {number} in quarantine: {fault}") from fault
        again = replace(event, id=again_id(kept.id, kept.number, kept.tries))
        done = post_events(tools, plant, [again])
        if done.accepted:
            tools.ledger.retaken(plant, number, by, tools.clock())
    if done.rejected:
        raise Conflict(f"event {number} in quarantine is refused again: {done.rejected[0].reason}")
    tools.publish(plant, "event.retried", {"quarantine": number, "revision": done.revision, "by": by})
    return tools.ledger.quarantined(plant, number)


def dismiss_event(tools: Tools, plant: str, number: int, by: str) -> Quarantined:
    """It will not be taken in; it stays readable. Raises UnknownQuarantine, Conflict."""
    kept = tools.ledger.dismiss(plant, number, by, tools.clock())
    tools.publish(plant, "event.dismissed", {"quarantine": number, "by": by})
    return kept


def _waiting(tools: Tools, plant: str, number: int) -> Quarantined:
    kept = tools.ledger.quarantined(plant, number)
    if kept.state != "waiting":
        raise Conflict(f"event {number} in quarantine of '{plant}' is {kept.state}; only one that waits is tried again")
    return kept
