"""What would help a late order, as rows: the change, when the order comes then, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass

from ui import format as say
from ui.answers import Fix, Fixes, TriedChange

SMALLER = {
    "all": "no smaller amount works",
    "next": "the next smaller amount does not work",
    "some": "smaller amounts were not all tried",
}
HEADS = ("Change", "Order comes", "Other orders", "Overtime", "Moved (in 24 h)")
NAMED = 3
WHOLE = frozenset({"nothing", "machine", "pin"})
"""Kinds without amounts."""


@dataclass(frozen=True, slots=True)
class FixRow:
    """A row of the table. cells : as `HEADS`.   note : how well it is proven."""

    cells: tuple[str, ...]
    note: str
    fix: Fix

    @property
    def can_open(self) -> bool:
        """Nothing to open where nothing is changed."""
        return bool(self.fix["events"])


def fix_rows(found: Fixes) -> list[FixRow]:
    """As ranked by the API."""
    return [FixRow(_cells(fix), _note(fix), fix) for fix in found["fixes"]]


def _cells(fix: Fix) -> tuple[str, ...]:
    comes = say.NOTHING if fix["delivery"] is None else say.moment(fix["delivery"])
    mark = "✓" if fix["on_time"] else "✗"
    return (
        fix["words"],
        f"{mark} {comes}, {say.lateness(fix['late_minutes'])}",
        others(fix),
        say.duration(fix["overtime_minutes"]) if fix["overtime_minutes"] else say.NOTHING,
        f"{fix['moved_operations']} ({fix['moved_within_24_h']})",
    )


def _note(fix: Fix) -> str:
    return "" if fix["kind"] in WHOLE else SMALLER[fix["smaller"]]


def others(fix: Fix) -> str:
    """2 newly late (SO-7, SO-9), 1 rescued (SO-4); 3 h later, 1 h less."""
    told = [
        f"{len(names)} {how} ({', '.join(names[:NAMED])}{'…' if len(names) > NAMED else ''})"
        for names, how in (
            (fix["newly_late"], "newly late"),
            (fix["left_out"], "left out"),
            (fix["rescued"], "rescued"),
        )
        if names
    ]
    later, less = fix["later_minutes"], fix["earlier_minutes"]
    shifts = [f"{say.duration(later)} later"] if later else []
    shifts += [f"{say.duration(less)} less late"] if less else []
    return "; ".join(part for part in (", ".join(told), ", ".join(shifts)) if part) or "as planned"


def no_help_words(tried: TriedChange) -> str:
    """Overtime on mill-1: 12 h …: still 3 h late."""
    late = tried["late_minutes"]
    return f"{tried['words']}: " + ("no plan came of it" if late is None else f"still {say.lateness(late)}")


def what_if_name(found: Fixes, fix: Fix) -> str:
    return f"{found['order']} in time: {fix['words']}"[:200]
