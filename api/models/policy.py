"""A plant's policy: what counts, what a better plan may change, how long is searched."""

from __future__ import annotations

from typing import Annotated

from api.models.fields import Answer, Request, about
from scheduler.limits import STANDARD

TARDINESS = ("Weight of one minute late x priority", 1.0, "cost per minute")
SETUP = ("Weight of one minute of changeover", 0.1, "cost per minute")
MAKESPAN = ("Weight of one minute from now to the last end", 0.0, "cost per minute")
FLOW = ("Weight of one minute from release (or now) to the order's end", 0.0, "cost per minute")
STABILITY = ("Weight of one operation of the plan in force moved in machine or start", 5.0, "cost per move")


class ObjectiveModel(Answer):
    """cost = the sum of weight x measure; the best plan has the lowest cost."""

    tardiness: Annotated[float, about(*TARDINESS, ge=0)] = 1.0
    setup: Annotated[float, about(*SETUP, ge=0)] = 0.0
    makespan: Annotated[float, about(*MAKESPAN, ge=0)] = 0.0
    flow: Annotated[float, about(*FLOW, ge=0)] = 0.0
    stability: Annotated[float, about(*STABILITY, ge=0)] = 0.0


class ObjectiveAsk(Request):
    """Weights to plan by; what is left out is as the plant has it."""

    tardiness: Annotated[float | None, about(*TARDINESS, ge=0, le=STANDARD.number)] = None
    setup: Annotated[float | None, about(*SETUP, ge=0, le=STANDARD.number)] = None
    makespan: Annotated[float | None, about(*MAKESPAN, ge=0, le=STANDARD.number)] = None
    flow: Annotated[float | None, about(*FLOW, ge=0, le=STANDARD.number)] = None
    stability: Annotated[float | None, about(*STABILITY, ge=0, le=STANDARD.number)] = None


class PolicyModel(Answer):
    """How the plant is planned now, plant.toml and PATCH taken together."""

    objective: Annotated[ObjectiveModel, about("The weights in use", {"tardiness": 1.0, "setup": 0.1})]
    frozen_minutes: Annotated[
        int, about("The plan in force is not changed before now + this, unless impossible", 60, "minutes")
    ]
    max_moves: Annotated[
        int | None, about("A plan released by itself moves at most so many starts; null: no limit", 40, "operations")
    ]
    time_fence_minutes: Annotated[
        int, about("A better plan changes nothing that starts before now + this, and puts nothing in", 240, "minutes")
    ]
    keep_machines: Annotated[bool, about("A better plan leaves operations on their machines", False)]
    time_limit_seconds: Annotated[float, about("Time for a plan that somebody asks for", 10.0, "seconds")]
    improve_seconds: Annotated[float, about("Time to improve a repaired plan in the background", 10.0, "seconds")]
    improve_iterations: Annotated[
        int | None, about("Moves that a search in the background tries in place of that time; null: by time", 5000, "1")
    ]
    expected_delay_minutes: Annotated[
        float, about("How far the floor is behind a plan after a shift of work, in the mean; 0: never", 72.0, "minutes")
    ]
    gain_over_person: Annotated[
        float,
        about(
            "What a plan must gain at least, as a share of the cost, to replace by itself what a person has released",
            0.05,
            "ratio",
        ),
    ]


class MoveLimitsAsk(Request):
    """What a plan that is asked for may change of the plan in force, each a hard limit."""

    max_moves: Annotated[
        int | None,
        about("Most operations that change machine or start; null: no limit", 10, "operations", ge=0, le=10**9),
    ] = None
    time_fence_minutes: Annotated[
        int,
        about("Nothing changes that starts before now + this, and nothing comes in", 240, "minutes", ge=0, le=100_000),
    ] = 0
    keep_machines: Annotated[bool, about("Operations stay on their machines", True)] = False


class PolicyChange(Request):
    """What to change of the policy; what is left out stays."""

    objective: Annotated[ObjectiveAsk | None, about("New weights", {"tardiness": 1.0, "setup": 0.1})] = None
    frozen_minutes: Annotated[int | None, about("Frozen zone from now", 60, "minutes", ge=0, le=100_000)] = None
    max_moves: Annotated[
        int | None,
        about("Most starts that a plan released by itself may move; null: no limit", 40, "operations", ge=0, le=10**9),
    ] = None
    time_fence_minutes: Annotated[
        int | None, about("A better plan changes nothing before now + this", 240, "minutes", ge=0, le=100_000)
    ] = None
    keep_machines: Annotated[bool | None, about("A better plan leaves operations on their machines", True)] = None
    time_limit_seconds: Annotated[
        float | None, about("Time for a plan that somebody asks for", 10.0, "seconds", gt=0, le=STANDARD.search_seconds)
    ] = None
    improve_seconds: Annotated[
        float | None,
        about("Time to improve a repaired plan; 0: never", 10.0, "seconds", ge=0, le=STANDARD.search_seconds),
    ] = None
    improve_iterations: Annotated[
        int | None,
        about(
            "Moves to try instead, so that the same events lead to the same plans on every computer; 0: never; null: "
            "by time",
            5000,
            "1",
            ge=0,
            le=STANDARD.search_moves,
        ),
    ] = None
    expected_delay_minutes: Annotated[
        float | None,
        about(
            "How far the floor is behind a plan after a shift of work, in the mean; a search in the background leaves "
            "slack for it where that is worth it. 0: none",
            72.0,
            "minutes",
            ge=0,
            le=1440,
        ),
    ] = None
    gain_over_person: Annotated[
        float | None,
        about(
            "What a plan must gain at least, as a share of the cost, to replace by itself what a person has released; "
            "1: never, 0: as any other",
            0.05,
            "ratio",
            ge=0,
            le=1,
        ),
    ] = None
