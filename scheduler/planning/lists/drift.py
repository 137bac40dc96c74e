"""Running work that should have ended and that nobody has reported: which, since when, and in words."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from scheduler.domain.minutes import Minute, spoken
from scheduler.domain.plans import OperationKey, PlannedOperation
from scheduler.domain.plant import PlantState

NAMED = 2
"""How many drifting operations a plan's cause names."""


def drifting_since(state: PlantState, key: OperationKey) -> Minute | None:
    """When it should have ended, where that is past; None: it does not drift."""
    progress = state.progress.get(key)
    if progress is None or progress.status != "running" or progress.drifting_since is None:
        return None
    return progress.drifting_since if progress.drifting_since < state.now else None


def drift_note(since: Minute | None, zone: ZoneInfo) -> str:
    """As the dispatch list says it; "" for None."""
    if since is None:
        return ""
    return f"overdue: should have ended {spoken(since, zone)}, no report"


def drift_cause(state: PlantState, before: Sequence[PlannedOperation]) -> str:
    """The drifting work that the plan `before` has ended by now, for the cause of the plan that follows; "": none."""
    found = [
        f"operation {o.operation} of order {o.order} on {o.machine} is {drift_note(since, state.zone)}"
        for o in before
        if o.end <= state.now and (since := drifting_since(state, o.key)) is not None
    ]
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return "; ".join(found[:NAMED]) + more
