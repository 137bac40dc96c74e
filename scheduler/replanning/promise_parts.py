"""What must be made besides, that an order finds its components: the parts list, level by level, less what is free."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from dataclasses import replace

from scheduler.domain.folding.own_routing import shared_name
from scheduler.domain.orders import Order
from scheduler.domain.plant import PlantState
from scheduler.planning.judge.supply import Supply

SLACK = 1e-6
MOST_PARTS = 50
"""More orders than that are no promise but a plan of materials."""


def routing_of(state: PlantState, material: str) -> str | None:
    """How a material is made here: the routing of its own name, else the one that all orders for it have. None: nobody
    knows."""
    if material in state.routings and state.routings[material].operations:
        return material
    found = {shared_name(state, o.routing) for o in state.orders.values() if o.material == material}
    found = {name for name in found if name in state.routings and state.routings[name].operations}
    return found.pop() if len(found) == 1 else None


def parts_to_make(state: PlantState, order: Order, planned: Collection[str]) -> tuple[Order, ...]:
    """The orders that must come with `order`, one for each component that is made here and does not suffice.

    Free of a component is its stock, all deliveries and all that `planned` orders make, less all that they take; what
    the order lacks beyond that is made, in one lot for each component and level. What is only bought is not made: the
    plan says when it comes, or that it never does.

    order : not in the state yet.   Returns () too where the circle of a parts list closes.
    """
    supply = Supply(state, planned, planned)
    free: dict[str, float] = {}
    found: list[Order] = []
    waiting = deque([(order, frozenset({order.material}))])
    while waiting and len(found) < MOST_PARTS:
        maker, above = waiting.popleft()
        wanted: dict[str, float] = {}
        for step in state.routings[maker.routing].operations:
            for component in step.components:
                pieces = component.quantity_per_unit * maker.quantity
                wanted[component.material] = wanted.get(component.material, 0.0) + pieces
        for material, pieces in wanted.items():
            left = free.get(material, supply.left_of(material)) - pieces
            free[material] = left
            routing = routing_of(state, material)
            if left >= -SLACK or routing is None or material in above:
                continue
            name = f"{order.name}.{len(found) + 1}"
            part = replace(order, name=name, material=material, quantity=round(-left, 6), routing=routing)
            free[material] = 0.0
            found.append(part)
            waiting.append((part, above | {material}))
    return tuple(found)
