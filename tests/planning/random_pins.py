"""Pins on random plants: anywhere, or where a plan has its operations, so that all of them can be kept."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from scheduler.domain.pins import Pin
from scheduler.domain.plans import PlannedOperation
from scheduler.domain.plant import PlantState


def with_any_pins(rng: random.Random, state: PlantState) -> PlantState:
    """Some operations pinned to some machine, time or bounds, also where no plan can have them."""
    pins = {}
    for order in state.orders.values():
        for operation in state.routings[order.routing].operations:
            if rng.random() < 0.3:
                pin = _any_pin(rng, state, order.name, operation.number)
                pins[pin.key] = pin
    return replace(state, pins=pins)


def pinned_as_planned(
    rng: random.Random, state: PlantState, operations: Sequence[PlannedOperation], share: float
) -> PlantState:
    """A share of a plan pinned where it stands, in one of the ways that it can be said."""
    pins = {}
    for o in operations:
        if rng.random() >= share or not state.waits(o.order, o.operation):
            continue
        exact = Pin(o.order, o.operation, o.machine, o.start)
        bounds = replace(exact, start=None, not_before=o.start - rng.randint(0, 60), not_after=o.start)
        pins[o.key] = rng.choice((exact, replace(exact, machine=None), replace(exact, start=None), bounds))
    return replace(state, pins=pins)


def _any_pin(rng: random.Random, state: PlantState, order: str, operation: int) -> Pin:
    at = state.now + rng.choice((-30, 0, rng.randint(0, 600), rng.randint(0, 6000)))
    machine = rng.choice(list(state.machines))
    match rng.randint(0, 4):
        case 0:
            return Pin(order, operation, machine)
        case 1:
            return Pin(order, operation, start=at)
        case 2:
            return Pin(order, operation, machine, at)
        case 3:
            return Pin(order, operation, not_before=at, not_after=at + rng.randint(0, 500))
        case _:
            return Pin(order, operation, rng.choice((None, machine)), not_after=at)
