"""Plans: versions, their figures and reasons, their operations."""

from __future__ import annotations

from typing import Annotated, Literal

from api.models.fields import Answer, about
from api.models.plants import LATER, NOW
from api.models.policy import ObjectiveModel


class KpisModel(Answer):
    """The figures of a plan."""

    cost: Annotated[float, about("The sum of weight x measure", 1234.5, "cost")]
    weighted_tardiness: Annotated[float, about("Minutes late x priority, summed over orders", 900.0, "minutes")]
    late_orders: Annotated[int, about("Orders that end after due", 4, "1")]
    orders: Annotated[int, about("Orders with work in the plan", 180, "1")]
    operations: Annotated[int, about("Operations in the plan", 1200, "1")]
    setup_minutes: Annotated[int, about("Changeover on all machines", 860, "minutes")]
    makespan_minutes: Annotated[int, about("From now to the last end", 14400, "minutes")]
    flow_minutes: Annotated[int, about("From release (or now) to end, summed over orders", 320000, "minutes")]
    moved_operations: Annotated[
        int, about("Operations of the plan in force that changed machine or start", 12, "operations")
    ]
    lower_bound: Annotated[float | None, about("No plan costs less; null: none proven", 1100.0, "cost")]
    solve_seconds: Annotated[float | None, about("Time that planning took", 3.2, "seconds")]
    left_out_cost: Annotated[
        float,
        about("Of the orders left out, as if they were delivered at the horizon's end; not in `cost`", 0.0, "cost"),
    ]


class PromisesModel(Answer):
    """What a plan does to what customers were promised. A sub-assembly makes what other orders take and has no customer
    of its own; those are counted apart."""

    orders: Annotated[int, about("Orders that the plan ends or the floor has finished, sub-assemblies apart", 160, "1")]
    late: Annotated[int, about("Of those, how many end after due", 4, "1")]
    sub_assemblies_late: Annotated[int, about("Sub-assemblies that end after their own due date", 2, "1")]
    minutes_late: Annotated[int, about("Of the late ones, end less due, summed", 2880, "minutes")]
    worst_minutes: Annotated[int, about("Of the latest", 1440, "minutes")]
    worst_order: Annotated[str, about("Which that is; empty: none is late", "SO-1042")]
    customers: Annotated[int, about("How many customers a late order is for", 3, "1")]


class ViolationModel(Answer):
    """A breach of a rule of the contract."""

    rule: Annotated[str, about("The rule", "sequence")]
    message: Annotated[str, about("In words", "SO-7/20 starts before SO-7/10 has ended")]
    order: Annotated[str | None, about("The order it concerns", "SO-7")]
    operation: Annotated[int | None, about("The operation it concerns", 20, "1")]


class UnplannedModel(Answer):
    """An order that cannot be planned."""

    order: Annotated[str, about("Order", "SO-9")]
    operation: Annotated[int | None, about("Operation that stops it", 30, "1")]
    reason: Annotated[str, about("Why", "component 'bar-40' is never supplied")]


class BrokenPinModel(Answer):
    """A pin that the other rules make impossible; its operation is planned as near to it as can be."""

    order: Annotated[str, about("Order", "SO-9")]
    operation: Annotated[int, about("Operation", 30, "1")]
    reason: Annotated[str, about("What was pinned, where it is planned, and why", "the time is past")]


class MilestoneModel(Answer):
    """How good the best plan was at a moment of the search."""

    seconds: Annotated[float, about("Since planning began", 1.5, "seconds")]
    cost: Annotated[float, about("Cost of the best plan by then", 1500.0, "cost")]
    engine: Annotated[str, about("Who had found it", "cp-sat")]


Need = Literal["keep", "repair", "improve", "replan"]


class EngineFailureModel(Answer):
    """A part of the search that failed: a fault of the product, which cost that part and nothing else."""

    engine: Annotated[str, about("Which; worker: the whole process", "annealing")]
    reason: Annotated[str, about("What went wrong and where", "ValueError: no such mode (moves.py, line 12)")]
    seconds: Annotated[float, about("Into the search, the first time", 1.25, "seconds")]
    times: Annotated[int, about("How often", 1, "1")]


class TriggerModel(Answer):
    """What led to a plan that was made by itself: the events of the log after one revision until another."""

    need: Annotated[
        Need,
        about(
            "What they asked for by the table of reactions; repair also where the plan before was to be kept and no "
            "longer held",
            "repair",
        ),
    ]
    reason: Annotated[str, about("Why, in words", "its work is delayed or moved")]
    after: Annotated[int, about("The plan before knew the log until this revision", 41, "1")]
    until: Annotated[int, about("The revision that the plan was made for; `revision` rises while it is kept", 43, "1")]


class ReactionModel(Answer):
    """A row of the table of reactions."""

    event: Annotated[str, about("Type of event, and what it says of its operation", "operation.finished, late")]
    need: Annotated[
        Need,
        about(
            "keep: nothing, where the plan still holds; repair: re-timed; improve: repaired, then a better plan is "
            "searched for; replan: that without a price on moves",
            "repair",
        ),
    ]
    reason: Annotated[str, about("Why, in words", "what follows waits")]


class ReactionList(Answer):
    """What each type of event asks of the plan in force; of several, the strongest counts."""

    reactions: Annotated[list[ReactionModel], about("As the table has them", [])]


