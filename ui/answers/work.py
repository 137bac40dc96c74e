"""Searches that somebody has asked for: jobs and what-ifs."""

from __future__ import annotations

from typing import Literal, TypedDict

from ui.answers.events import Event
from ui.answers.plans import Comparison, Kpis, Plan, Promises
from ui.answers.plants import Weights

JobState = Literal["queued", "running", "done", "failed", "stopped"]
FINAL: tuple[JobState, ...] = ("done", "failed", "stopped")


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


class TakenBack(TypedDict):
    by: str
    reason: str
    at: str
    revision: int
    plan: int
    left: list[str]


class Adoption(TypedDict):
    by: str
    reason: str
    at: str
    before: int
    after: int
    plan: int
    plan_before: int | None
    taken_back: TakenBack | None


class WhatIfColumn(TypedDict):
    plan: int
    kpis: Kpis
    promises: Promises | None
    seconds: float | None


class WhatIfColumns(TypedDict):
    in_force: WhatIfColumn | None
    do_nothing: WhatIfColumn | None
    what_if: WhatIfColumn | None


class WhatIfSummary(TypedDict):
    id: str
    name: str
    state: JobState
    mode: Literal["repair", "full"]
    revision: int
    plan_id: int | None
    promoted: bool
    adoption: Adoption | None
    error: str | None
    created_at: str | None
    time_limit_seconds: float
    progress: list[Progress]
    objective: Weights | None
    frozen_minutes: int | None
    events: list[Event]


class WhatIf(WhatIfSummary):
    plan: Plan | None
    columns: WhatIfColumns
    comparison: Comparison | None
    against_do_nothing: Comparison | None
    overtime_minutes: int | None
    behind: int
