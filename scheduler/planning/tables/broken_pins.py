"""The pins that a plan does not keep, each with what stands against it in words."""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.domain.minutes import spoken
from scheduler.domain.pins import Pin, lost_pins
from scheduler.domain.plans import BrokenPin, PlannedOperation
from scheduler.domain.plant import PlantState


def broken_pins(state: PlantState, operations: Sequence[PlannedOperation]) -> tuple[BrokenPin, ...]:
    """Every pin that the plan loses, in the order of the plan; running and done work loses none."""
    return tuple(
        BrokenPin(
            pin.order,
            pin.operation,
            f"pinned {pin.said(state.zone)}; planned on '{planned.machine}' at {spoken(planned.start, state.zone)}: "
            f"{_why(state, pin, planned)}",
        )
        for pin, planned in lost_pins(state, operations)
    )


def _why(state: PlantState, pin: Pin, planned: PlannedOperation) -> str:
    """What can be told from the plant alone; else other work or rules leave it no room."""
    operation = state.operation(pin.order, pin.operation)
    if pin.machine is not None and pin.machine != planned.machine:
        able = operation is not None and operation.on(pin.machine) is not None
        return f"'{pin.machine}' {'can never take it' if able else 'cannot do it'}"
    latest, earliest = pin.latest, pin.earliest
    if latest is not None and earliest is not None and latest < earliest:
        return "its times contradict each other"
    if latest is not None and planned.start > latest:
        if latest < state.now:
            return "the time is past"
        release = state.orders[pin.order].release
        if release is not None and release > latest:
            return "the order is released later"
        machine = pin.machine or planned.machine
        if pin.start is not None and not state.machine_time(machine, latest, latest + 1).is_open(latest):
            return f"'{machine}' does not work then"
    return "the other rules leave it no room there"
