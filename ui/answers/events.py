"""What has happened, what could not be taken in, and what is in doubt."""

from __future__ import annotations

from typing import Any, Literal, TypedDict


class Event(TypedDict):
    id: str
    source: str
    type: str
    time: str
    data: dict[str, Any]


class LoggedEvent(TypedDict):
    revision: int
    accepted_at: str
    event: Event
    summary: str


class Quarantined(TypedDict):
    number: int
    state: Literal["waiting", "taken", "dismissed"]
    id: str
    source: str
    type: str
    event: dict[str, Any]
    reason: str
    tries: int
    first_at: str
    last_at: str
    revision: int | None
    decided_by: str | None


class QuarantineCause(TypedDict):
    cause: str
    waiting: int
    types: list[str]
    sources: list[str]


class Quarantine(TypedDict):
    events: list[Quarantined]
    waiting: int
    causes: list[QuarantineCause]


class RefusedAgain(TypedDict):
    number: int
    reason: str


class QuarantineDecided(TypedDict):
    done: int
    refused: list[RefusedAgain]
    waiting: int


class Doubt(TypedDict):
    id: str
    rule: str
    words: str
    since: str
    order: str
    operation: int | None
    machine: str
    event: str
    source: str
    status: Literal["open", "confirmed", "corrected", "settled"]


class Reports(TypedDict):
    reports: int
    in_doubt: int
    refused: int
    share: float
    too_many: bool
    warnings: list[str]
