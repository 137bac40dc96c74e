"""Rule 6: nothing starts before its release or before now, and running work runs on as it does."""

from __future__ import annotations

from collections.abc import Iterator

from scheduler.domain.minutes import spoken
from scheduler.domain.plans import Violation
from scheduler.planning.judge.placed import Placed, PlacedPlan

NOT_BEFORE = "6 not before"
RUNNING = "6 running"


def breaches(plan: PlacedPlan) -> Iterator[Violation]:
    now, zone = plan.state.now, plan.state.zone
    for placed in plan.placed.values():
        if placed.row is None:
            continue
        if placed.running is not None:
            yield from _running(plan, placed)
            continue
        release = placed.order.release
        if placed.start < now or (release is not None and placed.start < release):
            earliest = now if release is None else max(now, release)
            why = "its release" if earliest == release else "now"
            yield Violation(
                NOT_BEFORE,
                f"{placed} starts at {spoken(placed.start, zone)}, before {why} ({spoken(earliest, zone)})",
                placed.order.name,
                placed.operation.number,
            )


def _running(plan: PlacedPlan, placed: Placed) -> Iterator[Violation]:
    running, zone = placed.running, plan.state.zone
    assert running is not None
    order, number = placed.order.name, placed.operation.number
    if placed.machine != running.machine:
        yield Violation(
            RUNNING, f"{placed} runs on '{running.machine}' and cannot move to '{placed.machine}'", order, number
        )
    if placed.start != running.started:
        began = "at a time nobody reported" if running.started is None else f"at {spoken(running.started, zone)}"
        yield Violation(RUNNING, f"{placed} started {began}, the plan says {spoken(placed.start, zone)}", order, number)
    end = plan.end_of_running(running, placed.machine)
    if placed.end != end:
        expected = "never" if end is None else f"at {spoken(end, zone)}"
        yield Violation(
            RUNNING,
            f"{placed} runs and ends {expected} (its remaining working minutes from now), "
            f"the plan says {spoken(placed.end, zone)}",
            order,
            number,
        )
