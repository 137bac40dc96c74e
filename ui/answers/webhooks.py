"""Who is told of what, and what could not be delivered."""

from __future__ import annotations

from typing import Any, Literal, TypedDict


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
