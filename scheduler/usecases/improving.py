"""How the desk searches for a better plan, and when it takes one."""

from __future__ import annotations

import math

from scheduler.domain.plant import PlantState
from scheduler.ports import PlanRecord, PlanRequest
from scheduler.replanning.reactions import Need
from scheduler.replanning.worth import SOON, Worth, moved_soon, price_of_a_move, starts_soon, worth_its_moves
from scheduler.usecases.change_plant import asked_limits
from scheduler.usecases.check_and_store import CheckedPlan
from scheduler.usecases.snapshots import Snapshot
from scheduler.usecases.tools import Tools

IMPROVED = "improved"
"""How the cause of a plan begins that replaced a right one for being better."""
LOOKED_AT = 30
"""Versions back in which the last improvement is looked for."""


def improvement(state: PlantState, snapshot: Snapshot, base: PlanRecord | None, need: Need) -> PlanRequest:
    """The search behind a repair: within the policy's limits, and calm unless the plant is to be planned anew."""
    policy = snapshot.record.policy
    calm = base is not None and need < Need.replan
    cost = base.verdict.kpis.cost if base is not None else 0.0
    price = price_of_a_move(cost, starts_soon(state.plan, state.now)) - state.objective.stability if calm else 0.0
    seconds = policy.improve_seconds
    request = PlanRequest(seconds, seed=snapshot.revision, calm_price=max(0.0, price), calm_minutes=SOON)
    return asked_limits(request, policy, None)


def judged(tools: Tools, snapshot: Snapshot, base: PlanRecord, now: CheckedPlan, better: CheckedPlan) -> Worth:
    """Whether `better` replaces the plan in force, which is `now` on the plant as it is."""
    if len(better.plan.unplanned) > len(base.plan.unplanned):
        return Worth(False, "it leaves more orders out")
    state = snapshot.state
    return worth_its_moves(
        now.cost,
        better.cost,
        better.verdict.kpis.moved_operations,
        snapshot.record.policy.max_moves,
        moved=moved_soon(now.plan.operations, better.plan.operations, state.now),
        soon=starts_soon(now.plan.operations, state.now),
        quiet_minutes=_quiet_minutes(tools, snapshot.record.plant),
    )


def _quiet_minutes(tools: Tools, plant: str) -> float:
    """Since the list was last changed for a better plan."""
    for version in tools.ledger.plans(plant, limit=LOOKED_AT, with_operations=False):
        if version.cause.startswith(IMPROVED) and version.what_if is None and version.decided_at is not None:
            return (tools.clock() - version.decided_at).total_seconds() / 60
    return math.inf
