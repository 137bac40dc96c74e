"""material.issued: what is taken from stock for an operation by its own report is not taken again at its start.

An order that has not started the operation gets a routing of its own (`R@1`) that asks for the rest. So planning, the
check and a scenario folder see what is still to be taken and need to know nothing else; `PlantState.issued` keeps
what was issued, for the day when the quantity or the routing changes.
"""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.events import Event
from scheduler.domain.folding.lookup import find_material, find_operation
from scheduler.domain.orders import Issued, Order
from scheduler.domain.plant import PlantState
from scheduler.domain.routings import Component, Operation, Routing


def material_issued(state: PlantState, event: Event) -> PlantState:
    """Stock falls by the quantity, or rises where it is negative; never below 0.

    With an operation: what its start has taken covers what is issued for it later, and only what goes beyond that
    falls out of stock; what was issued before is not taken again at its start.
    """
    data, quantity = event.data, float(event.data["quantity"])
    material = find_material(state, event)
    if data.get("order") and data.get("operation") is not None:
        order, operation = find_operation(state, event)
        state, quantity = _for_operation(state, order, operation, material.name, quantity)
    stock = replace(material, on_hand=max(0.0, material.on_hand - quantity))
    return replace(state, materials={**state.materials, stock.name: stock})


def settled(state: PlantState, order: str) -> PlantState:
    """The order's routing asks for what is still to be issued, by its quantity and routing as they are now."""
    for issue in state.issued:
        if issue.order == order and (order, issue.operation) not in state.progress:
            state = _asking_for_the_rest(state, issue)
    return state


def own_name(state: PlantState, routing: str) -> str:
    """A name for a copy of a routing: `R@1`, or the next that is free."""
    base, number = shared_name(state, routing), 1
    while f"{base}@{number}" in state.routings:
        number += 1
    return f"{base}@{number}"


def shared_name(state: PlantState, routing: str) -> str:
    """The routing that another was copied from: `R` of `R@1`; its own name where it is no copy."""
    base, _, number = routing.rpartition("@")
    return base if number.isdigit() and base in state.routings else routing


def _for_operation(
    state: PlantState, order: Order, operation: Operation, material: str, quantity: float
) -> tuple[PlantState, float]:
    """The state that remembers it, and by how much stock falls."""
    known = next((i for i in state.issued if _same(i, order.name, operation.number, material)), None)
    per_unit = known.quantity_per_unit if known else _asked(operation, material)
    if not per_unit:
        return state, quantity  # no part of it: nothing would be taken at its start
    before = known.quantity if known else 0.0
    issue = Issued(order.name, operation.number, material, max(0.0, before + quantity), per_unit)
    others = tuple(i for i in state.issued if not _same(i, order.name, operation.number, material))
    state = replace(state, issued=(*others, issue))
    if (order.name, operation.number) not in state.progress:
        return _asking_for_the_rest(state, issue), quantity
    if quantity < 0:
        return state, quantity
    taken = per_unit * order.quantity
    return state, max(taken, before + quantity) - max(taken, before)


def _same(issue: Issued, order: str, operation: int, material: str) -> bool:
    return (issue.order, issue.operation, issue.material) == (order, operation, material)


def _asked(operation: Operation, material: str) -> float:
    return sum(c.quantity_per_unit for c in operation.components if c.material == material)


def _asking_for_the_rest(state: PlantState, issue: Issued) -> PlantState:
    order = state.orders[issue.order]
    routing = state.routings[order.routing]
    operation = routing.operation(issue.operation)
    if operation is None:
        return state
    rest = max(0.0, issue.quantity_per_unit * order.quantity - issue.quantity)
    each = rest / order.quantity if order.quantity > 0 else 0.0
    if abs(_asked(operation, issue.material) - each) < 1e-12:
        return state
    kept = tuple(c for c in operation.components if c.material != issue.material)
    asking = replace(operation, components=(*kept, Component(issue.material, each)) if each else kept)
    name = order.routing if _is_own(state, order) else own_name(state, order.routing)
    own = Routing(name, tuple(asking if o.number == asking.number else o for o in routing.operations))
    orders = state.orders if name == order.routing else {**state.orders, order.name: replace(order, routing=name)}
    return replace(state, routings={**state.routings, name: own}, orders=orders)


def _is_own(state: PlantState, order: Order) -> bool:
    if shared_name(state, order.routing) == order.routing:
        return False
    return not any(o.routing == order.routing and o.name != order.name for o in state.orders.values())
