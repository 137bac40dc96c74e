"""pins.csv in and out, and a plan.json that names what the plan in force cannot keep."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace

import pytest

from scheduler.domain.minutes import parse_minute
from scheduler.domain.pins import Pin
from scheduler.domain.plans import BrokenPin
from scheduler.ingest import read_scenario, scenario_texts, scenario_zip
from tests.builders import at, tiny_plan, tiny_plant
from tests.ingest.workshop import fault, read

COLUMNS = "order,operation,machine,start,not_before,not_after,by,reason\n"


def test_a_row_is_a_pin_and_the_state_says_the_same_again() -> None:
    scenario = read(pins=f"{COLUMNS}MO-1,10,lathe-2,,,,,\nMO-1,20,,2026-03-02T09:00,,,anna,first article\n")
    nine = parse_minute("2026-03-02T09:00", scenario.state.zone)
    assert list(scenario.state.pins.values()) == [
        Pin("MO-1", 10, "lathe-2"),
        Pin("MO-1", 20, start=nine, by="anna", reason="first article"),
    ]
    assert scenario.notices == ()
    assert read_scenario(scenario_zip(scenario.state)).state == scenario.state


@pytest.mark.parametrize(
    ("row", "column", "found", "expected"),
    [
        ("MO-1,10,,,,,anna,", "machine", "nothing", "at least one of machine, start, not_before and not_after"),
        ("MO-1,10,lathe1,,,,,", "machine", "'lathe1'", "a machine of machines.csv"),
        ("MO-1,10,,soon,,,,", "start", "'soon'", "a date and time such as 2026-03-02T06:00"),
        (
            "MO-1,10,,,2026-03-03,2026-03-02,,",
            "not_after",
            "an not_after before its not_before",
            "an not_after after not_before",
        ),
    ],
)
def test_what_cannot_be_understood_is_a_fault(row: str, column: str, found: str, expected: str) -> None:
    told = fault(pins=f"{COLUMNS}{row}\n")
    assert (told.file, told.row, told.column, told.found, told.expected) == ("pins.csv", 2, column, found, expected)


def test_one_operation_has_one_pin() -> None:
    told = fault(pins=f"{COLUMNS}MO-1,10,lathe-1,,,,,\nMO-1,10,lathe-2,,,,,\n")
    assert (told.row, told.expected) == (3, "it once")


def test_pins_of_orders_and_operations_that_are_gone_are_passed_over() -> None:
    scenario = read(pins=f"{COLUMNS}MO-9,10,lathe-1,,,,,\nMO-2,20,mill-1,,,,,\nMO-2,10,lathe-1,,,,,\n")
    assert list(scenario.state.pins) == [("MO-2", 10)]
    assert scenario.notices == (
        "pins.csv: row 2 of orders that are no longer there ('MO-9'); passed over",
        "pins.csv: row 3 of operations that the order's routing does not have ('MO-2/20'); passed over",
    )


def test_a_machine_that_cannot_do_it_is_no_fault_of_the_file() -> None:
    assert read(pins=f"{COLUMNS}MO-1,10,mill-1,,,,,\n").state.pins["MO-1", 10].machine == "mill-1"


def test_a_plan_json_names_the_pins_that_the_plan_in_force_cannot_keep() -> None:
    kept, lost = Pin("SHAFT-1", 20, "lathe"), Pin("PIN-1", 10, start=at(1, 7))
    state = tiny_plant(plan=tiny_plan().operations, pins={kept.key: kept})
    assert "plan.json" not in scenario_texts(state)
    state = replace(state, pins={kept.key: kept, lost.key: lost})
    said = json.loads(scenario_texts(state)["plan.json"])
    assert [(b["order"], b["operation"]) for b in said["broken_pins"]] == [("PIN-1", 10)]
    again = read_scenario(scenario_zip(state))
    assert again.state == state
    assert again.broken_pins == (BrokenPin("PIN-1", 10, said["broken_pins"][0]["reason"]),)
    assert again.broken_pins[0].reason.startswith("pinned at Tue 3 Mar 07:00; planned on 'lathe' at Tue 3 Mar 08:00: ")


def test_a_plan_json_that_cannot_be_read_names_none() -> None:
    pin = Pin("PIN-1", 10, start=at(1, 7))
    packed = io.BytesIO(scenario_zip(tiny_plant(plan=tiny_plan().operations)))
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("plan.json", "[1")
    assert read_scenario(packed.getvalue()).broken_pins == ()
    files = scenario_texts(tiny_plant(plan=tiny_plan().operations, pins={pin.key: pin}))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in {**files, "plan.json": "[1"}.items():
            archive.writestr(name, text)
    scenario = read_scenario(packed.getvalue())
    assert scenario.broken_pins == ()
    assert "not a plan.json" in scenario.notices[0]
