"""What-ifs for the planner: assumptions, their plan, and what is decided on them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from api.models.comparison import ComparisonModel
from api.models.events import CloudEvent
from api.models.fields import Answer, Request, about
from api.models.jobs import JobState, ProgressModel
from api.models.plans import KpisModel, PlanVersion, PromisesModel
from api.models.plants import LATER, NOW
from api.models.policy import MoveLimitsAsk, ObjectiveAsk, ObjectiveModel
from scheduler.limits import STANDARD


class WhatIfAsk(Request):
    """Assumptions to be worked through on a copy of the plant."""

    name: Annotated[str, about("What it is about", "DMG-01 down for a day", max_length=200)] = ""
    events: Annotated[
        list[dict[str, Any]],
        about(
            "Assumptions in the form of events; `id`, `source` and `time` may be left out (time: the plant's now)",
            [{"type": "machine.down", "data": {"machine": "DMG-01", "expected_up": LATER, "reason": "spindle"}}],
            max_length=STANDARD.assumptions,
        ),
    ] = Field(default_factory=list)
    objective: Annotated[
        ObjectiveAsk | None, about("Weights that are assumed; null: the plant's own", {"setup": 2.0})
    ] = None
    frozen_minutes: Annotated[
        int | None,
        about("Frozen zone that is assumed; null: the plant's own", 240, "minutes", ge=0, le=100_000),
    ] = None
    time_limit_seconds: Annotated[
        float | None,
        about("Time for its plan; null: as the policy says", 10.0, "seconds", gt=0, le=STANDARD.search_seconds),
    ] = None
    iterations: Annotated[
        int | None,
        about(
            "Plans to try in place of seconds, so that the same assumptions lead to the same plan; null: by time",
            1000,
            "1",
            ge=1,
            le=STANDARD.search_moves,
        ),
    ] = None
    limits: Annotated[
        MoveLimitsAsk | None,
        about("What it may change at most; null: as the policy says", {"max_moves": 10}),
    ] = None
    mode: Annotated[Literal["repair", "full"], about("repair: as few moves as possible; full: plan anew", "repair")] = (
        "full"
    )


class RenameAsk(Request):
    """Another name for a what-if."""

    name: Annotated[str, about("What it is about", "DMG-01 down for a day", min_length=1, max_length=200)]


class DuplicateAsk(Request):
    """The same assumptions once more."""

    name: Annotated[
        str, about("What it is called; empty: as the other, with (copy) behind it", "two days", max_length=200)
    ] = ""


class TakenBackModel(Answer):
    """An adoption that was taken back."""

    by: Annotated[str, about("Who took it back", "m.keller")]
    reason: Annotated[str, about("Why", "the spindle came sooner")]
    at: Annotated[str, about("When", NOW, "ISO 8601 with offset")]
    revision: Annotated[int, about("The log's revision after the events that took it back", 52, "1")]
    plan: Annotated[int, about("What was put in force", 14, "1")]
    left: Annotated[list[str], about("What could not be taken back, in words", ["work on order 'R-1' has begun"])]


class AdoptionModel(Answer):
    """A what-if that was adopted: its assumptions became events and its plan went in force, at once."""

    by: Annotated[str, about("Who adopted it", "m.keller")]
    reason: Annotated[str, about("Why", "Keller pays for the rush")]
    at: Annotated[str, about("When", NOW, "ISO 8601 with offset")]
    before: Annotated[int, about("The log's revision without its events", 43, "1")]
    after: Annotated[int, about("The log's revision with them", 44, "1")]
    plan: Annotated[int, about("What was put in force", 10, "1")]
    plan_before: Annotated[int | None, about("What was in force before; null: nothing", 8, "1")]
    taken_back: Annotated[TakenBackModel | None, about("Where it was taken back; null: it was not", None)]


class WhatIfSummary(Answer):
    """A what-if without its plan."""

    id: Annotated[str, about("What-if", "w-3f2a")]
    name: Annotated[str, about("What it is about", "DMG-01 down for a day")]
    state: Annotated[JobState, about("stopped: by somebody, its best plan kept", "running")]
    mode: Annotated[Literal["repair", "full"], about("repair: few moves; full: planned anew", "repair")]
    revision: Annotated[int, about("The revision of the log that it assumes on top of", 43, "1")]
    plan_id: Annotated[int | None, about("Its plan; null: none yet", 9, "1")]
    promoted: Annotated[bool, about("True where its assumptions have become events", False)]
    adoption: Annotated[AdoptionModel | None, about("Who adopted it, and why; null: nobody", None)]
    error: Annotated[str | None, about("Why it failed; null: it did not", None)]
    created_at: Annotated[str | None, about("When it was asked for", NOW, "ISO 8601 with offset")]
    time_limit_seconds: Annotated[float, about("Time it was given", 10.0, "seconds")]
    progress: Annotated[list[ProgressModel], about("The search so far, oldest first", [])]
    objective: Annotated[
        ObjectiveModel | None, about("The weights that it assumes; null: the plant's own", {"setup": 2.0})
    ]
    frozen_minutes: Annotated[
        int | None, about("The frozen zone that it assumes; null: the plant's own", None, "minutes")
    ]
    events: Annotated[list[CloudEvent], about("Its assumptions", [])]


class WhatIfColumn(Answer):
    """A plan and what it comes to."""

    plan: Annotated[int, about("Plan version", 9, "1")]
    kpis: Annotated[KpisModel, about("Its figures, by the weights that the what-if was asked for", {"cost": 1234.5})]
    promises: Annotated[
        PromisesModel | None, about("Late orders and whom they hit, sub-assemblies apart; null: not counted", None)
    ]
    seconds: Annotated[float | None, about("How long it was searched for; null: it was not", 10.0, "seconds")]


class WhatIfColumns(Answer):
    """Three plans of one moment, the what-if's revision of the log."""

    in_force: Annotated[
        WhatIfColumn | None, about("The plan in force then, as it stood; null: nothing was in force", {"plan": 7})
    ]
    do_nothing: Annotated[
        WhatIfColumn | None,
        about(
            "Without the assumptions, searched with the same limits, seed and seconds, by the plant's own weights and "
            "frozen zone, and judged by the weights that the what-if was asked for; what the assumptions "
            "themselves cost or gain is the difference to this. null: none yet",
            {"plan": 8},
        ),
    ]
    what_if: Annotated[WhatIfColumn | None, about("With the assumptions; null: none yet", {"plan": 9})]


