"""A routing that only one order has, because its work went other ways than the routing it came with."""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.orders import Order
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import ANY_FAMILY
from scheduler.domain.routings import EligibleMachine, Operation, Routing


def with_own_operations(state: PlantState, order: Order, operations: tuple[Operation, ...]) -> PlantState:
    """The order works by these operations from now on, under the routing `R@order`; other orders keep theirs."""
    own = f"@{order.name}"
    name = order.routing if order.routing.endswith(own) else order.routing + own
    routing = Routing(name, tuple(sorted(operations, key=lambda o: o.number)))
    return replace(
        state,
        routings={**state.routings, name: routing},
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
    alone = order.routing.endswith(f"@{order.name}")
    if not alone or any(o.routing == order.routing for o in state.orders.values() if o.name != order.name):
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
