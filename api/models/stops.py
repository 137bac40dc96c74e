"""What stops cost."""

from __future__ import annotations

from typing import Annotated

from api.models.fields import Answer, about
from api.models.plants import LATER, NOW


class StopReasonModel(Answer):
    """A reason as it is configured."""

    code: Annotated[str, about("Code", "tool-break")]
    words: Annotated[str, about("In words", "Tool break")]
    path: Annotated[str, about("Its place in the tree, from the root", "unplanned/tooling/tool-break")]
    planned: Annotated[bool, about("Whether it was known to come", False)]
    owner: Annotated[str, about("Whose it is to end it; empty: nobody is named", "tool room")]
    cost_centre: Annotated[str, about("Where it is booked; empty: nowhere", "4711")]


class LateByStop(Answer):
    """An order that the answering plan ends late, and later than the plan before."""

    order: Annotated[str, about("Order", "SO-1042")]
    customer: Annotated[str, about("For whom", "Keller AG")]
    due: Annotated[str, about("Its due date", LATER, "ISO 8601 with offset")]
    late_before: Annotated[int, about("Behind its due date by the plan before; 0: in time", 0, "minutes")]
    late_after: Annotated[int, about("Behind its due date by the plan that answered", 2160, "minutes")]
    days: Annotated[float, about("That it is later than before", 1.5, "days")]
    money: Annotated[float | None, about("What the more costs; null: nothing is known to be owed", 750.0, "currency")]
    currency: Annotated[str, about("Of the money; empty: none is known", "EUR")]


class StopModel(Answer):
    """A breakdown as it was told last, and what it cost."""

    revision: Annotated[int, about("Of the event that told it first", 43, "1")]
    machine: Annotated[str, about("Which machine", "DMG-01")]
    since: Annotated[str, about("Since when it stands", NOW, "ISO 8601 with offset")]
    until: Annotated[
        str | None, about("Its end, or the expected one; null: nobody knows", LATER, "ISO 8601 with offset")
    ]
    lasts: Annotated[bool, about("Whether it is down now", True)]
    words: Annotated[str, about("The reason as it was told", "E102")]
    reason: Annotated[StopReasonModel | None, about("The reason as it is configured; null: none fits", None)]
    expected_by: Annotated[
        str,
        about("Why that end is expected; empty: somebody said so, or nobody knows", "median of 7 stops"),
    ]
    order: Annotated[str, about("Order that it interrupted; empty: none is known", "SO-1042")]
    operation: Annotated[int | None, about("Operation that it interrupted; null: none is known", 20, "1")]
    shift: Annotated[str, about("In which stretch of its calendar; empty: not known", "06:00–14:00")]
    plan_before: Annotated[int | None, about("The plan in force before; null: no plan answered it", 8, "1")]
    plan_after: Annotated[int | None, about("The plan that answered; null: none, it held or is still to come", 9, "1")]
    waits: Annotated[bool, about("Whether the answer is still to come", False)]
    others: Annotated[int, about("Other events that the same plan answered; the cost is of all together", 0, "1")]
    late: Annotated[list[LateByStop], about("Orders that became late or later, the most first", [])]
    money: Annotated[dict[str, float], about("What that costs in all, by currency, as far as known", {"EUR": 750.0})]
    cost: Annotated[str, about("The same in words; empty: no order is later", "1 order late: SO-1042 by 1.5 days")]


class StopList(Answer):
    """Stops of the plant's newest events."""

    stops: Annotated[list[StopModel], about("Newest first", [])]
