"""The one place where aware datetimes and whole minutes meet.

Everywhere else a moment is a `Minute`: whole minutes since 2000-01-01T00:00Z. The contract's unit of time is the
whole minute, so nothing is lost, arithmetic is exact across daylight-saving days, and a plan of 100,000 operations
needs no 200,000 datetime objects.
"""

from __future__ import annotations

import datetime as dt
from typing import TypeAlias
from zoneinfo import ZoneInfo

from scheduler.limits import STANDARD

Minute: TypeAlias = int

EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
DAY = 1440
YEARS = f"{STANDARD.first_year} to {STANDARD.last_year}"
EARLIEST = int((dt.datetime(STANDARD.first_year, 1, 1, tzinfo=dt.UTC) - EPOCH).total_seconds()) // 60 - DAY
LATEST = int((dt.datetime(STANDARD.last_year + 1, 1, 1, tzinfo=dt.UTC) - EPOCH).total_seconds()) // 60 + DAY
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def to_minute(moment: dt.datetime, zone: ZoneInfo, now: Minute | None = None) -> Minute:
    """The minute nearest to `moment`; without an offset it is a clock reading in `zone`.

    A clock reading that does not exist (spring) is read with the offset before the change, as `datetime` does with
    fold=0; one that comes twice (autumn) as the first, unless that is before `now`: then as the second.
    """
    if moment.tzinfo is not None:
        return _minute(moment)
    first = _minute(moment.replace(tzinfo=zone))
    if now is None or first >= now:
        return first
    second = _minute(moment.replace(tzinfo=zone, fold=1))
    return max(first, second)  # of a reading that does not exist the second is the earlier one


def _minute(moment: dt.datetime) -> Minute:
    return round((moment - EPOCH).total_seconds() / 60)


def parse_minute(text: str, zone: ZoneInfo, now: Minute | None = None) -> Minute:
    """ISO 8601 text to a minute, as `to_minute`. Raises ValueError for anything else."""
    return to_minute(dt.datetime.fromisoformat(text.strip().replace("Z", "+00:00")), zone, now)


def credible(minute: Minute) -> bool:
    """Whether somebody may mean that moment: within the years `YEARS`, in whatever zone."""
    return EARLIEST <= minute < LATEST


def to_datetime(minute: Minute, zone: ZoneInfo) -> dt.datetime:
    """The aware moment in `zone`."""
    return (EPOCH + dt.timedelta(minutes=minute)).astimezone(zone)


def iso(minute: Minute, zone: ZoneInfo) -> str:
    """ISO 8601 with offset, to the minute: 2026-03-02T06:00+01:00."""
    return to_datetime(minute, zone).isoformat(timespec="minutes")


def spoken(minute: Minute, zone: ZoneInfo) -> str:
    """As a planner says it: Tue 17 Nov 13:25."""
    moment = to_datetime(minute, zone)
    return f"{moment:%a} {moment.day} {moment:%b %H:%M}"


def spoken_duration(minutes: int) -> str:
    """45 min, 3 h 05 min, 2 d 4 h."""
    sign, minutes = ("-" if minutes < 0 else ""), abs(minutes)
    if minutes < 60:
        return f"{sign}{minutes} min"
    if minutes < DAY:
        return f"{sign}{minutes // 60} h {minutes % 60:02d} min" if minutes % 60 else f"{sign}{minutes // 60} h"
    days, hours = minutes // DAY, minutes % DAY // 60
    return f"{sign}{days} d {hours} h" if hours else f"{sign}{days} d"
