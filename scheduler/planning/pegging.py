"""Which waiting operation gets which material: stock first, then what comes first, in the plan's order of starts."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

from scheduler.domain.material_flow import output_to_come
from scheduler.domain.minutes import Minute
from scheduler.domain.plans import OperationKey
from scheduler.domain.plant import PlantState
from scheduler.planning.placed import PlacedPlan

NOTHING = 1e-6


class Missing(NamedTuple):
    """A component that is not in stock for an operation: how much, and when the last of it comes. None: never."""

    material: str
    quantity: float
    expected: Minute | None


def missing_components(plan: PlacedPlan) -> Mapping[OperationKey, tuple[Missing, ...]]:
    """For every operation still to start whose components are not all in stock: what it waits for.

    Stock goes to who starts first. A delivery that is due but not booked in is not stock; it is told with the time it
    was expected at.
    """
    state = plan.state
    stock = {name: material.on_hand for name, material in state.materials.items()}
    coming = _coming(plan)
    found: dict[OperationKey, tuple[Missing, ...]] = {}
    takers = [p for p in plan.placed.values() if p.operation.components and p.running is None]
    for taker in sorted(takers, key=lambda p: (p.start, p.order.name, p.operation.number)):
        lacking = []
        for component in taker.operation.components:
            need = component.quantity_per_unit * taker.order.quantity
            here = min(need, stock.get(component.material, 0.0))
            stock[component.material] = stock.get(component.material, 0.0) - here
            if need - here > NOTHING:
                expected = _take(coming.get(component.material), need - here)
                lacking.append(Missing(component.material, round(need - here, 6), expected))
        if lacking:
            found[taker.order.name, taker.operation.number] = tuple(lacking)
    return found


def _coming(plan: PlacedPlan) -> dict[str, deque[list[float]]]:
    """Deliveries and what orders will make, per material, soonest first, as [when, quantity]."""
    state: PlantState = plan.state
    coming: dict[str, list[list[float]]] = {}
    for receipt in state.receipts.values():
        if receipt.quantity > 0:
            coming.setdefault(receipt.material, []).append([receipt.expected, receipt.quantity])
    for name in {name for name, _ in plan.placed}:
        end, order = plan.order_ends.get(name), state.orders[name]
        if end is not None:
            coming.setdefault(order.material, []).append([end, output_to_come(state, order)])
    return {material: deque(sorted(supplies)) for material, supplies in coming.items()}


def _take(supplies: deque[list[float]] | None, quantity: float) -> Minute | None:
    """When the last of `quantity` comes; what is taken is gone for those behind."""
    while supplies:
        supply = supplies[0]
        if supply[1] > quantity + NOTHING:
            supply[1] -= quantity
            return int(supply[0])
        quantity -= supply[1]
        supplies.popleft()
        if quantity <= NOTHING:
            return int(supply[0])
    return None
