"""Searches that somebody has asked for: jobs and what-ifs."""

from __future__ import annotations

from typing import Literal, TypedDict

from ui.answers.events import Event
from ui.answers.plans import Comparison, Plan

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
