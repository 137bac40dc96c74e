"""Every reader of files has an end to its patience, and says where it stopped and what it takes."""

from __future__ import annotations

import io
import struct
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.domain.routings import Operation
from scheduler.errors import InvalidScenario, Issue, UnreadablePlan
from scheduler.ingest import read_left_out, read_plan, read_scenario
from scheduler.limits import STANDARD, Limits
from tests.builders import tiny_plant
from tests.ingest.workshop import FILES, fault, faults, read, workshop, zipped

ORDERS = "order,material,quantity,due\n"


def refused(content: bytes | Path, limits: Limits = STANDARD) -> InvalidScenario:
    with pytest.raises(InvalidScenario) as said:
        read_scenario(content, limits=limits)
    return said.value


def issues(content: bytes) -> tuple[Issue, ...]:
    """What is wrong with it; () where it is taken."""
    try:
        read_scenario(content)
    except InvalidScenario as error:
        return error.issues
    return ()


def test_the_first_hundred_faults_are_told_and_the_rest_counted() -> None:
    orders = ORDERS + "".join(f"O-{i},shaft,many,2026-03-03T16:00\n" for i in range(5_000))
    error = refused(zipped(workshop(orders=orders)))
    assert (len(error.issues), error.count) == (100, 5_000)
    assert str(error).endswith("and 4,900 more")
    assert [i.row for i in error.issues] == list(range(2, 102))


def test_of_each_file_the_first_faults_are_told_before_the_later_files() -> None:
    orders = ORDERS + "MO-1,shaft,10,2026-03-03T16:00\n" * 300
    machines = "machine,work_center,calendar\n" + "lathe,turning,day\n" * 3
    error = refused(zipped(workshop(orders=orders, machines=machines, routings=None)), Limits(faults=5))
    assert {i.file for i in error.issues} == {"machines.csv", "orders.csv"}
    assert error.count > 300


def test_rows_columns_and_cells_of_a_file_have_an_end() -> None:
    few = Limits(rows=3, columns=12, cells=1_000)
    rows = ORDERS + "".join(f"O-{i},shaft,1,2026-03-03T16:00\n" for i in range(4))
    assert "orders.csv row 5: found more than 3 rows" in str(refused(zipped(workshop(orders=rows)), few))
    wide = ORDERS.strip() + "," * 12 + "\nMO-1,shaft,10,2026-03-03T16:00\n"
    assert "orders.csv row 1: found 16 cells, expected at most 12 columns" in str(
        refused(zipped(workshop(orders=wide)), Limits(columns=12))
    )
    assert "more than 40 cells" in str(refused(zipped(FILES), Limits(cells=40)))
    assert read_scenario(zipped(FILES), limits=Limits(rows=5, cells=200)).state.orders


def test_a_zip_may_not_hold_much_more_than_it_is_packed() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in FILES.items():
            archive.writestr(name, text)
        archive.writestr("events.jsonl", b"\n" * 20_000_000)
    assert "20 MB out of 0.02 MB, expected at most 200 times as much" in str(refused(packed.getvalue()))


def test_a_directory_of_a_million_files_is_not_read() -> None:
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 60_000, 60_000, 40_000_000, 0, 0)
    assert "a directory of 60,000 files" in str(refused(b"\0" * 1000 + end))
    assert "a zip64 archive" in str(refused(b"PK\6\7" + b"\0" * 16 + end))


def test_many_files_beside_a_scenario_are_named_but_not_read() -> None:
    beside = {f"photo-{i}.jpg": "x" for i in range(300)}
    scenario = read_scenario(zipped({**FILES, **beside}))
    assert 0 < len(scenario.notices) <= 200
    assert "501" in str(refused(zipped({**FILES, **{f"photo-{i}.jpg": "x" for i in range(501 - len(FILES))}})))


def test_a_folder_may_hold_anything_but_no_more_of_a_scenario_than_a_zip(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "backup.tar").write_bytes(b"\0" * 3_000_000)
    (tmp_path / "orders.csv").unlink()
    (tmp_path / "orders.csv").symlink_to("/dev/zero")
    assert "orders.csv" in str(refused(tmp_path))  # neither a file nor a folder: not there
    (tmp_path / "orders.csv").unlink()
    (tmp_path / "orders.csv").write_text(FILES["orders.csv"])
    assert read_scenario(tmp_path, limits=Limits(unpacked_bytes=100_000)).state.orders
    assert "more than 500 bytes up to here" in str(refused(tmp_path, Limits(unpacked_bytes=500)))


