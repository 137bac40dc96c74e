"""When machines work, for many operations at once: the domain's working time, laid out in one array."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from scheduler.domain.calendars import Calendar, WorkingTime, working_time
from scheduler.domain.machine_times import FURTHEST, LOOK_AHEAD, LOOK_BACK
from scheduler.domain.minutes import DAY, Minute
from scheduler.domain.plant import PlantState
from scheduler.planning.arrays import Ints, offsets

APART = 1 << 36
"""Between the stretches of two working times in one array: more than any two moments of a plant are apart."""
REMEMBERED = 1024

Flags = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
Holes = tuple[tuple[Minute, Minute], ...]


class Times:
    """The working times of a plant's machines (calendar less outages) and calendars, by number.

    Moments are minutes since `first`, which lies far enough before now; beyond `last` nothing is open.
    """

    def __init__(self, state: PlantState, last: Minute) -> None:
        self._state = state
        reach = min(max(last, state.horizon_end()), state.now + FURTHEST) + LOOK_AHEAD
        self.first = (state.now - LOOK_BACK) // DAY * DAY
        self._last = -(-reach // DAY) * DAY
        self._known: dict[tuple[Calendar, Holes], int] = {}
        self._whole: list[WorkingTime] = []
        self._columns: list[Ints] = []
        holes: dict[str, list[tuple[Minute, Minute]]] = {}
        for downtime in state.downtimes:
            until = downtime.until(state.now, state.default_repair_minutes)
            if until > self.first:
                holes.setdefault(downtime.machine, []).append((downtime.start, until))
        self._holes = {name: tuple(found) for name, found in holes.items()}

    def machine(self, name: str) -> int:
        """The number of its working time."""
        return self._number(self._state.calendar_of(name), self._holes.get(name, ()))

    def calendar(self, name: str) -> int:
        return self._number(self._state.calendars[name], ())

    def whole(self, number: int) -> WorkingTime:
        return self._whole[number]

    def _number(self, calendar: Calendar, holes: Holes) -> int:
        key = calendar, holes
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = len(self._whole)
            state = self._state
            whole, columns = _time(calendar, state.zone, self.first, self._last, holes)
            self._whole.append(whole)
            self._columns.append(columns)
        return found

    def laid_out(self) -> Laid:
        """All that has been asked for so far."""
        return Laid(self._columns, self.first)


class Laid:
    """(start, end, minutes before) of every stretch of several working times, one behind the other.

    begin : where each working time begins in `start`.
    """

    def __init__(self, columns: list[Ints], first: Minute) -> None:
        self._zero = first
        counts = [len(c) for c in columns]
        self.begin = offsets(counts)
        own = np.repeat(np.arange(len(columns)), counts)
        rows = np.concatenate(columns) if columns else np.empty((0, 3), np.int64)
        self.start, self.end, self.before = rows[:, 0], rows[:, 1], rows[:, 2]
        self._keys = own * APART + (self.start - first)

    def stretch(self, time: Ints, moment: Ints) -> Ints:
        """The last stretch of each working time that starts at the moment or before; one less than its first: none."""
        found: Ints = np.searchsorted(self._keys, time * APART + (moment - self._zero), side="right") - 1
        return found

    def worked(self, time: Ints, moment: Ints) -> Ints:
        """Working minutes before each moment."""
        at = self.stretch(time, moment)
        there = at >= self.begin[time]
        at = np.maximum(at, 0)
        return np.where(there, self.before[at] + np.minimum(moment, self.end[at]) - self.start[at], 0)

    def open(self, time: Ints, moment: Ints) -> Flags:
        at = self.stretch(time, moment)
        is_open: Flags = (at >= self.begin[time]) & (moment < self.end[np.maximum(at, 0)])
        return is_open


@lru_cache(REMEMBERED)
def _time(calendar: Calendar, zone: ZoneInfo, first: Minute, last: Minute, holes: Holes) -> tuple[WorkingTime, Ints]:
    whole = working_time(calendar, zone, first, last)
    if holes:
        whole = whole.minus(holes)
    columns = np.empty((len(whole.stretches), 3), np.int64)
    columns[:, :2] = np.array(whole.stretches, dtype=np.int64).reshape(-1, 2)
    columns[:, 2] = offsets(columns[:, 1] - columns[:, 0])[:-1]
    return whole, columns
