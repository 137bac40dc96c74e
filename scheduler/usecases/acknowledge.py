"""The floor confirms the version of a dispatch list that it shows."""

from __future__ import annotations

from typing import cast

from scheduler.messages import Acknowledgement
from scheduler.planning.lists.dispatch_list import DispatchList
from scheduler.planning.lists.list_changes import shown_rows
from scheduler.usecases.dispatch_lists import list_of
from scheduler.usecases.tools import Tools


def acknowledge(tools: Tools, plant: str, target: str, version: str, by: str) -> tuple[Acknowledgement, bool]:
    """The confirmation, and whether the list is still that version. Raises UnknownMachine.

    `version` may come as the ETag was sent, in quotes. Its rows are kept, so that later lists can say what has become
    of them; those of a version that this process has not served (and that is not the present one) are not known.
    """
    snapshot = tools.snapshot(plant)
    listing = list_of(tools, snapshot, target)
    shown = version.removeprefix("W/").strip('"')
    found = tools.lists.known("version", (plant, snapshot.record.loaded_at, target, shown))
    rows = plan = None
    if found is not None:
        known, plan = cast(tuple[DispatchList, int | None], found)
        rows = shown_rows(known)
    done = Acknowledgement(plant, target, shown, by, tools.clock(), plan, rows)
    tools.ledger.acknowledge(done)
    tools.bell.ring(plant)
    return done, listing.version == shown
