"""Searches that somebody has asked for."""

from __future__ import annotations

from typing import Annotated, Literal

from api.models.fields import Answer, Request, about
from api.models.plants import NOW
from api.models.policy import MoveLimitsAsk, ObjectiveAsk
from scheduler.limits import STANDARD


class PlanAsk(Request):
    """Ask for a plan now."""

    time_limit_seconds: Annotated[
        float | None,
        about("From asking to the plan; null: as the policy says", 10.0, "seconds", gt=0, le=STANDARD.search_seconds),
    ] = None
    objective: Annotated[
        ObjectiveAsk | None, about("Weights to plan by; null: the plant's own", {"tardiness": 1.0})
    ] = None
    seed: Annotated[int, about("Seed of the search", 0, "1", ge=0, le=2**32 - 1)] = 0
    limits: Annotated[
        MoveLimitsAsk | None,
        about("What it may change at most; null: as the policy says", {"max_moves": 10}),
    ] = None


class ProgressModel(Answer):
    """The best plan so far."""

    seconds: Annotated[float, about("Since planning began", 1.5, "seconds")]
    cost: Annotated[float, about("Its cost", 1500.0, "cost")]
    lower_bound: Annotated[float | None, about("No plan costs less; null: none proven", 1100.0, "cost")]
    gap: Annotated[float | None, about("(cost - bound) / cost; null: no bound", 0.27, "ratio")]
    engine: Annotated[str, about("Who found it", "search")]


JobState = Literal["queued", "running", "done", "failed", "stopped"]


class Job(Answer):
    """A plan asked for by somebody."""

    id: Annotated[str, about("Job", "j-91c0")]
    state: Annotated[JobState, about("stopped: by somebody, its best plan kept", "running")]
    time_limit_seconds: Annotated[float, about("Time it was given", 10.0, "seconds")]
    progress: Annotated[list[ProgressModel], about("The search so far, oldest first", [])]
    plan: Annotated[int | None, about("The plan it made; null: none yet", 9, "1")]
    error: Annotated[str | None, about("Why it failed; null: it did not", None)]
    created_at: Annotated[str | None, about("When it was asked for", NOW, "ISO 8601 with offset")]
