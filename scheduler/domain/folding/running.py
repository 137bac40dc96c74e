"""Running work and the clock: what a machine has got done between two moments."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from scheduler.domain.calendars import Calendar, WorkingTime, working_time
from scheduler.domain.doubts import Doubt
from scheduler.domain.folding.doubting import has_doubt, with_doubt
from scheduler.domain.minutes import Minute, spoken
from scheduler.domain.orders import Progress
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Machine

FOREVER: Minute = 10**9
LOST = "lost_report"


def advance(state: PlantState, to: Minute) -> PlantState:
    """The state at `to`: running work has lost the minutes its machine worked meanwhile. Never goes back.

    An outage without an end covers all of it. Work past its end that nobody has reported finished drifts: it is taken
    to end now, each time anew, and `lost_report_minutes` after its end that is a doubt. The same whether an hour passed
    in one step or in sixty.
    """
    if to <= state.now:
        return state
    progress = dict(state.progress)
    calendars: dict[Calendar, WorkingTime] = {}
    lost: list[tuple[Minute, Progress]] = []
    for key, running in state.progress.items():
        if running.status == "running" and running.machine:
            left, due = 0, running.drifting_since
            if due is None:
                calendar = state.calendar_of(running.machine)
                if calendar not in calendars:
                    calendars[calendar] = working_time(calendar, state.zone, state.now, to)
                time = calendars[calendar].minus(_holes(state, running.machine))
                left, passed = remaining_minutes(state, running), time.between(state.now, to)
                if left <= passed:
                    due = time.after(state.now, left)
                left = max(0, left - passed)
            progress[key] = replace(running, remaining_minutes=left, drifting_since=due)
            if due is not None and state.now < due + state.lost_report_minutes <= to:
                lost.append((due, progress[key]))
    after = replace(state, now=to, progress=progress)
    for due, running in sorted(lost, key=lambda found: found[0]):
        after = _lost(after, running, due)
    return after


def _lost(state: PlantState, running: Progress, due: Minute) -> PlantState:
    """With the doubt, unless one is open: then its end is past for a second time, after the clock was set back."""
    if has_doubt(state, running.order, running.operation, {LOST}):
        return state
    words = (
        f"operation {running.operation} of order '{running.order}' should have ended on '{running.machine}' at "
        f"{spoken(due, state.zone)} and nobody reported; it is taken to be over, nothing waits for it"
    )
    since = due + state.lost_report_minutes
    return with_doubt(state, Doubt("", LOST, words, since, running.order, running.operation, running.machine or ""))


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
