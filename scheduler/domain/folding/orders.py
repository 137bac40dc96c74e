"""order.created, order.changed, order.cancelled, quality.held, quality.released."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scheduler.domain.events import Event
from scheduler.domain.folding.brought_routing import read_routing
from scheduler.domain.folding.doubting import settled
from scheduler.domain.folding.issues import asking_for_the_rest
from scheduler.domain.folding.lookup import find_order, moment_in, refuse, refuse_name
from scheduler.domain.folding.own_routing import without_own_routing
from scheduler.domain.folding.pinning import without_pins_of
from scheduler.domain.folding.quantity import with_new_quantity
from scheduler.domain.folding.running import running_of, standing_in
from scheduler.domain.orders import Order, OrderStatus
from scheduler.domain.plant import PlantState


def order_created(state: PlantState, event: Event) -> PlantState:
    """A new order, by a routing that is known or that comes with it."""
    data = event.data
    name = data["order"]
    if name in state.orders:
        message = f"order '{name}' is there already; change it by order.changed"
        raise refuse(event, message, "order", f"'{name}'", "a name that no order has")
    due = moment_in(data, "due", state)
    if due is None:
        raise refuse(event, f"order '{name}' has no due date", "due", "nothing", "a moment")
    routing_name = data.get("routing") or data["material"]
    routings = state.routings
    if data.get("routing_rows"):
        brought = read_routing(state, event, routing_name)
        known = routings.get(routing_name)
        if known is not None and known.operations and known != brought:
            raise refuse(
                event,
                f"routing '{routing_name}' is known already and differs; give the new one a name of its own",
                "routing",
                f"'{routing_name}'",
                "a name that no routing has",
            )
        routings = {**routings, routing_name: brought}
    elif routing_name not in routings or not routings[routing_name].operations:
        more = "or bring it with routing_rows and machine_rows"
        raise refuse_name(event, "routing", routing_name, routings, more=more)
    order = Order(
        name=name,
        material=data["material"],
        quantity=float(data["quantity"]),
        due=due,
        routing=routing_name,
        release=moment_in(data, "release", state),
        priority=_number(data, "priority", 1.0),
        status=data.get("status") or "released",
        customer=data.get("customer") or "",
    )
    return replace(state, orders={**state.orders, name: order}, routings=routings)


def order_changed(state: PlantState, event: Event) -> PlantState:
    """New quantity, due date, priority, status, release or customer; begun work follows the quantity."""
    order, data = find_order(state, event), event.data
    due = moment_in(data, "due", state)
    changed = replace(
        order,
        quantity=_number(data, "quantity", order.quantity),
        due=order.due if due is None else due,
        priority=_number(data, "priority", order.priority),
        release=moment_in(data, "release", state) if "release" in data else order.release,
        customer=data.get("customer") or order.customer,
    )
    after = replace(state, orders={**state.orders, order.name: changed})
    if changed.quantity != order.quantity:
        after = asking_for_the_rest(with_new_quantity(state, after, order.name, event.time), order.name)
        changed = after.orders[order.name]
    status = data.get("status")
    return after if status is None else _with_status(after, event, changed, status)


def order_cancelled(state: PlantState, event: Event) -> PlantState:
    """The order goes with its progress; while work of it runs, it stays on hold until that work has finished."""
    order = find_order(state, event)
    held = _with_status(state, event, order, "hold")
    cancelled = replace(held.orders[order.name], cancelled=True)
    return without_finished_cancelled(replace(held, orders={**held.orders, order.name: cancelled}), order.name)


def quality_held(state: PlantState, event: Event) -> PlantState:
    return _with_status(state, event, find_order(state, event), "hold")


def quality_released(state: PlantState, event: Event) -> PlantState:
    order = find_order(state, event)
    if order.status != "hold":
        return state
    return _with_status(state, event, order, "released")


def without_finished_cancelled(state: PlantState, order: str) -> PlantState:
    """Takes a cancelled order out once nothing of it runs."""
    known = state.orders.get(order)
    if known is None or not known.cancelled or any(running_of(state, order)):
        return state
    state = settled(without_own_routing(state, known), order, state.now, "the order is cancelled and gone")
    state = without_pins_of(state, order)
    return replace(
        state,
        orders={name: o for name, o in state.orders.items() if name != order},
        progress={key: p for key, p in state.progress.items() if key[0] != order},
        issued=tuple(i for i in state.issued if i.order != order),
    )


def _with_status(state: PlantState, event: Event, order: Order, status: OrderStatus) -> PlantState:
    """With that status. Work of a held order stands in no plan, so its machine must remember its setup family."""
    if order.cancelled and status != "hold":
        raise refuse(
            event,
            f"order '{order.name}' is cancelled and only finishes what runs; create a new order",
            "order",
            f"'{order.name}', which is cancelled",
            "an order that is not",
        )
    if order.status == status:
        return state
    after = replace(state, orders={**state.orders, order.name: replace(order, status=status)})
    if status == "hold":
        for running in running_of(state, order.name):
            operation = state.operation(order.name, running.operation)
            after = standing_in(after, running.machine, operation.setup_family if operation else "")
    return after


def _number(data: Mapping[str, Any], name: str, default: float) -> float:
    value = data.get(name)
    return default if value is None else float(value)
