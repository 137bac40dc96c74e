"""Running work and the clock: what a machine has got done between two moments."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from scheduler.domain.calendars import Calendar, WorkingTime, working_time
from scheduler.domain.minutes import Minute
from scheduler.domain.orders import Progress
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Machine

FOREVER: Minute = 10**9
SHORTEST_DRIFT = 5
"""Minutes by which work that is late in ending is taken to overrun at first."""


def advance(state: PlantState, to: Minute) -> PlantState:
    """The state at `to`: running work has lost the minutes its machine worked meanwhile. Never goes back.

    An outage without an end covers all of it. Work past its end that nobody has reported finished drifts: it still
    runs, and `drift_minutes` says how long it is taken to.
    """
    if to <= state.now:
        return state
    progress = dict(state.progress)
    after = replace(state, now=to)
    calendars: dict[Calendar, WorkingTime] = {}
    for key, running in state.progress.items():
        if running.status == "running" and running.machine:
            calendar = state.calendar_of(running.machine)
            if calendar not in calendars:
                calendars[calendar] = working_time(calendar, state.zone, state.now, to)
            time = calendars[calendar].minus(_holes(state, running.machine))
            left = remaining_minutes(state, running)
            due = running.drifting_since
            if due is None and left <= time.between(state.now, to):
                due = time.after(state.now, left)
            if due is None:
                left -= time.between(state.now, to)
            else:
                left = drift_minutes(after, running, due)
            progress[key] = replace(running, remaining_minutes=left, drifting_since=due)
    return replace(after, progress=progress)


def drift_minutes(state: PlantState, running: Progress, due: Minute) -> int:
    """How much longer work that should have ended at `due` is taken to run: at least 1 minute.

    In its first minute it is taken to end at once, as the report may be on its way. Then to overrun by a tenth of its
    run time, at least 5 minutes, then by twice that, and so on: so the plan follows it in few steps, not every minute.
    """
    over = worked_minutes(state, running.machine or "", due, state.now)
    if over == 0:
        return 1
    step = max(SHORTEST_DRIFT, scaled(full_minutes(state, running), 0.1))
    while step <= over:
        step *= 2
    return step - over


def worked_minutes(state: PlantState, machine: str, start: Minute, end: Minute) -> int:
    """Minutes that the machine really worked in [start, end), by its calendar and its outages."""
    if end <= start:
        return 0
    return (
        working_time(state.calendar_of(machine), state.zone, start, end)
        .minus(_holes(state, machine))
        .between(start, end)
    )


def full_minutes(state: PlantState, running: Progress) -> int:
    """Working minutes of the whole operation on the machine it runs on."""
    minutes = state.run_minutes(running.order, running.operation, running.machine or "")
    return minutes if minutes is not None else max(1, running.remaining_minutes or 1)


def remaining_minutes(state: PlantState, running: Progress) -> int:
    """What is left of running work: as reported, or the whole where nobody has said."""
    return running.remaining_minutes if running.remaining_minutes is not None else full_minutes(state, running)


def scaled(minutes: int, ratio: float) -> int:
    """Minutes times a ratio, rounded up, at least 1."""
    return max(1, math.ceil(minutes * ratio - 1e-9))


def running_on(state: PlantState, machine: str) -> Iterator[Progress]:
    """Work that runs on a machine, or pauses there."""
    return (p for p in state.progress.values() if p.keeps_machine and p.machine == machine)


def running_of(state: PlantState, order: str) -> Iterator[Progress]:
    """Work of an order that runs or pauses."""
    return (p for p in state.progress.values() if p.order == order and p.keeps_machine)


def with_progress(state: PlantState, *changed: Progress) -> PlantState:
    if not changed:
        return state
    return replace(state, progress={**state.progress, **{(p.order, p.operation): p for p in changed}})


def with_machine(state: PlantState, machine: Machine) -> PlantState:
    return replace(state, machines={**state.machines, machine.name: machine})


def standing_in(state: PlantState, machine: str | None, family: str) -> PlantState:
    """The machine now stands in that setup family; work without a family leaves it as it was."""
    known = state.machines.get(machine or "")
    if known is None or not family or known.initial_setup == family:
        return state
    return with_machine(state, replace(known, initial_setup=family))


def _holes(state: PlantState, machine: str) -> list[tuple[Minute, Minute]]:
    return [
        (d.start, d.end if d.end is not None else max(FOREVER, d.start + 1))
        for d in state.downtimes
        if d.machine == machine
    ]
