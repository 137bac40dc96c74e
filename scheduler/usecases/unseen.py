"""What the floor has moved since the moment that another system's stock speaks of."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from scheduler.connect_ports import Link
from scheduler.domain.fold import fold_event
from scheduler.ports import Ledger

PAGE = 500


def unseen_movements(ledger: Ledger, link: Link, spoken_at: dt.datetime) -> dict[str, float]:
    """By material, what has moved by reports that came after `spoken_at`, but not by what the connection itself said.

    For a system that learns of consumption in ways of its own: it can have booked only what was known by then.
    """
    plant = link.plant
    record = ledger.plant(plant)
    first = _first_after(ledger, plant, record.revision, max(spoken_at, record.loaded_at))
    moved: defaultdict[str, float] = defaultdict(float)
    if first is None:
        return moved
    state = ledger.state_at(plant, first - 1)
    after = first - 1
    while page := ledger.events(plant, after=after, limit=PAGE):
        for logged in page:
            after = logged.revision
            if logged.set_aside is not None:
                continue
            before, state = state, fold_event(state, logged.event)
            if logged.event.source == link.source or state.materials is before.materials:
                continue
            for name, material in state.materials.items():
                was = before.materials.get(name)
                if was is not material:
                    moved[name] += material.on_hand - (was.on_hand if was else 0.0)
    return moved


def _first_after(ledger: Ledger, plant: str, newest: int, moment: dt.datetime) -> int | None:
    """The first revision that was taken in after a moment; None: none was."""
    low, high = 0, newest
    found = None
    while low < high:
        middle = (low + high) // 2
        page = ledger.events(plant, after=middle, limit=1)
        if not page or page[0].accepted_at > moment:
            found = page[0].revision if page else found
            high = middle
        else:
            low = page[0].revision
    page = ledger.events(plant, after=low, limit=1)
    return page[0].revision if page and page[0].accepted_at > moment else found
