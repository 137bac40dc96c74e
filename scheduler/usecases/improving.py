"""How the desk searches for a better plan, and when it takes one."""

from __future__ import annotations

import math
from dataclasses import replace

from scheduler.domain.minutes import Minute
from scheduler.domain.plant import PlantState
from scheduler.ports import PlanRecord, PlanRequest, Policy
from scheduler.replanning.expected import expected_cost
from scheduler.replanning.reactions import Need
from scheduler.replanning.worth import SOON, Worth, moved_soon, price_of_a_move, starts_soon, worth_its_moves
from scheduler.usecases.change_plant import asked_limits
from scheduler.usecases.check_and_store import CheckedPlan
from scheduler.usecases.snapshots import Snapshot


def nothing_to_gain(state: PlantState, base: PlanRecord, policy: Policy) -> bool:
    """Whether no search can better it: it costs nothing, and less than a minute an order is expected of it."""
    cost = base.verdict.kpis.cost
    if cost > 0 or base.plan.unplanned:
        return False
    expected = expected_cost(state, base.plan.operations, cost, policy.expected_delay_minutes)
    return expected <= state.objective.tardiness * len(state.orders)


def improvement(state: PlantState, snapshot: Snapshot, base: PlanRecord | None, need: Need) -> PlanRequest:
    """The search behind a repair: within the policy's limits, and calm unless the plant is to be planned anew."""
    policy, price = snapshot.record.policy, 0.0
    if base is not None and need < Need.replan:
        cost = expected_cost(state, base.plan.operations, base.verdict.kpis.cost, policy.expected_delay_minutes)
        price = price_of_a_move(cost, starts_soon(state.plan, state.now))
    request = PlanRequest(
        policy.improve_seconds,
        seed=snapshot.revision,
        expected_delay_minutes=policy.expected_delay_minutes,
        calm_price=max(0.0, price),
        calm_minutes=SOON,
    )
    return asked_limits(within_effort(request, policy), policy, None)


def within_effort(request: PlanRequest, policy: Policy) -> PlanRequest:
    """Measured in moves where the policy says so: in one thread, so that it repeats on every computer."""
    if policy.improve_moves is None:
        return request
    return replace(request, budget=max(1, policy.improve_moves), workers=1, solver="search")


def judged(
    snapshot: Snapshot, base: PlanRecord, now: CheckedPlan, better: CheckedPlan, bettered_at: Minute | None
) -> Worth:
    """Whether `better` replaces the plan in force, which is `now` on the plant as it is.

    bettered_at : when the list was last changed for a better plan, by the plant's clock: where an hour of the plant
    passes in a moment (a simulation, a replay), its people have had that hour to get used to the list.
    """
    if len(better.plan.unplanned) > len(base.plan.unplanned):
        return Worth(False, "it leaves more orders out")
    state, delay = snapshot.state, snapshot.record.policy.expected_delay_minutes
    return worth_its_moves(
        expected_cost(state, now.plan.operations, now.cost, delay),
        expected_cost(state, better.plan.operations, better.cost, delay),
        better.verdict.kpis.moved_operations,
        snapshot.record.policy.max_moves,
        moved=moved_soon(now.plan.operations, better.plan.operations, state.now),
        soon=starts_soon(now.plan.operations, state.now),
        quiet_minutes=math.inf if bettered_at is None else state.now - bettered_at,
    )
