"""What the API answers, as far as the screens read it. The API's own descriptions stand at /docs."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

JobState = Literal["queued", "running", "done", "failed", "stopped"]
FINAL: tuple[JobState, ...] = ("done", "failed", "stopped")


class Plant(TypedDict):
    plant: str
    name: str
    mode: Literal["observe", "advise", "auto"]
    now: str
    timezone: str
    clock: str
    revision: int
    loaded_at: str
    last_event_at: str | None
    data_age_seconds: float
    plan_in_force: int | None
    plan_in_force_revision: int | None
    plan_is_current: bool
    orders: int
    open_orders: int
    operations: int
    machines: int
    materials: int


class Kpis(TypedDict):
    cost: float
    weighted_tardiness: float
    late_orders: int
    orders: int
    operations: int
    setup_minutes: int
    makespan_minutes: int
    flow_minutes: int
    moved_operations: int
    lower_bound: float | None
    solve_seconds: float | None


class Unplanned(TypedDict):
    order: str
    operation: int | None
    reason: str


class Milestone(TypedDict):
    seconds: float
    cost: float
    engine: str


class Occasion(TypedDict):
    """What led to a plan: the events of the log after one revision until another."""

    need: Literal["keep", "repair", "improve", "replan"]
    reason: str
    after: int
    until: int


class Violation(TypedDict):
    rule: str
    message: str
    order: str | None
    operation: int | None


class Plan(TypedDict):
    id: int
    status: Literal["proposed", "released", "superseded", "rejected"]
    revision: int
    cause: str
    created_at: str
    decided_at: str | None
    decided_by: str | None
    what_if: str | None
    occasion: Occasion | None
    feasible: bool
    violations: list[Violation]
    violations_by_rule: dict[str, int]
    unplanned: list[Unplanned]
    kpis: Kpis
    lower_bound: float | None
    gap: float | None
    engine: str
    cost_at: list[Milestone]
    history: list[Milestone]


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


class Material(TypedDict):
    material: str
    description: str
    unit: str
    on_hand: float
    receipts: list[Receipt]
    lowest: float
    short_from: str | None
    orders_hit: list[str]


class Moved(TypedDict):
    order: str
    operation: int
    machine_before: str
    machine_after: str
    start_before: str
    start_after: str
    shift_minutes: int


class OrderChange(TypedDict):
    order: str
    end_before: str | None
    end_after: str | None
    lateness_before: int | None
    lateness_after: int | None


class Comparison(TypedDict):
    plan_before: int | None
    plan_after: int
    before: Kpis
    after: Kpis
    deltas: dict[str, float]
    moved: list[Moved]
    newly_late: list[OrderChange]
    rescued: list[OrderChange]
    changed: list[OrderChange]


class Progress(TypedDict):
    seconds: float
    cost: float
    lower_bound: float | None
    gap: float | None
    engine: str


class Job(TypedDict):
    id: str
    state: JobState
    time_limit_seconds: float
    progress: list[Progress]
    plan: int | None
    error: str | None
    created_at: str | None


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


class WhatIfSummary(TypedDict):
    id: str
    name: str
    state: JobState
    mode: Literal["repair", "full"]
    revision: int
    plan_id: int | None
    promoted: bool
    error: str | None
    created_at: str | None
    time_limit_seconds: float
    progress: list[Progress]
    events: list[Event]


class WhatIf(WhatIfSummary):
    plan: Plan | None
    comparison: Comparison | None


class Promotion(TypedDict):
    what_if: str
    revision: int
    accepted: int
    plan: Plan
    retimed: bool


class Missing(TypedDict):
    material: str
    quantity: float


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
