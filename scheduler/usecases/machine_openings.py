"""When a plant's machines are to work, by the second, for signals that only count then."""

from __future__ import annotations

import math
from collections.abc import Callable

from scheduler.domain.calendars import working_time
from scheduler.domain.minutes import DAY, EPOCH
from scheduler.domain.plant import PlantState
from scheduler.errors import UnknownPlant

SINCE_1970 = EPOCH.timestamp()


class MachineOpenings:
    """A machine's calendar less its planned maintenance; a machine that the plant does not know is always to work.

    state : of the plant, as it is now; may raise UnknownPlant, then it is always to work too.
    """

    def __init__(self, state: Callable[[], PlantState]) -> None:
        self._state = state

    def opening(self, machine: str, at: float) -> float:
        """`at` where it is to work then, else when it next is (within a month)."""
        try:
            state = self._state()
        except UnknownPlant:
            return at
        if machine not in state.machines:
            return at
        minute = math.floor((at - SINCE_1970) / 60)
        first = minute // DAY * DAY - DAY
        maintained = [
            (d.start, d.until(state.now, state.default_repair_minutes))
            for d in state.downtimes
            if d.machine == machine and d.kind == "maintenance"
        ]
        time = working_time(state.calendar_of(machine), state.zone, first, first + 32 * DAY).minus(maintained)
        for start, end in time.stretches:
            if minute < end:
                return at if start <= minute else start * 60.0 + SINCE_1970
        return math.inf
