"""Plans: versions, their operations, the board's compact form, comparisons, jobs."""

from __future__ import annotations

from typing import Annotated, Literal

from api.models.fields import Answer, Request, about
from api.models.plants import LATER, NOW, MoveLimitsAsk, ObjectiveAsk, ObjectiveModel
from scheduler.limits import STANDARD


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


class BoardOperations(Answer):
    """Operations as columns of equal length; row i is the same operation in each."""

    order: Annotated[list[int], about("Index into `orders.name`", [0], "index")]
    operation: Annotated[list[int], about("Operation number", [20], "1")]
    machine: Annotated[list[int], about("Index into `machines`", [3], "index")]
    setup_start: Annotated[list[int | None], about("Changeover begins; null: none", [None], "minutes since origin")]
    start: Annotated[list[int], about("Work begins", [45], "minutes since origin")]
    end: Annotated[list[int], about("Work ends", [105], "minutes since origin")]
    status: Annotated[list[int], about("Index into `statuses`", [3], "index")]
    description: Annotated[list[int], about("Index into `texts`", [0], "index")]
    setup_family: Annotated[list[int], about("Index into `texts`", [1], "index")]
    eligible: Annotated[list[int], about("Index into `eligible_sets`", [0], "index")]
    predecessors: Annotated[
        list[list[int]], about("Rows of this table that come right before in the same order", [[0]], "index")
    ]


class BoardOrders(Answer):
    """Orders as columns of equal length."""

    name: Annotated[list[str], about("Order", ["SO-1042"])]
    customer: Annotated[list[int], about("Index into `texts`", [2], "index")]
    material: Annotated[list[int], about("Index into `texts`", [3], "index")]
    quantity: Annotated[list[float], about("How many", [25.0], "the material's unit")]
    due: Annotated[list[int | None], about("Due date", [480], "minutes since origin")]
    priority: Annotated[list[float], about("Weight of one minute late", [1.0], "1")]
    end: Annotated[list[int], about("Planned end", [505], "minutes since origin")]
    late_minutes: Annotated[list[int], about("Planned end less due; negative: early", [25], "minutes")]
    sub_assembly: Annotated[
        list[bool], about("True where it makes what other orders take and no customer waits for it", [False])
    ]
    pieces_short: Annotated[
        list[float], about("What will come of it falls short of its quantity by", [0.0], "the material's unit")
    ]


class Board(Answer):
    """A plan in compact columns for drawing: integers in minutes since `origin`, names in tables."""

    plant: Annotated[str, about("Plant", "alpine")]
    plan: Annotated[int, about("Plan version", 8, "1")]
    revision: Annotated[int, about("The revision that the plan is based on", 43, "1")]
    timezone: Annotated[str, about("The plant's time zone", "Europe/Zurich", "IANA name")]
    origin: Annotated[
        str, about("Minute 0 of every column: a midnight (UTC) before the plan's first minute", NOW, "ISO 8601")
    ]
    now: Annotated[int, about("The plant's now", 360, "minutes since origin")]
    frozen_until: Annotated[int, about("End of the frozen zone", 420, "minutes since origin")]
    end: Annotated[int, about("Last end of the plan", 14000, "minutes since origin")]
    statuses: Annotated[list[str], about("Table of statuses", ["done", "running", "frozen", "planned", "paused"])]
    texts: Annotated[list[str], about("Table of texts", ["Mill face", "alu", "Keller AG", "gear-17"])]
    machines: Annotated[list[str], about("Table of machines, by work center, then name", ["DMG-01"])]
    work_centers: Annotated[list[str], about("Work center of each machine of `machines`", ["milling"])]
    eligible_sets: Annotated[
        list[list[int]], about("Sets of machines that can do an operation: indexes into `machines`", [[0, 1]], "index")
    ]
    operations: Annotated[BoardOperations, about("The operations", {"order": [0]})]
    in_doubt: Annotated[list[int], about("Rows of `operations` of which a doubt is open", [0], "index")]
    pinned: Annotated[list[int], about("Rows of `operations` that a person has pinned", [0], "index")]
    orders: Annotated[BoardOrders, about("The orders", {"name": ["SO-1042"]})]


class MovedModel(Answer):
    """An operation that two plans place differently."""

    order: Annotated[str, about("Order", "SO-1042")]
    operation: Annotated[int, about("Operation number", 20, "1")]
    machine_before: Annotated[str, about("Where in plan A", "DMG-01")]
    machine_after: Annotated[str, about("Where in plan B", "DMG-02")]
    start_before: Annotated[str, about("Start in plan A", NOW, "ISO 8601 with offset")]
    start_after: Annotated[str, about("Start in plan B", LATER, "ISO 8601 with offset")]
    shift_minutes: Annotated[int, about("Start in B less start in A", 210, "minutes")]


class OrderChangeModel(Answer):
    """An order whose end differs between two plans."""

    order: Annotated[str, about("Order", "SO-1042")]
    end_before: Annotated[str | None, about("End in plan A; null: not in it", NOW, "ISO 8601 with offset")]
    end_after: Annotated[str | None, about("End in plan B; null: not in it", LATER, "ISO 8601 with offset")]
    lateness_before: Annotated[int | None, about("End in A less due; negative: early", -35, "minutes")]
    lateness_after: Annotated[int | None, about("End in B less due; negative: early", 175, "minutes")]


class ComparisonModel(Answer):
    """Plan B (after) against plan A (before)."""

    plan_before: Annotated[int | None, about("Plan A; null: none was in force", 7, "1")]
    plan_after: Annotated[int, about("Plan B", 8, "1")]
    before: Annotated[KpisModel, about("Figures of A", {"cost": 1234.5})]
    after: Annotated[KpisModel, about("Figures of B", {"cost": 1300.0})]
    deltas: Annotated[dict[str, float], about("B less A, figure by figure", {"late_orders": 1.0}, "as the figure")]
    moved: Annotated[list[MovedModel], about("Operations placed differently", [])]
    newly_late: Annotated[list[OrderChangeModel], about("On time in A, late in B", [])]
    rescued: Annotated[list[OrderChangeModel], about("Late in A, on time in B", [])]
    changed: Annotated[list[OrderChangeModel], about("Every order with another end", [])]


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
