"""A folder, a zip and a workbook are the same scenario."""

from __future__ import annotations

import csv
import datetime as dt
import io
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from scheduler.errors import InvalidScenario
from scheduler.ingest import read_scenario
from scheduler.limits import Limits
from tests.ingest.workshop import FILES, workshop, zipped


def workbook(*, flat_weights: bool = False) -> bytes:
    """The workshop as a spreadsheet program would hold it: numbers, dates and times of day as such."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "plant"
    sheet.append(["key", "value"])
    for key, value in tomllib.loads(FILES["plant.toml"]).items():
        sheet.append([key, value])
    sheet.append(["setup" if flat_weights else "objective.setup", 0.5])
    for name, text in FILES.items():
        if name.endswith(".csv"):
            sheet = book.create_sheet(name.removesuffix(".csv"))
            for row in csv.reader(io.StringIO(text)):
                sheet.append([typed(cell) for cell in row])
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def typed(cell: str) -> Any:
    try:
        return float(cell)
    except ValueError:
        pass
    if len(cell) == 5 and cell[2] == ":":
        return dt.time.fromisoformat(cell)
    if cell.startswith("2026") and "+" not in cell:
        return dt.datetime.fromisoformat(cell)
    return cell or None


def test_a_folder_and_a_zip_of_it_with_or_without_the_folder_are_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "line"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    inside = {f"line/{name}": text for name, text in FILES.items()}
    (tmp_path / "line.zip").write_bytes(zipped({**inside, "__MACOSX/line/._plant.toml": b"\x00"}))
    state = read_scenario(folder).state
    assert len(state.orders) == 2
    assert read_scenario(zipped(FILES)).state == state
    assert read_scenario(tmp_path / "line.zip").state == state


@pytest.mark.parametrize("flat_weights", [False, True])
def test_a_workbook_is_the_same_scenario(tmp_path: Path, flat_weights: bool) -> None:
    (tmp_path / "plant.xlsx").write_bytes(workbook(flat_weights=flat_weights))
    expected = read_scenario(zipped(workshop(plant=FILES["plant.toml"] + "[objective]\nsetup = 0.5\n")))
    assert read_scenario(tmp_path / "plant.xlsx") == expected
    assert read_scenario(workbook(flat_weights=flat_weights)) == expected


def test_a_fault_in_a_workbook_has_the_row_of_its_sheet() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook()))
    book["orders"]["C3"] = "four"
    book.create_sheet("notes").append(["hello"])
    saved = io.BytesIO()
    book.save(saved)
    with pytest.raises(InvalidScenario) as caught:
        read_scenario(saved.getvalue())
    assert [(i.file, i.row, i.column, i.found) for i in caught.value.issues] == [
        ("orders.csv", 3, "quantity", "'four'")
    ]


def test_a_workbook_without_a_sheet_says_which() -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook()))
    book["machines"].title = "machine"
    saved = io.BytesIO()
    book.save(saved)
    with pytest.raises(InvalidScenario) as caught:
        read_scenario(saved.getvalue())
    assert ("machines", "did you mean 'machine'?") in [(i.file, i.remedy) for i in caught.value.issues]


def test_the_plant_is_named_by_its_file_else_as_told_else_by_its_folder(tmp_path: Path) -> None:
    nameless = FILES["plant.toml"].replace('name = "Workshop"\n', "")
    for name, text in workshop(plant=nameless).items():
        (tmp_path / name).write_text(str(text))
    assert read_scenario(tmp_path).state.name == tmp_path.name
    assert read_scenario(tmp_path, name="north").state.name == "north"
    assert read_scenario(zipped(FILES), name="north").state.name == "Workshop"


@pytest.mark.parametrize("content", [b"", b"order,material\n", b"PK\x03\x04 but then nothing"])
def test_bytes_that_are_neither_are_told(content: bytes) -> None:
    with pytest.raises(InvalidScenario, match="neither a zip nor a workbook"):
        read_scenario(content)


def test_a_path_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidScenario, match="No such file or directory"):
        read_scenario(tmp_path / "nowhere")


def test_a_damaged_entry_is_told_and_the_rest_is_still_read() -> None:
    content = bytearray(zipped({**FILES, "materials.csv": "material\n" + "bar-20\n" * 3}))
    at = bytes(content).index(b"bar-20\nbar-20")
    content[at] ^= 1
    with pytest.raises(InvalidScenario) as caught:
        read_scenario(bytes(content))
    assert ("materials.csv", "a damaged entry of the zip") in [(i.file, i.found) for i in caught.value.issues]


def test_a_broken_workbook_is_told() -> None:
    with pytest.raises(InvalidScenario, match="a workbook that cannot be opened"):
        read_scenario(zipped({"xl/workbook.xml": "<not"}))


def test_two_scenarios_in_a_zip_are_one_too_many() -> None:
    both = {f"{folder}/{name}": text for folder in ("a", "b") for name, text in FILES.items()}
    with pytest.raises(InvalidScenario, match="one scenario in a zip"):
        read_scenario(zipped(both))


def test_a_zip_that_unpacks_to_far_too_much_is_refused_unread() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("orders.csv", "0" * 2_000_001)
    assert len(packed.getvalue()) < 5_000
    with pytest.raises(InvalidScenario, match="leave out what is not part of the scenario"):
        read_scenario(packed.getvalue(), limits=Limits(unpacked_bytes=2_000_000))
