"""How much longer machines and crews work with assumptions than without. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.domain.calendars import Calendar, working_time
from scheduler.domain.plant import PlantState


def overtime_minutes(before: PlantState, after: PlantState) -> int:
    """Minutes of all machines and crews together, from now to the horizon, that are open in `after` and closed in
    `before`. A machine that is only in one of them counts nothing."""
    first, last = before.now, before.horizon_end()
    found = 0
    for old, new in _hours(before, after):
        if old != new:
            was = working_time(old, before.zone, first, last)
            found += working_time(new, after.zone, first, last).minus(was.stretches).between(first, last)
    return found


def _hours(before: PlantState, after: PlantState) -> Iterator[tuple[Calendar, Calendar]]:
    for name in before.machines.keys() & after.machines.keys():
        yield before.calendar_of(name), after.calendar_of(name)
    for name, pool in before.pools.items():
        if pool.calendar is not None and name in after.pools:
            yield before.calendars[pool.calendar], after.calendars[pool.calendar]
