"""What would help a late order: the smallest changes that bring it in time, each proven and priced."""

from __future__ import annotations

from typing import Annotated, Any

from api.models.fields import Answer, Request, about
from api.models.plants import LATER, NOW
from scheduler.limits import STANDARD
from scheduler.replanning.fixes.change import Kind, Steps, Unit
from scheduler.replanning.fixes.smallest import Smaller
from scheduler.usecases.fixes import ITERATIONS, SECONDS

STEPS = Steps()
EVENT = {"type": "receipt.changed", "data": {"receipt": "PO-7123", "expected": LATER}}


class FixesAsk(Request):
    """How to look for what would help."""

    plan: Annotated[
        int | None, about("Plan version whose reasons count; null: the plan in force", 8, "1", ge=1, le=2**62)
    ] = None
    time_limit_seconds: Annotated[
        float, about("For all proofs together", 10.0, "seconds", gt=0, le=STANDARD.fixes_seconds)
    ] = SECONDS
    iterations: Annotated[
        int,
        about(
            "Plans that each proof tries, so that it repeats exactly. More find more fixes and smaller ones",
            ITERATIONS,
            "1",
            ge=1,
            le=STANDARD.search_moves,
        ),
    ] = ITERATIONS
    overtime_step_minutes: Annotated[int, about("Overtime is told apart so finely", 30, "minutes", ge=1, le=240)] = (
        STEPS.overtime
    )
    delivery_step_minutes: Annotated[
        int, about("Deliveries and releases so finely; 1: to the minute", 1440, "minutes", ge=1, le=10_080)
    ] = STEPS.delivery
    due_step_minutes: Annotated[
        int, about("Later due dates of other orders so finely", 1440, "minutes", ge=1, le=10_080)
    ] = STEPS.due
    priority_step: Annotated[float, about("Priorities so finely", 1.0, "1", ge=0.001, le=1_000_000)] = STEPS.priority


class AssumedEvent(Answer):
    """An event that makes the change so: post it as an assumption of a what-if, or as an event."""

    type: Annotated[str, about("What happens", "receipt.changed")]
    data: Annotated[dict[str, Any], about("Of which kind of event it depends on", EVENT["data"])]


class OpenedModel(Answer):
    """Time in which somebody works beyond his hours."""

    who: Annotated[str, about("Machine or crew", "DMG-01")]
    start: Annotated[str, about("From", NOW, "ISO 8601 with offset")]
    end: Annotated[str, about("Until", LATER, "ISO 8601 with offset")]
    minutes: Annotated[int, about("Of it, beyond the usual hours", 120, "minutes")]


class ChangeModel(Answer):
    """One change of the plant, and what was found of it."""

    kind: Annotated[
        Kind,
        about(
            "overtime: a longer day; capacity: more of a pool; machine: one more can do it; due: another order later; "
            "split: into lots; release: may begin sooner; pin: no longer pinned; nothing: planned anew as it is",
            "delivery",
        ),
    ]
    about: Annotated[str, about("Machine, pool, delivery, order or operation that is changed; empty: none", "PO-7123")]
    words: Annotated[str, about("As a planner says it", "PO-7123 (bar-40) 1 d earlier, Tue 3 Mar 08:00")]
    amount: Annotated[float, about("How much is changed", 1440.0, "as `unit` says")]
    unit: Annotated[Unit, about("Of the amount; 1: pieces, lots, weight", "minutes")]
    late_minutes: Annotated[
        int | None, about("Delivery less due then; null: no plan with an end came of it", -60, "minutes")
    ]


class FixModel(ChangeModel):
    """A change with its proof and its price, against the plan in force."""

    on_time: Annotated[bool, about("True for all but, it may be, `nothing`", True)]
    delivery: Annotated[str | None, about("Planned end then; null: none", LATER, "ISO 8601 with offset")]
    smaller: Annotated[
        Smaller,
        about(
            "Smaller amounts that were tried and do not work: all, at least the next smaller one, some of them", "all"
        ),
    ]
    events: Annotated[list[AssumedEvent], about("Assumptions of a what-if that adopts it", [EVENT])]
    opened: Annotated[list[OpenedModel], about("Overtime in it, of all machines and crews", [])]
    newly_late: Annotated[list[str], about("Other orders that turn late, by today's due dates", ["SO-9"])]
    rescued: Annotated[list[str], about("Other late orders that come in time then", ["SO-7"])]
    left_out: Annotated[list[str], about("Other orders that are not planned to their end any more", [])]
    later_minutes: Annotated[int, about("By which other orders are more late, all together", 90, "minutes")]
    earlier_minutes: Annotated[int, about("By which other orders are less late, all together", 0, "minutes")]
    overtime_minutes: Annotated[int, about("Of all machines and crews", 120, "minutes")]
    moved_operations: Annotated[int, about("Operations that change machine or start", 12, "operations")]
    moved_within_24_h: Annotated[int, about("Of these, those of the next 24 hours", 4, "operations")]
    weighted_late_minutes: Annotated[float, about("Minutes late x priority of all orders then", 900.0, "minutes")]
    score: Annotated[
        float,
        about("tardiness x (weighted_late_minutes + overtime_minutes) + stability x moved_operations", 940.0, "cost"),
    ]


class FixesModel(Answer):
    """What would help a late order."""

    plan: Annotated[int, about("Plan version whose reasons were looked at", 8, "1")]
    order: Annotated[str, about("Order", "SO-1042")]
    sentence: Annotated[
        str, about("The whole in words", "SO-1042 ends Thu 5 Mar 16:00, 2 h late. 3 changes bring it in time; …")
    ]
    due: Annotated[str, about("The order's due date", LATER, "ISO 8601 with offset")]
    delivery: Annotated[str | None, about("Planned end now; null: none", LATER, "ISO 8601 with offset")]
    late_minutes: Annotated[int | None, about("Delivery less due; negative: early; null: no end", 120, "minutes")]
    iterations: Annotated[
        int, about("A what-if with the same `iterations` makes the plans that were proven here", ITERATIONS, "1")
    ]
    trials: Annotated[int, about("Changes that were planned", 40, "1")]
    fixes: Annotated[
        list[FixModel], about("What brings it in time, and `nothing` among them; the lowest score first", [])
    ]
    no_help: Annotated[list[ChangeModel], about("The most of each kind that was tried and is not enough", [])]
    untried: Annotated[list[str], about("What there was no time to try, in words", ["Priority of SO-1042 from 1 to 6"])]
