"""Rule 3: an operation lasts as long as it runs, in the minutes that its machine works."""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.domain.minutes import spoken, spoken_duration
from scheduler.domain.plans import Violation
from scheduler.planning.placed import PlacedPlan

RULE = "3 duration"


def breaches(plan: PlacedPlan) -> Iterator[Violation]:
    """Running work is rule 6's; what stands on a machine that cannot do it has no duration."""
    state = plan.state
    machines, zone = state.machines, state.zone
    for placed in plan.placed.values():
        if placed.running is not None or placed.row is None:
            continue
        start, end = placed.start, placed.end
        run = placed.row.run_minutes(placed.order.quantity, machines[placed.machine].efficiency)
        time = plan.times.machine(placed.machine)
        if end - start == run and time.in_one_stretch(start, end):
            continue
        if not placed.operation.pausable:
            what = f"needs {spoken_duration(run)} without a pause"
            found = f"{spoken_duration(time.between(start, end))} of work in {spoken_duration(end - start)}"
        else:
            worked = time.between(start, end)
            if worked == run and time.is_open(start) and time.is_open(end - 1):
                continue
            what = f"needs {spoken_duration(run)} of work"
            found = spoken_duration(worked)
            if worked == run:
                found += " and starts or ends while the machine is closed"
        yield Violation(
            RULE,
            f"{placed} on '{placed.machine}' {what}; from {spoken(start, zone)} to {spoken(end, zone)} it has {found}",
            placed.order.name,
            placed.operation.number,
        )