class WhatIf(WhatIfSummary):
    """A what-if with its plan and what that changes."""

    plan: Annotated[PlanVersion | None, about("Its plan; null: none yet", None)]
    columns: Annotated[WhatIfColumns, about("The plan in force, doing nothing, and the what-if, side by side", {})]
    comparison: Annotated[
        ComparisonModel | None,
        about("Its plan against the plan in force at its revision; null: one of them is missing", None),
    ]
    against_do_nothing: Annotated[
        ComparisonModel | None, about("Its plan against doing nothing; null: one of them is missing", None)
    ]
    overtime_minutes: Annotated[
        int | None,
        about(
            "That its assumptions open, of all machines and crews, from its revision to the horizon; null: no plan yet",
            120,
            "minutes",
        ),
    ]
    behind: Annotated[
        int, about("Events since its revision, which it does not know; refresh it to take them in", 5, "events")
    ]


class WhatIfList(Answer):
    """What-ifs, newest first."""

    what_ifs: Annotated[list[WhatIfSummary], about("Newest first", [])]


class Promotion(Answer):
    """What a promoted what-if has become."""

    what_if: Annotated[str, about("What-if", "w-3f2a")]
    revision: Annotated[int, about("The log's revision after its events", 44, "1")]
    accepted: Annotated[int, about("Assumptions that became events", 1, "1")]
    plan: Annotated[PlanVersion, about("The proposal, checked against the plant as it is now", {"id": 10})]
    retimed: Annotated[bool, about("True where the plan no longer held and was re-timed", False)]
