"""Rule 7: an operation takes its components at its start, and no stock falls below zero.

Stricter than the letter of the contract in one point: pieces that an order has reported good are in stock already and
are not counted again at its end (`output_to_come`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from scheduler.domain.material_flow import output_to_come
from scheduler.domain.minutes import Minute, spoken
from scheduler.domain.plans import Violation
from scheduler.planning.judge.placed import PlacedPlan

RULE = "7 material"
SLACK = 1e-6

Move: TypeAlias = tuple[Minute, int, float, str, int]
"""When, 0 in or 1 out, quantity (out: negative), order or receipt, operation. What comes in comes first."""


def breaches(plan: PlacedPlan) -> Iterator[Violation]:
    """One breach per material: the first start that finds too little."""
    state = plan.state
    for material, moves in _moves(plan).items():
        stock = state.materials.get(material)
        level = stock.on_hand if stock else 0.0
        for when, takes, quantity, who, number in sorted(moves):
            level += quantity
            if takes and level < -SLACK:  # what is owed, a negative stock, is nobody's breach until somebody takes
                yield Violation(
                    RULE,
                    f"'{material}' is short by {-level:g} when operation {number} of order '{who}' "
                    f"takes {-quantity:g} at {spoken(when, state.zone)}",
                    who,
                    number,
                )
                break


def _moves(plan: PlacedPlan) -> dict[str, list[Move]]:
    """What comes and goes, of every material that this plan takes."""
    state = plan.state
    moves: dict[str, list[Move]] = {}
    for placed in plan.placed.values():
        key = placed.order.name, placed.operation.number
        if placed.operation.components and key not in state.progress:
            pieces = plan.pieces(placed)
            for component in placed.operation.components:
                taken = -component.quantity_per_unit * pieces
                out = (placed.start, 1, taken, placed.order.name, placed.operation.number)
                moves.setdefault(component.material, []).append(out)
    if not moves:
        return moves
    for receipt in state.receipts.values():
        if receipt.material in moves and receipt.quantity > 0:
            moves[receipt.material].append((max(state.now, receipt.expected), 0, receipt.quantity, receipt.name, 0))
    for name in {name for name, _ in plan.placed}:
        order, end = state.orders[name], plan.order_ends.get(name)
        if end is not None and order.material in moves:
            moves[order.material].append((end, 0, output_to_come(state, order), name, 0))
    return moves
