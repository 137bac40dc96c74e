"""material.issued: what is taken from stock for an operation by its own report is not taken again at its start.

An order that has not started the operation gets a routing of its own (`R@1`) that asks for the rest. So planning, the
check and a scenario folder see what is still to be taken and need to know nothing else; `PlantState.issued` keeps
what was issued, for the day when the quantity or the routing changes.
"""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.events import Event
from scheduler.domain.folding.lookup import find_material, find_operation
from scheduler.domain.folding.own_routing import is_own, own_name
from scheduler.domain.orders import Issued, Order
from scheduler.domain.plant import PlantState
from scheduler.domain.routings import Component, Operation, Routing


def material_issued(state: PlantState, event: Event) -> PlantState:
    """Stock falls by the quantity, or rises where it is negative; below 0, owed, where the books had less.

    With an operation: what its start has taken covers what is issued for it later, and only what goes beyond that
    falls out of stock; what was issued before is not taken again at its start.
    """
    data, quantity = event.data, float(event.data["quantity"])
    material = find_material(state, event)
    if data.get("order") and data.get("operation") is not None:
        order, operation = find_operation(state, event)
        state, quantity = _for_operation(state, order, operation, material.name, quantity)
    stock = replace(material, on_hand=material.on_hand - quantity)
    return replace(state, materials={**state.materials, stock.name: stock})


def asking_for_the_rest(state: PlantState, order: str) -> PlantState:
    """The order's routing asks for what is still to be issued, by its own pieces and routing as they are now."""
    for issue in state.issued:
        if issue.order == order and (order, issue.operation) not in state.progress:
            state = _asking_for_the_rest(state, issue)
    return state


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
    work, pieces = state.progress[order.name, operation.number], state.quantity_of(order.name, operation.number)
    taken = per_unit * (pieces if work.pieces_taken is None else work.pieces_taken)
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
    pieces = state.quantity_of(issue.order, issue.operation)
    rest = max(0.0, issue.quantity_per_unit * pieces - issue.quantity)
    each = rest / pieces if pieces > 0 else 0.0
    if abs(_asked(operation, issue.material) - each) < 1e-12:
        return state
    kept = tuple(c for c in operation.components if c.material != issue.material)
    asking = replace(operation, components=(*kept, Component(issue.material, each)) if each else kept)
    name = order.routing if is_own(state, order) else own_name(state, order.routing)
    own = Routing(name, tuple(asking if o.number == asking.number else o for o in routing.operations))
    orders = state.orders if name == order.routing else {**state.orders, order.name: replace(order, routing=name)}
    return replace(state, routings={**state.routings, name: own}, orders=orders)
