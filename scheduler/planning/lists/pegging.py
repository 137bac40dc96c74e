"""Which waiting operation gets which material: stock first, then what comes first, in the plan's order of starts."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

from scheduler.domain.material_flow import output_to_come
from scheduler.domain.minutes import Minute
from scheduler.domain.orders import Order
from scheduler.domain.plans import OperationKey
from scheduler.domain.plant import PlantState
from scheduler.domain.routings import Operation

NOTHING = 1e-6


class Missing(NamedTuple):
    """A component that is not in stock for an operation: how much, and when the last of it comes. None: never."""

    material: str
    quantity: float
    expected: Minute | None


class Consumer(NamedTuple):
    """An operation still to start that takes components."""

    start: Minute
    order: Order
    operation: Operation


def shortages(
    state: PlantState, consumers: Iterable[Consumer], makers: Iterable[str], end_of: Callable[[str], Minute | None]
) -> Mapping[OperationKey, tuple[Missing, ...]]:
    """For every consumer whose components are not all in stock: what it waits for.

    Stock goes to who starts first. A delivery that is due but not booked in is not stock; it is told with the time
    it was expected at.

    makers : orders with work still to be done.   end_of : when an order ends; None: nobody knows.
    """
    stock = {name: max(0.0, material.on_hand) for name, material in state.materials.items()}
    first_come = sorted(consumers, key=lambda t: (t.start, t.order.name, t.operation.number))
    taken = {component.material for consumer in first_come for component in consumer.operation.components}
    coming = _coming(state, taken, makers, end_of)
    for name in taken & state.materials.keys():
        if state.materials[name].on_hand < -NOTHING:  # what is owed is filled first
            _take(coming.get(name), -state.materials[name].on_hand)
    found: dict[OperationKey, tuple[Missing, ...]] = {}
    for consumer in first_come:
        lacking = []
        for component in consumer.operation.components:
            need = component.quantity_per_unit * state.quantity_of(consumer.order.name, consumer.operation.number)
            here = min(need, stock.get(component.material, 0.0))
            stock[component.material] = stock.get(component.material, 0.0) - here
            if need - here > NOTHING:
                expected = _take(coming.get(component.material), need - here)
                lacking.append(Missing(component.material, round(need - here, 6), expected))
        if lacking:
            found[consumer.order.name, consumer.operation.number] = tuple(lacking)
    return found


def _coming(
    state: PlantState, taken: Collection[str], makers: Iterable[str], end_of: Callable[[str], Minute | None]
) -> dict[str, deque[list[float]]]:
    """Deliveries and what orders will make of the materials `taken`, soonest first, as [when, quantity]."""
    coming: dict[str, list[list[float]]] = {}
    for receipt in state.receipts.values():
        if receipt.quantity > 0 and receipt.material in taken:
            coming.setdefault(receipt.material, []).append([receipt.expected, receipt.quantity])
    for name in makers:
        order = state.orders[name]
        end = end_of(name) if order.material in taken else None
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
