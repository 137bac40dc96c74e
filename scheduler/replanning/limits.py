"""What a new plan may change of the plan in force: hard limits, written into the problem before a search."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scheduler.domain.minutes import Minute
from scheduler.domain.plans import PlannedOperation
from scheduler.errors import BadRequest
from scheduler.planning import layout as c
from scheduler.planning.builder import Timing
from scheduler.planning.problem import Problem
from scheduler.replanning.frozen import FrozenWork, old_modes


@dataclass(frozen=True, slots=True)
class MoveLimits:
    """Hard limits on what a better plan may change of the plan in force.

    max_moves : at most so many operations change machine or start; None: no limit.
    time_fence_minutes : from now on in which nothing changes: what starts there keeps its place, and nothing comes
        in.
    keep_machines : operations of the plan in force stay on its machines.

    Only what has become impossible is moved in spite of them: work of a machine that is down, behind late material.
    Raises BadRequest for limits that can mean nothing.
    """

    max_moves: int | None = None
    time_fence_minutes: int = 0
    keep_machines: bool = False

    def __post_init__(self) -> None:
        if self.max_moves is not None and self.max_moves < 0:
            raise BadRequest.of("max_moves", str(self.max_moves), "0 or more operations", "leave it out for no limit")
        if self.time_fence_minutes < 0:
            raise BadRequest.of("time_fence_minutes", str(self.time_fence_minutes), "0 or more minutes")

    def __bool__(self) -> bool:
        """Whether they limit anything."""
        return self.max_moves is not None or self.time_fence_minutes > 0 or self.keep_machines


def narrowed(problem: Problem, frozen: FrozenWork, limits: MoveLimits, loose: Collection[int] = ()) -> Problem:
    """The same with fewer ways: one mode for work that keeps its machine, nothing new before `time_fence_minutes`.

    An operation whose old machine never works again, whose old place was inside and is impossible now, or that a person
    has pinned, is free;
    and so are those of the blocks `loose`, which found no place so.
    """
    ops = problem.ops.copy()
    free = (ops[:, c.FIXED] == 0) & ~np.isin(ops[:, c.BLOCK], list(loose))
    free[problem.pins] = False
    if limits.keep_machines:
        modes = old_modes(problem)
        machine = problem.modes[np.maximum(modes, 0), c.MACHINE]
        works = problem.machines[machine, c.WIN1] > problem.machines[machine, c.WIN0]
        kept = free & (modes != c.NONE) & works
        ops[kept, c.MODE0], ops[kept, c.MODE1] = modes[kept], modes[kept] + 1
    if limits.time_fence_minutes > 0:
        inside = (ops[:, c.OLD_MACHINE] != c.NONE) & (ops[:, c.OLD_START] < limits.time_fence_minutes)
        outside = free & ~inside & (frozen.choice == c.NONE)
        ops[outside, c.EARLIEST] = np.maximum(ops[outside, c.EARLIEST], limits.time_fence_minutes)
    return replace(problem, ops=ops)


def keeps_within(
    before: Sequence[PlannedOperation], after: Sequence[PlannedOperation], limits: MoveLimits, now: Minute
) -> bool:
    """Whether `after` changes no more of the plan in force, `before`, than the limits allow, whatever has happened."""
    old, new = {o.key: o for o in before}, {o.key: o for o in after}
    changed = [
        key for key, o in new.items() if key not in old or (old[key].machine, old[key].start) != (o.machine, o.start)
    ]
    moved = [key for key in changed if key in old]
    fence = now + limits.time_fence_minutes
    return (
        (limits.max_moves is None or len(moved) <= limits.max_moves)
        and not (limits.keep_machines and any(old[key].machine != new[key].machine for key in moved))
        and not any(min(o.start for o in (old.get(key), new[key]) if o is not None) < fence for key in changed)
    )


def moves_of(problem: Problem, timing: Timing) -> int:
    """How many operations of the plan in force have another machine or start."""
    ops, times = problem.ops, timing.times
    moved = (ops[:, c.OLD_MACHINE] != times[:, c.PLACED_MACHINE]) | (ops[:, c.OLD_START] != times[:, c.PLACED_START])
    return int((moved & (ops[:, c.OLD_MACHINE] != c.NONE)).sum())


def priced(problem: Problem, price: float, within: int | None = None) -> Problem:
    """The same where a move costs `price` more; only moves of what stood before `within` minutes, None: every one."""
    asked = problem.ops[:, c.OLD_MACHINE] != c.NONE
    if within is not None:
        asked = asked & (problem.ops[:, c.OLD_START] < within)
    return replace(problem, move_prices=problem.move_prices + np.where(asked, price, 0.0))
