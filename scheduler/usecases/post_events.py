"""Take events in: appended and told in one transaction, then the desk wakes."""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.ports import Appended
from scheduler.usecases.tools import Tools


def post_events(tools: Tools, plant: str, events: Sequence[object]) -> Appended:
    """Events, or CloudEvents as parsed JSON. What cannot be taken in is rejected with its reason.

    After the return, every accepted event is durable, and what is rejected waits in quarantine. Raises UnknownPlant.
    """
    return post_together(tools, plant, [events])[0]


def post_together(tools: Tools, plant: str, posts: Sequence[Sequence[object]]) -> list[Appended]:
    """As `post_events`, several in one transaction: what waits for the disk waits once."""
    answers = tools.ledger.append_all(plant, posts, tools.clock())
    for result, count in (
        ("accepted", sum(len(done.accepted) for done in answers)),
        ("duplicate", sum(len(done.duplicates) for done in answers)),
        ("rejected", sum(len(done.rejected) for done in answers)),
    ):
        if count:
            tools.meters.count("events", count, plant=plant, result=result)
    if any(done.accepted for done in answers):
        tools.bell.ring(plant)
    return answers
