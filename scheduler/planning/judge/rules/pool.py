"""Rule 8: in every minute, work takes no more from a pool than it has."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from scheduler.domain.minutes import Minute, spoken
from scheduler.domain.plans import Violation
from scheduler.domain.resources import Pool
from scheduler.planning.judge.placed import Placed, PlacedPlan

RULE = "8 pool"
SLACK = 1e-6


class _Use(NamedTuple):
    """A stretch [start, end) in which an operation is at work (not paused) and takes `quantity`."""

    start: Minute
    end: Minute
    quantity: float
    placed: Placed


def breaches(plan: PlacedPlan) -> Iterator[Violation]:
    """Work outside the pool's calendar, operation by operation; and the first moment with too little.

    Running work may break this: it is excused, and so is the stretch in which it runs.
    """
    for name, uses in _uses(plan).items():
        pool = plan.state.pools.get(name)
        if pool is not None:
            yield from _off_duty(plan, pool, uses)
            yield from _overrun(plan, pool, uses)


def _uses(plan: PlacedPlan) -> dict[str, list[_Use]]:
    now, machines = plan.state.now, plan.state.machines
    found: dict[str, list[_Use]] = {}
    for placed in plan.placed.values():
        needs = placed.operation.pools
        if not needs or placed.machine not in machines:
            continue
        stretches = plan.times.machine(placed.machine).stretches
        begin, end = max(placed.start, now), placed.end
        i = max(0, bisect_right(stretches, (begin, end)) - 1)
        while i < len(stretches) and stretches[i][0] < end:
            a, b = max(stretches[i][0], begin), min(stretches[i][1], end)
            if a < b:
                for need in needs:
                    found.setdefault(need.pool, []).append(_Use(a, b, need.quantity, placed))
            i += 1
    return found


def _off_duty(plan: PlacedPlan, pool: Pool, uses: list[_Use]) -> Iterator[Violation]:
    if pool.calendar is None:
        return
    duty, told = plan.times.calendar(pool.calendar), set()
    for start, end, _, placed in uses:
        key = (placed.order.name, placed.operation.number)
        if placed.running is None and key not in told and duty.between(start, end) != end - start:
            told.add(key)
            zone = plan.state.zone
            yield Violation(
                RULE,
                f"pool '{pool.name}' is off duty during {placed} "
                f"(at work from {spoken(start, zone)} to {spoken(end, zone)})",
                *key,
            )


def _overrun(plan: PlacedPlan, pool: Pool, uses: list[_Use]) -> Iterator[Violation]:
    steps: dict[Minute, float] = {}
    for start, end, quantity, _ in uses:
        steps[start] = steps.get(start, 0.0) + quantity
        steps[end] = steps.get(end, 0.0) - quantity
    for edge in pool.edges():
        steps.setdefault(edge, 0.0)
    excused = [(use.start, use.end) for use in uses if use.placed.running is not None]
    level = 0.0
    for moment in sorted(steps):
        level += steps[moment]
        room = pool.room(moment)
        if level > room + SLACK and not any(a <= moment < b for a, b in excused):
            begins = next((use.placed for use in uses if use.start == moment), None)
            begins = begins or next((use.placed for use in uses if use.start <= moment < use.end), None)
            yield Violation(
                RULE,
                f"pool '{pool.name}' has {room:g} and work takes {level:g} "
                f"at {spoken(moment, plan.state.zone)}" + (f", during {begins}" if begins else ""),
                begins.order.name if begins else None,
                begins.operation.number if begins else None,
            )
            return
