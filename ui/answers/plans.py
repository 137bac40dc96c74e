"""Plan versions, why they were made, and what one changes against another."""

from __future__ import annotations

from typing import Literal, TypedDict


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


class Promises(TypedDict):
    """Late orders and whom they hit; sub-assemblies apart."""

    orders: int
    late: int
    sub_assemblies_late: int
    minutes_late: int
    worst_minutes: int
    worst_order: str
    customers: int


class Unplanned(TypedDict):
    order: str
    operation: int | None
    reason: str


class Milestone(TypedDict):
    seconds: float
    cost: float
    engine: str


class Trigger(TypedDict):
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


class BrokenPin(TypedDict):
    order: str
    operation: int
    reason: str


class Note(TypedDict):
    at: str
    text: str


class Plan(TypedDict):
    id: int
    status: Literal["proposed", "released", "superseded", "rejected"]
    revision: int
    cause: str
    created_at: str
    decided_at: str | None
    decided_by: str | None
    reason: str | None
    kept_for: str | None
    made_from: int | None
    notes: list[Note]
    what_if: str | None
    trigger: Trigger | None
    feasible: bool
    violations: list[Violation]
    violations_by_rule: dict[str, int]
    unplanned: list[Unplanned]
    broken_pins: list[BrokenPin]
    kpis: Kpis
    promises: Promises | None
    lower_bound: float | None
    gap: float | None
    engine: str
    cost_at: list[Milestone]
    history: list[Milestone]


Need = Literal["keep", "repair", "improve", "replan"]


class Reaction(TypedDict):
    event: str
    need: Need
    reason: str


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
