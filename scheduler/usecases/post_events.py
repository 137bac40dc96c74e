"""Take events in: appended and told in one transaction, then the desk wakes."""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.ports import Appended
from scheduler.usecases.tools import Tools


def post_events(tools: Tools, plant: str, events: Sequence[object]) -> Appended:
    """Events, or CloudEvents as parsed JSON. What cannot be taken in is rejected with its reason.

    After the return, every accepted event is durable, and what is rejected waits in quarantine. Raises UnknownPlant.
    """
    done = tools.ledger.append(plant, events, tools.clock())
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
