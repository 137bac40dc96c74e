"""Files as people's programs write them: read right, or asked about; never read wrong in silence."""

from __future__ import annotations

import csv
import datetime as dt
import io
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from scheduler.domain.minutes import to_minute
from scheduler.errors import InvalidScenario
from scheduler.ingest import read_scenario
from scheduler.ingest.headers import renamed, without_totals
from scheduler.ingest.schema import SPECS
from scheduler.ingest.written import OURS, AmbiguousCell, Written, decimal_of, moment_of, number_of, order_of
from tests.ingest.workshop import FILES, fault, faults, read

ZURICH = ZoneInfo("Europe/Zurich")
SEMICOLON_ORDERS = "Auftrag;Artikel;Menge;Liefertermin\nMO-1;shaft;1.250,5;06.03.2026 14:00\nMO-2;flange;5;09.03.2026\n"


@pytest.mark.parametrize(
    ("cell", "decimal", "value"),
    [
        ("1500", "", 1500.0),
        ("1.500", "", 1.5),
        ("1.500", ",", 1500.0),
        ("1.500", ".", 1.5),
        ("1,500", ".", 1500.0),
        ("1,500", ",", 1.5),
        ("1,5", "", 1.5),
        ("0,250", "", 0.25),
        ("12500,250", "", 12500.25),
        ("1.234,5", "", 1234.5),
        ("1,234.5", "", 1234.5),
        ("1.234.567", "", 1234567.0),
        ("1,234,567", "", 1234567.0),
        ("1 234,5", "", 1234.5),
        ("1'234.50", "", 1234.5),
        ("1\u00a0234", "", 1234.0),
        ("-3,25", "", -3.25),
        ("1e3", "", 1000.0),
    ],
)
def test_a_number_is_read_as_it_is_written(cell: str, decimal: str, value: float) -> None:
    assert number_of(cell, Written(decimal)) == value  # type: ignore[arg-type]


@pytest.mark.parametrize(("cell", "decimal"), [("1,500", ""), ("1,500", "?"), ("1.500", "?"), ("12,000", "")])
def test_a_number_that_may_be_two_is_not_read(cell: str, decimal: str) -> None:
    with pytest.raises(AmbiguousCell):
        number_of(cell, Written(decimal))  # type: ignore[arg-type]


