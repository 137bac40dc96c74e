"""What a MES that pulls sends and gets, under its own names."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel

from api.models.fields import Answer, about

MOST_SEQ = 1_000_000_000


class MesOrder(Answer):
    """An order as it is offered."""

    code: Annotated[str, about("Order", "MO-260463")]
    material: Annotated[str, about("What it makes", "gear-17")]
    quantity: Annotated[float, about("How much", 40.0, "pieces")]
    due_date: Annotated[str, about("When it is due", "2026-03-05T14:00+01:00", "ISO 8601 with offset")]
    priority: Annotated[int, about("The minute at which the plan begins it; the lowest first", 29530440, "min")]
    erp_reference: Annotated[str, about("Order, as it is confirmed", "MO-260463")]


class MesConfirmation(BaseModel):
    """What an operation has come to (`operation_confirmation`), or the close of an order, which says nothing that its
    operations have not said. Other fields are not read."""

    kind: Annotated[
        Literal["operation_confirmation", "order_completion"], about("Of what it tells", "operation_confirmation")
    ]
    message_key: Annotated[str, about("The same for the same message", "MO-260463:op10", min_length=1, max_length=180)]
    order: Annotated[str, about("Order", "MO-260463", min_length=1, max_length=200)]
    seq: Annotated[int, about("Operation number", 10, "1", ge=0, le=MOST_SEQ)] = 0
    equipment: Annotated[str | None, about("Machine", "MIX01", max_length=200)] = None
    good_qty: Annotated[float, about("Good pieces in all", 38.0, "pieces", ge=0, le=1e9)] = 0.0
    scrap_qty: Annotated[float, about("Scrap in all", 2.0, "pieces", ge=0, le=1e9)] = 0.0
    started_at: Annotated[
        dt.datetime | None, about("When it began; without an offset UTC", "2026-03-02T06:05:00", "ISO 8601")
    ] = None
    completed_at: Annotated[
        dt.datetime | None, about("When it was over; without an offset UTC", "2026-03-02T06:30:00", "ISO 8601")
    ] = None
