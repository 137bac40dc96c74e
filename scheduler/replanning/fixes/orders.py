"""What may be changed of orders and their routings: weight, dates of others, lots, pins, machines."""

from __future__ import annotations

import math
from typing import Any

from scheduler.domain.fold import fold_events
from scheduler.domain.folding.own_routing import works_its_own_way
from scheduler.domain.minutes import DAY, iso, spoken, spoken_duration
from scheduler.domain.orders import Order
from scheduler.domain.plans import OperationKey
from scheduler.domain.plant import PlantState
from scheduler.domain.routings import EligibleMachine
from scheduler.errors import InvalidEvent
from scheduler.replanning.fixes.change import Assumed, Change, Ladder, Steps, events_of

LEAST_PRIORITIES = 5
"""Steps that a priority may rise at least, however high it is among the others."""


def higher_priority(state: PlantState, order: str, steps: Steps, blame: int) -> Ladder:
    """Step by step, up to twice the highest of all."""
    before = state.orders[order].priority
    highest = max(o.priority for o in state.orders.values())
    most = max(LEAST_PRIORITIES, math.ceil((2 * highest - before) / steps.priority))

    def change(step: int) -> Change:
        after = before + step * steps.priority
        words = f"Priority of {order} from {before:g} to {after:g}"
        data = {"order": order, "priority": after}
        return Change("priority", order, words, events_of(state, [("order.changed", data)]), step * steps.priority, "1")

    return Ladder("priority", order, min(most, steps.priorities), change, blame)


def later_due(state: PlantState, other: str, steps: Steps, blame: int) -> Ladder:
    """Another order may come some steps later."""
    due = state.orders[other].due

    def change(step: int) -> Change:
        later = step * steps.due
        words = f"{other} due {spoken_duration(later)} later, {spoken(due + later, state.zone)}"
        data = {"order": other, "due": iso(due + later, state.zone)}
        return Change("due", other, words, events_of(state, [("order.changed", data)]), float(later), "minutes")

    return Ladder("due", other, max(1, steps.dues * DAY // steps.due), change, blame)


def without_pin(state: PlantState, key: OperationKey, blame: int) -> Ladder | None:
    """What a person has fixed of an operation is free again."""
    if key not in state.pins:
        return None
    name = f"{key[0]}/{key[1]}"
    data = {"order": key[0], "operation": key[1]}

    def change(_step: int) -> Change:
        words = f"Take the pin off {name} ({state.pins[key].said(state.zone)})"
        return Change("pin", name, words, events_of(state, [("operation.unpinned", data)]), 1.0, "1")

    return Ladder("pin", name, 1, change, blame)


def in_lots(state: PlantState, order: str, steps: Steps, blame: int) -> Ladder | None:
    """The order in two lots, three, ...; None where it has begun, or has less than two pieces."""
    known = state.orders[order]
    touched = any(key[0] == order for key in (*state.progress, *state.pins))
    issued = any(i.order == order for i in state.issued)
    if touched or issued or known.cancelled or known.quantity < 2 or works_its_own_way(state, known):
        return None
    most = min(steps.lots, int(known.quantity)) - 1
    if most < 1:
        return None

    def change(step: int) -> Change:
        quantities = _lots(known.quantity, step + 1)
        names = [order, *_free_names(state, order, step)]
        assumed: list[Assumed] = [("order.changed", {"order": order, "quantity": quantities[0]})]
        assumed += [
            ("order.created", _like(state, known, n, q)) for n, q in zip(names[1:], quantities[1:], strict=True)
        ]
        said = " + ".join(f"{q:g}" for q in quantities)
        words = f"Split {order} into {step + 1} lots: {said}"
        return Change("split", order, words, events_of(state, assumed), float(step + 1), "1", lots=tuple(names))

    return Ladder("split", order, most, change, blame)


def _lots(quantity: float, count: int) -> list[float]:
    """As alike as they can be, whole where the quantity is; the first are the larger ones."""
    if quantity != int(quantity):
        return [quantity / count] * count
    each, more = divmod(int(quantity), count)
    return [float(each + (i < more)) for i in range(count)]


def _free_names(state: PlantState, order: str, count: int) -> list[str]:
    """SO-1-2, SO-1-3, ...: names that no order has."""
    found, number = list[str](), 2
    while len(found) < count:
        name = f"{order}-{number}"
        if name not in state.orders:
            found.append(name)
        number += 1
    return found


def _like(state: PlantState, order: Order, name: str, quantity: float) -> dict[str, Any]:
    data: dict[str, Any] = {
        "order": name,
        "material": order.material,
        "quantity": quantity,
        "due": iso(order.due, state.zone),
        "routing": order.routing,
        "priority": order.priority,
        "status": order.status,
    }
    if order.release is not None:
        data["release"] = iso(order.release, state.zone)
    if order.customer:
        data["customer"] = order.customer
    return data


def another_machine(state: PlantState, key: OperationKey, machine: str, blame: int) -> Ladder | None:
    """The operation may run on that machine too, as slowly as on the slowest that can do it now.

    The routing is changed, for all orders that follow it and have not begun. None where this one would not follow,
    or where no changeover to it is known.
    """
    order, operation = state.orders[key[0]], state.operation(*key)
    if operation is None or not operation.machines or operation.on(machine) is not None or key in state.progress:
        return None
    slowest = max(operation.machines, key=lambda m: (m.run_minutes(order.quantity, 1.0), m.machine))
    rows = [
        _row(o.number, m)
        for o in state.routings[order.routing].operations
        for m in (*o.machines, *([] if o.number != key[1] else [_on(machine, slowest)]))
    ]
    event: Assumed = ("routing.changed", {"routing": order.routing, "machine_rows": rows})
    name = f"{key[0]}/{key[1]}"

    def change(_step: int) -> Change:
        words = f"{name} on {machine} too, with the times of {slowest.machine}"
        return Change("machine", f"{name} on {machine}", words, events_of(state, [event]), 1.0, "1")

    try:
        after = fold_events(state, change(1).events).operation(*key)
    except InvalidEvent:
        return None
    follows = after is not None and after.on(machine) is not None
    return Ladder("machine", f"{name} on {machine}", 1, change, blame) if follows else None


def _on(machine: str, like: EligibleMachine) -> EligibleMachine:
    return EligibleMachine(machine, like.run_minutes_per_unit, like.setup_minutes, like.run_minutes_fixed)


def _row(operation: int, row: EligibleMachine) -> dict[str, Any]:
    return {
        "operation": operation,
        "machine": row.machine,
        "setup_minutes": row.setup_minutes,
        "run_minutes_per_unit": row.run_minutes_per_unit,
        "run_minutes_fixed": row.run_minutes_fixed,
    }
