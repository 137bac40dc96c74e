"""operation.paused and operation.resumed: rows of the table of reports (`floor_table.py`)."""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.folding.remaining import since
from scheduler.domain.folding.report import Report, with_work
from scheduler.domain.folding.running import remaining_minutes, worked_minutes
from scheduler.domain.plant import PlantState


def stands_still(state: PlantState, report: Report) -> PlantState:
    """It keeps its machine, its remaining minutes stand still; a late message gives back what was counted since."""
    work = report.work(state)
    if work is None or work.status != "running":
        return state
    began = report.time if work.started is None else max(report.time, work.started)
    left, machine = remaining_minutes(state, work), work.machine or ""
    if work.drifting_since is not None:
        # What was counted beyond its end was no work of it.
        left = worked_minutes(state, machine, began, work.drifting_since)
    else:
        left += worked_minutes(state, machine, began, state.now)
    return with_work(state, replace(work, status="paused", remaining_minutes=max(1, left), drifting_since=None))


def goes_on(state: PlantState, report: Report) -> PlantState:
    """Paused work goes on from the report's time; a late message counts what the machine has worked since."""
    work = report.work(state)
    if work is None or work.status != "paused":
        return state
    left = since(state, work, remaining_minutes(state, work), report.time)
    return with_work(state, replace(work, status="running", remaining_minutes=left))
