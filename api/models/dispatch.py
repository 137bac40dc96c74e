"""Dispatch lists for the floor."""

from __future__ import annotations

from typing import Annotated, Literal

from api.models.fields import Answer, Request, about
from api.models.plants import LATER, NOW


class Missing(Answer):
    """A component that is not there yet."""

    material: Annotated[str, about("Component", "bar-40")]
    quantity: Annotated[float, about("How much is missing", 12.0, "the material's unit")]
    expected: Annotated[
        str | None, about("When the last of it comes by the plan; null: never", LATER, "ISO 8601 with offset")
    ]
    source: Annotated[str, about("The delivery or the order that brings the last of it; empty: none does", "PO-7123")]


class DispatchLine(Answer):
    """One operation of a dispatch list."""

    position: Annotated[int, about("Its place in the sequence, from 1", 1, "1")]
    order: Annotated[str, about("Order", "SO-1042")]
    operation: Annotated[int, about("Operation number", 20, "1")]
    description: Annotated[str, about("What is to be done", "Mill face")]
    machine: Annotated[str, about("Where", "DMG-01")]
    material: Annotated[str, about("What its order makes", "gear-17")]
    customer: Annotated[str, about("For whom", "Keller AG")]
    quantity: Annotated[float, about("How many", 25.0, "the material's unit")]
    setup_family: Annotated[str, about("Setup family", "alu")]
    setup_start: Annotated[str | None, about("Changeover begins; null: none needed", NOW, "ISO 8601 with offset")]
    start: Annotated[str, about("Work begins", NOW, "ISO 8601 with offset")]
    end: Annotated[str, about("Work ends", LATER, "ISO 8601 with offset")]
    due: Annotated[str | None, about("The order's due date", LATER, "ISO 8601 with offset")]
    late_minutes: Annotated[
        int, about("How long after due the plan ends its order; 0: in time, or its end is not planned", 25, "minutes")
    ]
    quantity_good: Annotated[float, about("Good pieces reported so far, a total", 10.0, "the material's unit")]
    quantity_scrap: Annotated[float, about("Scrap reported so far, a total", 1.0, "the material's unit")]
    running: Annotated[bool, about("True where it has been started", False)]
    state: Annotated[
        Literal["running", "paused", "setting up", "next"],
        about(
            "paused: started, and stands still; setting up: by the plan, as nobody reports it; `version` does not "
            "change with it",
            "next",
        ),
    ]
    material_ready: Annotated[bool, about("True where every component is in stock now", True)]
    missing: Annotated[list[Missing], about("Components not in stock now", [])]
    note: Annotated[
        str,
        about(
            "What to know of it in words; empty: nothing",
            "overdue: should have ended Mon 2 Mar 06:20, no report",
        ),
    ]


class ListChange(Answer):
    """What has become of a row of the list that the floor confirmed last."""

    order: Annotated[str, about("Order", "SO-1042")]
    operation: Annotated[int, about("Operation number", 20, "1")]
    what: Annotated[
        Literal["new", "moved", "resequenced", "retimed", "started", "finished", "gone"],
        about(
            "moved: to another machine; resequenced: overtaken; retimed: another start; gone: held, cancelled or in no "
            "plan",
            "moved",
        ),
    ]
    machine_before: Annotated[str | None, about("Where it was shown; null: it was not", "DMG-01")]
    machine_after: Annotated[str | None, about("Where it is now; null: nowhere", "DMG-02")]
    position_before: Annotated[int | None, about("Its place in the list confirmed", 3, "1")]
    position_after: Annotated[int | None, about("Its place in this list; null: not on it", None, "1")]
    start_before: Annotated[str | None, about("Start as confirmed", NOW, "ISO 8601 with offset")]
    start_after: Annotated[str | None, about("Start now; null: none", LATER, "ISO 8601 with offset")]
    plan: Annotated[int | None, about("The plan that changed it; null: the floor or the order did", 9, "1")]
    reason: Annotated[str, about("Why, in words", "plan 9: repaired after DMG-01 down")]


