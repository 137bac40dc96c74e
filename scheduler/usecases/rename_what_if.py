"""Give a what-if another name, or begin anew with what it assumes."""

from __future__ import annotations

from scheduler.domain.event_reading import event_json
from scheduler.errors import BadRequest
from scheduler.limits import STANDARD
from scheduler.ports import WhatIfRecord
from scheduler.usecases.searches import Searches
from scheduler.usecases.tools import Tools
from scheduler.usecases.what_if import start_what_if

COPY = " (copy)"


def rename_what_if(tools: Tools, plant: str, id: str, name: str) -> WhatIfRecord:
    """In any state; what it has been calculated with stays. Raises UnknownWhatIf, BadRequest where it is no name."""
    called = name.strip()
    if not called:
        raise BadRequest("name: found nothing but blanks, expected a name", "name", repr(name), "a name")
    tools.ledger.rename_what_if(plant, id, called)
    return tools.ledger.what_if(plant, id)


def duplicate_what_if(tools: Tools, searches: Searches, plant: str, id: str, name: str = "") -> WhatIfRecord:
    """A what-if of its own with the same assumptions and the same effort, on the plant as it is now.

    name : "": as the other, with COPY behind it.
    Raises InvalidEvent where an assumption can be taken in no longer, TooMuchOpen.
    """
    of = tools.ledger.what_if(plant, id)
    zone = tools.snapshot(plant).state.zone
    raw = [{key: event_json(event, zone)[key] for key in ("type", "data")} for event in of.events]
    called = name.strip() or of.name[: STANDARD.name_length - len(COPY)] + COPY
    return start_what_if(tools, searches, plant, raw, of.request, called, of.mode, of.frozen_minutes)
