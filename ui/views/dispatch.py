"""A dispatch list as a table, as CSV and as a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pandas as pd

from ui import format as say
from ui.answers import DispatchLine, DispatchList, Missing
from ui.views.tables import Row


def rows(listed: DispatchList) -> list[Row]:
    """In sequence; the machine only where the list is of a work center, and no column in which nothing stands."""
    found = [_row(line, listed["kind"] == "work center") for line in listed["lines"]]
    empty = {name for name in ("Note", "Late", "State") if not any(row[name] for row in found)}
    return [{name: value for name, value in row.items() if name not in empty} for row in found]


def _row(line: DispatchLine, with_machine: bool) -> Row:
    """What is needed most stands first, so that a telephone shows it."""
    row: Row = {"#": line["position"], "Start": say.clock(line["start"])}
    if with_machine:
        row["Machine"] = line["machine"]
    return row | {
        "Order": line["order"],
        "Op": line["operation"],
        "State": "" if line["state"] == "next" else line["state"],
        "Quantity": line["quantity"],
        "Material": material_words(line),
        "What": line["description"],
        "Product": line["material"],
        "Family": line["setup_family"] or say.NOTHING,
        "Changeover": say.clock(line["setup_start"]),
        "End": say.clock(line["end"]),
        "Due": say.clock(line["due"]),
        "Late": "late" if _late(line) else "",
        "Note": line["note"],
    }


def _late(line: DispatchLine) -> bool:
    return line["due"] is not None and say.parse(line["end"]) > say.parse(line["due"])


def material_words(line: DispatchLine) -> str:
    """Ready, issued already, when and with what the rest arrives, or what nobody brings."""
    if line["running"]:
        return "issued"
    if line["material_ready"]:
        return "✓ ready"
    return "; ".join(_missing(m, line["start"]) for m in line["missing"])


def _missing(missing: Missing, start: str) -> str:
    """arrives Wed 4 Mar 09:00, PO-7123; too late where it comes after the start."""
    what = f"{say.quantity(missing['quantity'])} {missing['material']}"
    if missing["expected"] is None:
        return f"✗ missing {what}"
    source = f", {missing['source']}" if missing["source"] else ""
    said = f"arrives {say.moment(missing['expected'])}{source}"
    return f"✗ {what} {said}" if say.parse(missing["expected"]) > say.parse(start) else f"{said} ({what})"


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
    table = pd.DataFrame(
        [{head: value(line) for head, value in SHEET.items()} for line in listed["lines"]], columns=list(SHEET)
    )
    out = io.BytesIO()
    with pd.ExcelWriter(out, engine="openpyxl", datetime_format="yyyy-mm-dd hh:mm") as writer:
        table.to_excel(writer, sheet_name="dispatch list", index=False, freeze_panes=(1, 0))
        sheet = writer.sheets["dispatch list"]
        for letter in "BCEFKLMNO":
            sheet.column_dimensions[letter].width = 18
        sheet.auto_filter.ref = sheet.dimensions
    return out.getvalue()


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
    "Changeover": lambda line: say.clock(line["setup_start"]),
    "Start": lambda line: say.clock(line["start"]),
    "End": lambda line: say.clock(line["end"]),
    "Due": lambda line: say.clock(line["due"]),
    "Note": lambda line: line["note"],
}
