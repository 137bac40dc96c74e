"""calendar.changed and pool.changed: when machines and pools work, and how much a pool has."""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.calendars import CalendarException
from scheduler.domain.events import Event
from scheduler.domain.folding.lookup import find_machine, moment_in, refuse, refuse_name, refuse_value
from scheduler.domain.folding.machines import recounted
from scheduler.domain.folding.running import running_on, with_machine, with_progress
from scheduler.domain.minutes import Minute, spoken
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import PoolStretch


def calendar_changed(state: PlantState, event: Event) -> PlantState:
    """Opens or closes a stretch of a calendar, or of one machine alone where `machine` names it.

    The later report counts: what is closed takes back what was opened there before. Work that has run in the
    stretch meanwhile is counted anew.
    """
    data = event.data
    start, end = _stretch(state, event)
    change = CalendarException(start, end, data["kind"], str(data.get("reason") or ""))
    if data.get("machine"):
        machine = find_machine(state, event)
        after = with_machine(state, replace(machine, exceptions=_with(machine.exceptions, change)))
        touched = [machine.name]
    elif data.get("calendar"):
        name = data["calendar"]
        calendar = state.calendars.get(name)
        if calendar is None:
            raise refuse_name(event, "calendar", name, state.calendars)
        changed = replace(calendar, exceptions=_with(calendar.exceptions, change))
        after = replace(state, calendars={**state.calendars, name: changed})
        touched = [m.name for m in state.machines.values() if m.calendar == name]
    else:
        message = "names neither a calendar nor a machine; name one of them"
        raise refuse(event, message, "calendar", "nothing", "a calendar or a machine")
    return with_progress(
        after, *(recounted(state, after, work, start) for name in touched for work in running_on(state, name))
    )


def pool_changed(state: PlantState, event: Event) -> PlantState:
    """A pool has another capacity, for good or for a stretch; the same stretch named again is corrected."""
    data = event.data
    name, capacity = data["pool"], float(data["capacity"])
    pool = state.pools.get(name)
    if pool is None:
        raise refuse_name(event, "pool", name, state.pools)
    if data.get("end"):
        start, end = _stretch(state, event)
        new = PoolStretch(start, end, capacity, str(data.get("reason") or ""))
        others = tuple(s for s in pool.stretches if (s.start, s.end) != (start, end))
        changed = replace(pool, stretches=(*others, new))
    elif data.get("start"):
        message = "a stretch has a start and no end; give both, or neither for a change for good"
        raise refuse(event, message, "end", "nothing", "a moment")
    else:
        changed = replace(pool, capacity=capacity)
    return replace(state, pools={**state.pools, name: changed})


def _stretch(state: PlantState, event: Event) -> tuple[Minute, Minute]:
    """[start, end) of the event; without a start from its own time on."""
    start, end = moment_in(event.data, "start", state), moment_in(event.data, "end", state)
    start = event.time if start is None else start
    if end is None or end <= start:
        found = "nothing" if end is None else spoken(end, state.zone)
        raise refuse_value(event, f"the end {found}", f"a moment after {spoken(start, state.zone)}", "end")
    return start, end


def _with(changes: tuple[CalendarException, ...], new: CalendarException) -> tuple[CalendarException, ...]:
    """With a further change, which counts where an earlier one says otherwise. Open beats closed, so closing cuts."""
    left: list[CalendarException] = []
    for x in changes:
        if x.kind != "open" or new.kind == "open" or x.end <= new.start or x.start >= new.end:
            left.append(x)
            continue
        if x.start < new.start:
            left.append(replace(x, end=new.start))
        if x.end > new.end:
            left.append(replace(x, start=new.end))
    return tuple(left) if new in left else (*left, new)
