"""A plan as the board draws it."""

from __future__ import annotations

from typing import Literal, TypedDict


class BoardOperations(TypedDict):
    order: list[int]
    operation: list[int]
    machine: list[int]
    setup_start: list[int | None]
    start: list[int]
    end: list[int]
    status: list[int]
    description: list[int]
    setup_family: list[int]
    eligible: list[int]
    predecessors: list[list[int]]


class BoardOrders(TypedDict):
    name: list[str]
    customer: list[int]
    material: list[int]
    quantity: list[float]
    due: list[int | None]
    priority: list[float]
    end: list[int]
    late_minutes: list[int]
    sub_assembly: list[bool]
    pieces_short: list[float]


class Board(TypedDict):
    plant: str
    plan: int
    revision: int
    timezone: str
    origin: str
    now: int
    frozen_until: int
    end: int
    statuses: list[str]
    texts: list[str]
    machines: list[str]
    work_centers: list[str]
    eligible_sets: list[list[int]]
    operations: BoardOperations
    in_doubt: list[int]
    pinned: list[int]
    orders: BoardOrders


class Stretch(TypedDict):
    start: str
    end: str


class Outage(Stretch):
    end_assumed: bool
    kind: Literal["maintenance", "breakdown"]
    reason: str


class MachineTimes(TypedDict):
    machine: str
    work_center: str
    efficiency: float
    down: bool
    closed: list[Stretch]
    outages: list[Outage]
