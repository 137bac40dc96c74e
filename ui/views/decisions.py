"""What a person is shown before a plan goes in force, and three plans side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ui import format as say
from ui.answers import Preview, Promises, Release, StartChange, WhatIfColumn, WhatIfColumns
from ui.views.figures import on_time
from ui.views.rules import change_words
from ui.views.tables import Row

Of = Callable[[WhatIfColumn], float | None]

FIGURES: tuple[tuple[str, Of, Callable[[float], str]], ...] = (
    ("Late orders", lambda c: kept(c, lambda p: p["late"]), lambda n: f"{n:,.0f}"),
    ("On time", lambda c: kept(c, on_time), say.percent),
    ("Total late", lambda c: kept(c, lambda p: p["minutes_late"]), say.duration),
    ("Worst", lambda c: kept(c, lambda p: p["worst_minutes"]), say.duration),
    ("Customers hit", lambda c: kept(c, lambda p: p["customers"]), lambda n: f"{n:,.0f}"),
    ("Changeovers", lambda c: c["kpis"]["setup_minutes"], say.hours),
    ("Last end in", lambda c: c["kpis"]["makespan_minutes"], say.duration),
    ("Moved operations", lambda c: c["kpis"]["moved_operations"], lambda n: f"{n:,.0f}"),
)
"""Name, from a column (None: not counted), and how it is said."""


def kept(column: WhatIfColumn, of: Callable[[Promises], float]) -> float | None:
    """Of the orders promised; None: not counted."""
    return None if column["promises"] is None else of(column["promises"])


def column_rows(columns: WhatIfColumns) -> list[Row]:
    """A row a figure: the plan in force, doing nothing, the what-if, and what the what-if changes of doing nothing."""
    base, nothing, idea = columns["in_force"], columns["do_nothing"], columns["what_if"]
    rows = []
    for name, of, words in FIGURES:
        row: Row = {"": name}
        found: dict[str, float | None] = {}
        for title, column in (("In force", base), ("Do nothing", nothing), ("What-if", idea)):
            found[title] = value = of(column) if column else None
            row[title] = say.NOTHING if value is None else words(value)
        before, after = found["Do nothing"], found["What-if"]
        row["What-if vs do nothing"] = (
            say.NOTHING if before is None or after is None else _change(after - before, name, words)
        )
        rows.append(row)
    return rows


def columns_words(columns: WhatIfColumns) -> str:
    """In force: plan 7. Do nothing: plan 8, searched 2.0 s. What-if: plan 9, searched 2.0 s."""
    parts = []
    for title, column in (
        ("In force", columns["in_force"]),
        ("Do nothing", columns["do_nothing"]),
        ("What-if", columns["what_if"]),
    ):
        if column is not None:
            searched = f", searched {column['seconds']:.1f} s" if column["seconds"] is not None else ""
            parts.append(f"{title}: plan {column['plan']}{searched}")
    return ". ".join(parts) + "." if parts else ""


def preview_words(preview: Preview) -> list[str]:
    """starts of the next 24 hours that change: 4 · 2 orders turn late · 1 order rescued · 3 machines touched."""
    late, saved = preview["newly_late"], preview["rescued"]
    found = [
        f"Starts of the next 24 hours that change: {len(preview['starts'])}",
        f"{say.count(len(late), 'order')} newly late" + _names(o["order"] for o in late),
        f"{say.count(len(saved), 'order')} rescued" + _names(o["order"] for o in saved),
        f"{say.count(len(preview['machines']), 'machine')} touched" + _names(preview["machines"]),
    ]
    if preview["left_out"]:
        found.append(f"{say.count(len(preview['left_out']), 'order')} no longer planned" + _names(preview["left_out"]))
    found += [change_words(change) for change in preview["rules"]]
    if preview["retimed"]:
        found.append("recalculated, because the plant has moved on")
    return found


def start_rows(starts: Iterable[StartChange]) -> list[Row]:
    """In order of time."""
    return [
        {
            "Operation": f"{s['order']}/{s['operation']}",
            "Machine before": s["machine_before"] or say.NOTHING,
            "Machine now": s["machine_after"] or say.NOTHING,
            "Start before": say.moment(s["start_before"]),
            "Start now": say.moment(s["start_after"]),
        }
        for s in starts
    ]


def released_words(done: Release) -> str:
    """Plan 9 is released; or, where it was re-timed, with how much that has changed."""
    if not done["retimed"]:
        return f"Plan {done['id']} is released"
    moved = len(done["against_asked"]["moved"]) if done["against_asked"] else 0
    return f"Plan {done['asked']} was recalculated and is released as plan {done['id']} ({say.count(moved, 'move')})"


def _names(names: Iterable[str], most: int = 6) -> str:
    known = list(names)
    return f" ({', '.join(known[:most])}{' …' if len(known) > most else ''})" if known else ""


def _change(delta: float, name: str, words: Callable[[float], str]) -> str:
    if name == "On time":
        return say.signed(f"{100 * delta:.1f} pp", delta) if round(delta, 4) else "±0"
    text = words(delta)
    return say.signed(text, delta) if text.strip("-") != words(0.0) else "±0"
