"""Reservations: places that a plan keeps for orders that have not come yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scheduler.domain.minutes import Minute
from scheduler.domain.plans import PlannedOperation

if TYPE_CHECKING:
    from scheduler.domain.plant import PlantState


@dataclass(frozen=True, slots=True)
class Reservation:
    """That the order of that name is none yet: it stands in the plant's orders, and so in every plan, for one to come.

    until : it is released by itself once now is past it; None: it stays as long as the order that it is a part of.
    part_of : the reservation, and once that is taken the order, whose component it makes; "": it is no part.
    by, reason : who keeps the place, and why.
    """

    order: str
    until: Minute | None
    part_of: str = ""
    by: str = ""
    reason: str = ""


def in_places_taken(state: PlantState, operations: Sequence[PlannedOperation]) -> tuple[PlannedOperation, ...]:
    """A plan that was made before an order took a reservation's place, its rows under the order's name from now on.

    The same object where there is nothing to rename.
    """
    taken = {o.reservation: o.name for o in state.orders.values() if o.reservation and o.reservation != o.name}
    taken = {old: new for old, new in taken.items() if old not in state.orders}
    rows = tuple(operations)
    if not taken or not any(row.order in taken for row in rows):
        return rows
    return tuple(replace(row, order=taken[row.order]) if row.order in taken else row for row in rows)
