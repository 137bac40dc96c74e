"""Working stretches as arrays: calendars unrolled once for many machines, and cut by outages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from scheduler.domain.calendars import Calendar, WorkingTime
from scheduler.domain.minutes import DAY, Minute, to_datetime, to_minute
from scheduler.planning.arrays import Ints

Flags = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
LAST_HORIZON_DAYS = 4000
"""No plan reaches further."""
UNROLLED = 64
"""How many calendars are kept unrolled; one of a year with three shifts takes 20 kB."""


def open_stretches(calendar: Calendar, zone: ZoneInfo, first: Minute, last: Minute) -> Ints:
    """(k, 2) the stretches [start, end) of `working_time(calendar, zone, first, last)`, not to be written to."""
    day = to_datetime(first, zone).date() - dt.timedelta(days=1)
    return _unrolled(calendar, zone, day, (last - first) // DAY + 4)


def calendar_time(calendar: Calendar, zone: ZoneInfo, first: Minute, last: Minute) -> WorkingTime:
    """The same with running totals."""
    return _summed(calendar, zone, to_datetime(first, zone).date() - dt.timedelta(days=1), (last - first) // DAY + 4)


def without(stretches: Ints, holes: Iterable[tuple[Minute, Minute]]) -> Ints:
    """What is left of sorted disjoint stretches when `holes` are cut out."""
    for a, b in holes:
        if b <= a:
            continue
        first = int(np.searchsorted(stretches[:, 1], a, side="right"))
        behind = int(np.searchsorted(stretches[:, 0], b, side="left"))
        if first >= behind:
            continue
        left = []
        if stretches[first, 0] < a:
            left.append((stretches[first, 0], a))
        if stretches[behind - 1, 1] > b:
            left.append((b, stretches[behind - 1, 1]))
        rest = np.array(left, dtype=np.int64).reshape(len(left), 2)
        stretches = np.concatenate((stretches[:first], rest, stretches[behind:]))
    return stretches


def forget_unrolled() -> None:
    """Calendars are unrolled anew when asked for next."""
    _unrolled.cache_clear()
    _summed.cache_clear()
    _midnights.cache_clear()


@lru_cache(UNROLLED)
def _summed(calendar: Calendar, zone: ZoneInfo, day: dt.date, days: int) -> WorkingTime:
    rows: list[list[int]] = _unrolled(calendar, zone, day, days).tolist()
    return WorkingTime((a, b) for a, b in rows)


@lru_cache(UNROLLED)
def _unrolled(calendar: Calendar, zone: ZoneInfo, day: dt.date, days: int) -> Ints:
    """The stretches of the windows that begin on `days` days from `day` on, and of the exceptions."""
    midnight = _midnights(zone, day, days + 2)
    plain = np.diff(midnight) == DAY  # the clock is not changed on that day
    windows = calendar.windows
    weekdays = np.array([w.weekday for w in windows], dtype=np.int64)
    on = (((weekdays - day.weekday()) % 7)[:, None] + np.arange(0, days, 7)).ravel()
    here = on < days
    starts = _at(zone, day, on, [w.start for w in windows], here, midnight, plain)
    ends = _at(zone, day, on, [w.end if w.end > w.start else w.end + DAY for w in windows], here, midnight, plain)
    weekly = _merged(np.stack((starts, ends), axis=1))
    time = weekly
    for changes in (calendar.exceptions, calendar.own):
        time = without(time, [(x.start, x.end) for x in changes if x.kind == "closed"])
        opened = [(x.start, x.end) for x in changes if x.kind == "open"]
        if opened:
            time = _merged(np.concatenate((time, np.array(opened, dtype=np.int64))))
    time.setflags(write=False)
    return time


def _at(
    zone: ZoneInfo, day: dt.date, on: Ints, minutes: Sequence[int], here: Flags, midnight: Ints, plain: Flags
) -> Ints:
    """The instants of each window's clock reading (minutes after midnight) on its days `on`, counted from `day`, as
    far as they are to be had (`here`)."""
    reading = np.repeat(np.array(minutes, dtype=np.int64), len(on) // max(1, len(minutes)))[here]
    on, reading = on[here] + reading // DAY, reading % DAY
    found: Ints = midnight[on] + reading
    for i in np.flatnonzero(~plain[on] & (reading > 0)).tolist():
        date = day + dt.timedelta(days=int(on[i]))
        clock = divmod(int(reading[i]), 60)
        found[i] = to_minute(dt.datetime(date.year, date.month, date.day, *clock), zone)
    return found


@lru_cache(UNROLLED)
def _midnights(zone: ZoneInfo, day: dt.date, days: int) -> Ints:
    dates = (day + dt.timedelta(days=i) for i in range(days))
    return np.array([to_minute(dt.datetime(d.year, d.month, d.day), zone) for d in dates], dtype=np.int64)


def _merged(stretches: Ints) -> Ints:
    """Sorted, and one where they touch or overlap; what is empty falls away."""
    stretches = stretches[stretches[:, 1] > stretches[:, 0]]
    if not len(stretches):
        return stretches
    stretches = stretches[np.lexsort((stretches[:, 1], stretches[:, 0]))]
    reached = np.maximum.accumulate(stretches[:, 1])
    first = np.concatenate(([True], stretches[1:, 0] > reached[:-1]))
    last = np.concatenate((first[1:], [True]))
    return np.stack((stretches[first, 0], reached[last]), axis=1)
