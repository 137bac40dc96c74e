"""When the machines and calendars of a plant work, and when work that runs on them ends."""

from __future__ import annotations

from functools import cached_property

from scheduler.domain.calendars import WorkingTime, working_time
from scheduler.domain.minutes import DAY, Minute
from scheduler.domain.orders import Progress
from scheduler.domain.plant import PlantState

LOOK_BACK = 60 * DAY
LOOK_AHEAD = 14 * DAY
FURTHEST = 50 * 366 * DAY
"""No plan is followed further than this beyond now; what lies there counts as off shift."""


class MachineTimes:
    """When each machine and calendar works, from long before now to some time after `last`; made when asked for."""

    def __init__(self, state: PlantState, last: Minute) -> None:
        self._state = state
        self.first = state.now - LOOK_BACK
        self.last = min(max(last, state.horizon_end()), state.now + FURTHEST) + LOOK_AHEAD
        self._calendars: dict[str, WorkingTime] = {}
        self._machines: dict[str, WorkingTime] = {}

    def machine(self, name: str) -> WorkingTime:
        """Its calendar, with what was changed for it alone, less its outages."""
        time = self._machines.get(name)
        if time is None:
            known, outages = self._state.machines[name], self._outages.get(name)
            time = self.calendar(known.calendar)
            if known.exceptions:
                time = working_time(self._state.calendar_of(name), self._state.zone, self.first, self.last)
            if outages:
                time = time.minus(outages)
            self._machines[name] = time
        return time

    def calendar(self, name: str) -> WorkingTime:
        time = self._calendars.get(name)
        if time is None:
            time = working_time(self._state.calendars[name], self._state.zone, self.first, self.last)
            self._calendars[name] = time
        return time

    @cached_property
    def _outages(self) -> dict[str, list[tuple[Minute, Minute]]]:
        state = self._state
        holes: dict[str, list[tuple[Minute, Minute]]] = {}
        for downtime in state.downtimes:
            end = downtime.until(state.now, state.default_repair_minutes)
            holes.setdefault(downtime.machine, []).append((downtime.start, end))
        return holes


def end_of_running(state: PlantState, times: MachineTimes, running: Progress, machine: str) -> Minute | None:
    """When running work ends: its remaining working minutes counted from now. None: never in sight."""
    left = running.remaining_minutes
    if left is None:
        left = state.run_minutes(running.order, running.operation, machine) or 1
    worked = times.machine(machine).after(state.now, left)
    return None if worked is None else running.ends(worked)
