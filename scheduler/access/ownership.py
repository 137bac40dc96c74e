"""Whose word counts for which event: orders and material plans are the ERP's, what happens on machines is the floor's.

A write from the wrong side is refused with the owner's name: two systems that both say when an order is due are none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from scheduler.access.roles import Role

Side: TypeAlias = Literal["ERP", "shop floor", "planning"]

OWNERS: Mapping[str, frozenset[Side]] = {
    "clock.ticked": frozenset({"ERP", "shop floor", "planning"}),
    "clock.corrected": frozenset({"planning"}),
    "machine.down": frozenset({"shop floor", "planning"}),
    "machine.up": frozenset({"shop floor", "planning"}),
    "machine.speed": frozenset({"shop floor", "planning"}),
    "machine.added": frozenset({"ERP", "planning"}),
    "calendar.changed": frozenset({"ERP", "planning"}),
    "pool.changed": frozenset({"ERP", "planning"}),
    "routing.changed": frozenset({"ERP"}),
    "order.created": frozenset({"ERP", "planning"}),
    "order.changed": frozenset({"ERP", "planning"}),
    "order.cancelled": frozenset({"ERP", "planning"}),
    "receipt.changed": frozenset({"ERP", "planning"}),
    "receipt.arrived": frozenset({"ERP", "shop floor"}),
    "material.issued": frozenset({"ERP", "shop floor"}),
    "material.counted": frozenset({"ERP", "shop floor"}),
    "operation.started": frozenset({"shop floor"}),
    "operation.progressed": frozenset({"shop floor"}),
    "operation.finished": frozenset({"shop floor"}),
    "operation.paused": frozenset({"shop floor"}),
    "operation.resumed": frozenset({"shop floor"}),
    "operation.put_aside": frozenset({"shop floor"}),
    "operation.added": frozenset({"shop floor", "planning"}),
    "operation.pinned": frozenset({"planning"}),
    "operation.unpinned": frozenset({"planning"}),
    "doubt.confirmed": frozenset({"planning"}),
    "doubt.corrected": frozenset({"planning"}),
    "quality.held": frozenset({"ERP", "shop floor", "planning"}),
    "quality.released": frozenset({"ERP", "shop floor", "planning"}),
    "promise.reserved": frozenset({"planning"}),
    "promise.released": frozenset({"planning"}),
}

SIDES: Mapping[Role, frozenset[Side]] = {
    "floor": frozenset({"shop floor"}),
    "erp": frozenset({"ERP"}),
    "planner": frozenset({"planning"}),
    "supervisor": frozenset({"planning", "shop floor"}),
    "admin": frozenset({"ERP", "shop floor", "planning"}),
}
"""For which sides a role speaks; the others speak for none. A supervisor reports for a terminal that is away."""


def refusal(roles: Iterable[Role], type: str) -> str | None:
    """Why these roles may not say that, with the owner's name; None: they may, or there is no such type."""
    owners = OWNERS.get(type)
    if owners is None or any(SIDES.get(role, frozenset()) & owners for role in roles):
        return None
    named = " or ".join(sorted(owners))
    return f"{type} belongs to {named}; this key speaks for another side"


def of_the_floor(type: str) -> bool:
    """Whether the shop floor may say it: then the log is record enough."""
    return "shop floor" in OWNERS.get(type, ())