@pytest.mark.parametrize("cell", ["", "12 kg", "1,2,3", "1.2.3", "1,50,000", "--1", "1,5,0", "1 2"])
def test_what_is_no_number_stays_none(cell: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        number_of(cell, OURS)


@pytest.mark.parametrize(
    ("cells", "ours", "decimal"),
    [
        (["1", "2.5"], True, "."),
        (["1", "2,5", "1.500"], False, ","),
        (["1.500"], True, ""),
        (["1.500"], False, "?"),
        (["1", "2"], False, ""),
    ],
)
def test_the_decimal_mark_is_found_by_the_cells_that_show_it(cells: list[str], ours: bool, decimal: str) -> None:
    assert decimal_of(cells, ours) == (decimal, None)
    assert decimal_of(["1,5", "1.5"], ours)[0] == "?"


@pytest.mark.parametrize(
    ("cell", "dates", "moment"),
    [
        ("02.03.2026", "", dt.datetime(2026, 3, 2)),
        ("2.3.26 7:05", "", dt.datetime(2026, 3, 2, 7, 5)),
        ("31/12/2026 23:59", "", dt.datetime(2026, 12, 31, 23, 59)),
        ("12/31/2026", "", dt.datetime(2026, 12, 31)),
        ("3/3/2026", "", dt.datetime(2026, 3, 3)),
        ("3/4/2026", "day-month-year", dt.datetime(2026, 4, 3)),
        ("3/4/2026 1:30 PM", "month-day-year", dt.datetime(2026, 3, 4, 13, 30)),
        ("3/4/2026 12:00 am", "month-day-year", dt.datetime(2026, 3, 4)),
        ("2026/03/02", "", dt.datetime(2026, 3, 2)),
        ("46083", "", dt.datetime(2026, 3, 2)),
        ("46083,5", "", dt.datetime(2026, 3, 2, 12)),
    ],
)
def test_a_date_is_read_as_it_is_written(cell: str, dates: str, moment: dt.datetime) -> None:
    assert moment_of(cell, dates) == moment  # type: ignore[arg-type]


def test_a_date_that_may_be_two_is_not_read_and_its_column_may_tell() -> None:
    with pytest.raises(AmbiguousCell, match="03 April 2026 or 04 March 2026"):
        moment_of("3/4/2026", "")
    assert order_of(["3/4/2026", "25/4/2026"]) == ("day-month-year", None)
    assert order_of(["3/4/2026", "4/25/2026"]) == ("month-day-year", None)
    assert order_of(["25/4/2026", "4/25/2026"]) == ("", ("25/4/2026", "4/25/2026"))
    assert order_of(["3/4/2026"]) == ("", None)


@pytest.mark.parametrize("cell", ["31.02.2026", "32.1.2026", "13/13/2026", "25.12", "99999", "1234", "3/4/26", "soon"])
def test_what_is_no_date_stays_none(cell: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        moment_of(cell, "")


def test_a_german_export_is_read_and_every_guess_is_told() -> None:
    scenario = read(orders=SEMICOLON_ORDERS)
    assert scenario.state.orders["MO-1"].quantity == 1250.5
    assert scenario.state.orders["MO-1"].due == to_minute(dt.datetime(2026, 3, 6, 14), ZURICH)
    assert scenario.state.orders["MO-2"].due == to_minute(dt.datetime(2026, 3, 9), ZURICH)
    assert set(scenario.notices) == {
        "orders.csv: column 'Auftrag' is read as 'order'",
        "orders.csv: column 'Artikel' is read as 'material'",
        "orders.csv: column 'Menge' is read as 'quantity'",
        "orders.csv: column 'Liefertermin' is read as 'due'",
        "orders.csv: 06.03.2026 14:00 is read as 6 March 2026, and all its like",
        "orders.csv: numbers are read with a decimal comma",
    }


@pytest.mark.parametrize("separator", [";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_any_separator_and_what_windows_writes(separator: str, encoding: str) -> None:
    text = FILES["orders.csv"].replace(",", separator)
    lines = text.splitlines()
    head = f"{lines[0]}{separator}customer"
    body = "\n".join(f"{line}{separator}Müller" for line in lines[1:])
    scenario = read(orders=f"{head}\n{body}\n".encode(encoding))
    assert {o.customer for o in scenario.state.orders.values()} == {"Müller"}
    assert scenario.state.orders.keys() == read().state.orders.keys()
    assert any("cp1252" in notice for notice in scenario.notices) is (encoding == "cp1252")


@pytest.mark.parametrize("broken", [b"M\xc3\xbcller\xfc", b"\xed\xa0\x80"])
def test_broken_utf_8_is_not_taken_for_what_windows_writes(broken: bytes) -> None:
    lines = FILES["orders.csv"].encode().splitlines()
    text = lines[0] + b",customer\n" + lines[1] + b"," + broken + b"\n"
    assert fault(orders=text).expected == "UTF-8 text"


def test_what_may_mean_two_things_is_asked_about_and_can_be_said() -> None:
    thousands = SEMICOLON_ORDERS.replace("1.250,5", "1.250")
    found = fault(orders=thousands)
    assert (found.row, found.column, found.found) == (2, "quantity", "'1.250'")
    assert found.remedy == 'is it 1.250 or 1250? say decimal = "," or decimal = "." under [files] in plant.toml'
    for decimal, quantity in ((",", 1250.0), (".", 1.25)):
        said = read(orders=thousands, plant=FILES["plant.toml"] + f'\n[files]\ndecimal = "{decimal}"\n')
        assert said.state.orders["MO-1"].quantity == quantity
    slashes = FILES["orders.csv"].splitlines()[0] + "\nMO-1,shaft,10,3/4/2026\n"
    asked = fault(orders=slashes)
    assert "03 April 2026 or 04 March 2026" in asked.remedy
    said = read(orders=slashes, plant=FILES["plant.toml"] + '\n[files]\ndates = "month-day-year"\n')
    assert said.state.orders["MO-1"].due == to_minute(dt.datetime(2026, 3, 4), ZURICH)


def test_a_file_that_writes_in_two_ways_is_refused() -> None:
    head = FILES["orders.csv"].splitlines()[0]
    both = faults(orders=f'{head}\nMO-1,shaft,"1,5",2026-03-06\nMO-2,shaft,1.5,2026-03-06\n')
    assert any(f.found == "'1,5' and '1.5'" and f.expected == "numbers with one decimal mark" for f in both)
    days = faults(orders=f"{head}\nMO-1,shaft,1,25/4/2026\nMO-2,shaft,1,4/25/2026\n")
    assert any(f.expected == "dates in one order" for f in days)


def test_our_own_files_are_read_as_ever_and_nothing_is_told() -> None:
    scenario = read(orders=FILES["orders.csv"].replace("shaft,10", "shaft,1.500"))
    assert scenario.state.orders["MO-1"].quantity == 1.5
    assert scenario.notices == ()


def test_a_title_above_and_totals_below_are_no_data_and_rows_keep_their_numbers() -> None:
    dressed = "Production orders,,,\nas of 2 March,,,\n,,,\n" + FILES["orders.csv"] + "Total,,1000,\n"
    scenario = read(orders=dressed)
    assert scenario.state.orders.keys() == read().state.orders.keys()
    assert scenario.notices == (
        "orders.csv: the header was found in row 4; what stands above it is no data",
        "orders.csv: 1 row(s) of totals at the end are no data",
    )
    wrong = fault(orders=dressed.replace("shaft,10", "shaft,ten"))
    assert (wrong.row, wrong.column) == (5, "quantity")


def test_an_order_that_is_called_total_stays() -> None:
    spec = SPECS["orders"]
    header = ["order", "material", "quantity", "due"]
    rows = [["A", "x", "1", "2026-03-02"], ["Total", "x", "1", "2026-03-02"]]
    assert without_totals(rows, spec, header) == (rows, 0)


def test_a_word_that_may_be_two_columns_is_left_as_it_is() -> None:
    # "Liefertermin" is due of an order and expected of a receipt, but only one of them is a column of the file
    assert renamed(["Auftrag", "Liefertermin"], SPECS["orders"])[1] == {"Auftrag": "order", "Liefertermin": "due"}
    assert renamed(["Artikel", "Produkt", "order"], SPECS["orders"])[1] == {}
    assert renamed(["Artikel", "material"], SPECS["orders"])[1] == {}


def test_the_settings_are_read_as_strictly() -> None:
    found = faults(plant=FILES["plant.toml"] + '\n[files]\ndecimal = ";"\ndates = "american"\n')
    assert [(f.column, f.expected) for f in found] == [
        ("files.decimal", '"," or "."'),
        ("files.dates", '"day-month-year" or "month-day-year"'),
    ]


def packed(**sheets: list[list[object]]) -> bytes:
    """The workshop as a workbook, some sheets replaced."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, text in FILES.items():
        title = name.removesuffix(".csv").removesuffix(".toml")
        sheet = book.create_sheet(title)
        if title == "plant":
            plant = [("name", "Workshop"), ("timezone", "Europe/Zurich"), ("now", dt.datetime(2026, 3, 2, 6))]
            rows: list[list[object]] = [list(row) for row in plant]
        else:
            rows = sheets.get(title) or [list(row) for row in csv.reader(io.StringIO(text))]
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


HEAD: list[object] = ["order", "material", "quantity", "due"]


def test_a_workbook_with_a_title_merged_cells_and_a_hidden_sheet() -> None:
    rows: list[list[object]] = [["Orders of the week"], [], HEAD, ["MO-1", "shaft", 1.125, dt.datetime(2026, 3, 6)]]
    scenario = read_scenario(packed(orders=rows))
    assert scenario.state.orders["MO-1"].quantity == 1.125
    assert any("row 3" in notice for notice in scenario.notices)


def test_numbers_that_are_text_in_a_workbook_are_read_where_they_mean_one_thing() -> None:
    due = dt.datetime(2026, 3, 6)
    sure: list[list[object]] = [HEAD, ["MO-1", "shaft", "1.234,5", due], ["MO-2", "shaft", 1.125, due]]
    orders = read_scenario(packed(orders=sure)).state.orders
    assert (orders["MO-1"].quantity, orders["MO-2"].quantity) == (1234.5, 1.125)
    for text in ("1.500", "1,500"):
        with pytest.raises(InvalidScenario) as refused:
            read_scenario(packed(orders=[HEAD, ["MO-1", "shaft", text, due]]))
        assert "say decimal" in refused.value.issues[0].remedy
