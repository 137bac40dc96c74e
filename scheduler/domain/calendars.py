"""When a machine or a pool works: weekly windows, exceptions, outages, and arithmetic in working minutes."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Literal
from zoneinfo import ZoneInfo

from scheduler.domain.minutes import DAY, Minute, to_datetime, to_minute

UNROLLED = 32
"""How many calendars are kept unrolled: the machines of a plant share a few, and the days change seldom."""


@dataclass(frozen=True, slots=True)
class WeeklyWindow:
    """A window that comes back every week, by the plant's clock.

    weekday : 0 = Monday.   start, end : minutes after midnight; end <= start runs past midnight, 1440 is 24:00.
    """

    weekday: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CalendarException:
    """A one-off change of a calendar; `open` wins over `closed`."""

    start: Minute
    end: Minute
    kind: Literal["closed", "open"]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """own : changes of one machine alone, after all others (see `PlantState.calendar_of`)."""

    name: str
    windows: tuple[WeeklyWindow, ...]
    exceptions: tuple[CalendarException, ...] = ()
    own: tuple[CalendarException, ...] = ()

    def __hash__(self) -> int:
        """Not of every window: what is remembered of calendars is looked up many times with every event."""
        return hash((self.name, len(self.windows), len(self.exceptions), len(self.own)))

    def open_share(self) -> float:
        """The share of a week that its windows are open; what several of them cover counts once."""
        stretches = []
        for w in self.windows:
            start, end = w.weekday * DAY + w.start, w.weekday * DAY + (w.end if w.end > w.start else w.end + DAY)
            stretches += [(start, min(end, 7 * DAY)), (0, max(0, end - 7 * DAY))]
        return sum(b - a for a, b in WorkingTime(stretches).stretches) / (7 * DAY)


class WorkingTime:
    """Sorted disjoint working stretches [start, end) in minutes, with running totals.

    Touching stretches are one. Outside the span it was made for, nothing is open.
    """

    __slots__ = ("_ends", "_starts", "_totals", "stretches")

    def __init__(self, stretches: Iterable[tuple[Minute, Minute]]) -> None:
        merged: list[tuple[Minute, Minute]] = []
        for start, end in sorted((a, b) for a, b in stretches if b > a):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], end))
            else:
                merged.append((start, end))
        self._take(tuple(merged))

    @classmethod
    def _disjoint(cls, stretches: tuple[tuple[Minute, Minute], ...]) -> WorkingTime:
        """Of stretches that are sorted and do not touch already."""
        made = cls.__new__(cls)
        made._take(stretches)
        return made

    def _take(self, stretches: tuple[tuple[Minute, Minute], ...]) -> None:
        self.stretches = stretches
        self._starts = [s for s, _ in stretches]
        self._ends = [e for _, e in stretches]
        self._totals = [0, *accumulate(e - s for s, e in stretches)]

    def minus(self, holes: Iterable[tuple[Minute, Minute]]) -> WorkingTime:
        """What is left when `holes` are cut out."""
        cuts = WorkingTime(holes).stretches
        if not cuts:
            return self
        first, behind = bisect_right(self._ends, cuts[0][0]), bisect_left(self._starts, cuts[-1][1])
        left = list(self.stretches[:first])
        for start, end in self.stretches[first:behind]:
            at = start
            for a, b in cuts:
                if b <= at:
                    continue
                if a >= end:
                    break
                if a > at:
                    left.append((at, a))
                at = b
            if at < end:
                left.append((at, end))
        return WorkingTime._disjoint((*left, *self.stretches[behind:]))

    def plus(self, extra: Iterable[tuple[Minute, Minute]]) -> WorkingTime:
        """With further stretches opened."""
        return WorkingTime((*self.stretches, *extra))

    def before(self, minute: Minute) -> int:
        """Working minutes before `minute`."""
        i = bisect_right(self._starts, minute) - 1
        if i < 0:
            return 0
        end = self._ends[i]
        return self._totals[i] + (minute if minute < end else end) - self._starts[i]

    def between(self, start: Minute, end: Minute) -> int:
        """Working minutes in [start, end); 0 where end <= start."""
        return self.before(end) - self.before(start) if end > start else 0

    def is_open(self, minute: Minute) -> bool:
        i = bisect_right(self._starts, minute) - 1
        return i >= 0 and minute < self._ends[i]

    def in_one_stretch(self, start: Minute, end: Minute) -> bool:
        """True where [start, end) lies in one unbroken stretch."""
        i = bisect_right(self._starts, start) - 1
        return i >= 0 and end <= self._ends[i]

    def after(self, minute: Minute, minutes: int) -> Minute | None:
        """The moment by which `minutes` working minutes have passed since `minute`; None: never in this span."""
        need = self.before(minute) + minutes
        i = bisect_left(self._totals, need)
        if i >= len(self._totals):
            return None
        if i == 0:
            return minute
        return self._starts[i - 1] + need - self._totals[i - 1]


def working_time(calendar: Calendar, zone: ZoneInfo, first: Minute, last: Minute) -> WorkingTime:
    """The calendar's stretches between two moments (at least), each wall-clock edge turned into an instant.

    A night shift over the spring change is an hour shorter, over the autumn change an hour longer.
    """
    return _unrolled(calendar, zone, to_datetime(first, zone).date() - dt.timedelta(days=1), (last - first) // DAY + 4)


@lru_cache(UNROLLED)
def _unrolled(calendar: Calendar, zone: ZoneInfo, day: dt.date, days: int) -> WorkingTime:
    by_weekday: dict[int, list[WeeklyWindow]] = {}
    for window in calendar.windows:
        by_weekday.setdefault(window.weekday, []).append(window)
    weekly: list[tuple[Minute, Minute]] = []
    for _ in range(days):
        for window in by_weekday.get(day.weekday(), ()):
            end = window.end if window.end > window.start else window.end + DAY
            weekly.append((_at(day, window.start, zone), _at(day, end, zone)))
        day += dt.timedelta(days=1)
    time = WorkingTime(weekly)
    for changes in (calendar.exceptions, calendar.own):
        time = time.minus((x.start, x.end) for x in changes if x.kind == "closed")
        opened = [(x.start, x.end) for x in changes if x.kind == "open"]
        time = time.plus(opened) if opened else time
    return time


def _at(day: dt.date, minutes: int, zone: ZoneInfo) -> Minute:
    day += dt.timedelta(days=minutes // DAY)
    hour, minute = divmod(minutes % DAY, 60)
    return to_minute(dt.datetime(day.year, day.month, day.day, hour, minute), zone)
