"""A dispatch list as a table, as CSV, as a workbook and as a page to print."""

from __future__ import annotations

import csv
import datetime as dt
import io
from html import escape
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


def _text(value: Any) -> str:
    return say.moment(value) if isinstance(value, dt.datetime) else "" if value is None else str(value)


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
    """One sheet, as shown."""
    out = io.BytesIO()
    with pd.ExcelWriter(out, engine="openpyxl", datetime_format="ddd d mmm yyyy hh:mm") as writer:
        pd.DataFrame(rows(listed)).to_excel(writer, sheet_name="dispatch list", index=False)
    return out.getvalue()


def as_page(listed: DispatchList, plant: str) -> str:
    """A page of its own, A4 landscape, with room to tick and sign."""
    table = rows(listed)
    head = "".join(f"<th>{escape(c)}</th>" for c in (table[0] if table else {"": ""}))
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(_text(v))}</td>" for v in r.values()) + "<td class=tick></td></tr>"
        for r in table
    )
    title = f"{escape(plant)} · dispatch list {escape(listed['target'])}"
    note = f"plan {listed['plan']} · as of {escape(say.moment(listed['now']))}"
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><style>"
        "@page{size:A4 landscape;margin:12mm}body{font:11px/1.35 sans-serif;color:#111}h1{font-size:16px;margin:0}"
        "p{margin:2px 0 8px;color:#555}table{border-collapse:collapse;width:100%}th,td{border:1px solid #999;"
        "padding:3px 5px;text-align:left}th{background:#eee}tr{break-inside:avoid}.tick{width:18px}"
        f"</style><h1>{title}</h1><p>{note}</p><table><tr>{head}<th>✓</th></tr>{body}</table></html>"
    )
