"""Dispatch lists for the floor and what-ifs for the planner."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from api.models.events import CloudEvent
from api.models.fields import Answer, Request, about
from api.models.plans import ComparisonModel, JobState, KpisModel, PlanVersion, ProgressModel, PromisesModel
from api.models.plants import LATER, NOW, MoveLimitsAsk, ObjectiveAsk
from scheduler.limits import STANDARD


class Missing(Answer):
    """A component that is not there yet."""

    material: Annotated[str, about("Component", "bar-40")]
    quantity: Annotated[float, about("How much is missing", 12.0, "the material's unit")]
    expected: Annotated[
        str | None, about("When the last of it comes by the plan; null: never", LATER, "ISO 8601 with offset")
    ]
    source: Annotated[str, about("The delivery or the order that brings the last of it; empty: none does", "PO-7123")]


class DispatchLine(Answer):
    """One operation of a dispatch list."""

    position: Annotated[int, about("Its place in the sequence, from 1", 1, "1")]
    order: Annotated[str, about("Order", "SO-1042")]
    operation: Annotated[int, about("Operation number", 20, "1")]
    description: Annotated[str, about("What is to be done", "Mill face")]
    machine: Annotated[str, about("Where", "DMG-01")]
    material: Annotated[str, about("What its order makes", "gear-17")]
    customer: Annotated[str, about("For whom", "Keller AG")]
    quantity: Annotated[float, about("How many", 25.0, "the material's unit")]
    setup_family: Annotated[str, about("Setup family", "alu")]
    setup_start: Annotated[str | None, about("Changeover begins; null: none needed", NOW, "ISO 8601 with offset")]
    start: Annotated[str, about("Work begins", NOW, "ISO 8601 with offset")]
    end: Annotated[str, about("Work ends", LATER, "ISO 8601 with offset")]
    due: Annotated[str | None, about("The order's due date", LATER, "ISO 8601 with offset")]
    late_minutes: Annotated[
        int, about("How long after due the plan ends its order; 0: in time, or its end is not planned", 25, "minutes")
    ]
    running: Annotated[bool, about("True where it has been started", False)]
    state: Annotated[
        Literal["running", "paused", "setting up", "next"],
        about(
            "paused: started, and stands still; setting up: by the plan, as nobody reports it; `version` does not "
            "change with it",
            "next",
        ),
    ]
    material_ready: Annotated[bool, about("True where every component is in stock now", True)]
    missing: Annotated[list[Missing], about("Components not in stock now", [])]
    note: Annotated[
        str,
        about(
            "What to know of it in words; empty: nothing",
            "overdue: should have ended Mon 2 Mar 06:20, no report",
        ),
    ]


class ListChange(Answer):
    """What has become of a row of the list that the floor confirmed last."""

    order: Annotated[str, about("Order", "SO-1042")]
    operation: Annotated[int, about("Operation number", 20, "1")]
    what: Annotated[
        Literal["new", "moved", "resequenced", "retimed", "started", "finished", "gone"],
        about(
            "moved: to another machine; resequenced: overtaken; retimed: another start; gone: held, cancelled or in no "
            "plan",
            "moved",
        ),
    ]
    machine_before: Annotated[str | None, about("Where it was shown; null: it was not", "DMG-01")]
    machine_after: Annotated[str | None, about("Where it is now; null: nowhere", "DMG-02")]
    position_before: Annotated[int | None, about("Its place in the list confirmed", 3, "1")]
    position_after: Annotated[int | None, about("Its place in this list; null: not on it", None, "1")]
    start_before: Annotated[str | None, about("Start as confirmed", NOW, "ISO 8601 with offset")]
    start_after: Annotated[str | None, about("Start now; null: none", LATER, "ISO 8601 with offset")]
    plan: Annotated[int | None, about("The plan that changed it; null: the floor or the order did", 9, "1")]
    reason: Annotated[str, about("Why, in words", "plan 9: repaired after DMG-01 down")]


class DispatchListAnswer(Answer):
    """What a machine or work center does next, in sequence."""

    target: Annotated[str, about("Machine or work center", "DMG-01")]
    kind: Annotated[Literal["machine", "work center"], about("What the target is", "machine")]
    plan: Annotated[int | None, about("The plan in force; null: none", 8, "1")]
    version: Annotated[str, about("Changes with the list, and only with it; also the ETag", "4c1f0a9be2")]
    now: Annotated[str, about("The plant's now", NOW, "ISO 8601 with offset")]
    acknowledged: Annotated[str | None, about("Version that the floor last confirmed; null: none", "4c1f0a9be2")]
    acknowledged_by: Annotated[str | None, about("Who confirmed it", "mes-hall-1")]
    changes: Annotated[
        list[ListChange] | None,
        about("Against the version confirmed; null: none is, or its rows are not known (confirm again)", []),
    ]
    lines: Annotated[list[DispatchLine], about("In sequence", [])]


class DispatchTarget(Answer):
    """A machine or work center with a dispatch list."""

    target: Annotated[str, about("Machine or work center", "DMG-01")]
    kind: Annotated[Literal["machine", "work center"], about("What it is", "machine")]
    work_center: Annotated[str, about("Its work center", "milling")]
    operations: Annotated[int, about("Operations left on it in the plan in force", 34, "1")]
    acknowledged: Annotated[str | None, about("Version that the floor last confirmed; null: none", "4c1f0a9be2")]


class DispatchTargets(Answer):
    """Everything that has a dispatch list."""

    targets: Annotated[list[DispatchTarget], about("Work centers, then machines, by name", [])]


class AcknowledgeAsk(Request):
    """The floor confirms the version that it shows."""

    version: Annotated[str, about("`version` of the list shown", "4c1f0a9be2", min_length=1, max_length=200)]
    by: Annotated[str, about("Who confirms", "mes-hall-1", min_length=1, max_length=200)] = "mes"


class AcknowledgeAnswer(Answer):
    """A confirmation that was stored."""

    target: Annotated[str, about("Machine or work center", "DMG-01")]
    version: Annotated[str, about("The version confirmed", "4c1f0a9be2")]
    by: Annotated[str, about("Who confirmed", "mes-hall-1")]
    at: Annotated[str, about("When", NOW, "ISO 8601 with offset")]
    current: Annotated[bool, about("False where the list has changed since", True)]
    known: Annotated[
        bool, about("False: no list of that version was served lately, so later lists cannot say what changed", True)
    ]


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
        ObjectiveAsk | None, about("Weights to plan by; null: the plant's own", {"tardiness": 1.0})
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
            "Without the assumptions, searched with the same weights, limits, seed and seconds; what the assumptions "
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
