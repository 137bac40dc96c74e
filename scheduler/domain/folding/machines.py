"""machine.down, machine.up, machine.speed."""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.doubts import Doubt
from scheduler.domain.events import Event
from scheduler.domain.folding.doubting import closed, open_doubts, with_doubt
from scheduler.domain.folding.lookup import find_machine, moment_in
from scheduler.domain.folding.running import (
    full_minutes,
    remaining_minutes,
    running_on,
    scaled,
    with_machine,
    with_progress,
    worked_minutes,
)
from scheduler.domain.minutes import Minute, spoken
from scheduler.domain.orders import Progress
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Downtime, Machine
from scheduler.domain.routings import Operation

UP_EARLY, END_EARLY = "up_before_down", "end_before_down"
"""Rules of doubts: an end was reported, or expected, that lies before the breakdown."""


def machine_down(state: PlantState, event: Event) -> PlantState:
    """A breakdown opens at the event's time; a second one while it lasts replaces the expected end.

    An expected end before its start says nothing; that is a doubt. Running work pauses and keeps its remaining
    minutes; what cannot pause starts again, changeover included. A late message gives back the minutes that were
    counted as worked since.
    """
    machine = find_machine(state, event)
    state = _settled(state, machine, event)
    up = moment_in(event.data, "expected_up", state)
    if up is not None and up <= event.time:
        words = (
            f"'{machine.name}' is expected up at {spoken(up, state.zone)}, not after it went down at "
            f"{spoken(event.time, state.zone)}, so nobody knows when it is up again"
        )
        state, up = _doubted(state, END_EARLY, words, machine, event), None
    reason = str(event.data.get("reason") or "")
    broken = [
        d for d in state.downtimes if d.machine == machine.name and d.kind == "breakdown" and _covers(d, event.time)
    ]
    if broken:
        downtimes = tuple(replace(d, end=up, reason=reason or d.reason) if d in broken else d for d in state.downtimes)
    else:
        downtimes = (*state.downtimes, Downtime(machine.name, event.time, up, "breakdown", reason))
    after = replace(state, downtimes=downtimes)
    changed = []
    for running in running_on(state, machine.name):
        operation = state.operation(running.order, running.operation)
        if not broken and operation is not None and not operation.pausable:
            left = _changeover(state, machine, operation) + full_minutes(state, running)
            worked = worked_minutes(after, machine.name, event.time, state.now) if running.status == "running" else 0
            left = max(1, left - worked)
            changed.append(replace(running, remaining_minutes=left, told_minutes=None, drifting_since=None))
        else:
            changed.append(recounted(state, after, running, event.time))
    return with_progress(after, *changed)


def machine_up(state: PlantState, event: Event) -> PlantState:
    """Ends every outage of the machine that lasts at the event's time; planned maintenance to come stays.

    The machine is up: a breakdown that began behind that time ends now, which is a doubt, unless the report is known
    as the end of an outage before it.
    """
    machine = find_machine(state, event)
    state = _settled(state, machine, event)
    later = [d for d in state.downtimes if d.machine == machine.name and _lasts_since(d, event.time, state.now)]
    if later and not any(d.machine == machine.name and _ends_at(d, event.time) for d in state.downtimes):
        words = (
            f"'{machine.name}' was reported up at {spoken(event.time, state.zone)}, before it went down at "
            f"{spoken(later[0].start, state.zone)}, so it is taken to be up since now"
        )
        ended = tuple(replace(d, end=state.now) if d in later else d for d in state.downtimes)
        state = replace(state, downtimes=tuple(d for d in ended if d.end is None or d.start < d.end))
        return _doubted(state, UP_EARLY, words, machine, event)
    downtimes = []
    for downtime in state.downtimes:
        if downtime.machine != machine.name or not _covers(downtime, event.time):
            downtimes.append(downtime)
        elif downtime.start < event.time:
            downtimes.append(replace(downtime, end=event.time))
    after = replace(state, downtimes=tuple(downtimes))
    return with_progress(
        after, *(recounted(state, after, running, event.time) for running in running_on(state, machine.name))
    )


def machine_speed(state: PlantState, event: Event) -> PlantState:
    """Sets the efficiency; what is left of running work stretches or shrinks with it."""
    machine = find_machine(state, event)
    efficiency = float(event.data["efficiency"])
    ratio = machine.efficiency / efficiency
    changed = [
        replace(
            running,
            remaining_minutes=running.remaining_minutes and scaled(running.remaining_minutes, ratio),
            told_minutes=None if running.told_minutes is None else scaled(running.told_minutes, ratio),
        )
        for running in state.progress.values()
        if running.machine == machine.name and running.status != "done" and running.remaining_minutes is not None
    ]
    return with_progress(with_machine(state, replace(machine, efficiency=efficiency)), *changed)


def _changeover(state: PlantState, machine: Machine, operation: Operation) -> int:
    """Minutes before the operation can begin again on the machine that it stood on."""
    row = operation.on(machine.name)
    own = row.setup_minutes if row else 0
    return state.changeover(machine.name, operation.setup_family, operation.setup_family, own)


def _covers(downtime: Downtime, time: Minute) -> bool:
    return downtime.start <= time and (downtime.end is None or downtime.end > time)


def _lasts_since(downtime: Downtime, time: Minute, now: Minute) -> bool:
    """A breakdown that began after that time, and lasts."""
    begun = time < downtime.start <= now
    return downtime.kind == "breakdown" and begun and (downtime.end is None or downtime.end > now)


def _ends_at(downtime: Downtime, time: Minute) -> bool:
    """The report is its end: told now, or told already."""
    return _covers(downtime, time) or downtime.end == time


def _doubted(state: PlantState, rule: str, words: str, machine: Machine, event: Event) -> PlantState:
    return with_doubt(
        state, Doubt("", rule, words, state.now, machine=machine.name, event=event.id, source=event.source)
    )


def _settled(state: PlantState, machine: Machine, event: Event) -> PlantState:
    """What was doubted of the machine's outages is said anew."""
    open_ = [d for d in open_doubts(state, "") if d.machine == machine.name and d.rule in (UP_EARLY, END_EARLY)]
    return closed(state, open_, "settled", event.time, "", f"{event.type} was reported again")


def recounted(before: PlantState, after: PlantState, running: Progress, since: Minute) -> Progress:
    """Running work as if its machine's calendar and outages had been known as they are now, from `since` on."""
    if since >= before.now or running.status != "running":
        return running
    machine = running.machine or ""
    start = max(since, running.started if running.started is not None else since)
    counted = worked_minutes(before, machine, start, before.now)
    worked = worked_minutes(after, machine, start, before.now)
    if running.drifting_since is not None:
        # What was counted beyond its end was no work of it.
        given_back = counted - worked - worked_minutes(before, machine, running.drifting_since, before.now)
        return replace(running, remaining_minutes=given_back, drifting_since=None) if given_back > 0 else running
    left = remaining_minutes(before, running) + counted - worked
    most = max(full_minutes(before, running), remaining_minutes(before, running))
    return replace(running, remaining_minutes=max(1, min(left, most)))
