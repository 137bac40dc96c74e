"""Keeping doubts: one comes up, a later report settles it, a person confirms or corrects it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from scheduler.domain.doubts import CLOSED_KEPT, Doubt, DoubtStatus
from scheduler.domain.minutes import Minute
from scheduler.domain.plant import PlantState

ALL_MADE, SUCCESSOR = "all_made", "successor_finished"
ENDS = frozenset({ALL_MADE, SUCCESSOR})
"""Rules by which work is over that nobody reported finished."""


def with_doubt(state: PlantState, doubt: Doubt) -> PlantState:
    """The state with one more doubt, which gets the next id; of those no longer open the oldest go now and then."""
    known = state.known_doubts
    number = known.last_number() + 1
    doubts = known.having([replace(doubt, id=str(number))])
    if len(doubts) > CLOSED_KEPT and number % 50 == 0:
        closed = [id for id, one in doubts.items() if one.status != "open"]
        doubts = doubts.without_closed(closed[: max(0, len(closed) - CLOSED_KEPT)])
    return replace(state, doubts=doubts)


def open_doubts(state: PlantState, order: str | None = None, operation: int | None = None) -> Iterator[Doubt]:
    """Those that are open; of an order, or of one operation of it."""
    for doubt in state.known_doubts.open(order):
        if operation is None or doubt.operation == operation:
            yield doubt


def has_doubt(state: PlantState, order: str, operation: int, rules: Collection[str]) -> bool:
    return any(doubt.rule in rules for doubt in open_doubts(state, order, operation))


def settled(state: PlantState, order: str, at: Minute, reason: str) -> PlantState:
    """Whatever was open of that order is settled."""
    return closed(state, list(open_doubts(state, order)), "settled", at, "", reason)


def closed(
    state: PlantState, doubts: Collection[Doubt], status: DoubtStatus, at: Minute, by: str, reason: str
) -> PlantState:
    if not doubts:
        return state
    changed = [replace(d, status=status, closed=at, by=by, reason=reason, report="") for d in doubts]
    return replace(state, doubts=state.known_doubts.having(changed))
