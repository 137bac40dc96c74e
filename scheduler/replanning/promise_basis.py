"""What a promised date rests on: the stock, the deliveries and the orders that its components come from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from scheduler.domain.material_flow import output_to_come
from scheduler.domain.minutes import Minute
from scheduler.domain.plans import PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.domain.routings import Operation

NOTHING = 1e-6


@dataclass(frozen=True, slots=True)
class Basis:
    """Of a component, so much from there.   name : the delivery or the order; "" for stock.   at : when it is there."""

    kind: Literal["stock", "receipt", "order"]
    name: str
    material: str
    quantity: float
    at: Minute


@dataclass(slots=True)
class _Supply:
    at: Minute
    kind: Literal["stock", "receipt", "order"]
    name: str
    left: float


def rests_on(state: PlantState, operations: Sequence[PlannedOperation], orders: Collection[str]) -> tuple[Basis, ...]:
    """What these orders take under a plan, first come, first served: stock, then what comes soonest.

    By component, in the order of time. What the orders make for each other is none of it.
    """
    takers = _takers(state, operations)
    wanted = {c.material for row, step in takers if row.order in orders for c in step.components}
    if not wanted:
        return ()
    supplies = _supplies(state, operations, wanted)
    found: dict[tuple[str, str, str], Basis] = {}
    for row, step in takers:
        pieces = state.quantity_of(row.order, row.operation)
        for component in step.components:
            need = component.quantity_per_unit * pieces
            for supply in supplies.get(component.material, ()):
                taken = min(need, supply.left)
                if taken <= NOTHING:
                    continue
                supply.left -= taken
                need -= taken
                if row.order in orders and supply.name not in orders:
                    key = component.material, supply.kind, supply.name
                    before = found[key].quantity if key in found else 0.0
                    quantity = round(before + taken, 6)
                    found[key] = Basis(supply.kind, supply.name, component.material, quantity, supply.at)
                if need <= NOTHING:
                    break
    return tuple(sorted(found.values(), key=lambda b: (b.material, b.at, b.kind, b.name)))


def _takers(state: PlantState, operations: Sequence[PlannedOperation]) -> list[tuple[PlannedOperation, Operation]]:
    """Work not begun that takes components, in the order of its starts."""
    found = []
    for row in sorted(operations, key=lambda r: (r.start, r.order, r.operation)):
        step = state.operation(row.order, row.operation)
        if step is not None and step.components and row.key not in state.progress:
            found.append((row, step))
    return found


def _supplies(
    state: PlantState, operations: Sequence[PlannedOperation], materials: Collection[str]
) -> dict[str, list[_Supply]]:
    found: dict[str, list[_Supply]] = {name: [] for name in materials}
    owed: dict[str, float] = {}
    for name in materials:
        stock = state.materials[name].on_hand if name in state.materials else 0.0
        found[name].append(_Supply(state.now, "stock", "", max(0.0, stock)))
        owed[name] = max(0.0, -stock)
    for receipt in state.receipts.values():
        if receipt.material in found:
            at = max(receipt.expected, state.now)
            found[receipt.material].append(_Supply(at, "receipt", receipt.name, max(0.0, receipt.quantity)))
    ends: dict[str, Minute] = {}
    for row in operations:
        ends[row.order] = max(ends.get(row.order, row.end), row.end)
    for name, end in ends.items():
        order = state.orders.get(name)
        if order is not None and order.material in found:
            found[order.material].append(_Supply(end, "order", name, output_to_come(state, order)))
    for name, supplies in found.items():
        supplies.sort(key=lambda s: (s.at, s.kind != "stock"))
        for supply in supplies:  # what is owed is filled first
            filled = min(owed[name], supply.left)
            supply.left -= filled
            owed[name] -= filled
    return found
