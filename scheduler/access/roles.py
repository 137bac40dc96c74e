"""The table role x right. A call needs one right; a key has roles; nothing else decides."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Literal, TypeAlias, get_args

Role: TypeAlias = Literal["viewer", "floor", "erp", "planner", "supervisor", "sales", "finance", "admin"]
Right: TypeAlias = Literal[
    "see", "lists", "report", "load", "take_out", "plan", "promise", "mend", "release", "settings", "administer"
]

ROLES: tuple[Role, ...] = get_args(Role)
RIGHTS: tuple[Right, ...] = get_args(Right)

MEANING: Mapping[Right, str] = {
    "see": "plans, orders, machines, materials, the log, doubts",
    "lists": "dispatch lists, and that they are shown",
    "report": "post events, each of its own side only",
    "load": "load or replace a plant",
    "take_out": "take the whole plant out as files",
    "plan": "ask for plans, what-ifs, fixes, and comment",
    "promise": "promise dates and reserve",
    "mend": "answer doubts and events in quarantine",
    "release": "put a plan in force, adopt, take back, roll back",
    "settings": "a plant's mode and policy",
    "administer": "keys, webhooks, the audit, delete a plant",
}

_SEES: frozenset[Right] = frozenset({"see", "lists"})

MAY: Mapping[Role, frozenset[Right]] = {
    "viewer": _SEES,
    "floor": frozenset({"lists", "report"}),
    "erp": _SEES | {"report", "load", "take_out"},
    "planner": _SEES | {"report", "load", "take_out", "plan", "promise", "mend"},
    "supervisor": _SEES | {"report", "load", "take_out", "plan", "promise", "mend", "release", "settings"},
    "sales": _SEES | {"promise"},
    "finance": _SEES | {"take_out"},
    "admin": frozenset(RIGHTS),
}
"""What each role may."""


def may(roles: Iterable[Role], right: Right) -> bool:
    return any(right in MAY[role] for role in roles)


def who_may(right: Right) -> tuple[Role, ...]:
    """The roles that have it, in the order of `ROLES`."""
    return tuple(role for role in ROLES if right in MAY[role])


def known_roles(named: Collection[str]) -> tuple[Role, ...]:
    """Those named, in the order of `ROLES`."""
    return tuple(role for role in ROLES if role in named)
