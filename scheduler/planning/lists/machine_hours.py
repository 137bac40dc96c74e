"""When a machine works between two moments, and why it does not."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import Literal, NamedTuple

from scheduler.domain.calendars import working_time
from scheduler.domain.machine_times import MachineTimes
from scheduler.domain.minutes import Minute
from scheduler.domain.plant import PlantState

ONE_OFF = "one-off closing"
"""The reason of a closing for which none was given."""


class Piece(NamedTuple):
    """A stretch [start, end) in which a machine works, or does not for one reason.

    A minute that the calendar closes is closed, whatever outage it falls into: without the outage it would be too.
    """

    start: Minute
    end: Minute
    kind: Literal["working", "closed", "breakdown", "maintenance"]
    reason: str = ""


class MachineHours:
    """The hours of one machine, outages included."""

    def __init__(self, state: PlantState, times: MachineTimes, machine: str) -> None:
        self.time = times.machine(machine)
        calendar = state.calendar_of(machine)
        self._open = working_time(calendar, state.zone, times.first, times.last)
        self._outages = [
            (d.start, d.until(state.now, state.default_repair_minutes), d.kind, d.reason)
            for d in state.downtimes
            if d.machine == machine
        ]
        self._closings = [
            (x.start, x.end, x.reason or ONE_OFF) for x in (*calendar.exceptions, *calendar.own) if x.kind == "closed"
        ]

    def first_open(self, minute: Minute) -> Minute | None:
        """The first working minute at or after a moment. None: none is in sight."""
        if self.time.is_open(minute):
            return minute
        behind = self.time.after(minute, 1)
        return None if behind is None else behind - 1

    def pieces(self, start: Minute, end: Minute) -> Iterator[Piece]:
        """[start, end) without a gap, in the order of time."""
        at = start
        for a, b in within(self.time.stretches, start, end):
            yield from self._off(at, a)
            yield Piece(a, b, "working")
            at = b
        yield from self._off(at, end)

    def _off(self, start: Minute, end: Minute) -> Iterator[Piece]:
        """Minutes without work: open by the calendar, they are an outage's."""
        at = start
        for a, b in within(self._open.stretches, start, end):
            yield from self._closed(at, a)
            yield from self._down(a, b)
            at = b
        yield from self._closed(at, end)

    def _down(self, start: Minute, end: Minute) -> Iterator[Piece]:
        for a, b in _cut(start, end, [edge for o in self._outages for edge in o[:2]]):
            here = [o for o in self._outages if o[0] <= a < o[1]]
            broken = next((o for o in here if o[2] == "breakdown"), here[0] if here else None)
            yield Piece(a, b, "closed") if broken is None else Piece(a, b, broken[2], broken[3])

    def _closed(self, start: Minute, end: Minute) -> Iterator[Piece]:
        for a, b in _cut(start, end, [edge for c in self._closings for edge in c[:2]]):
            yield Piece(a, b, "closed", next((c[2] for c in self._closings if c[0] <= a < c[1]), ""))


def within(stretches: tuple[tuple[Minute, Minute], ...], start: Minute, end: Minute) -> Iterator[tuple[Minute, Minute]]:
    """The parts of sorted disjoint stretches that lie in [start, end)."""
    i = max(0, bisect_right(stretches, (start, end)) - 1)
    while i < len(stretches) and stretches[i][0] < end:
        a, b = max(stretches[i][0], start), min(stretches[i][1], end)
        if a < b:
            yield a, b
        i += 1


def _cut(start: Minute, end: Minute, edges: list[Minute]) -> Iterator[tuple[Minute, Minute]]:
    """[start, end) cut at the edges that lie in it; nothing where it is empty."""
    at = start
    for edge in sorted({e for e in edges if start < e < end} | ({end} if end > start else set())):
        yield at, edge
        at = edge
