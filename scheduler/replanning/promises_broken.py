"""Which promised dates a better plan would break: a search weighs minutes, and a promise is no minute among others."""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.domain.plans import PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.planning.judge.kpis import order_ends


def broken_promises(
    state: PlantState, before: Sequence[PlannedOperation], after: Sequence[PlannedOperation]
) -> list[str]:
    """Reservations, and orders that took their places, that `after` delivers late and later than `before`, or never.

    Orders for their components are no promise to anybody: what they delay shows in the order that takes them.
    """
    kept = {name for name, place in state.reservations.items() if not place.part_of}
    promised = [order for order in state.orders.values() if order.name in kept or order.reservation]
    if not promised:
        return []
    was, then = order_ends(state, before), order_ends(state, after)
    return [
        order.name
        for order in promised
        if order.name in was and (order.name not in then or then[order.name] > max(order.due, was[order.name]))
    ]
