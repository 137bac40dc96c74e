"""Plants: what is loaded, how it wants to be planned, its machines, orders and materials."""

from __future__ import annotations

from typing import Annotated, Literal

from api.models.fields import Answer, Request, about
from scheduler.limits import STANDARD

NOW = "2026-03-02T06:00+01:00"
LATER = "2026-03-02T09:30+01:00"

Mode = Literal["observe", "advise", "auto"]


class ObjectiveModel(Answer):
    """cost = the sum of weight x measure; the best plan has the lowest cost."""

    tardiness: Annotated[float, about("Weight of one minute late x priority", 1.0, "cost per minute", ge=0)] = 1.0
    setup: Annotated[float, about("Weight of one minute of changeover", 0.1, "cost per minute", ge=0)] = 0.0
    makespan: Annotated[float, about("Weight of one minute from now to the last end", 0.0, "cost per minute", ge=0)] = (
        0.0
    )
    flow: Annotated[
        float, about("Weight of one minute from release (or now) to the order's end", 0.0, "cost per minute", ge=0)
    ] = 0.0
    stability: Annotated[
        float,
        about("Weight of one operation of the plan in force moved in machine or start", 5.0, "cost per move", ge=0),
    ] = 0.0


class ObjectiveAsk(Request):
    """Weights to plan by; what is left out is as the plant has it."""

    tardiness: Annotated[
        float | None, about("Weight of one minute late x priority", 1.0, "cost per minute", ge=0, le=STANDARD.number)
    ] = None
    setup: Annotated[
        float | None, about("Weight of one minute of changeover", 0.1, "cost per minute", ge=0, le=STANDARD.number)
    ] = None
    makespan: Annotated[
        float | None,
        about("Weight of one minute from now to the last end", 0.0, "cost per minute", ge=0, le=STANDARD.number),
    ] = None
    flow: Annotated[
        float | None,
        about(
            "Weight of one minute from release (or now) to the order's end",
            0.0,
            "cost per minute",
            ge=0,
            le=STANDARD.number,
        ),
    ] = None
    stability: Annotated[
        float | None,
        about(
            "Weight of one operation of the plan in force moved in machine or start",
            5.0,
            "cost per move",
            ge=0,
            le=STANDARD.number,
        ),
    ] = None


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


class PlantChange(Request):
    """PATCH of a plant."""

    mode: Annotated[
        Mode | None, about("observe: nothing is planned by itself; advise: proposed; auto: released", "auto")
    ] = None
    work_center_modes: Annotated[
        dict[str, Mode | None] | None,
        about(
            "Modes of work centers that differ from the plant's; null for one: the plant's again", {"milling": "advise"}
        ),
    ] = None
    policy: Annotated[PolicyChange | None, about("What to change of the policy", {"improve_seconds": 20})] = None


class PlantSummary(Answer):
    """A plant that is loaded."""

    plant: Annotated[str, about("Its name in every address", "alpine")]
    name: Annotated[str, about("Its name as plant.toml has it", "Alpine Gearworks")]
    mode: Annotated[Mode, about("What happens by itself after an event", "auto")]
    now: Annotated[str, about("The plant's now: the latest time of its events", NOW, "ISO 8601 with offset")]
    timezone: Annotated[str, about("The plant's time zone", "Europe/Zurich", "IANA name")]
    clock: Annotated[
        Literal["events", "wall"], about("events: now moves with events; wall: also each minute", "events")
    ]
    revision: Annotated[int, about("The number of events taken in, loading counted as one", 42, "1")]
    loaded_at: Annotated[str, about("When it was loaded", NOW, "ISO 8601 with offset")]
    last_event_at: Annotated[
        str | None, about("When the last event was taken in; null: none yet", LATER, "ISO 8601 with offset")
    ]
    data_age_seconds: Annotated[float, about("Since the last event, or since loading", 12.5, "seconds")]
    plan_in_force: Annotated[int | None, about("Number of the plan in force; null: none", 7, "1")]
    plan_in_force_revision: Annotated[int | None, about("The revision that plan is based on", 41, "1")]
    plan_is_current: Annotated[bool, about("True where the plan in force knows of every event", True)]
    orders: Annotated[int, about("Orders known", 200, "1")]
    open_orders: Annotated[int, about("Orders with work left that are not on hold", 180, "1")]
    operations: Annotated[int, about("Operations of all orders", 1460, "1")]
    machines: Annotated[int, about("Machines", 20, "1")]
    materials: Annotated[int, about("Materials", 60, "1")]


class PlantDetail(PlantSummary):
    """A plant with its policy."""

    work_center_modes: Annotated[
        dict[str, Mode], about("Modes of work centers that differ from the plant's", {"milling": "advise"})
    ]
    policy: Annotated[PolicyModel, about("How it is planned", {"improve_seconds": 10.0})]
    horizon_days: Annotated[int, about("How far plans reach", 60, "days")]
    default_repair_minutes: Annotated[int, about("Assumed outage where its end is not known", 120, "minutes")]
    notices: Annotated[
        list[str], about("What was read but not used (unknown files or columns)", ["orders.csv: column 'colour' kept"])
    ]


class PlantList(Answer):
    """Every plant that is loaded."""

    plants: Annotated[list[PlantSummary], about("By name", [])]


class Stretch(Answer):
    """From start to end, end excluded."""

    start: Annotated[str, about("First moment", NOW, "ISO 8601 with offset")]
    end: Annotated[str, about("First moment after it", LATER, "ISO 8601 with offset")]


