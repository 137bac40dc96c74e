"""What would help a late order."""

from __future__ import annotations

from typing import Any, Literal, TypedDict


class AssumedEvent(TypedDict):
    type: str
    data: dict[str, Any]


class TriedChange(TypedDict):
    kind: str
    about: str
    words: str
    amount: float
    unit: str
    late_minutes: int | None


class Fix(TriedChange):
    on_time: bool
    delivery: str | None
    smaller: Literal["all", "next", "some"]
    events: list[AssumedEvent]
    newly_late: list[str]
    rescued: list[str]
    left_out: list[str]
    later_minutes: int
    earlier_minutes: int
    overtime_minutes: int
    moved_operations: int
    moved_within_24_h: int
    score: float


class Fixes(TypedDict):
    plan: int
    order: str
    sentence: str
    due: str
    delivery: str | None
    late_minutes: int | None
    iterations: int
    trials: int
    fixes: list[Fix]
    no_help: list[TriedChange]
    untried: list[str]
