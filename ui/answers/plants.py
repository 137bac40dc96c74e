"""Plants, and how they are planned."""

from __future__ import annotations

from typing import Literal, TypedDict

Mode = Literal["observe", "advise", "auto"]


class Limits(TypedDict):
    """What a better plan may change at most; `max_moves` None: no limit."""

    max_moves: int | None
    time_fence_minutes: int
    keep_machines: bool


class Weights(TypedDict):
    tardiness: float
    setup: float
    makespan: float
    flow: float
    stability: float


class Pool(TypedDict):
    pool: str
    capacity: float
    usual: float
    calendar: str | None


class Policy(Limits):
    objective: Weights
    frozen_minutes: int
    time_limit_seconds: float
    improve_seconds: float
    expected_delay_minutes: float
    gain_over_person: float


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


class PlantDetail(Plant):
    work_center_modes: dict[str, Mode]
    policy: Policy
