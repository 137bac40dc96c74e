"""What the API answers of how a plant is planned and of what waits for a person: policy, quarantine, webhooks."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

from ui.answers import Plant

Mode = Literal["observe", "advise", "auto"]
Need = Literal["keep", "repair", "improve", "replan"]


class Limits(TypedDict):
    """What a better plan may change at most; `max_moves` None: no limit."""

    max_moves: int | None
    nothing_inside_minutes: int
    keep_machines: bool


class Policy(Limits):
    frozen_minutes: int
    time_limit_seconds: float
    improve_seconds: float
    expected_delay_minutes: float


class PlantDetail(Plant):
    work_center_modes: dict[str, Mode]
    policy: Policy


class Reaction(TypedDict):
    event: str
    need: Need
    reason: str


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


class Webhook(TypedDict):
    id: str
    url: str
    types: list[str]
    description: str
    state: Literal["active", "disabled"]
    disabled_because: str
    created_at: str
    delivered_at: str | None
    failing_since: str | None
    waiting: int
    dead_letters: int


class DeadLetter(TypedDict):
    message: str
    type: str
    created_at: str
    attempts: int
    reason: str
    payload: dict[str, Any]
