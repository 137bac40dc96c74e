"""Minutes that only were assumed: time has passed over work that nobody reported, and the plan is left as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scheduler.domain.events import Event
from scheduler.domain.folding.running import worked_minutes
from scheduler.domain.plans import PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.replanning.reactions import FELT


def only_minutes_passed(events: Sequence[Event], state: PlantState, plan: Sequence[PlannedOperation]) -> bool:
    """Whether nothing but ticks has come since the plan, and no row of it is overdue by more than is felt.

    A row is overdue that should have begun, or have ended, and nobody said that it has: the report may be on its way,
    and each minute would make another plan that says the same a minute later. Once it is more than FELT minutes, the
    plan is made anew; work past its end may then run over by as much again as it did. Its minutes are those that its
    machine works: while that is closed, another plan says the same.
    """
    if not events or any(event.type != "clock.ticked" for event in events):
        return False
    found = list(_overdue(state, plan))
    if any(minutes > patience for minutes, patience in found):
        return False
    return bool(found) or _changes_over(state, plan)


def overdue(state: PlantState, plan: Sequence[PlannedOperation]) -> bool:
    """Whether a row of the plan, or its changeover, should have begun or ended before now, and nobody said so."""
    return any(True for _ in _overdue(state, plan)) or _changes_over(state, plan)


def _overdue(state: PlantState, plan: Sequence[PlannedOperation]) -> Iterator[tuple[int, int]]:
    """Of each row that is: by how many minutes, and how many are left unfelt."""
    for row in plan:
        work = state.progress.get(row.key)
        if work is None or work.status == "aside":
            minutes, patience = state.now - row.start, FELT
        elif work.status == "running" and work.drifting_since is not None:
            machine = work.machine or row.machine
            minutes = worked_minutes(state, machine, row.end, state.now)
            patience = max(FELT, worked_minutes(state, machine, work.drifting_since, row.end))
        else:
            continue
        if minutes > 0:
            yield minutes, patience


def _changes_over(state: PlantState, plan: Sequence[PlannedOperation]) -> bool:
    """Whether a changeover should have begun that nobody reports: its work is to start within the next minutes."""
    return any(
        row.setup_start is not None and row.setup_start < state.now <= row.start and state.waits(*row.key)
        for row in plan
    )
