"""What the floor works by."""

from __future__ import annotations

from typing import Literal, TypedDict


class Missing(TypedDict):
    material: str
    quantity: float
    expected: str | None
    source: str


class DispatchLine(TypedDict):
    position: int
    order: str
    operation: int
    description: str
    machine: str
    material: str
    customer: str
    quantity: float
    setup_family: str
    setup_start: str | None
    start: str
    end: str
    due: str | None
    running: bool
    state: Literal["running", "paused", "setting up", "next"]
    material_ready: bool
    missing: list[Missing]
    note: str


class ListChange(TypedDict):
    order: str
    operation: int
    what: Literal["new", "moved", "resequenced", "retimed", "started", "finished", "gone"]
    machine_before: str | None
    machine_after: str | None
    position_before: int | None
    position_after: int | None
    start_before: str | None
    start_after: str | None
    plan: int | None
    reason: str


class DispatchList(TypedDict):
    target: str
    kind: Literal["machine", "work center"]
    plan: int | None
    version: str
    now: str
    acknowledged: str | None
    acknowledged_by: str | None
    changes: list[ListChange] | None
    lines: list[DispatchLine]


class DispatchTarget(TypedDict):
    target: str
    kind: Literal["machine", "work center"]
    work_center: str
    operations: int
    acknowledged: str | None
