"""What the API says of stops and what they cost."""

from __future__ import annotations

from typing import TypedDict


class StopReason(TypedDict):
    code: str
    words: str
    path: str
    planned: bool
    owner: str
    cost_centre: str


class Stop(TypedDict):
    revision: int
    machine: str
    since: str
    until: str | None
    lasts: bool
    words: str
    reason: StopReason | None
    expected_by: str
    order: str
    operation: int | None
    shift: str
    plan_before: int | None
    plan_after: int | None
    waits: bool
    others: int
    money: dict[str, float]
    cost: str
