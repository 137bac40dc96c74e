"""Projected stock under a plan, and who would run short."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from scheduler.domain.material_flow import output_to_come
from scheduler.domain.minutes import Minute
from scheduler.domain.orders import Material, Receipt
from scheduler.domain.plans import PlannedOperation, Unplanned
from scheduler.domain.plant import PlantState

NOTHING = 1e-9


@dataclass(frozen=True, slots=True)
class StockPoint:
    """stock : what is there from `at` on.   cause : the receipt, the order, or the order and operation."""

    at: Minute
    stock: float
    cause: str


@dataclass(frozen=True, slots=True)
class MaterialOutlook:
    """lowest : the lowest stock from now on.   short_from : first moment below zero, None: never.

    orders_hit : orders that start without it under the plan, then orders left unplanned that wait for it.
    """

    material: Material
    receipts: tuple[Receipt, ...]
    projection: tuple[StockPoint, ...]
    lowest: float
    short_from: Minute | None
    orders_hit: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Movement:
    at: Minute
    takes: bool  # what comes at the same minute is there before what goes
    quantity: float
    cause: str
    order: str


def material_outlook(
    state: PlantState, operations: Iterable[PlannedOperation], unplanned: Iterable[Unplanned] = ()
) -> list[MaterialOutlook]:
    """Every material of the state, by name, by rule 7 of the contract: takes at starts, gives at receipts and ends."""
    movements = _movements(state, tuple(operations))
    waiting: dict[str, list[str]] = defaultdict(list)
    for blocked in unplanned:
        for component in _components(state, blocked.order):
            waiting[component].append(blocked.order)
    outlook = []
    for name, material in sorted(state.materials.items()):
        stock = material.on_hand
        lowest, short_from = stock, state.now if stock < -NOTHING else None
        points: list[StockPoint] = []
        hit: dict[str, None] = {}
        for move in sorted(movements[name], key=lambda m: (m.at, m.takes, m.cause)):
            stock += -move.quantity if move.takes else move.quantity
            points.append(StockPoint(move.at, round(stock, 6), move.cause))
            lowest = min(lowest, stock)
            if stock < -NOTHING:
                short_from = move.at if short_from is None else short_from
                if move.takes:
                    hit[move.order] = None
        if short_from is not None:
            hit.update(dict.fromkeys(waiting[name]))
        receipts = tuple(sorted((r for r in state.receipts.values() if r.material == name), key=lambda r: r.expected))
        outlook.append(MaterialOutlook(material, receipts, tuple(points), round(lowest, 6), short_from, tuple(hit)))
    return outlook


def _movements(state: PlantState, operations: tuple[PlannedOperation, ...]) -> dict[str, list[_Movement]]:
    moves: dict[str, list[_Movement]] = defaultdict(list)
    for receipt in state.receipts.values():
        if receipt.quantity > 0:
            at = max(receipt.expected, state.now)
            moves[receipt.material].append(_Movement(at, False, receipt.quantity, receipt.name, ""))
    ends: dict[str, Minute] = {}
    for planned in operations:
        order, step = state.orders.get(planned.order), state.operation(planned.order, planned.operation)
        status = state.status_of(planned.order, planned.operation)
        if order is None or step is None or status == "done":
            continue
        ends[order.name] = max(ends.get(order.name, planned.end), planned.end)
        if status == "waiting":
            cause, pieces = f"{order.name}/{step.number}", state.quantity_of(order.name, step.number)
            for component in step.components:
                quantity = component.quantity_per_unit * pieces
                moves[component.material].append(_Movement(planned.start, True, quantity, cause, order.name))
    for name, end in ends.items():
        order = state.orders[name]
        moves[order.material].append(_Movement(end, False, output_to_come(state, order), name, name))
    return moves


def _components(state: PlantState, order: str) -> set[str]:
    known = state.orders.get(order)
    steps = state.routings[known.routing].operations if known else ()
    return {c.material for s in steps if state.status_of(order, s.number) == "waiting" for c in s.components}
