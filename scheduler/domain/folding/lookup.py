"""Finding what an event names, or refusing it with the nearest name that is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from scheduler.domain.events import Event
from scheduler.domain.minutes import DAY, Minute, parse_minute
from scheduler.domain.orders import Material, Order
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Machine
from scheduler.domain.routings import Operation
from scheduler.errors import InvalidEvent, did_you_mean
from scheduler.limits import STANDARD

FARTHEST_DAYS = 3650
"""No plan reaches further; a moment beyond it is a mistake, or some system's word for never."""
MOST = STANDARD.number
"""A larger number is a mistake, and minutes made of it would fit into no plan."""


def refuse(
    event: Event, message: str, field: str, found: str | None = None, expected: str | None = None
) -> InvalidEvent:
    """The error for an event: its type and id, then what is wrong.

    found, expected : as in `WrongField`.
    """
    return InvalidEvent(f"{event.type} '{event.id}': {message}", f"data.{field}" if field else "data", found, expected)


def refuse_value(event: Event, found: str, expected: str, field: str) -> InvalidEvent:
    """The same for a value that cannot be used."""
    return refuse(event, f"found {found}, expected {expected}", field, found, expected)


def refuse_name(event: Event, kind: str, name: str, known: Iterable[str], more: str = "") -> InvalidEvent:
    """The same for a name that the plant does not have, with the nearest it has. kind : "order", and its field."""
    message = f"no {kind} '{name}' in the plant; {did_you_mean(name, known)}{more and f' ({more})'}"
    return refuse(event, message, kind, f"'{name}'", f"a {kind} of the plant")


def find_machine(state: PlantState, event: Event) -> Machine:
    name = event.data["machine"]
    machine = state.machines.get(name)
    if machine is None:
        raise refuse_name(event, "machine", name, state.machines)
    return machine


def find_order(state: PlantState, event: Event) -> Order:
    name = event.data["order"]
    order = state.orders.get(name)
    if order is None:
        raise refuse_name(event, "order", name, state.orders)
    return order


def find_operation(state: PlantState, event: Event) -> tuple[Order, Operation]:
    order = find_order(state, event)
    number = int(event.data["operation"])
    operation = state.operation(order.name, number)
    if operation is None:
        routing = state.routings.get(order.routing)
        known = ", ".join(str(o.number) for o in routing.operations) if routing else "none"
        raise refuse(
            event,
            f"order '{order.name}' (routing '{order.routing}') has no operation {number}; it has {known}",
            "operation",
            str(number),
            f"an operation of the order: {known}",
        )
    return order, operation


def find_material(state: PlantState, event: Event) -> Material:
    """A material in stock, or one that only orders, deliveries or parts lists name so far."""
    name = event.data["material"]
    material = state.materials.get(name)
    if material is not None:
        return material
    named = {order.material for order in state.orders.values()}
    named.update(receipt.material for receipt in state.receipts.values())
    named.update(c.material for r in state.routings.values() for o in r.operations for c in o.components)
    if name in named:
        return Material(name)
    raise refuse_name(event, "material", name, named | set(state.materials))


def moment_in(data: Mapping[str, Any], name: str, state: PlantState) -> Minute | None:
    """A moment of an event's data, None where it names none.

    Raises InvalidEvent for one that no plan could reach; an order may be due as late as one likes.
    """
    value = data.get(name)
    moment = parse_minute(value, state.zone) if value else None
    if moment is not None and name != "due" and moment > state.now + FARTHEST_DAYS * DAY:
        expected = f"a moment within {FARTHEST_DAYS} days of the plant's now"
        raise InvalidEvent.of(f"data.{name}", str(value), expected, "leave it out where it is not known")
    return moment
