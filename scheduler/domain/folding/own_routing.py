"""Routings that are copies of a shared one: `R@1` as it was or with less to issue, `R@order` with work of one order."""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.orders import Order
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import ANY_FAMILY
from scheduler.domain.routings import EligibleMachine, Operation, Routing


def own_name(state: PlantState, routing: str) -> str:
    """A name for a copy of a routing: `R@1`, or the next that is free and names no order."""
    base, number = shared_name(state, routing), 1
    while f"{base}@{number}" in state.routings or str(number) in state.orders:
        number += 1
    return f"{base}@{number}"


def shared_name(state: PlantState, routing: str) -> str:
    """The routing that another was copied from: `R` of `R@1` and of `R@order`; its own name where it is no copy."""
    base, _, mark = routing.rpartition("@")
    return base if base in state.routings and (mark.isdigit() or mark in state.orders) else routing


def works_its_own_way(state: PlantState, order: Order) -> bool:
    """Whether its routing has work that no other order has: added operations, other machines."""
    return order.routing == f"{shared_name(state, order.routing)}@{order.name}"


def is_own(state: PlantState, order: Order) -> bool:
    """Whether its routing is a copy that it alone has."""
    if shared_name(state, order.routing) == order.routing:
        return False
    return not any(o.routing == order.routing and o.name != order.name for o in state.orders.values())


def with_own_operations(state: PlantState, order: Order, operations: tuple[Operation, ...]) -> PlantState:
    """The order works by these operations from now on, under the routing `R@order`; other orders keep theirs."""
    name = f"{shared_name(state, order.routing)}@{order.name}"
    routings = state.routings
    if name != order.routing and is_own(state, order):
        routings = {n: r for n, r in routings.items() if n != order.routing}
    routing = Routing(name, tuple(sorted(operations, key=lambda o: o.number)))
    return replace(
        state,
        routings={**routings, name: routing},
        orders={**state.orders, order.name: replace(order, routing=name)},
    )


def with_machine_for(state: PlantState, order: Order, operation: Operation, machine: str) -> PlantState:
    """The order's operation can be done on that machine too, with the times of the first machine of its routing."""
    known = operation.machines[0] if operation.machines else EligibleMachine(machine, 0.0, 0, 1.0)
    able = replace(operation, machines=(*operation.machines, replace(known, machine=machine)))
    others = state.routings[order.routing].operations
    after = with_own_operations(state, order, tuple(able if o.number == able.number else o for o in others))
    return _with_changeover_to(after, operation.setup_family, machine)


def without_own_routing(state: PlantState, order: Order) -> PlantState:
    """Once the order is gone, so is a routing that was its alone."""
    if not is_own(state, order):
        return state
    return replace(state, routings={name: r for name, r in state.routings.items() if name != order.routing})


def _with_changeover_to(state: PlantState, family: str, machine: str) -> PlantState:
    """A changeover that the work center's matrix has no row for takes 0 minutes, and its matrix says so."""
    center = state.machines[machine].work_center
    matrix, rest = state.setup_matrices.get(center), (ANY_FAMILY, ANY_FAMILY)
    if not family or matrix is None or rest in matrix.minutes:
        return state
    told = replace(matrix, minutes={**matrix.minutes, rest: 0})
    return replace(state, setup_matrices={**state.setup_matrices, center: told})
