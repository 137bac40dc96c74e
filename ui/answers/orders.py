"""Orders and materials under the plan in force."""

from __future__ import annotations

from typing import TypedDict


class Order(TypedDict):
    order: str
    material: str
    description: str
    quantity: float
    pieces_short: float
    unit: str
    customer: str
    routing: str
    release: str | None
    due: str
    priority: float
    status: str
    progress: str
    operations: int
    operations_done: int
    planned_end: str | None
    late_minutes: int | None
    unplanned_reason: str | None


class Receipt(TypedDict):
    receipt: str
    material: str
    quantity: float
    expected: str


class StockPoint(TypedDict):
    at: str
    stock: float
    cause: str


class Material(TypedDict):
    material: str
    description: str
    unit: str
    on_hand: float
    receipts: list[Receipt]
    projection: list[StockPoint]
    lowest: float
    short_from: str | None
    orders_hit: list[str]


class Wait(TypedDict):
    start: str
    end: str
    minutes: int
    cause: str
    words: str
    order: str
    operation: int
    machine: str | None


class Lateness(TypedDict):
    plan: int
    order: str
    sentence: str
    due: str
    since: str
    delivery: str | None
    late_minutes: int | None
    minutes: int
    through: list[str]
    waits: list[Wait]
