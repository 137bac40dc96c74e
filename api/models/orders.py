"""Orders and what the plan in force does with them."""

from __future__ import annotations

from typing import Annotated, Literal

from api.models.fields import Answer, about
from api.models.plants import LATER, NOW


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
