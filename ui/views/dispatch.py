"""A dispatch list as a table, as CSV and as a workbook."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from typing import Any

from openpyxl import Workbook

from ui import format as say
from ui.answers import DispatchLine, DispatchList
from ui.views.tables import Row


def rows(listed: DispatchList) -> list[Row]:
    """In sequence; the machine only where the list is of a work center."""
    noted = any(line["note"] for line in listed["lines"])
    return [
        _row(line, listed["kind"] == "work center") | ({"Note": line["note"]} if noted else {})
        for line in listed["lines"]
    ]


def _row(line: DispatchLine, with_machine: bool) -> Row:
    row: Row = {"#": line["position"]}
    if with_machine:
        row["Machine"] = line["machine"]
    return row | {
        "Order": line["order"],
        "Op": line["operation"],
        "What": line["description"],
        "Product": line["material"],
        "Quantity": say.quantity(line["quantity"]),
        "Family": line["setup_family"] or say.NOTHING,
        "Changeover": _changeover(line),
        "Start": line["state"] if line["running"] else say.moment(line["start"]),
        "End": say.moment(line["end"]),
        "Material": material_words(line),
        "Due": say.moment(line["due"]) + (" · late" if _late(line) else ""),
    }


def _changeover(line: DispatchLine) -> str:
    if not line["setup_start"]:
        return ""
    return say.moment(line["setup_start"]).split(" ")[-1] + (" · setting up" if line["state"] == "setting up" else "")


def _late(line: DispatchLine) -> bool:
    return line["due"] is not None and say.parse(line["end"]) > say.parse(line["due"])


def material_words(line: DispatchLine) -> str:
    """Ready, taken already, or what is missing."""
    if line["running"]:
        return "taken"
    if line["material_ready"]:
        return "✓ ready"
    return "✗ missing " + ", ".join(f"{say.quantity(m['quantity'])} {m['material']}" for m in line["missing"])


def as_csv(listed: DispatchList) -> str:
    """With full ISO times, for machines as well as for people."""
    out = io.StringIO()
    fields = ["position", "order", "operation", "description", "machine", "material", "quantity", "setup_family"]
    times = ["setup_start", "start", "end", "due"]
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*fields, *times, "material_ready", "missing", "state"])
    for line in listed["lines"]:
        values: dict[str, Any] = dict(line)
        missing = "; ".join(f"{say.quantity(m['quantity'])} {m['material']}" for m in line["missing"])
        ready = "yes" if line["material_ready"] else "no"
        writer.writerow(
            [*(values[f] for f in fields), *(values[t] or "" for t in times), ready, missing, line["state"]]
        )
    return out.getvalue()


def as_workbook(listed: DispatchList) -> bytes:
    """One sheet, in which dates are dates by the plant's clock, and quantities numbers."""
    book = Workbook()
    sheet = book.active
    sheet.title = "dispatch list"
    sheet.append(list(SHEET))
    for line in listed["lines"]:
        sheet.append([value(line) for value in SHEET.values()])
    for cells in sheet.iter_rows(min_row=2):
        for cell in cells:
            if isinstance(cell.value, dt.datetime):
                cell.number_format = "yyyy-mm-dd hh:mm"
    for letter in "BCEFKLMNO":
        sheet.column_dimensions[letter].width = 18
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _naive(iso: str | None) -> dt.datetime | None:
    """Workbooks know no zones: as the plant's clock says it."""
    return None if iso is None else say.parse(iso).replace(tzinfo=None)


SHEET: dict[str, Callable[[DispatchLine], Any]] = {
    "#": lambda line: line["position"],
    "Machine": lambda line: line["machine"],
    "Order": lambda line: line["order"],
    "Op": lambda line: line["operation"],
    "What": lambda line: line["description"],
    "Product": lambda line: line["material"],
    "Quantity": lambda line: line["quantity"],
    "Family": lambda line: line["setup_family"],
    "State": lambda line: line["state"],
    "Material": material_words,
    "Changeover": lambda line: _naive(line["setup_start"]),
    "Start": lambda line: _naive(line["start"]),
    "End": lambda line: _naive(line["end"]),
    "Due": lambda line: _naive(line["due"]),
    "Note": lambda line: line["note"],
}
