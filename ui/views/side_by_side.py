"""Two to four what-ifs beside doing nothing and the plan in force: figures, and the orders that tell them apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ui import format as say
from ui.answers import FINAL, WhatIf, WhatIfColumn, WhatIfSummary
from ui.views.decisions import Of, kept
from ui.views.tables import Row

MOST = 4
DAY = 1440
IN_FORCE, NOTHING = "In force", "Do nothing"


def _days(minutes: float) -> str:
    return f"{minutes / DAY:.1f} d"


def _whole(number: float) -> str:
    return f"{number:,.0f}"


FIGURES: tuple[tuple[str, Of, Callable[[float], str]], ...] = (
    ("Late orders", lambda c: kept(c, lambda p: p["late"]), _whole),
    ("Worst", lambda c: kept(c, lambda p: p["worst_minutes"]), say.duration),
    ("Total days late", lambda c: kept(c, lambda p: p["minutes_late"]), _days),
    ("Customers hit", lambda c: kept(c, lambda p: p["customers"]), _whole),
    ("Moved operations", lambda c: c["kpis"]["moved_operations"], _whole),
)
"""Name, from a column (None: not counted), and how it is said."""
OVERTIME, CALCULATED = "Overtime", "Calculated"


def titles(ideas: Sequence[WhatIfSummary]) -> list[str]:
    """1 · A day without the saw; the number keeps two of the same name apart."""
    return [f"{i} · {idea['name']}" for i, idea in enumerate(ideas, start=1)]


def figure_rows(ideas: Sequence[WhatIf]) -> list[Row]:
    """A row a figure. Behind its own each what-if says what that is against doing nothing beside itself; in force and
    doing nothing are those of the newest."""
    newest = max(ideas, key=lambda idea: idea["revision"])
    rows: list[Row] = []
    for name, of, words in FIGURES:
        row: Row = {"": name}
        for title, column in ((IN_FORCE, newest["columns"]["in_force"]), (NOTHING, newest["columns"]["do_nothing"])):
            row[title] = _said(_value(column, of), words)
        for title, idea in zip(titles(ideas), ideas, strict=True):
            after, before = (_value(idea["columns"][key], of) for key in ("what_if", "do_nothing"))
            row[title] = _said(after, words) + _change(before, after, words)
        rows.append(row)
    overtime: Row = {"": OVERTIME, IN_FORCE: _said(0.0, say.hours), NOTHING: _said(0.0, say.hours)}
    calculated: Row = {"": CALCULATED, IN_FORCE: _ago(newest), NOTHING: _ago(newest)}
    for title, idea in zip(titles(ideas), ideas, strict=True):
        overtime[title] = _said(idea["overtime_minutes"], say.hours)
        calculated[title] = _ago(idea)
    return [*rows, overtime, calculated]


def order_rows(ideas: Sequence[WhatIf]) -> list[Row]:
    """Orders that at least one what-if makes late or rescues beside doing nothing, those that differ most first."""
    found: dict[str, dict[str, str]] = {}
    for title, idea in zip(titles(ideas), ideas, strict=True):
        beside = idea["against_do_nothing"]
        if beside is None:
            continue
        for change in beside["newly_late"]:
            late = change["lateness_after"]
            words = "not planned" if late is None else f"late, {say.duration(late)}"
            found.setdefault(change["order"], {})[title] = words
        for change in beside["rescued"]:
            found.setdefault(change["order"], {})[title] = "rescued"
    ranked = sorted(found, key=lambda order: (-len(found[order]), order))
    return [
        {"Order": order, **{title: found[order].get(title, "as it was") for title in titles(ideas)}} for order in ranked
    ]


def of_one_moment(ideas: Sequence[WhatIf]) -> bool:
    """Whether they can be held against each other as they are."""
    return len({idea["revision"] for idea in ideas}) < 2


def chosen_ids(asked: str, known: Mapping[str, WhatIfSummary]) -> tuple[list[str], list[str]]:
    """Those that an address names, at most four, and those of them that the plant does not know.

    asked : "w-1,w-2"; "": the newest that have a plan.
    """
    if not asked:
        return [id for id, idea in known.items() if idea["plan_id"] is not None][:MOST], []
    names = list(dict.fromkeys(name for name in asked.split(",") if name))
    return [n for n in names if n in known][:MOST], [n for n in names if n not in known]


def idea_state(idea: WhatIfSummary) -> str:
    """How far it has come, in a word or two."""
    adoption = idea["adoption"]
    if adoption is not None:
        return "taken back" if adoption["taken_back"] else "adopted"
    return "events of the plant" if idea["promoted"] else idea["state"]


def can_be_adopted(idea: WhatIf) -> bool:
    return idea["plan"] is not None and not idea["promoted"] and idea["state"] in FINAL


def _value(column: WhatIfColumn | None, of: Of) -> float | None:
    return None if column is None else of(column)


def _said(value: float | None, words: Callable[[float], str]) -> str:
    return say.NOTHING if value is None else words(value)


def _change(before: float | None, after: float | None, words: Callable[[float], str]) -> str:
    if before is None or after is None:
        return ""
    text = words(after - before)
    return f" ({say.signed(text, after - before)})" if text.strip("-") != words(0.0) else " (±0)"


def _ago(idea: WhatIf) -> str:
    return f"{say.count(idea['behind'], 'event')} ago" if idea["behind"] else "now"
