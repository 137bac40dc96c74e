"""How the desk searches for a better plan, and when it takes one."""

from __future__ import annotations

import math

from scheduler.domain.minutes import Minute
from scheduler.domain.plans import PlannedOperation, keeps_more, leaves_out_less
from scheduler.domain.plant import PlantState
from scheduler.ports import PlanRecord, PlanRequest, Policy
from scheduler.replanning.expected import expected_cost
from scheduler.replanning.promises_broken import broken_promises
from scheduler.replanning.reactions import Need
from scheduler.replanning.worth import (
    MOST_GIVEN_UP,
    Worth,
    costs_beside,
    moved_soon,
    price_of_a_move,
    starts_soon,
    worth_its_moves,
)
from scheduler.usecases.check_and_store import CheckedPlan
from scheduler.usecases.improvement_chain import Leg
from scheduler.usecases.plan_requests import for_a_leg
from scheduler.usecases.release_by_mode import releases_some
from scheduler.usecases.snapshots import Snapshot


def left_of(state: PlantState, base: PlanRecord) -> tuple[PlannedOperation, ...]:
    """The plan's operations that the floor has not finished."""
    return tuple(o for o in base.plan.operations if state.status_of(o.order, o.operation) != "done")


def released_by_hand(snapshot: Snapshot, base: PlanRecord) -> str | None:
    """Whose release it is, or carries on through repairs, where the desk may put another plan in its place; None: no
    person's, or advice follows."""
    if base.status != "released" or base.kept_for is None:
        return None
    return base.kept_for if releases_some(snapshot.state, snapshot.record) else None


def nothing_to_gain(state: PlantState, now: CheckedPlan, policy: Policy) -> bool:
    """Whether no search can better it: it costs nothing, and less than a minute an order is expected of it."""
    if now.cost > 0 or now.plan.unplanned:
        return False
    expected = expected_cost(state, now.plan.operations, now.cost, policy.expected_delay_minutes)
    return expected <= state.objective.tardiness * len(state.orders)


def improvement(
    state: PlantState,
    snapshot: Snapshot,
    now: CheckedPlan | None,
    need: Need,
    leg: Leg,
    begin: tuple[PlannedOperation, ...],
) -> PlanRequest:
    """A leg of the search behind a repair: within the policy's limits, calm unless the plant is to be planned anew.

    now : what is left of the plan in force (it is in `state.plan`).   begin : the best plan so far, () for none.
    """
    policy, price = snapshot.record.policy, 0.0
    if now is not None and need < Need.replan:
        delay = 0.0 if leg.as_planned else policy.expected_delay_minutes
        cost = expected_cost(state, now.plan.operations, now.cost_of_planned, delay)
        price = price_of_a_move(cost, starts_soon(state.plan, state.now))
    return for_a_leg(snapshot, leg, price, begin)


def judged(
    snapshot: Snapshot, base: PlanRecord, now: CheckedPlan, better: CheckedPlan, bettered_at: Minute | None
) -> Worth:
    """Whether `better` replaces the plan in force, which is `now` on the plant as it is.

    A date that was promised is not given up for minutes of others. Else it is decided by what both are expected to
    cost, as long as neither costs much more as planned (docs/decisions/0033). What both leave out counts in neither.
    bettered_at : when the list was last changed for a better plan, by the plant's clock: where an hour of the plant
    passes in a moment (a simulation, a replay), its people have had that hour to get used to the list.
    """
    if leaves_out_less(base.plan, better.plan):
        return Worth(False, "it leaves more orders out")
    if keeps_more(now.plan, better.plan):
        return Worth(False, "it loses more pins")
    state, delay, by_hand = (
        snapshot.state,
        snapshot.record.policy.expected_delay_minutes,
        released_by_hand(snapshot, base),
    )
    if broken := broken_promises(state, now.plan.operations, better.plan.operations):
        more = f" and {len(broken) - 1} more" if len(broken) > 1 else ""
        return Worth(False, f"it delivers {broken[0]}{more} later than promised")
    if by_hand is None and now.plan.broken_pins and keeps_more(better.plan, now.plan):
        return Worth(True, "it keeps more pins")
    before, after = costs_beside(now.verdict.kpis, better.verdict.kpis)
    if _gives_up_too_much(state, before, after):
        return Worth(False, "it costs much more as planned, for less that is only expected")
    if _gives_up_too_much(state, after, before):
        delay = 0.0
    return worth_its_moves(
        expected_cost(state, now.plan.operations, before, delay),
        expected_cost(state, better.plan.operations, after, delay),
        better.verdict.kpis.moved_operations,
        snapshot.record.policy.limits.max_moves,
        moved=moved_soon(now.plan.operations, better.plan.operations, state.now),
        soon=starts_soon(now.plan.operations, state.now),
        quiet_minutes=math.inf if bettered_at is None else state.now - bettered_at,
        by_hand=by_hand,
        gain_over_person=snapshot.record.policy.gain_over_person,
    )


def _gives_up_too_much(state: PlantState, before: float, after: float) -> bool:
    """Whether a plan that costs `after` as planned is too dear beside one of `before`, whatever is expected of both;
    a minute an order is nothing."""
    return after > before * (1.0 + MOST_GIVEN_UP) + state.objective.tardiness * len(state.orders)
