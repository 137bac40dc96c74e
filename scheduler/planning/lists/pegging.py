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
    """A component that is not in stock for an operation: how much, and when the last of it comes. None: never.

    source : the delivery, or the order, that brings the last of it; "": none does.
    """

    material: str
    quantity: float
    expected: Minute | None
    source: str = ""


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
                last = _take(coming.get(component.material), need - here)
                lacking.append(Missing(component.material, round(need - here, 6), *(last or (None, ""))))
        if lacking:
            found[consumer.order.name, consumer.operation.number] = tuple(lacking)
    return found


class _Supply(NamedTuple):
    when: Minute
    quantity: float
    source: str


def _coming(
    state: PlantState, taken: Collection[str], makers: Iterable[str], end_of: Callable[[str], Minute | None]
) -> dict[str, deque[_Supply]]:
    """Deliveries and what orders will make of the materials `taken`, soonest first."""
    coming: dict[str, list[_Supply]] = {}
    for receipt in state.receipts.values():
        if receipt.quantity > 0 and receipt.material in taken:
            supply = _Supply(receipt.expected, receipt.quantity, receipt.name)
            coming.setdefault(receipt.material, []).append(supply)
    for name in makers:
        order = state.orders[name]
        end = end_of(name) if order.material in taken else None
        if end is not None:
            coming.setdefault(order.material, []).append(_Supply(end, output_to_come(state, order), name))
    return {material: deque(sorted(supplies)) for material, supplies in coming.items()}


def _take(supplies: deque[_Supply] | None, quantity: float) -> tuple[Minute, str] | None:
    """When the last of `quantity` comes, and with what; what is taken is gone for those behind."""
    while supplies:
        supply = supplies.popleft()
        if supply.quantity > quantity + NOTHING:
            supplies.appendleft(supply._replace(quantity=supply.quantity - quantity))
            return supply.when, supply.source
        quantity -= supply.quantity
        if quantity <= NOTHING:
            return supply.when, supply.source
    return None
