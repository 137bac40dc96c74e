"""Why an order is late: the chain of waits from its release to its delivery."""

from __future__ import annotations

from typing import Annotated, Literal

from api.models.fields import Answer, about
from api.models.plants import LATER, NOW
from scheduler.planning.lists.waits import Cause


class WaitModel(Answer):
    """A stretch of the chain, and what fills it."""

    start: Annotated[str, about("It begins where the stretch before ends", NOW, "ISO 8601 with offset")]
    end: Annotated[str, about("It ends", LATER, "ISO 8601 with offset")]
    minutes: Annotated[int, about("Its length; those of all stretches add up to `minutes` of the chain", 95, "minutes")]
    cause: Annotated[
        Cause,
        about(
            "processing: its own work; machine: busy with other work; unused: nothing forbids an earlier start; "
            "a component order has no cause of its own, the chain leads through its operations",
            "machine",
        ),
    ]
    words: Annotated[str, about("The same as a planner says it", "DMG-01 busy with SO-7/10")]
    order: Annotated[str, about("Order that the chain leads through here, a component order too", "SO-1042")]
    operation: Annotated[int, about("Its operation that waits or is worked", 20, "1")]
    machine: Annotated[str | None, about("Where it is worked, or the machine that it waits for", "DMG-01")]
    by_order: Annotated[str | None, about("Order in the way; null: none", "SO-7")]
    by_operation: Annotated[int | None, about("Its operation in the way; null: none", 10, "1")]
    held: Annotated[
        Literal["running", "frozen", "pinned"] | None,
        about("Why the work in the way keeps its place; null: it may be moved", "frozen"),
    ]
    material: Annotated[str | None, about("Material that is missing; null: none", "bar-40")]
    receipt: Annotated[str | None, about("Delivery that brings it; null: none", "PO-7123")]
    pool: Annotated[str | None, about("Pool that is short; null: none", "setters")]
    reason: Annotated[str, about("What was said of the closing or the outage; empty: nothing", "spindle")]


class CauseModel(Answer):
    """All stretches of one cause together."""

    cause: Annotated[Cause, about("The cause", "machine")]
    words: Annotated[str, about("As a planner says it", "DMG-01 busy with SO-7, SO-9 and 3 more")]
    minutes: Annotated[int, about("How much of the chain it fills", 340, "minutes")]


class LatenessModel(Answer):
    """Why an order is delivered when it is: what was in the way last before each of its operations."""

    plan: Annotated[int, about("Plan version", 8, "1")]
    order: Annotated[str, about("Order", "SO-1042")]
    sentence: Annotated[
        str, about("The whole in one sentence", "SO-1042 ends Thu 5 Mar 16:00, 2 h late: DMG-01 busy with SO-7, 5 h.")
    ]
    due: Annotated[str, about("The order's due date", LATER, "ISO 8601 with offset")]
    since: Annotated[
        str,
        about(
            "Where the chain begins: the order's release, or now where that is later; earlier, where a component order "
            "that it waits for began earlier",
            NOW,
            "ISO 8601 with offset",
        ),
    ]
    delivery: Annotated[str | None, about("Planned end; null: not planned to its end", LATER, "ISO 8601 with offset")]
    late_minutes: Annotated[int | None, about("Delivery less due; negative: early; null: no end", 120, "minutes")]
    minutes: Annotated[int, about("From `since` to `delivery`", 4210, "minutes")]
    through: Annotated[
        list[str], about("Orders of the chain, component orders first, this one last", ["PART-7", "SO-1042"])
    ]
    waits: Annotated[list[WaitModel], about("The chain, in the order of time, without a gap", [])]
    causes: Annotated[list[CauseModel], about("Its causes, the longest first", [])]
