"""order.created, order.changed, order.cancelled, quality.held, quality.released."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scheduler.domain.events import Event
from scheduler.domain.folding.brought_routing import read_routing
from scheduler.domain.folding.issues import asking_for_the_rest
from scheduler.domain.folding.leaving import taken_out, with_status
from scheduler.domain.folding.lookup import find_order, moment_in, refuse, refuse_name
from scheduler.domain.folding.quantity import with_new_quantity
from scheduler.domain.folding.reservations import in_its_place, with_new_end
from scheduler.domain.orders import Order, OrderStatus
from scheduler.domain.plant import PlantState
from scheduler.domain.routings import Routing


def order_created(state: PlantState, event: Event) -> PlantState:
    """A new order, by a routing that is known or that comes with it; in the place of the reservation that it names."""
    order, routings = new_order(state, event)
    if order.reservation:
        return in_its_place(replace(state, routings=routings), event, order)
    return replace(state, orders={**state.orders, order.name: order}, routings=routings)


def new_order(state: PlantState, event: Event) -> tuple[Order, Mapping[str, Routing]]:
    """The order that `order.created` brings, and the routings with what comes with it. Raises InvalidEvent."""
    data = event.data
    name, reservation = data["order"], data.get("reservation") or ""
    if name in state.orders and not name == reservation in state.reservations:
        kept = name in state.reservations
        remedy = "it is a reservation: name it under reservation too" if kept else "change it by order.changed"
        message = f"order '{name}' is there already; {remedy}"
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
        reservation=reservation,
    )
    return order, routings


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
    after = after if status is None else _with_status(after, event, changed, status)
    return with_new_end(after, event, changed) if data.get("until") else after


def order_cancelled(state: PlantState, event: Event) -> PlantState:
    """The order goes with its progress; while work of it runs, it stays on hold until that work has finished."""
    return taken_out(state, find_order(state, event))


def quality_held(state: PlantState, event: Event) -> PlantState:
    return _with_status(state, event, find_order(state, event), "hold")


def quality_released(state: PlantState, event: Event) -> PlantState:
    order = find_order(state, event)
    if order.status != "hold":
        return state
    return _with_status(state, event, order, "released")


def _with_status(state: PlantState, event: Event, order: Order, status: OrderStatus) -> PlantState:
    if order.cancelled and status != "hold":
        raise refuse(
            event,
            f"order '{order.name}' is cancelled and only finishes what runs; create a new order",
            "order",
            f"'{order.name}', which is cancelled",
            "an order that is not",
        )
    return with_status(state, order, status)


def _number(data: Mapping[str, Any], name: str, default: float) -> float:
    value = data.get(name)
    return default if value is None else float(value)
