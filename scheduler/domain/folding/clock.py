"""clock.corrected: now was moved by a wrong time, and a person sets it back."""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.events import Event
from scheduler.domain.folding.lookup import moment_in, refuse
from scheduler.domain.folding.running import advance, worked_minutes
from scheduler.domain.minutes import Minute
from scheduler.domain.orders import Progress
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Downtime


def clock_corrected(state: PlantState, event: Event) -> PlantState:
    """Now is what the person says. What ran gets back the minutes that were counted since; what was reported with the
    wrong time is taken as of now."""
    now = moment_in(event.data, "now", state)
    if now is None:
        raise refuse(event, "now is missing, expected a moment", "now", "nothing", "a moment")
    if now >= state.now:
        return advance(state, now)
    progress = {key: _as_of(state, work, now) for key, work in state.progress.items()}
    downtimes = tuple(
        _from_now(d, now) if d.kind == "breakdown" and now < d.start <= state.now else d for d in state.downtimes
    )
    doubts = {
        id: replace(d, since=min(d.since, now), closed=None if d.closed is None else min(d.closed, now))
        for id, d in state.doubts.items()
    }
    return replace(state, now=now, progress=progress, downtimes=downtimes, doubts=doubts)


def _from_now(outage: Downtime, now: Minute) -> Downtime:
    """It starts now and takes as long as it was said to."""
    return replace(outage, start=now, end=None if outage.end is None else now + outage.end - outage.start)


def _as_of(state: PlantState, work: Progress, now: Minute) -> Progress:
    began = work.started
    if work.status == "running" and work.machine:
        due = work.drifting_since
        machine, since = work.machine, now if began is None else max(now, began)
        if due is None:
            left = (work.remaining_minutes or 0) + worked_minutes(state, machine, since, state.now)
            work = replace(work, remaining_minutes=left)
        elif due > now:
            left = max(1, worked_minutes(state, machine, since, due))
            work = replace(work, remaining_minutes=left, drifting_since=None)
    return replace(
        work,
        started=None if began is None else min(began, now),
        finished=None if work.finished is None else min(work.finished, now),
        counted=None if work.counted is None else min(work.counted, now),
    )
