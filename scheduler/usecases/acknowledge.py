"""The floor confirms the version of a dispatch list that it shows."""

from __future__ import annotations

from scheduler.ports import Acknowledgement
from scheduler.usecases.dispatch_lists import serve_list
from scheduler.usecases.tools import Tools


def acknowledge(tools: Tools, plant: str, target: str, version: str, by: str) -> tuple[Acknowledgement, bool]:
    """The confirmation, and whether the list is still that version. Raises UnknownMachine.

    `version` may come as the ETag was sent, in quotes.
    """
    served = serve_list(tools, plant, target)
    shown = version.removeprefix("W/").strip('"')
    done = Acknowledgement(plant, target, shown, by, tools.clock())
    tools.ledger.acknowledge(done)
    tools.tell(plant, "dispatch-list.acknowledged", {"target": target, "version": shown, "by": by})
    return done, served.listing.version == shown
