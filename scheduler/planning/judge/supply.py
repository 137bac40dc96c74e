"""Whether what a plan holds leaves enough material for an order that it leaves out (contract, rule 7)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property

from scheduler.domain.frozen_zone import frozen_orders
from scheduler.domain.material_flow import output_to_come
from scheduler.domain.orders import Order
from scheduler.domain.plans import Unplanned
from scheduler.domain.plant import PlantState
from scheduler.domain.routings import Routing
from scheduler.planning.identity_cache import IdentityCache

SLACK = 1e-6


class Supply:
    """All that ever comes of each component, less what others take of it. Nothing is counted before it is asked for.

    makers : orders whose output comes.   consumers : orders whose components are gone.
    """

    def __init__(self, state: PlantState, makers: Collection[str], consumers: Collection[str]) -> None:
        self.state = state
        self._begun = {order for order, _ in state.progress}
        self._makers: dict[str, list[Order]] = {}
        for name in makers:
            order = state.orders.get(name)
            if order is not None:
                self._makers.setdefault(order.material, []).append(order)
        self._by_routing: dict[str, list[Order]] = {}
        for name in consumers:
            order = state.orders.get(name)
            if order is not None:
                self._by_routing.setdefault(order.routing, []).append(order)
        self._taking = taking(state.routings)
        self._left: dict[tuple[str, bool], float] = {}

    @cached_property
    def _frozen(self) -> set[str]:
        return frozen_orders(self.state)

    def lacking(self, order: Order) -> Unplanned | None:
        """The first operation that lacks a component, where one does.

        An order that the plan in force has promised its parts, because it starts inside the frozen zone, yields only to
        others of which the same is true.
        """
        wanted: dict[str, float] = {}
        by: dict[str, int] = {}
        for number, material, pieces in self._takes(order):
            wanted[material] = wanted.get(material, 0.0) + pieces
            by.setdefault(material, number)
        for material, pieces in wanted.items():
            left = self.left_of(material, False)
            if left < pieces - SLACK and order.name in self._frozen:
                left = self.left_of(material, True)
            if left < pieces - SLACK:
                reason = f"it takes {pieces:g} of '{material}', and {max(0.0, left):g} are left for it"
                return Unplanned(order.name, by[material], reason)
        return None

    def left_of(self, material: str, frozen: bool = False) -> float:
        """What is left of it; negative: so much is lacking.   frozen : only what frozen orders take is gone."""
        key = material, frozen
        if key not in self._left:
            state = self.state
            stock = state.materials.get(material)
            level = stock.on_hand if stock else 0.0
            level += sum(max(0.0, r.quantity) for r in state.receipts.values() if r.material == material)
            level += sum(self._makes(order) for order in self._makers.get(material, ()))
            for routing in self._taking.get(material, ()):
                for order in self._by_routing.get(routing, ()):
                    if not frozen or order.name in self._frozen:
                        level -= sum(pieces for _, taken, pieces in self._takes(order) if taken == material)
            self._left[key] = level
        return self._left[key]

    def _takes(self, order: Order) -> list[tuple[int, str, float]]:
        """(operation, material, pieces) of all that the order still takes; work that has begun has taken its own."""
        state, begun = self.state, order.name in self._begun
        return [
            (
                step.number,
                component.material,
                component.quantity_per_unit * (state.quantity_of(order.name, step.number) if begun else order.quantity),
            )
            for step in state.routings[order.routing].operations
            if step.components and not (begun and (order.name, step.number) in state.progress)
            for component in step.components
        ]

    def _makes(self, order: Order) -> float:
        """Nothing where work is done but nobody knows when: such an order has no end in any plan."""
        if order.name not in self._begun:
            return max(0.0, order.quantity)
        for step in self.state.routings[order.routing].operations:
            done = self.state.progress.get((order.name, step.number))
            if done is not None and done.status == "done" and done.finished is None:
                return 0.0
        return output_to_come(self.state, order)


def taken_by(routing: Routing) -> set[str]:
    return {c.material for step in routing.operations for c in step.components}


def _taking(routings: Mapping[str, Routing]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, routing in routings.items():
        for material in taken_by(routing):
            found.setdefault(material, []).append(name)
    return found


taking: IdentityCache[dict[str, list[str]]] = IdentityCache(_taking)
"""The routings that take each material, of `PlantState.routings`."""


def waits_for_itself(state: PlantState, order: Order) -> bool:
    """True where an order takes what orders make that take, by however many steps, what it makes itself."""
    makers: dict[str, set[str]] = {}
    for other in state.orders.values():
        if other.status != "hold":
            makers.setdefault(other.material, set()).add(other.routing)
    wanted, known = list(taken_by(state.routings[order.routing])), set[str]()
    while wanted:
        material = wanted.pop()
        if material == order.material:
            return True
        if material not in known:
            known.add(material)
            for routing in makers.get(material, ()):
                wanted.extend(taken_by(state.routings[routing]))
    return False
