"""How a plan is asked for: by a person, by a desk that has none yet, and by its search for a better one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scheduler.domain.plans import PlannedOperation
from scheduler.ports import MoveLimits, PlanRequest, Policy
from scheduler.replanning.worth import SOON
from scheduler.usecases.improvement_chain import Leg
from scheduler.usecases.snapshots import Snapshot

FIRST_PLAN_SECONDS = 2.0
"""A plan from scratch that is only to be right; the search that follows makes it good."""
FEW_DISPATCHES = 20
SEEDS_APART = 7919
"""Between the seeds of two legs on one revision: a leg that goes on tries something else."""


def asked_by_a_person(
    snapshot: Snapshot,
    time_limit_seconds: float | None = None,
    seed: int = 0,
    weights: Mapping[str, float] | None = None,
    limits: Mapping[str, Any] | None = None,
    iterations: int | None = None,
) -> PlanRequest:
    """What is left out is as the plant's policy says. weights : those of the plant's own that are replaced.

    iterations : plans to try, in place of seconds: the same plan every time.
    """
    policy = snapshot.record.policy
    request = PlanRequest(
        time_limit_seconds=time_limit_seconds or policy.time_limit_seconds,
        seed=seed,
        objective=replace(snapshot.state.objective, **weights) if weights else None,
        limits=policy.limits if limits is None else MoveLimits(**limits),
    )
    return request if iterations is None else proving(request, iterations)


def proving(request: PlanRequest, iterations: int) -> PlanRequest:
    """As what would help is proven, and a what-if by iterations planned: nearly all of them moves from the plan in
    force, which is good already."""
    return replace(_repeatable(request, iterations), dispatches=FEW_DISPATCHES)


def _repeatable(request: PlanRequest, iterations: int) -> PlanRequest:
    """The same measured in plans tried, in one thread and by the search alone, so that it repeats on every computer."""
    return replace(request, budget=max(1, iterations), workers=1, solver="search")


def for_a_first_plan(policy: Policy) -> PlanRequest:
    """A desk has no plan to repair: one from scratch, soon. Nothing is in force yet that limits could keep."""
    return _within_effort(PlanRequest(time_limit_seconds=FIRST_PLAN_SECONDS), policy)


def for_a_leg(snapshot: Snapshot, leg: Leg, price_of_a_move: float, begin: tuple[PlannedOperation, ...]) -> PlanRequest:
    """A leg of a desk's search for a better plan, within the policy's limits.

    price_of_a_move : of what starts soon.   begin : the best plan so far, () for none.
    """
    policy = snapshot.record.policy
    request = PlanRequest(
        leg.seconds,
        seed=snapshot.revision + SEEDS_APART * leg.number,
        limits=policy.limits,
        expected_delay_minutes=0.0 if leg.as_planned else policy.expected_delay_minutes,
        move_price=max(0.0, price_of_a_move),
        move_price_within_minutes=SOON,
        begin=begin,
    )
    request = _within_effort(request, policy)
    return request if leg.moves is None else replace(request, budget=leg.moves)


def _within_effort(request: PlanRequest, policy: Policy) -> PlanRequest:
    """Measured in moves where the policy says so."""
    return request if policy.improve_iterations is None else _repeatable(request, policy.improve_iterations)