class MachineDown(Answer):
    """An outage of a machine that lasts."""

    machine: Annotated[str, about("Which", "DMG-01")]
    kind: Annotated[Literal["breakdown", "maintenance"], about("What it is", "breakdown")]
    since: Annotated[str, about("Since when", NOW, "ISO 8601 with offset")]
    expected_up: Annotated[str | None, about("Until when; null: nobody knows", LATER, "ISO 8601 with offset")]
    reason: Annotated[str, about("Why, as reported", "spindle")]


class ListDoubt(Answer):
    """A report that did not fit, and what was inferred from it."""

    order: Annotated[str, about("Of which order; empty: of a machine", "SO-1042")]
    operation: Annotated[int | None, about("Operation number", 20, "1")]
    machine: Annotated[str, about("Where", "DMG-01")]
    rule: Annotated[str, about("By which rule", "put_aside")]
    words: Annotated[str, about("What was inferred of it", "order 'SO-7' began on 'DMG-01', so it was put aside")]


class DispatchListAnswer(Answer):
    """What a machine or work center does next, in sequence."""

    target: Annotated[str, about("Machine or work center", "DMG-01")]
    kind: Annotated[Literal["machine", "work center"], about("What the target is", "machine")]
    plan: Annotated[int | None, about("The plan in force; null: none", 8, "1")]
    version: Annotated[str, about("Changes with the list, and only with it; also the ETag", "4c1f0a9be2")]
    now: Annotated[str, about("The plant's now", NOW, "ISO 8601 with offset")]
    acknowledged: Annotated[str | None, about("Version that the floor last confirmed; null: none", "4c1f0a9be2")]
    acknowledged_by: Annotated[str | None, about("Who confirmed it", "mes-hall-1")]
    changes: Annotated[
        list[ListChange] | None,
        about("Against the version confirmed; null: none is, or its rows are not known (confirm again)", []),
    ]
    lines: Annotated[list[DispatchLine], about("In sequence", [])]
    down: Annotated[list[MachineDown], about("Its machines that are down now; `version` does not change with it", [])]
    doubts: Annotated[
        list[ListDoubt],
        about("Open doubts of its machines and of what stands on it; `version` does not change with it", []),
    ]


class DispatchTarget(Answer):
    """A machine or work center with a dispatch list."""

    target: Annotated[str, about("Machine or work center", "DMG-01")]
    kind: Annotated[Literal["machine", "work center"], about("What it is", "machine")]
    work_center: Annotated[str, about("Its work center", "milling")]
    operations: Annotated[int, about("Operations left on it in the plan in force", 34, "1")]
    acknowledged: Annotated[str | None, about("Version that the floor last confirmed; null: none", "4c1f0a9be2")]


class DispatchTargets(Answer):
    """Everything that has a dispatch list."""

    targets: Annotated[list[DispatchTarget], about("Work centers, then machines, by name", [])]


class AcknowledgeAsk(Request):
    """The floor confirms the version that it shows."""

    version: Annotated[str, about("`version` of the list shown", "4c1f0a9be2", min_length=1, max_length=200)]
    by: Annotated[str, about("Who confirms", "mes-hall-1", min_length=1, max_length=200)] = "mes"


class AcknowledgeAnswer(Answer):
    """A confirmation that was stored."""

    target: Annotated[str, about("Machine or work center", "DMG-01")]
    version: Annotated[str, about("The version confirmed", "4c1f0a9be2")]
    by: Annotated[str, about("Who confirmed", "mes-hall-1")]
    at: Annotated[str, about("When", NOW, "ISO 8601 with offset")]
    current: Annotated[bool, about("False where the list has changed since", True)]
    known: Annotated[
        bool, about("False: no list of that version was served lately, so later lists cannot say what changed", True)
    ]
