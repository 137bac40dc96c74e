"""When the components of an operation are there, and with which delivery or order the last of them comes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from scheduler.domain.material_flow import output_to_come
from scheduler.domain.minutes import Minute
from scheduler.domain.pins import Pin
from scheduler.domain.plans import OperationKey
from scheduler.planning.judge.placed import Placed, PlacedPlan

SLACK = 1e-6


class Supply(NamedTuple):
    """`material` is there for an operation from `when` on, with the delivery or the order that `source` names.

    pin : in place of a material, who has said that it must not start before.
    """

    when: Minute
    material: str
    source: str
    by_order: bool
    pin: Pin | None = None


class _Move(NamedTuple):
    """0: comes, 1: goes, so that what comes in a minute is there before what goes. key: of the operation that takes."""

    when: Minute
    takes: int
    quantity: float
    source: str
    key: OperationKey


class Parts:
    """The materials of one plan (contract, rule 7), worked out when asked for."""

    def __init__(self, plan: PlacedPlan) -> None:
        self._plan = plan

    def last_of(self, placed: Placed) -> Supply | None:
        """The supply without which it could not start, all other work taking its parts as planned: that behind which
        stock never again falls below what it needs. None: what is in stock now is enough.

        Where a plan takes more than there is, the answer is of no use, but there is one.
        """
        key, found = (placed.order.name, placed.operation.number), None
        if placed.running is not None or key in self._plan.state.progress:
            return None
        for component in placed.operation.components:
            needed = component.quantity_per_unit * self._plan.pieces(placed)
            supply = self._behind_the_last_lack(component.material, key, needed)
            if supply is not None and (found is None or supply.when > found.when):
                found = supply
        return found

    def _behind_the_last_lack(self, material: str, key: OperationKey, needed: float) -> Supply | None:
        moves = self._moves.get(material, [])
        known = self._plan.state.materials.get(material)
        levels, level = [], known.on_hand if known else 0.0
        for move in moves:
            if move.takes and move.key == key:
                break
            levels.append(level)
            level += move.quantity
        for before, move in zip(reversed(levels), reversed(moves[: len(levels)]), strict=True):
            if not move.takes and before < needed - SLACK:
                return Supply(move.when, material, move.source, move.key != ("", 0))
        return None

    @cached_property
    def _moves(self) -> Mapping[str, list[_Move]]:
        plan, state = self._plan, self._plan.state
        moves: dict[str, list[_Move]] = {}
        for key, placed in plan.placed.items():
            if placed.operation.components and key not in state.progress:
                pieces = plan.pieces(placed)
                for component in placed.operation.components:
                    out = _Move(placed.start, 1, -component.quantity_per_unit * pieces, "", key)
                    moves.setdefault(component.material, []).append(out)
        for receipt in state.receipts.values():
            if receipt.material in moves and receipt.quantity > 0:
                come = _Move(max(state.now, receipt.expected), 0, receipt.quantity, receipt.name, ("", 0))
                moves[receipt.material].append(come)
        for name in {name for name, _ in plan.placed}:
            order, end = state.orders[name], plan.order_ends.get(name)
            if end is not None and order.material in moves:
                moves[order.material].append(_Move(end, 0, output_to_come(state, order), name, (name, 0)))
        return {material: sorted(of_it) for material, of_it in moves.items()}
