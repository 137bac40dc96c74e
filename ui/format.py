"""Moments, durations and changes as a planner says them. Times come from the API with the plant's offset."""

from __future__ import annotations

import datetime as dt

NOTHING = "–"


def parse(iso: str) -> dt.datetime:
    """ISO 8601 with offset to an aware moment, still on the plant's clock."""
    return dt.datetime.fromisoformat(iso.replace("Z", "+00:00"))


def moment(iso: str | dt.datetime | None) -> str:
    """Tue 17 Nov 13:25; a dash where there is none."""
    if iso is None:
        return NOTHING
    at = parse(iso) if isinstance(iso, str) else iso
    return f"{at:%a} {at.day} {at:%b %H:%M}"


def clock(iso: str | None) -> dt.datetime | None:
    """What the plant's clock shows then, without its offset, for columns that sort by it; None where there is none."""
    return None if iso is None else parse(iso).replace(tzinfo=None)


def span(start: str, end: str) -> str:
    """Tue 17 Nov 13:25 → 15:10, the day said twice only where it changes."""
    a, b = parse(start), parse(end)
    return f"{moment(a)} → {b:%H:%M}" if a.date() == b.date() else f"{moment(a)} → {moment(b)}"


def duration(minutes: float) -> str:
    """45 min, 3 h 05 min, 2 d 4 h; the sign only where negative."""
    whole = round(abs(minutes))
    sign = "-" if minutes < 0 and whole else ""
    if whole < 60:
        return f"{sign}{whole} min"
    if whole < 1440:
        return f"{sign}{whole // 60} h {whole % 60:02d} min" if whole % 60 else f"{sign}{whole // 60} h"
    days, hours = whole // 1440, whole % 1440 // 60
    return f"{sign}{days} d {hours} h" if hours else f"{sign}{days} d"


def hours(minutes: float) -> str:
    """31.5 h; whole hours above a hundred."""
    return f"{minutes / 60:,.1f} h" if abs(minutes) < 6000 else f"{minutes / 60:,.0f} h"


def lateness(minutes: float | None) -> str:
    """2 h 05 min late, 3 h early, on time."""
    if minutes is None:
        return "not planned"
    if minutes == 0:
        return "on time"
    return f"{duration(abs(minutes))} {'late' if minutes > 0 else 'early'}"


def percent(ratio: float, digits: int = 1) -> str:
    """92.1 %"""
    return f"{100 * ratio:.{digits}f} %"


def signed(text: str, amount: float) -> str:
    """+9.0 h, -3; the text carries its own minus."""
    return f"+{text}" if amount > 0 else text


def cost(value: float) -> str:
    """12 345 below a million in full, then 1.23 M."""
    return f"{value / 1e6:,.2f} M" if abs(value) >= 1e6 else f"{value:,.0f}".replace(",", " ")


def age(seconds: float) -> str:
    """just now, 40 s ago, 5 min ago, 3 h ago, 2 d ago."""
    if seconds < 5:
        return "just now"
    if seconds < 60:
        return f"{seconds:.0f} s ago"
    return f"{duration(seconds // 60) if seconds < 86400 else f'{seconds / 86400:.0f} d'} ago"


def count(number: int, one: str, many: str | None = None) -> str:
    """1 order, 4 orders, 0 orders."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def quantity(value: float) -> str:
    """25, 12.5: no zeros behind the point."""
    return f"{value:,.3f}".rstrip("0").rstrip(".")
