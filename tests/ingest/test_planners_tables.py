"""Files of planners for a connection: rows are rejected alone, doubts ask, a table that is none stops."""

from __future__ import annotations

import io

import openpyxl
import pytest

from scheduler.connect_ports import FileMapping, Reading
from scheduler.ingest import PlannersTables
from tests.builders import at, tiny_plant


def read(name: str, text: str | bytes, **mapping: object) -> Reading:
    content = text if isinstance(text, bytes) else text.encode()
    return PlannersTables().read(name, content, tiny_plant(), FileMapping(**mapping))  # type: ignore[arg-type]


def test_only_the_columns_that_are_there_are_said() -> None:
    said = read(
        "PP_Auftraege.csv",
        "Los-Nr;Artikel;Menge;Termin\nA-1;pin;2,5;03.03.2026 14:00\n",
        fields={"orders": {"Los-Nr": "order"}},
    )
    assert (said.stopped, said.asks, said.rejected) == ("", "", ())
    table = said.imported.of("orders")
    assert dict(table.rows) == {"A-1": {"material": "pin", "quantity": 2.5, "due": at(1, 14)}}
    assert (table.whole, table.columns) == (True, ("order", "material", "quantity", "due"))


def test_a_row_that_cannot_be_read_is_rejected_alone_and_the_list_is_no_longer_whole() -> None:
    said = read(
        "orders.csv", "order,material,quantity,due\nA,pin,1,2026-03-03\nB,pin,many,2026-03-03\nA,pin,2,2026-03-04\n"
    )
    assert [(r.name, r.rule, r.line) for r in said.rejected] == [("B", "orders.quantity", 3), ("A", "orders.order", 4)]
    assert (list(said.imported.of("orders").rows), said.imported.of("orders").whole) == (["A"], False)


@pytest.mark.parametrize(("name", "text"), [
    ("orders.csv", "order;material;quantity;due\nA;pin;1;3/4/2026\n"),
    ("stock.csv", "material;on_hand\nbar;1.500\n"),
])  # fmt: skip
def test_what_may_mean_two_things_asks(name: str, text: str) -> None:
    said = read(name, text)
    assert "in mapping.toml" in said.asks
    assert said.imported.tables == {}
    assert read(name, text, dates="month-day-year", decimal=".").asks == ""


@pytest.mark.parametrize(("name", "text", "words"), [
    ("orders.csv", "order,material,due\nA,pin,2026-03-03\n", "quantity: found no such column"),
    ("notes.csv", "a,b\n1,2\n", "no table of orders, receipts or stock"),
    ("orders.csv", "", "no header"),
    ("orders.xlsx", "PK no workbook", "workbook"),
])  # fmt: skip
def test_a_table_that_is_none_stops(name: str, text: str, words: str) -> None:
    assert words in read(name, text).stopped


def test_a_workbook_is_read_by_its_visible_sheets() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Lagerbestand"
    for row in (["Stand 1. März"], [], ["Material", "Bestand"], ["bar", 7.5]):
        sheet.append(row)
    hidden = book.create_sheet("alte Bestände stock")
    hidden.sheet_state = "hidden"
    hidden.append(["material", "on_hand"])
    hidden.append(["bar", 99])
    content = io.BytesIO()
    book.save(content)
    said = read("export.xlsx", content.getvalue())
    assert said.stopped == ""
    assert dict(said.imported.of("stock").rows) == {"bar": {"on_hand": 7.5}}