def test_a_device_is_no_scenario() -> None:
    assert "a scenario folder, a zip of it" in str(refused(Path("/dev/zero")))


def sheet(**cells: object) -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = "orders"
    for place, value in cells.items():
        page[place] = value
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def test_a_row_of_a_workbook_is_not_made_as_wide_as_a_sheet_can_be() -> None:
    assert "orders row 1: found 16,384 cells, expected at most 200 columns" in str(refused(sheet(XFD1=1, XFD2=1)))


def test_a_cell_at_the_end_of_a_sheet_does_not_make_a_million_rows() -> None:
    said = str(refused(sheet(A1="order", A1048576="O-1"), Limits(rows=1_000)))
    assert "orders row 1002: found more than 1,000 rows" in said


def with_part(name: str, content: bytes) -> bytes:
    """The workbook with one of its parts changed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sheet(A1="order"))) as whole, zipfile.ZipFile(packed, "w") as archive:
        for member in whole.namelist():
            archive.writestr(member, content if member == name else whole.read(member))
    return packed.getvalue()


def test_a_workbook_has_no_million_styles() -> None:
    styles = (
        b'<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs>' + b"<xf/>" * 60_000
    )
    assert "elements of styles and the like, expected at most 50,000" in str(
        refused(with_part("xl/styles.xml", styles))
    )


def test_a_workbook_defines_no_words_that_stand_for_millions() -> None:
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><worksheet/>'
    assert "xl/worksheets/sheet1.xml: found a document type" in str(
        refused(with_part("xl/worksheets/sheet1.xml", laughs))
    )
    rows = b"<worksheet><sheetData>" + b"<row/>" * 2_000
    assert "elements of sheets and texts" in str(
        refused(with_part("xl/worksheets/sheet1.xml", rows), Limits(table_elements=1_000))
    )


@pytest.mark.parametrize(
    "line",
    [
        "x = " + "[" * 5_000 + "]" * 5_000,
        "a." * 5_000 + "a = 1",
        "horizon_days." + "a." * 3_000 + "a = 1",
        "horizon_days = " + "9" * 5_000,
        "horizon_days = 0x" + "f" * 5_000,
        "name = " + "[" * 90 + "]" * 90,
        'name = "' + "x" * 201 + '"',
        'name = "a\\u0007"',
        "frozen_minutes = 1e400",
        'increment_sources = ["' + "s" * 300 + '"]',
        "# " + "x" * 100_000,
    ],
)
def test_odd_plant_toml_is_refused_in_words_or_passed_over(line: str) -> None:
    plant = f'timezone = "Europe/Zurich"\nnow = 2026-03-02T06:00:00\n{line}\n'
    for issue in faults(plant=plant):
        assert issue.file == "plant.toml"
        assert len(str(issue)) < 1_000


def test_one_name_is_spelt_one_way() -> None:
    twice = ORDERS + "é,shaft,1,2026-03-03T16:00\ne\u0301,shaft,1,2026-03-03T16:00\n"
    assert str(fault(orders=twice)) == (
        "orders.csv row 3, order: found 'é' again, expected it once; remove the row, or the one in row 2"
    )
    mixed = FILES["orders.csv"].replace("MO-1", "Pie\u0301ce")
    assert "Piéce" in read(orders=mixed).state.orders


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("a\0b", "a control character"),
        ("a\x1bb", "a control character"),
        ('"a\nb"', "a control character"),
        ("a\u0085b", "a control character, or half of one character"),
        ("x" * 201, "201 characters, at most 200 are taken"),
    ],
)
def test_names_are_short_and_have_no_control_characters(name: str, wrong: str) -> None:
    issue = fault(orders=ORDERS + f"{name},shaft,1,2026-03-03T16:00\n")
    assert (issue.row, issue.column, issue.remedy) == (2, "order", f"it has {wrong}")
    assert issue.expected == "a name of at most 200 characters, none of them a control character"


@pytest.mark.parametrize("name", [".", "..", "hall/../lathe", "/lathe", "lathe/", "a//b"])
def test_a_machine_has_a_name_that_an_address_can_hold(name: str) -> None:
    machines = f"machine,work_center,calendar\n{name},turning,day\n"
    assert [i.found for i in faults(machines=machines) if i.column == "machine" and i.file == "machines.csv"] == [
        f"'{name}'"
    ]


def test_a_text_is_no_novel() -> None:
    materials = "material,description,unit,on_hand\nbar-20," + "x" * 2_001 + ",m,12\n"
    assert fault(materials=materials).expected == "text of at most 2,000 characters"


def test_few_rows_may_not_multiply_into_more_than_a_computer_holds() -> None:
    steps = "routing,operation\n" + "".join(f"shaft,{n}\n" for n in range(400))
    orders = ORDERS + "".join(f"O-{i},shaft,1,2026-03-03T16:00\n" for i in range(501))
    error = refused(
        zipped(
            workshop(
                orders=orders,
                routings=steps,
                bom=None,
                routing_machines="routing,operation,machine,run_minutes_per_unit\n",
            )
        )
    )
    assert [str(i) for i in error.issues] == [
        "orders.csv: found 200,400 operations of all orders, expected at most 200,000; "
        "leave out what is finished, or make two plants of it"
    ]
    longer = steps + "".join(f"shaft,{n}\n" for n in range(400, 501))
    assert "501 operations of routing 'shaft'" in str(refused(zipped(workshop(routings=longer))))
    week = "calendar,weekday,start,end\n" + "day,mon,07:00,16:00\n" * 201
    assert "201 rows of 'day'" in str(refused(zipped(workshop(calendars=week))))
    families = "".join(f"f{n},{n},,,steel-{n},,,\n" for n in range(3_200))
    routings = FILES["routings.csv"] + families
    assert "pairs of setup families" in str(refused(zipped(workshop(routings=routings))))


def test_a_long_routing_does_not_end_pythons_stack() -> None:
    steps = "routing,operation\n" + "".join(f"shaft,{n}\n" for n in range(1, 501))
    rows = "".join(f"shaft,{n},lathe-1,1\n" for n in range(1, 501))
    able = "routing,operation,machine,run_minutes_per_unit\n" + rows
    orders = ORDERS + "MO-1,shaft,10,2026-03-03T16:00\n"
    state = read(orders=orders, routings=steps, routing_machines=able, bom=None, setup_matrix=None).state
    longer = replace(state.routings["shaft"], operations=tuple(chain_of(5_000)))
    state = replace(state, routings={"shaft": longer})
    assert state.quantity_of("MO-1", 5_000) == 10


def chain_of(count: int) -> list[Operation]:
    return [Operation(n, predecessors=(n - 1,) if n > 1 else ()) for n in range(1, count + 1)]


def test_plans_are_read_as_carefully(tmp_path: Path) -> None:
    plant = tiny_plant()
    header = "order,operation,machine,start,end\n"
    with pytest.raises(UnreadablePlan, match="years 1970 to 2100"):
        read_plan(header + "SHAFT-1,10,saw,0001-01-01T00:00,9999-12-31T23:59\n", plant)
    with pytest.raises(UnreadablePlan, match="and 900 more"):
        read_plan(header + "SHAFT-1,ten,saw,2026-03-02T06:00,2026-03-02T07:00\n" * 1_000, plant)
    with pytest.raises(UnreadablePlan):
        read_plan(header + "\ud800,10,saw,2026-03-02T06:00,2026-03-02T07:00\n", plant)
    for text in ('{"unplanned": ' + "9" * 5_000 + "}", "[" * 5_000, '{"unplanned": [{"order": "A", "operation": {}}]}'):
        (tmp_path / "plan.json").write_text(text)
        with pytest.raises(UnreadablePlan, match=r"not a plan\.json"):
            read_left_out(tmp_path / "plan.csv")


@given(st.binary(max_size=300), st.sampled_from([*FILES, "events.jsonl", "plan.csv", "doubts.csv", "progress.csv"]))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_bytes_in_any_file_are_refused_in_words_or_taken(content: bytes, file: str) -> None:
    assert all(i.found and i.expected and i.remedy for i in issues(zipped({**FILES, file: content})))


PACKED = [zipped(FILES), sheet(A1="order", B2=5)]


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_zip_or_workbook_with_some_bytes_changed_is_refused_in_words_or_taken(data: st.DataObject) -> None:
    whole = bytearray(data.draw(st.sampled_from(PACKED)))
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)) | st.just(len(whole)))
    assert all(i.found and i.expected and i.remedy for i in issues(bytes(whole[:cut])))