class Outage(Stretch):
    """A time when a machine that should work does not."""

    end_assumed: Annotated[bool, about("True where nobody knows the end and the plant's default stands for it", False)]
    kind: Annotated[Literal["maintenance", "breakdown"], about("Planned or not", "breakdown")]
    reason: Annotated[str, about("Why, in words", "spindle")]


class MachineTimes(Answer):
    """A machine and when it does not work between two moments."""

    machine: Annotated[str, about("Machine", "DMG-01")]
    work_center: Annotated[str, about("Its work center", "milling")]
    efficiency: Annotated[float, about("Run rate against standard", 1.0, "ratio")]
    down: Annotated[bool, about("True where an outage covers the plant's now", False)]
    closed: Annotated[list[Stretch], about("When its calendar is closed", [{"start": NOW, "end": LATER}])]
    outages: Annotated[list[Outage], about("Its outages that touch the span", [])]


class MachineList(Answer):
    """Machines with closed time and outages between two moments."""

    revision: Annotated[int, about("Revision of the log that this is true for", 42, "1")]
    start: Annotated[str, about("Beginning of the span", NOW, "ISO 8601 with offset")]
    end: Annotated[str, about("End of the span", LATER, "ISO 8601 with offset")]
    machines: Annotated[list[MachineTimes], about("By work center, then machine", [])]


class OrderLine(Answer):
    """An order and what the plan in force does with it."""

    order: Annotated[str, about("Order", "SO-1042")]
    material: Annotated[str, about("What it makes", "gear-17")]
    description: Annotated[str, about("The material in words", "Spur gear m2 z40")]
    quantity: Annotated[float, about("How many", 25.0, "the material's unit")]
    pieces_short: Annotated[
        float, about("What will come of it falls short of its quantity by", 0.0, "the material's unit")
    ]
    unit: Annotated[str, about("The material's unit", "pcs")]
    customer: Annotated[str, about("For whom", "Keller AG")]
    routing: Annotated[str, about("How it is made", "gear-17")]
    release: Annotated[str | None, about("Not to be started before; null: at once", NOW, "ISO 8601 with offset")]
    due: Annotated[str, about("Wanted by", LATER, "ISO 8601 with offset")]
    priority: Annotated[float, about("Weight of one minute late", 1.0, "1")]
    status: Annotated[Literal["planned", "released", "hold"], about("As the ERP has it", "released")]
    progress: Annotated[Literal["waiting", "running", "done"], about("How far its work has come", "waiting")]
    operations: Annotated[int, about("Operations of its routing", 5, "1")]
    operations_done: Annotated[int, about("Of these, finished", 2, "1")]
    planned_end: Annotated[
        str | None, about("End of its last operation in the plan; null: not planned", LATER, "ISO 8601 with offset")
    ]
    late_minutes: Annotated[
        int | None, about("Planned end less due; negative: early; null: not planned", -35, "minutes")
    ]
    unplanned_reason: Annotated[
        str | None, about("Why it is not in the plan; null: it is", "operation 20: no eligible machine")
    ]
    reserved_until: Annotated[
        str | None, about("A place kept until then and no order yet; null: an order", LATER, "ISO 8601 with offset")
    ]


class OrderList(Answer):
    """Orders, with the plan in force applied."""

    revision: Annotated[int, about("Revision of the log that this is true for", 42, "1")]
    plan: Annotated[int | None, about("The plan that the ends come from; null: none", 7, "1")]
    orders: Annotated[list[OrderLine], about("By due date", [])]


class ReceiptLine(Answer):
    """An expected delivery."""

    receipt: Annotated[str, about("Delivery", "PO-77/1")]
    material: Annotated[str, about("What comes", "bar-40")]
    quantity: Annotated[float, about("How much; 0: it will not come", 500.0, "the material's unit")]
    expected: Annotated[str, about("When", LATER, "ISO 8601 with offset")]


class StockPoint(Answer):
    """Stock after a change."""

    at: Annotated[str, about("When", LATER, "ISO 8601 with offset")]
    stock: Annotated[float, about("What is there from then on", 120.0, "the material's unit")]
    cause: Annotated[str, about("Receipt, or order and operation", "SO-1042/10")]


class MaterialLine(Answer):
    """A material, what comes, and where the plan in force would run short of it."""

    material: Annotated[str, about("Material", "bar-40")]
    description: Annotated[str, about("In words", "Round bar 40 mm")]
    unit: Annotated[str, about("Its unit", "kg")]
    on_hand: Annotated[float, about("Stock now", 240.0, "the material's unit")]
    receipts: Annotated[list[ReceiptLine], about("Deliveries expected, in order of time", [])]
    projection: Annotated[list[StockPoint], about("Stock over time under the plan in force", [])]
    lowest: Annotated[float, about("Lowest projected stock; negative: a shortage", -20.0, "the material's unit")]
    short_from: Annotated[str | None, about("First moment of a shortage; null: never", LATER, "ISO 8601 with offset")]
    orders_hit: Annotated[list[str], about("Orders that would start without it, or wait unplanned for it", ["SO-7"])]


class MaterialList(Answer):
    """Materials with receipts and projected stock."""

    revision: Annotated[int, about("Revision of the log that this is true for", 42, "1")]
    plan: Annotated[int | None, about("The plan that takes and makes material; null: none", 7, "1")]
    materials: Annotated[list[MaterialLine], about("By name", [])]
