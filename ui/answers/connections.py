"""What the API says of connections to other systems."""

from __future__ import annotations

from typing import Literal, TypedDict


class Connection(TypedDict):
    name: str
    kind: str
    plant: str
    reads: list[str]
    writes: list[str]
    policy: Literal["auto", "approved"]
    can: list[str]
    state: Literal["well", "asks", "behind", "failing", "no plant"]
    trouble: str
    read_at: str | None
    data_at: str | None
    data_age_minutes: int | None
    silent: bool
    wrote_at: str | None
    waiting: int
    held: int
    dead_letters: int
    rejected_rows: int
    asked: int
    vanished: list[str]


class Received(TypedDict):
    number: int
    outer_id: str
    state: Literal["waiting", "done", "asked", "failed"]
    received_at: str
    said: str


class RejectedRow(TypedDict):
    message: int
    kind: str
    name: str
    rule: str
    reason: str
    line: int


class Outgoing(TypedDict):
    number: int
    key: str
    kind: str
    subject: str
    state: Literal["waiting", "held", "dead", "sent"]
    attempts: int
    reason: str
    created_at: str


class ConnectionDetail(Connection):
    messages: list[Received]
    rejected: list[RejectedRow]
    outgoing: list[Outgoing]


class Step(TypedDict):
    step: str
    fault: str