class NoteModel(Answer):
    """What came of a plan after it was made."""

    at: Annotated[str, about("When", NOW, "ISO 8601 with offset")]
    text: Annotated[str, about("In words", "replaced by plan 9, which m.keller released: Keller waits")]


class PlanVersion(Answer):
    """A plan version; only its status, who decided, and what is noted of it change."""

    id: Annotated[int, about("Number, counted from 1 per plant", 8, "1")]
    status: Annotated[
        Literal["proposed", "released", "superseded", "rejected"],
        about("released: it is the plan in force", "released"),
    ]
    revision: Annotated[int, about("The revision of the log that it is based on", 43, "1")]
    cause: Annotated[str, about("Why it was made", "repaired after DMG-01 down")]
    created_at: Annotated[str, about("When it was stored", NOW, "ISO 8601 with offset")]
    decided_at: Annotated[str | None, about("When it was released or rejected", NOW, "ISO 8601 with offset")]
    decided_by: Annotated[str | None, about("Who decided", "auto")]
    reason: Annotated[str | None, about("Why, in the words of who decided; null: none given", "Keller waits for it")]
    kept_for: Annotated[
        str | None,
        about(
            "The person whose release it is, or carries on through repairs: it is replaced by itself for more "
            "gain than the policy's `gain_over_person`; null: nobody's",
            "m.keller",
        ),
    ]
    made_from: Annotated[int | None, about("The version that it is re-timed from; null: none", 7, "1")]
    notes: Annotated[list[NoteModel], about("What came of it after it was made (the newest 20), oldest first", [])]
    what_if: Annotated[str | None, about("The what-if that it belongs to; null: the plant itself", "w-3f2a")]
    trigger: Annotated[
        TriggerModel | None, about("What led to it; null: a person asked for it, or it came with the plant", None)
    ]
    feasible: Annotated[bool, about("True where the check found no breach", True)]
    violations: Annotated[list[ViolationModel], about("What the check found (at most 100)", [])]
    violations_by_rule: Annotated[dict[str, int], about("Breaches counted by rule", {}, "1")]
    unplanned: Annotated[list[UnplannedModel], about("Orders that could not be planned", [])]
    broken_pins: Annotated[list[BrokenPinModel], about("Pins that the other rules make impossible", [])]
    kpis: Annotated[KpisModel, about("Figures as the check computed them", {"cost": 1234.5})]
    promises: Annotated[
        PromisesModel | None,
        about("Late orders and whom they hit, when the plan was made; null: stored before these were counted", None),
    ]
    lower_bound: Annotated[float | None, about("No plan costs less; null: none proven", 1100.0, "cost")]
    gap: Annotated[float | None, about("(cost - bound) / cost; null: no bound", 0.11, "ratio")]
    objective: Annotated[ObjectiveModel, about("The weights it was made by", {"tardiness": 1.0})]
    engine: Annotated[str, about("What found it", "repair")]
    cost_at: Annotated[
        list[MilestoneModel], about("The best plan after 0.1, 1, 5, 10, 30, 60 … s and at the end of the search", [])
    ]
    history: Annotated[list[MilestoneModel], about("The search, first plan to last", [])]
    engine_failures: Annotated[
        list[EngineFailureModel], about("Engines that failed while it was made: it was made without their share", [])
    ]


class PlanPage(Answer):
    """Plan versions, newest first."""

    plans: Annotated[list[PlanVersion], about("Newest first", [])]
    next_before: Annotated[int | None, about("`before` of the next page; null: this is the last", 12, "1")]


OperationStatus = Literal["done", "running", "frozen", "planned", "paused"]


class PlanOperation(Answer):
    """An operation at its place."""

    order: Annotated[str, about("Order", "SO-1042")]
    operation: Annotated[int, about("Operation number", 20, "1")]
    description: Annotated[str, about("What is done", "Mill face")]
    machine: Annotated[str, about("Where", "DMG-01")]
    setup_start: Annotated[str | None, about("Changeover begins; null: none needed", NOW, "ISO 8601 with offset")]
    start: Annotated[str, about("Work begins", NOW, "ISO 8601 with offset")]
    end: Annotated[str, about("Work ends", LATER, "ISO 8601 with offset")]
    late_minutes: Annotated[int, about("Its order's planned end less due; negative: early", 25, "minutes")]
    status: Annotated[
        OperationStatus,
        about("done, running or paused on the floor; frozen: inside the frozen zone; else planned", "planned"),
    ]
    setup_family: Annotated[str, about("Setup family", "alu")]
    customer: Annotated[str, about("For whom", "Keller AG")]
    material: Annotated[str, about("What its order makes", "gear-17")]
    quantity: Annotated[float, about("How many", 25.0, "the material's unit")]
    due: Annotated[str | None, about("The order's due date", LATER, "ISO 8601 with offset")]
    predecessors: Annotated[list[int], about("Operations of the same order that come right before", [10], "1")]
    pinned: Annotated[
        str | None, about("What a person has fixed of it, in words; null: nothing", "to 'DMG-01', by m.keller")
    ]


class PlanOperations(Answer):
    """The operations of a plan, exactly as the version holds them, with what the floor has said of them since."""

    plan: Annotated[int, about("Plan version", 8, "1")]
    revision: Annotated[int, about("The revision that the plan is based on", 43, "1")]
    operations: Annotated[list[PlanOperation], about("In order of start", [])]
