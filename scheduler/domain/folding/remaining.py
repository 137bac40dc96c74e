"""What is left of work that has begun: as a report said in minutes, or the run's share of the pieces not yet made."""

from __future__ import annotations

import math
from dataclasses import replace

from scheduler.domain.folding.running import full_minutes, scaled, worked_minutes
from scheduler.domain.minutes import Minute
from scheduler.domain.orders import Progress
from scheduler.domain.plant import PlantState

SLACK = 1e-6
"""Of a piece."""


def pieces_left(state: PlantState, work: Progress) -> float:
    """Pieces of its own quantity that are neither good nor scrapped yet, at least 0."""
    return max(0.0, state.quantity_of(work.order, work.operation) - work.quantity_good - work.quantity_scrap)


def all_made(state: PlantState, work: Progress) -> bool:
    """Whether some pieces were reported and none are left."""
    return work.quantity_good + work.quantity_scrap > 0 and pieces_left(state, work) <= SLACK


def told_minutes(state: PlantState, work: Progress) -> int:
    """What was left by the last word on it, at least 1: time that passed without a word has made nothing."""
    if work.told_minutes is not None:
        return max(1, work.told_minutes)
    quantity = state.quantity_of(work.order, work.operation)
    if quantity <= 0:
        return 1
    return scaled(full_minutes(state, work), pieces_left(state, work) / quantity)


def since(state: PlantState, work: Progress, left: int, time: Minute) -> int:
    """What is left now of what was left at `time`, at least 1; the machine works on it since then.

    A report that comes late takes no minutes in which other work was finished there.
    """
    if time >= state.now or work.machine is None:
        return left
    busy = max(
        (
            p.finished
            for p in state.progress.values()
            if p.machine == work.machine
            and p.finished is not None
            and (p.order, p.operation) != (work.order, work.operation)
        ),
        default=time,
    )
    return max(1, left - worked_minutes(state, work.machine, max(time, busy), state.now))


def resized(before: PlantState, after: PlantState, work: Progress) -> Progress:
    """Begun work when its own quantity has changed: the pieces more or fewer take their minutes, at least 1 is left."""
    more = full_minutes(after, work) - full_minutes(before, work)
    if not more:
        return work
    left = work.remaining_minutes if work.remaining_minutes is not None else full_minutes(before, work)
    told = work.told_minutes
    return replace(
        work,
        remaining_minutes=max(1, left + more),
        told_minutes=None if told is None else max(1, told + more),
        drifting_since=None,
    )


def whole_minutes(reported: float) -> int:
    """Minutes that a report says are left, at least 1."""
    return max(1, math.ceil(reported))
