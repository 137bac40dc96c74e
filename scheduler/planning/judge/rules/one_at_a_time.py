"""Rule 4: a machine does one operation at a time, after its changeover.

Stricter than the letter of the contract in one point: running work of an order on hold or cancelled keeps its machine
until its end, though it stands in no plan.
"""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.domain.minutes import spoken, spoken_duration
from scheduler.domain.plans import Violation
from scheduler.planning.judge.placed import PlacedPlan

OVERLAP = "4 overlap"
CHANGEOVER = "4 changeover"


def breaches(plan: PlacedPlan) -> Iterator[Violation]:
    zone = plan.state.zone
    for placed, free, changeover in plan.successions:
        if placed.start < free:
            yield Violation(
                OVERLAP,
                f"{placed} starts on '{placed.machine}' at {spoken(placed.start, zone)}, "
                f"{spoken_duration(free - placed.start)} before the machine is free",
                placed.order.name,
                placed.operation.number,
            )
        elif changeover:
            time = plan.times.machine(placed.machine)
            if placed.start - free >= changeover and time.in_one_stretch(free, placed.start):
                continue
            there = time.between(free, placed.start)
            if there < changeover:
                yield Violation(
                    CHANGEOVER,
                    f"{placed} on '{placed.machine}' needs {spoken_duration(changeover)} of changeover before its "
                    f"start at {spoken(placed.start, zone)}; the machine has {spoken_duration(there)}",
                    placed.order.name,
                    placed.operation.number,
                )
