"""Rows of the tables below the board: mappings from column title to value.

A moment is one on the plant's clock without its offset, and a stretch a number of hours, so that both sort.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ui import format as say
from ui.answers import Board, Comparison, LoggedEvent, Material, OrderChange
from ui.views.load import Load
from ui.views.selection import clock
from ui.views.words import event_words, source_words

Row = dict[str, Any]


def moved_rows(comparison: Comparison) -> list[Row]:
    """Operations that stand elsewhere, the largest shift (in hours) first."""
    return [
        {
            "Operation": f"{m['order']}/{m['operation']}",
            "Start now": say.clock(m["start_after"]),
            "Start before": say.clock(m["start_before"]),
            "Shift": m["shift_minutes"] / 60,
            "Machine now": m["machine_after"] if m["machine_after"] != m["machine_before"] else "same",
            "Machine before": m["machine_before"],
        }
        for m in sorted(comparison["moved"], key=lambda m: (-abs(m["shift_minutes"]), m["order"], m["operation"]))
    ]


def late_rows(board: Board) -> list[Row]:
    """Orders of the board that end after their due date, the worst first; late in hours."""
    o, texts = board["orders"], board["texts"]
    late = [i for i, minutes in enumerate(o["late_minutes"]) if minutes > 0 and o["due"][i] is not None]
    parts = {True: "sub-assembly", False: ""}
    some = any(o["sub_assembly"][i] for i in late)
    return [
        {
            "Order": o["name"][i],
            "Late": o["late_minutes"][i] / 60,
            "Due": None if (due := o["due"][i]) is None else clock(board, due),
            "Planned end": clock(board, o["end"][i]),
            "Customer": texts[o["customer"][i]],
            "Priority": o["priority"][i],
            "Product": texts[o["material"][i]],
            "Quantity": o["quantity"][i],
            **({"Kind": parts[o["sub_assembly"][i]]} if some else {}),
        }
        for i in sorted(
            late, key=lambda i: (o["sub_assembly"][i], -o["late_minutes"][i] * o["priority"][i], o["name"][i])
        )
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
            "When": say.clock(e["event"]["time"]),
            "What": e["summary"],
            "Kind": event_words(e["event"]["type"]),
            "Reported by": source_words(e["event"]["source"]),
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
            **_next_delivery(m),
            "Lowest": f"{say.quantity(m['lowest'])} {m['unit']}".strip(),
            "Short from": say.clock(m["short_from"]),
            "Orders hit": ", ".join(m["orders_hit"][:6]) + (" …" if len(m["orders_hit"]) > 6 else ""),
        }
        for m in rows
    ]


def _next_delivery(material: Material) -> Row:
    coming = next((r for r in material["receipts"] if r["quantity"] > 0), None)
    if coming is None:
        return {"Next delivery": None, "Comes": ""}
    words = f"{say.quantity(coming['quantity'])} {material['unit']}".strip() + f" ({coming['receipt']})"
    return {"Next delivery": say.clock(coming["expected"]), "Comes": words}


def change_rows(changes: Iterable[OrderChange]) -> list[Row]:
    """Orders that turned late, or that were rescued; hours late, negative: early."""
    return [
        {
            "Order": c["order"],
            "Late now": None if c["lateness_after"] is None else c["lateness_after"] / 60,
            "Late before": None if c["lateness_before"] is None else c["lateness_before"] / 60,
            "End now": say.clock(c["end_after"]),
            "End before": say.clock(c["end_before"]),
        }
        for c in changes
    ]
