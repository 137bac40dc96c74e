"""Dates that can be promised, and places that are kept."""

from __future__ import annotations

from typing import TypedDict


class PromisedDate(TypedDict):
    date: str
    delivery: str
    work_begins: str
    newly_late: list[str]
    without_material: list[str]
    orders_later: int
    minutes_later: int
    minutes_late: int


class ComponentOrder(TypedDict):
    reservation: str | None
    material: str
    quantity: float
    routing: str


class Basis(TypedDict):
    kind: str
    name: str
    material: str
    quantity: float
    at: str


class Promise(TypedDict):
    material: str
    quantity: float
    priority: float
    wished: str | None
    date: str | None
    earliest: str | None
    reason: str | None
    sentence: str
    notices: list[str]
    curve: list[PromisedDate]
    components: list[ComponentOrder]
    rests_on: list[Basis]
    as_of: int
    plan: int
    now: str
    reservation: str | None
    until: str | None
    revision: int | None


class Reservation(TypedDict):
    reservation: str
    material: str
    quantity: float
    due: str
    priority: float
    customer: str
    until: str | None
    part_of: str
    by: str
    reason: str
    planned_end: str | None
    late_minutes: int | None
