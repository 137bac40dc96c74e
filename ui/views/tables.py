"""Rows of the tables below the board. Each row is a mapping from column title to a value that is ready to be shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ui import format as say
from ui.answers import Board, Comparison, LoggedEvent, Material, OrderChange
from ui.views.load import Load
from ui.views.selection import when

Row = dict[str, Any]


def moved_rows(comparison: Comparison) -> list[Row]:
    """Operations that stand elsewhere, the largest shift first."""
    return [
        {
            "Operation": f"{m['order']}/{m['operation']}",
            "Machine before": m["machine_before"],
            "Machine now": m["machine_after"] if m["machine_after"] != m["machine_before"] else "same",
            "Start before": say.moment(m["start_before"]),
            "Start now": say.moment(m["start_after"]),
            "Shift": say.signed(say.duration(m["shift_minutes"]), m["shift_minutes"]),
        }
        for m in sorted(comparison["moved"], key=lambda m: (-abs(m["shift_minutes"]), m["order"], m["operation"]))
    ]


def late_rows(board: Board) -> list[Row]:
    """Orders of the board that end after their due date, the worst first."""
    o, texts = board["orders"], board["texts"]
    late = [i for i, minutes in enumerate(o["late_minutes"]) if minutes > 0 and o["due"][i] is not None]
    return [
        {
            "Order": o["name"][i],
            "Late": say.duration(o["late_minutes"][i]),
            "Due": when(board, due) if (due := o["due"][i]) is not None else say.NOTHING,
            "Planned end": when(board, o["end"][i]),
            "Priority": o["priority"][i],
            "Product": texts[o["material"][i]],
            "Quantity": o["quantity"][i],
            "Customer": texts[o["customer"][i]],
        }
        for i in sorted(late, key=lambda i: (-o["late_minutes"][i] * o["priority"][i], o["name"][i]))
    ]


def short_words(board: Board) -> list[str]:
    """Orders of which fewer pieces will come than were ordered: "A-17 is 40 short (60 of 100)", the worst first."""
    o = board["orders"]
    short = [i for i, pieces in enumerate(o["pieces_short"]) if pieces > 0]
    return [
        f"{o['name'][i]} is {say.quantity(o['pieces_short'][i])} short "
        f"({say.quantity(o['quantity'][i] - o['pieces_short'][i])} of {say.quantity(o['quantity'][i])})"
        for i in sorted(short, key=lambda i: (-o["pieces_short"][i] / o["quantity"][i], o["name"][i]))
    ]


def load_rows(found: Sequence[Load]) -> list[Row]:
    """Machines, the fullest first."""
    return [
        {
            "Machine": x.machine,
            "Work center": x.work_center,
            "Load": 100 * x.share,
            "Work": say.hours(x.work),
            "Changeover": say.hours(x.changeover),
            "Free": say.hours(max(0, x.open - x.work - x.changeover)),
            "Open": say.hours(x.open),
        }
        for x in sorted(found, key=lambda x: (-x.share, x.machine))
    ]


def event_rows(events: Iterable[LoggedEvent]) -> list[Row]:
    """The log, newest first."""
    return [
        {
            "#": e["revision"],
            "When": say.moment(e["event"]["time"]),
            "What": e["summary"],
            "Kind": e["event"]["type"],
            "Source": e["event"]["source"],
        }
        for e in sorted(events, key=lambda e: -e["revision"])
    ]


def material_rows(materials: Iterable[Material]) -> list[Row]:
    """Materials, shortages first."""
    rows = sorted(materials, key=lambda m: (m["short_from"] is None, m["short_from"] or "", m["material"]))
    return [
        {
            "Material": m["material"],
            "Description": m["description"] if m["description"] != m["material"] else "",
            "On hand": f"{say.quantity(m['on_hand'])} {m['unit']}".strip(),
            "Next delivery": _next_delivery(m),
            "Lowest": f"{say.quantity(m['lowest'])} {m['unit']}".strip(),
            "Short from": say.moment(m["short_from"]) if m["short_from"] else "",
            "Orders hit": ", ".join(m["orders_hit"][:6]) + (" …" if len(m["orders_hit"]) > 6 else ""),
        }
        for m in rows
    ]


def _next_delivery(material: Material) -> str:
    coming = [r for r in material["receipts"] if r["quantity"] > 0]
    if not coming:
        return say.NOTHING
    return f"{say.quantity(coming[0]['quantity'])} on {say.moment(coming[0]['expected'])} ({coming[0]['receipt']})"


def change_rows(changes: Iterable[OrderChange]) -> list[Row]:
    """Orders that turned late, or that were rescued."""
    return [
        {
            "Order": c["order"],
            "Before": say.lateness(c["lateness_before"]),
            "Now": say.lateness(c["lateness_after"]),
            "End before": say.moment(c["end_before"]),
            "End now": say.moment(c["end_after"]),
        }
        for c in changes
    ]
