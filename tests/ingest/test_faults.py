"""What is wrong with a scenario is told in one answer: where, what was found, what was expected, how to mend it."""

from __future__ import annotations

import pytest

from scheduler.errors import InvalidScenario
from scheduler.ingest import read_scenario
from tests.ingest.workshop import FILES, fault, faults, read, workshop, zipped

JOINED = "operation numbers joined by ';', or '-' for none"


def test_faults_of_several_files_come_in_one_answer_with_their_rows() -> None:
    found = faults(
        orders="order,material,quantity,due\nMO-1,shaft,-1,soon\nMO-2,flange,4,2026-03-33\n",
        routing_machines=FILES["routing_machines.csv"].replace("shaft,20,mill-1", "shaft,20,mill1"),
        calendars=FILES["calendars.csv"].replace("day,tue", "day,tud"),
    )
    assert [(i.file, i.row, i.column, i.found) for i in found] == [
        ("calendars.csv", 3, "weekday", "'tud'"),
        ("orders.csv", 2, "quantity", "'-1'"),
        ("orders.csv", 2, "due", "'soon'"),
        ("orders.csv", 3, "due", "'2026-03-33'"),
        ("routing_machines.csv", 4, "machine", "'mill1'"),
    ]
    assert found[-1].remedy == "did you mean 'mill-1'?"


def test_the_row_is_the_one_in_the_spreadsheet_also_after_empty_rows_and_cells_of_two_lines() -> None:
    found = fault(
        orders='order,material,quantity,due,customer\nMO-1,shaft,1,2026-03-03,"two\nlines"\n\nMO-2,shaft,x,2026-03-03,\n'
    )
    assert (found.row, found.column) == (4, "quantity")


