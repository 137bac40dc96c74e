"""operation.paused and operation.resumed: work keeps its machine, and its remaining minutes stand still."""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.events import Event
from scheduler.domain.folding.lookup import find_operation, refuse
from scheduler.domain.folding.running import remaining_minutes, with_progress, worked_minutes
from scheduler.domain.orders import Progress
from scheduler.domain.plant import PlantState


def operation_paused(state: PlantState, event: Event) -> PlantState:
    """Running work stands still from the event's time on; a late message gives back what was counted since."""
    work = _begun(state, event)
    if work.status == "paused":
        return state
    since = max(event.time, work.started if work.started is not None else event.time)
    left = remaining_minutes(state, work)
    if work.drifting_since is not None:
        # What was counted beyond its end was no work of it.
        left = worked_minutes(state, work.machine or "", since, work.drifting_since) or left
    else:
        left += worked_minutes(state, work.machine or "", since, state.now)
    return with_progress(state, replace(work, status="paused", remaining_minutes=left, drifting_since=None))


def operation_resumed(state: PlantState, event: Event) -> PlantState:
    """Paused work goes on from the event's time; a late message counts what the machine has worked since."""
    work = _begun(state, event)
    if work.status == "running":
        return state
    left = remaining_minutes(state, work) - worked_minutes(state, work.machine or "", event.time, state.now)
    return with_progress(state, replace(work, status="running", remaining_minutes=max(1, left)))


def _begun(state: PlantState, event: Event) -> Progress:
    order, operation = find_operation(state, event)
    work = state.progress.get((order.name, operation.number))
    if work is None or not work.keeps_machine:
        found = "has not started" if work is None else f"is {work.status}"
        raise refuse(
            event,
            f"operation {operation.number} of order '{order.name}' {found}; only work that has started and is not "
            "finished is paused or resumed",
            "operation",
        )
    return work
