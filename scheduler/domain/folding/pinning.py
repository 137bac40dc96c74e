"""operation.pinned, operation.unpinned: a person fixes machine or start of an operation, and lets go of it again."""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.events import Event
from scheduler.domain.folding.lookup import find_machine, find_operation, moment_in, refuse
from scheduler.domain.minutes import spoken
from scheduler.domain.pins import Pin
from scheduler.domain.plant import PlantState


def operation_pinned(state: PlantState, event: Event) -> PlantState:
    """One pin for each operation: a new one takes the place of the old. Whether it can be kept is the plan's to say."""
    order, operation = find_operation(state, event)
    data = event.data
    pin = Pin(
        order.name,
        operation.number,
        find_machine(state, event).name if data.get("machine") else None,
        moment_in(data, "start", state),
        moment_in(data, "not_before", state),
        moment_in(data, "not_after", state),
        data.get("by") or "",
        data.get("reason") or "",
    )
    if pin.not_before is not None and pin.not_after is not None and pin.not_after < pin.not_before:
        message = "not_after lies before not_before; exchange them, or leave one out"
        found, earliest = spoken(pin.not_after, state.zone), spoken(pin.not_before, state.zone)
        raise refuse(event, message, "not_after", found, f"{earliest} or later")
    return replace(state, pins={**state.pins, pin.key: pin})


def operation_unpinned(state: PlantState, event: Event) -> PlantState:
    """Nothing of it is fixed any more; where nothing was, nothing changes."""
    order, operation = find_operation(state, event)
    return without_pins(state, {(order.name, operation.number)})


def without_pins_of(state: PlantState, order: str) -> PlantState:
    """The order is gone, and what was fixed of it."""
    return without_pins(state, {key for key in state.pins if key[0] == order})


def without_lost_pins(state: PlantState) -> PlantState:
    """Without those of operations that their order's routing does not have any more."""
    return without_pins(state, {key for key in state.pins if state.operation(*key) is None})


def without_pins(state: PlantState, keys: set[tuple[str, int]]) -> PlantState:
    if keys.isdisjoint(state.pins):
        return state
    return replace(state, pins={key: pin for key, pin in state.pins.items() if key not in keys})
