"""Machines, their outages and changeovers, and pools of labour or tools."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from scheduler.domain.calendars import CalendarException
from scheduler.domain.minutes import Minute

ANY_FAMILY = "*"


@dataclass(frozen=True, slots=True)
class Machine:
    """A work unit of a work center.

    efficiency : run rate against standard, > 0; 0.8 makes run times a quarter longer.
    initial_setup : the setup family it stands in now, "" where unknown.
    exceptions : changes of its calendar that hold for it alone, after the calendar's own.
    """

    name: str
    work_center: str
    calendar: str
    efficiency: float = 1.0
    initial_setup: str = ""
    cost_per_hour: float = 0.0
    exceptions: tuple[CalendarException, ...] = ()


@dataclass(frozen=True, slots=True)
class Downtime:
    """An outage known now; `end` None: not known yet."""

    machine: str
    start: Minute
    end: Minute | None
    kind: Literal["maintenance", "breakdown"] = "maintenance"
    reason: str = ""

    def until(self, now: Minute, default_repair_minutes: int) -> Minute:
        """Its end, or the assumed one: the default repair time, counted from now (or from its start, if later)."""
        return self.end if self.end is not None else max(now, self.start) + default_repair_minutes


@dataclass(frozen=True, slots=True)
class SetupMatrix:
    """Changeover minutes of a work center by (family before, family after); `*` stands for any."""

    work_center: str
    minutes: Mapping[tuple[str, str], int]

    def changeover(self, before: str | None, after: str) -> int:
        """Working minutes from family `before` to `after`.

        before : None for an unknown state (matches only `*`), "" for work that needs no changeover around it.
        An exact row beats a row with `*`; without a row, the same family needs none.
        """
        if before == "" or after == "":
            return 0
        table = self.minutes
        if before is None:
            return table.get((ANY_FAMILY, after), table.get((ANY_FAMILY, ANY_FAMILY), 0))
        if (before, after) in table:
            return table[before, after]
        if before == after:
            return 0
        for key in ((before, ANY_FAMILY), (ANY_FAMILY, after), (ANY_FAMILY, ANY_FAMILY)):
            if key in table:
                return table[key]
        return 0


@dataclass(frozen=True, slots=True)
class PoolStretch:
    """A stretch [start, end) in which a pool has another capacity."""

    start: Minute
    end: Minute
    capacity: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Pool:
    """Labour or tools shared by machines; `calendar` None: always on duty.

    stretches : when it has another capacity; where they overlap the smallest counts.
    """

    name: str
    capacity: float
    calendar: str | None = None
    stretches: tuple[PoolStretch, ...] = ()

    @property
    def most(self) -> float:
        """The largest capacity that it ever has."""
        return max([self.capacity, *(s.capacity for s in self.stretches)])

    def room(self, moment: Minute) -> float:
        """Its capacity at a moment, whether on duty or not."""
        return min((s.capacity for s in self.stretches if s.start <= moment < s.end), default=self.capacity)

    def edges(self) -> list[Minute]:
        """The moments at which its capacity may change, rising."""
        return sorted({edge for s in self.stretches for edge in (s.start, s.end)})
