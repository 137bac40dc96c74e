"""Where a row of a dispatch list came from."""

from __future__ import annotations

from typing import Annotated

from api.models.fields import Answer, about
from api.models.plants import NOW


class OriginEvent(Answer):
    """An event of the log, and where it was read."""

    revision: Annotated[int, about("Its place in the log", 41, "1")]
    id: Annotated[str, about("As it was posted", "mes-1")]
    source: Annotated[str, about("Who sent it", "/mes")]
    type: Annotated[str, about("What kind", "machine.down")]
    time: Annotated[str, about("When it happened", NOW, "ISO 8601 with offset")]
    accepted_at: Annotated[str, about("When it was taken in", NOW, "ISO 8601 with offset")]
    summary: Annotated[str, about("In words", "DMG-01 is down: spindle")]
    by: Annotated[str | None, about("The person it names; null: none", "m.keller")]
    connection: Annotated[str | None, about("The connection that it was read from; null: it was posted", "excel")]
    message: Annotated[int | None, about("The message in that connection's inbox", 12, "1")]
    set_aside: Annotated[bool, about("Whether it was taken out of the state again", False)]


class OriginPlan(Answer):
    """A plan version, and who decided on it."""

    plan: Annotated[int, about("Its number", 7, "1")]
    cause: Annotated[str, about("Why it was made", "repaired after DMG-01 down: its work is delayed or moved")]
    engine: Annotated[str, about("What found it", "repair")]
    revision: Annotated[int, about("The revision of the log that it is based on", 41, "1")]
    created_at: Annotated[str, about("When it was made", NOW, "ISO 8601 with offset")]
    decided_at: Annotated[str | None, about("When it was put in force", NOW, "ISO 8601 with offset")]
    decided_by: Annotated[str | None, about("Who put it in force: a person, or the plant's mode", "m.keller")]
    reason: Annotated[str | None, about("Why, in that person's words", "the customer waits")]
    what_if: Annotated[str | None, about("The what-if that it came from; null: none", "wi-3f2a")]
    made_from: Annotated[int | None, about("The version that it is re-timed from; null: none", 6, "1")]


class RowLineage(Answer):
    """One trace from a machine's signal, or another system's list, to a row."""

    order: Annotated[str, about("Order", "SO-1042")]
    operation: Annotated[int, about("Operation number", 20, "1")]
    machine: Annotated[str, about("Where", "DMG-01")]
    start: Annotated[str, about("When", NOW, "ISO 8601 with offset")]
    loaded_at: Annotated[str, about("When the plant was loaded that the order is of", NOW, "ISO 8601 with offset")]
    placed_by: Annotated[
        OriginPlan | None,
        about("The first plan in force that has it at this place, in a row until now; null: the floor's word", None),
    ]
    in_force: Annotated[OriginPlan | None, about("The plan of the list; null: none is in force", None)]
    led_to_it: Annotated[list[OriginEvent], about("Events that led to `placed_by`, oldest first; the newest 50", [])]
    told_of_it: Annotated[
        list[OriginEvent],
        about("What was reported of the order or operation, newest first, 50; none: it is as it was loaded", []),
    ]
