"""Orders for a MES that fetches them itself, acknowledges each, and ranks its machines' lists by one number an order.

What was acknowledged is remembered in memory alone: after a restart each order is offered once more, which such a MES
takes for the update that it may be.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from scheduler.domain.minutes import Minute
from scheduler.domain.plant import PlantState
from scheduler.errors import UnknownOrder, did_you_mean
from scheduler.usecases.tools import Tools


@dataclass(frozen=True, slots=True)
class PulledOrder:
    """rank : the minute at which the plan in force begins its work; the lowest is to be done first. One number for all
    of its operations, so where two orders pass each other on their way a machine's list may differ from ours."""

    order: str
    material: str
    quantity: float
    due: Minute
    rank: int


def pulled_orders(state: PlantState) -> list[PulledOrder]:
    """Planned orders that nobody has begun, in the sequence of the plan."""
    begun = {order for order, _ in state.progress}
    first: dict[str, Minute] = {}
    for operation in state.plan:
        first[operation.order] = min(operation.start, first.get(operation.order, operation.start))
    found = [
        PulledOrder(name, order.material, order.quantity, order.due, start)
        for name, start in first.items()
        if (order := state.orders.get(name)) is not None and order.status != "hold" and name not in begun
    ]
    return sorted(found, key=lambda pulled: (pulled.rank, pulled.order))


class PulledOrders:
    """What such a MES has been offered and has taken, by plant."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._guard = threading.Lock()
        self._offered: dict[str, dict[str, PulledOrder]] = {}
        self._taken: dict[str, dict[str, PulledOrder]] = {}

    def new(self, plant: str) -> tuple[PlantState, list[PulledOrder]]:
        """The plant, and its orders that are new or that stand otherwise than when they were acknowledged. Raises
        UnknownPlant."""
        state = self._tools.snapshot(plant).state
        now = {pulled.order: pulled for pulled in pulled_orders(state)}
        with self._guard:
            taken = {n: p for n, p in self._taken.get(plant, {}).items() if n in now}
            self._taken[plant], self._offered[plant] = taken, now
            return state, [pulled for name, pulled in now.items() if taken.get(name) != pulled]

    def acknowledge(self, plant: str, order: str) -> None:
        """The order was taken over as it was offered last. Raises UnknownPlant, UnknownOrder."""
        state = self._tools.snapshot(plant).state
        if order not in state.orders:
            raise UnknownOrder(f"no order '{order}' in plant '{plant}'; {did_you_mean(order, state.orders)}")
        with self._guard:
            offered = self._offered.get(plant, {}).get(order)
            if offered is not None:
                self._taken.setdefault(plant, {})[order] = offered