@pytest.mark.parametrize(
    ("file", "old", "new", "row", "column", "expected"),
    [
        ("calendars", "07:00,16:00", "7 am,16:00", 2, "start", "a time of day from 00:00 to 24:00"),
        ("calendars", "07:00,16:00", "07:00,24:30", 2, "end", "a time of day from 00:00 to 24:00"),
        ("machines", "lathe-2,turning,day,0.8", "lathe-2,turning,day,0", 3, "efficiency", "a number above 0"),
        ("machines", "lathe-2,turning,day", "lathe-2,turning,dai", 3, "calendar", "a calendar of calendars.csv"),
        ("machines", "lathe-2,turning", "lathe-2,", 3, "work_center", "a value"),
        ("orders", "shaft,10", 'shaft,"1,500"', 2, "quantity", "a number, 0 or more"),
        ("orders", "shaft,10", "shaft,nan", 2, "quantity", "a number, 0 or more"),
        ("orders", "MO-2", "MO-1", 3, "order", "it once"),
        ("orders", "2026-03-03T16:00", "03/04/2026", 2, "due", "a date and time such as 2026-03-02T06:00"),
        ("orders", "2026-03-03T16:00", "2026-02-30", 2, "due", "a date and time such as 2026-03-02T06:00"),
        ("routings", "flange,30,mill,-", "flange,30,mill,20", 5, "predecessors", "operations of routing 'flange'"),
        ("routings", "flange,10,turn,", "flange,10,turn,10;x", 4, "predecessors", JOINED),
        ("routings", "steel,yes", "steel,maybe", 2, "pausable", "yes or no"),
        ("routings", "15.2,90.9", "91,90.9", 3, "max_wait", "max_wait of min_wait or more"),
        ("routings", "15.2,90.9", "-5,", 3, "min_wait", "a number, 0 or more"),
        ("routings", ",steel,", ",*,", 2, "setup_family", "the name of a family"),
        ("routing_machines", "flange,30", "flange,20", 6, "operation", "an operation of routing 'flange'"),
        ("routing_machines", "flange,30", "flanges,30", 6, "routing", "a routing of routings.csv"),
        ("routing_machines", "shaft,10,lathe-2", "shaft,10,lathe-1", 3, "machine", "it once"),
        ("bom", "bar-20", "bar20", 2, "component", "a material of materials.csv"),
        ("setup_matrix", "turning,brass", "turnin,brass", 2, "work_center", "a work center of machines.csv"),
        ("setup_matrix", "*,brass,20", "*,brass,-20", 3, "minutes", "a number, 0 or more"),
        ("materials", "m,12", "m,much", 2, "on_hand", "a number"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_named(file: str, old: str, new: str, row: int, column: str, expected: str) -> None:
    text = FILES[f"{file}.csv"]
    assert old in text
    found = [i for i in faults(**{file: text.replace(old, new, 1)}) if i.column == column]
    assert [(i.file, i.row, i.column, i.expected) for i in found] == [(f"{file}.csv", row, column, expected)]
    assert found[0].remedy


def test_a_comma_that_may_stand_for_thousands_is_answered_with_both_numbers() -> None:
    found = fault(orders=FILES["orders.csv"].replace("shaft,10", 'shaft,"1,500"'))
    assert found.remedy.startswith("is it 1.500 or 1500? say decimal")


@pytest.mark.parametrize(
    ("name", "text", "row", "column"),
    [
        ("calendar_exceptions", "calendar,start,end,kind\nday,2026-03-03T12:00,2026-03-03T08:00,closed\n", 2, "end"),
        ("calendar_exceptions", "calendar,start,end,kind\nday,2026-03-03,2026-03-04,shut\n", 2, "kind"),
        ("calendar_exceptions", "calendar,start,end,kind\ndays,2026-03-03,2026-03-04,open\n", 2, "calendar"),
        ("downtimes", "machine,start,end\nlathe-1,2026-03-03T12:00,2026-03-03T08:00\n", 2, "end"),
        ("downtimes", "machine,start,end\nlathe-3,2026-03-03T12:00,\n", 2, "machine"),
        ("receipts", "receipt,material,quantity,expected\nPO-1,bar20,5,2026-03-03\n", 2, "material"),
        ("receipts", "receipt,material,quantity,expected\nPO-1,bar-20,,2026-03-03\n", 2, "quantity"),
        ("pools", "pool,capacity,calendar\ncrew,2,dayy\n", 2, "calendar"),
        ("pools", "pool,capacity\ncrew,2\ncrew,3\n", 3, "pool"),
        ("routing_pools", "routing,operation,pool\nshaft,10,crew\n", 2, "pool"),
        ("progress", "order,operation,status\nMO-2,10,finished\n", 2, "status"),
        ("progress", "order,operation,status,machine\nMO-2,10,done,lathe-9\n", 2, "machine"),
        ("progress", "order,operation,status\nMO-2,10,done\nMO-2,10,done\n", 3, "operation"),
        (
            "progress",
            "order,operation,status,started,finished\nMO-2,10,done,2026-03-02T05:00,2026-03-02T04:00\n",
            2,
            "finished",
        ),
        ("plan", "order,operation,machine,start,end\nMO-1,10,lathe-7,2026-03-02,2026-03-03\n", 2, "machine"),
        ("doubts", "doubt,rule,since\nD-1,begun,2026-03-02T05:00\n", 2, "doubt"),
        ("doubts", "doubt,rule,since\n1234567890123456,begun,2026-03-02T05:00\n", 2, "doubt"),
        ("doubts", "doubt,rule,since\n7,begun,2026-03-02T05:00\n07,begun,2026-03-02T05:00\n", 3, "doubt"),
        ("events", "not json\n", 1, None),
        ("events", '\n{"specversion": "1.0", "id": "1", "source": "/x", "type": "machine.don"}\n', 2, "time"),
    ],
)  # fmt: skip
def test_a_wrong_cell_of_a_further_file_is_named(name: str, text: str, row: int, column: str | None) -> None:
    file = "events.jsonl" if name == "events" else f"{name}.csv"
    with pytest.raises(InvalidScenario) as caught:
        read_scenario(zipped({**workshop(), file: text}))
    assert [(i.file, i.row, i.column) for i in caught.value.issues] == [(file, row, column)]


def test_a_circle_of_predecessors_is_shown() -> None:
    routings = "routing,operation,predecessors\nshaft,10,20\nshaft,20,\nflange,10,\nflange,30,\n"
    found = fault(routings=routings)
    assert (found.row, found.column) == (2, "predecessors")
    assert found.found == "a circle in routing 'shaft': 10 after 20 after 10"


def test_a_running_operation_says_where_since_when_and_how_long_still() -> None:
    found = faults(progress="order,operation,status,machine,started,remaining_minutes\nMO-1,10,running,,,\n")
    assert [i.column for i in found] == ["machine", "started", "remaining_minutes"]
    assert {i.row for i in found} == {2}


def test_a_machine_runs_one_operation_and_only_what_it_can_do() -> None:
    head = "order,operation,status,machine,started,remaining_minutes\n"
    twice = head + "MO-1,10,running,lathe-1,2026-03-02T05:00,10\nMO-2,10,running,lathe-1,2026-03-02T05:30,10\n"
    assert fault(progress=twice).found == "'lathe-1' running a second operation"
    unable = fault(progress=head + "MO-2,10,running,lathe-2,2026-03-02T05:00,10\n")
    assert (unable.found, unable.remedy) == ("'lathe-2'", "routing_machines.csv has lathe-1")
    early = fault(progress=head + "MO-2,10,running,lathe-1,2026-03-02T06:01,10\n")
    assert early.found == "a start in the future"
    assert not faults(progress=head + "MO-2,10,running,lathe-1,2026-03-02T06:00,10\n")


def test_a_changeover_that_can_come_up_needs_a_row() -> None:
    """Brass and steel meet on lathe-1, which stands in brass: steel after brass and brass after steel."""
    only = "work_center,from_family,to_family,minutes\nturning,brass,steel,30\n"
    found = fault(setup_matrix=only)
    assert found.found == "no row from 'steel' to 'brass' in work center 'turning'"
    assert not faults(setup_matrix=only + "turning,steel,*,5\n")
    assert not faults(setup_matrix=only + "turning,*,*,5\n")


def test_families_that_never_meet_need_no_row() -> None:
    """lathe-2 turns steel alone; without orders for flanges lathe-1 needs steel after the brass it stands in."""
    orders = "order,material,quantity,due\nMO-1,shaft,10,2026-03-03T16:00\n"
    assert not faults(orders=orders, setup_matrix="work_center,from_family,to_family,minutes\nturning,brass,steel,30\n")


def test_a_missing_file_or_column_is_told_once_and_not_for_every_row_that_points_to_it() -> None:
    found = fault(machines=None, setup_matrix=None)
    assert (found.file, found.found, found.remedy) == ("machines.csv", "no such file or sheet", "add it")
    column = fault(orders=FILES["orders.csv"].replace("quantity", "quantitty", 1))
    assert (column.row, column.column, column.remedy) == (1, "quantity", "did you mean 'quantitty'?")


def test_rows_longer_than_the_header_and_doubled_columns_are_told() -> None:
    long = faults(orders=FILES["orders.csv"].replace("MO-1,shaft,10", "MO-1,shaft,1,000"))[0]
    assert (long.row, long.found, long.expected) == (2, "5 cells", "4, as the header has")
    double = fault(materials="material,unit,unit\nbar-20,m,m\n")
    assert (double.row, double.found) == (1, "the column twice")


def test_a_file_that_is_no_text_or_has_open_quotes_is_told() -> None:
    binary = fault(materials="material,description\nbar-20,Stänge\0\n".encode("latin-1"))
    assert (binary.row, binary.expected) == (2, "UTF-8 text")
    assert fault(materials='material,description\nbar-20,"open\n').expected == "comma separated cells"
    assert fault(materials="").found == "no header"


def test_plant_toml_is_read_as_strictly() -> None:
    assert fault(plant=None).file == "plant.toml"
    assert fault(plant="name = Workshop\n").found.startswith("text that is not TOML")
    found = faults(
        plant='timezone = "Europe/Zurch"\nhorizon_days = 0\nclock = "walls"\n[objective]\ntardiness = -1\n',
    )
    assert [(i.column, i.remedy) for i in found if i.column in ("timezone", "clock")] == [
        ("timezone", "did you mean 'Europe/Zurich'?"),
        ("clock", "did you mean 'wall'?"),
    ]
    assert {i.column for i in found} == {"timezone", "now", "horizon_days", "clock", "objective.tardiness"}


def test_an_unknown_weight_is_told_and_ignored() -> None:
    scenario = read(plant=FILES["plant.toml"] + "[objective]\nmakespam = 1\n")
    assert scenario.notices == (
        "plant.toml: objective 'makespam' is not known and was ignored; did you mean 'makespan'?",
    )


def test_one_unreadable_operation_number_is_one_fault() -> None:
    found = fault(routings=FILES["routings.csv"].replace("shaft,20", "shaft,2O"))
    assert (found.row, found.column, found.found) == (3, "operation", "'2O'")
