"""The judge of every plan: the contract's eight rules, against the plant's state alone."""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.domain.plans import PlannedOperation, Unplanned, Verdict
from scheduler.domain.plant import PlantState
from scheduler.planning.glance.glance import glance
from scheduler.planning.kpis import kpis_of
from scheduler.planning.obstacles import find_obstacles
from scheduler.planning.placed import PlacedPlan, demanded
from scheduler.planning.rules import complete, duration, eligible, in_time, material, one_at_a_time, pool, sequence


def check_plan(
    state: PlantState,
    operations: Sequence[PlannedOperation],
    unplanned: Sequence[Unplanned] | None = None,
    previous: Sequence[PlannedOperation] | None = None,
) -> Verdict:
    """Every breach of a rule, in words, and the plan's figures.

    It shares nothing with the search: it reads the state as the contract says, not as the Problem translates it. So a
    fault of translation shows. A plan that keeps every rule is known at a glance; only for another do the rules look.

    unplanned : orders that the planner left out. Each must be one that no plan can hold (`find_obstacles`), or one
        with a maximum wait or a pool on shifts, of which that cannot always be proven: any other order fits behind
        everything else, so a planner cannot drop it. Of them, only what runs already is demanded. None: the judge
        finds them, as far as the plan does not hold them.
    previous : what moves are counted against; None: the plan in force.
    """
    before = state.plan if previous is None else previous
    left_out, wrongly = _left_out(state, unplanned or ())
    figures = None if wrongly else glance(state, operations, before, {u.order for u in left_out})
    if figures is not None:
        return Verdict((), figures, left_out)
    plan = PlacedPlan(state, operations, {u.order for u in left_out})
    if unplanned is None and plan.missing:
        held = {key[0] for key, placed in plan.placed.items() if placed.running is None}
        left_out = tuple(u for u in find_obstacles(state) if u.order not in held)
        plan = PlacedPlan(state, operations, {u.order for u in left_out})
    violations = (
        *complete.breaches(plan, wrongly),
        *eligible.breaches(plan),
        *duration.breaches(plan),
        *one_at_a_time.breaches(plan),
        *sequence.breaches(plan),
        *in_time.breaches(plan),
        *material.breaches(plan),
        *pool.breaches(plan),
    )
    return Verdict(violations, kpis_of(plan, before), left_out)


def _left_out(state: PlantState, unplanned: Sequence[Unplanned]) -> tuple[tuple[Unplanned, ...], tuple[Unplanned, ...]]:
    """(those that no plan can hold, those that were left out for no reason) of what the planner left out."""
    if not unplanned:
        return (), ()
    impossible = {u.order for u in find_obstacles(state)}
    excused = {u.order for u in unplanned if u.order in impossible or _may_fit_nowhere(state, u.order)}
    rest = [u for u in unplanned if u.order not in excused]
    wanted = {order.name for order, _, _ in demanded(state)} if rest else ()
    return tuple(u for u in unplanned if u.order in excused), tuple(u for u in rest if u.order in wanted)


def _may_fit_nowhere(state: PlantState, order: str) -> bool:
    """True where open work of the order is tied to other work, or to shifts that are not its machine's."""
    known = state.orders.get(order)
    routing = state.routings.get(known.routing) if known else None
    return routing is not None and any(
        operation.max_wait is not None or any(state.pools[need.pool].calendar is not None for need in operation.pools)
        for operation in routing.operations
        if state.waits(order, operation.number)
    )
