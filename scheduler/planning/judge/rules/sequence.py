"""Rule 5: an operation waits for its predecessors, neither too short nor too long."""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.domain.minutes import spoken_duration
from scheduler.domain.plans import Violation
from scheduler.planning.judge.placed import PlacedPlan

SEQUENCE = "5 sequence"
MAX_WAIT = "5 max wait"


def breaches(plan: PlacedPlan) -> Iterator[Violation]:
    """Running work has started, whatever its predecessors say; behind one that is done, no wait is too long."""
    placed_of, progress = plan.placed, plan.state.progress
    for placed in placed_of.values():
        if placed.running is not None:
            continue
        order, operation = placed.order.name, placed.operation
        for number in operation.predecessors:
            before = placed_of.get((order, number))
            if before is not None:
                end, done = before.end, False
            else:
                reported = progress.get((order, number))
                if reported is None or reported.status != "done" or reported.finished is None:
                    continue
                end, done = reported.finished, True
            wait = placed.start - end
            if wait < operation.min_wait:
                wanted = f" and has to wait {spoken_duration(operation.min_wait)}" if operation.min_wait else ""
                when = f"{spoken_duration(-wait)} before" if wait < 0 else f"{spoken_duration(wait)} after"
                yield Violation(
                    SEQUENCE, f"{placed} starts {when} operation {number} ends{wanted}", order, operation.number
                )
            if operation.max_wait is not None and wait > operation.max_wait and not done:
                yield Violation(
                    MAX_WAIT,
                    f"{placed} starts {spoken_duration(wait)} after operation {number} ends "
                    f"and may wait {spoken_duration(operation.max_wait)} at most",
                    order,
                    operation.number,
                )
