"""Rule 3: an operation lasts as long as it runs, in the minutes that its machine works."""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.domain.minutes import spoken, spoken_duration
from scheduler.domain.plans import Violation
from scheduler.planning.judge.placed import PlacedPlan

RULE = "3 duration"


def breaches(plan: PlacedPlan) -> Iterator[Violation]:
    """Running work is rule 6's; what stands on a machine that cannot do it has no duration."""
    state = plan.state
    zone = state.zone
    machines = {name: plan.times.machine(name) for name in state.machines}
    for placed in plan.placed.values():
        _, operation, row, machine, start, end, running = placed
        if running is not None or row is None:
            continue
        time = machines[machine]
        run = plan.minutes(placed, row)
        if end - start == run and time.in_one_stretch(start, end):
            continue
        if not operation.pausable:
            what = f"needs {spoken_duration(run)} without a pause"
            found = f"{spoken_duration(time.between(start, end))} of work in {spoken_duration(end - start)}"
        else:
            if time.is_open(start) and time.after(start, run) == end:
                continue
            worked = time.between(start, end)
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
