"""Promises: a date for an order that has not come, what it costs the others, and the place that is kept for it."""

from __future__ import annotations

from typing import Annotated, Literal

from api.models.fields import Answer, Request, about
from api.models.plants import LATER, NOW
from scheduler.limits import STANDARD

NAME = {"min_length": 1, "max_length": STANDARD.name_length}
AMOUNT = {"ge": STANDARD.least_positive, "le": STANDARD.number}


class ReserveAsk(Request):
    """That the place is kept."""

    until: Annotated[
        str,
        about("At the longest; then it goes by itself, if no order has come", LATER, "ISO 8601", max_length=60),
    ]
    no_later_than: Annotated[
        str | None,
        about(
            "409 where only a later date can be promised by now; null: reserve whatever date it is",
            LATER,
            "ISO 8601",
            max_length=60,
        ),
    ] = None
    by: Annotated[str, about("Who reserves", "m.keller", max_length=STANDARD.name_length)] = ""
    reason: Annotated[str, about("What for", "offer 4711", max_length=STANDARD.text_length)] = ""


class PromiseAsk(Request):
    """What is asked for."""

    material: Annotated[str, about("What is to be made", "gear-17", **NAME)]
    quantity: Annotated[float, about("How many", 25.0, "the material's unit", **AMOUNT)]
    priority: Annotated[float, about("Weight of one minute late", 1.0, "1", ge=0, le=STANDARD.number)] = 1.0
    wished: Annotated[
        str | None, about("Not wanted before; null: as early as can be", LATER, "ISO 8601", max_length=60)
    ] = None
    routing: Annotated[
        str | None,
        about(
            "How it is made; null: by the routing of the material's name, or the one that its orders have", "gear-17"
        ),
    ] = None
    customer: Annotated[str, about("For whom", "Keller AG", max_length=STANDARD.name_length)] = ""
    reserve: Annotated[ReserveAsk | None, about("Keep the place; null: only ask", {"until": LATER})] = None


class PromisedDateModel(Answer):
    """A safe date: delivered by then in a plan that passes the check; and what it costs the other orders."""

    date: Annotated[str, about("The date", LATER, "ISO 8601 with offset")]
    delivery: Annotated[str, about("When the plan for that date delivers", LATER, "ISO 8601 with offset")]
    work_begins: Annotated[
        str,
        about("First work for it, changeover included: the order must have come by then", NOW, "ISO 8601 with offset"),
    ]
    newly_late: Annotated[list[str], about("Orders that are late then, and are in time without it", ["SO-7"])]
    without_material: Annotated[list[str], about("Orders that are left without material then", [])]
    orders_later: Annotated[int, about("Other orders that end later", 3, "1")]
    minutes_later: Annotated[int, about("By how much, added up over these", 300, "minutes")]
    minutes_late: Annotated[
        int, about("Minutes late that others have more than before; negative: less", 120, "minutes")
    ]


class ComponentOrder(Answer):
    """An order for a component that must come with the order."""

    reservation: Annotated[str | None, about("Its place is kept under that name; null: it is not", "PR-43.1")]
    material: Annotated[str, about("What it makes", "hub-9")]
    quantity: Annotated[float, about("How many", 25.0, "the material's unit")]
    routing: Annotated[str, about("How it is made", "hub-9")]


class BasisModel(Answer):
    """What the date stands on: so much of a component from there."""

    kind: Annotated[Literal["stock", "receipt", "order"], about("Where it comes from", "receipt")]
    name: Annotated[str, about("The delivery or the order; empty: stock", "PO-7123")]
    material: Annotated[str, about("Component", "bar-40")]
    quantity: Annotated[float, about("How much of it", 12.0, "the material's unit")]
    at: Annotated[str, about("When it is there", LATER, "ISO 8601 with offset")]


class PromiseModel(Answer):
    """What can be promised as the plant stands now."""

    material: Annotated[str, about("What is asked for", "gear-17")]
    quantity: Annotated[float, about("How many", 25.0, "the material's unit")]
    priority: Annotated[float, about("Weight of one minute late", 1.0, "1")]
    wished: Annotated[str | None, about("As asked", LATER, "ISO 8601 with offset")]
    routing: Annotated[str, about("How it is made; the order names it where it is not the material's own", "gear-17")]
    date: Annotated[
        str | None, about("Can be promised: the wish, or the next safe date; null: none", LATER, "ISO 8601 with offset")
    ]
    earliest: Annotated[str | None, about("The earliest safe date; null: none", LATER, "ISO 8601 with offset")]
    reason: Annotated[
        str | None, about("Why no date can be promised; null: one can", "operation 10: it takes 5 of 'bar', 0 are left")
    ]
    sentence: Annotated[str, about("The whole in one sentence", "25 x gear-17 by Thu 5 Mar 16:00; 1 order newly late.")]
    notices: Annotated[
        list[str],
        about("What to know before it is passed on", ["It waits for 12 x bar-40 of PO-7123, Thu 5 Mar."]),
    ]
    curve: Annotated[list[PromisedDateModel], about("The earliest safe date, and later ones, a day or more apart", [])]
    components: Annotated[list[ComponentOrder], about("Orders that must come with it", [])]
    rests_on: Annotated[list[BasisModel], about("What its components come from", [])]
    as_of: Annotated[int, about("Revision of the log that this is true for", 42, "1")]
    plan: Annotated[int, about("The plan that the order was put in", 8, "1")]
    now: Annotated[str, about("The plant's now", NOW, "ISO 8601 with offset")]
    reservation: Annotated[
        str | None, about("The place is kept under that name; `order.created` names it. Null: it is not kept", "PR-43")
    ]
    until: Annotated[str | None, about("Kept until then; null: it is not", LATER, "ISO 8601 with offset")]
    revision: Annotated[int | None, about("Revision of the log with the reservation; null: there is none", 43, "1")]


class ReservationModel(Answer):
    """A place that is kept."""

    reservation: Annotated[str, about("Its name", "PR-43")]
    material: Annotated[str, about("What it is kept for", "gear-17")]
    quantity: Annotated[float, about("How many", 25.0, "the material's unit")]
    due: Annotated[str, about("The promised date", LATER, "ISO 8601 with offset")]
    priority: Annotated[float, about("Weight of one minute late", 1.0, "1")]
    customer: Annotated[str, about("For whom", "Keller AG")]
    until: Annotated[
        str | None, about("Kept until then; null: as long as the order it is a part of", LATER, "ISO 8601 with offset")
    ]
    part_of: Annotated[str, about("The reservation or order that takes what it makes; empty: none", "PR-43")]
    by: Annotated[str, about("Who keeps it", "m.keller")]
    reason: Annotated[str, about("What for", "offer 4711")]
    planned_end: Annotated[
        str | None, about("When the plan in force would deliver; null: not planned", LATER, "ISO 8601 with offset")
    ]
    late_minutes: Annotated[int | None, about("Planned end less due; null: not planned", 0, "minutes")]


class ReservationList(Answer):
    """What is reserved."""

    revision: Annotated[int, about("Revision of the log that this is true for", 43, "1")]
    reservations: Annotated[list[ReservationModel], about("Soonest due first", [])]


class ReservationReleased(Answer):
    """The place is free again."""

    reservation: Annotated[str, about("Its name", "PR-43")]
    revision: Annotated[int, about("Revision of the log after that", 44, "1")]
