"""What a person decides on, and what has come of it."""

from __future__ import annotations

from typing import TypedDict

from ui.answers.events import Event
from ui.answers.plans import Comparison, Kpis, OrderChange, Plan


class StartChange(TypedDict):
    order: str
    operation: int
    machine_before: str | None
    machine_after: str | None
    start_before: str | None
    start_after: str | None


class RuleChange(TypedDict):
    """A weight by its name, or frozen_minutes."""

    rule: str
    before: float
    after: float


class Preview(TypedDict):
    """What putting a plan in force would change; `preview` is its name, sent with the decision."""

    preview: str
    plan: int
    revision: int
    plan_in_force: int | None
    retimed: bool
    until: str
    starts: list[StartChange]
    moved: int
    machines: list[str]
    newly_late: list[OrderChange]
    rescued: list[OrderChange]
    left_out: list[str]
    taken_in: list[str]
    rules: list[RuleChange]
    before: Kpis
    after: Kpis


class Release(Plan):
    asked: int
    retimed: bool
    against_asked: Comparison | None
    against_replaced: Comparison | None


class Adopted(TypedDict):
    what_if: str
    revision: int
    accepted: int
    plan: Release


class WayBack(TypedDict):
    """How an adoption would be taken back; `change` None: nothing of it can be."""

    what_if: str
    events: list[Event]
    left: list[str]
    change: Preview | None


class BackAgain(Adopted):
    left: list[str]
