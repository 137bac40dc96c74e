"""The judge of every plan: the contract's eight rules, against the plant's state alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from scheduler.domain.plans import GIVEN_UP, PlannedOperation, Unplanned, Verdict
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Pool
from scheduler.planning.given_up import without_given_up
from scheduler.planning.glance.glance import glance
from scheduler.planning.impossible.materials import frozen_orders, short_beside, waits_for_itself
from scheduler.planning.impossible.operations import fits_an_ordinary_week
from scheduler.planning.kpis import kpis_of, with_left_out
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

    unplanned : orders that the planner left out. Each must be one that no plan can hold (`find_obstacles`), or one of
        which that cannot always be proven: with a maximum wait, a pool on shifts, unbroken work that no ordinary week
        holds, or material that goes round in a circle. Any other fits behind everything else, so a planner cannot drop
        it, unless it says that it has failed (`GIVEN_UP`). Of them, only what runs already is demanded. None: the judge
        finds them, as far as the plan does not hold them.
    previous : what moves are counted against; None: the plan in force.

    An order whose data stop the check itself is given up, and the plan is judged with it on hold.
    """
    before = state.plan if previous is None else previous
    try:
        verdict = _judged(state, operations, unplanned, before)
    except Exception:
        named = (*(unplanned or ()), *find_obstacles(state))
        if without_given_up(state, named) is state:
            raise
        return _with_some_on_hold(state, operations, unplanned, before, named)
    if verdict.feasible or without_given_up(state, unplanned or ()) is state:
        return verdict
    found = _with_some_on_hold(state, operations, unplanned, before, unplanned or ())
    return found if found.feasible else verdict


def _with_some_on_hold(
    state: PlantState,
    operations: Sequence[PlannedOperation],
    unplanned: Sequence[Unplanned] | None,
    before: Sequence[PlannedOperation],
    named: Sequence[Unplanned],
) -> Verdict:
    """The verdict with those of `named` that were given up on hold; they are told, and priced, all the same."""
    found = _judged(without_given_up(state, named), operations, unplanned, before)
    known = {u.order for u in found.unplanned}
    left_out = (*found.unplanned, *(u for u in named if u.reason.startswith(GIVEN_UP) and u.order not in known))
    return replace(found, kpis=with_left_out(state, found.kpis, left_out), unplanned=left_out)


def _judged(
    state: PlantState,
    operations: Sequence[PlannedOperation],
    unplanned: Sequence[Unplanned] | None,
    before: Sequence[PlannedOperation],
) -> Verdict:
    left_out, wrongly = _left_out(state, operations, unplanned or ())
    figures = None if wrongly else glance(state, operations, before, {u.order for u in left_out})
    if figures is not None:
        return Verdict((), with_left_out(state, figures, left_out), left_out)
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
    return Verdict(violations, with_left_out(state, kpis_of(plan, before), left_out), left_out)


def _left_out(
    state: PlantState, operations: Sequence[PlannedOperation], unplanned: Sequence[Unplanned]
) -> tuple[tuple[Unplanned, ...], tuple[Unplanned, ...]]:
    """(those that no plan can hold, those that were left out for no reason) of what the planner left out."""
    if not unplanned:
        return (), ()
    excused = {u.order for u in find_obstacles(state)}
    planned = {o.order for o in operations}
    for u in unplanned:
        if u.order not in excused and (
            u.reason.startswith(GIVEN_UP) or _may_fit_nowhere(state, u.order) or _goes_without(state, planned, u.order)
        ):
            excused.add(u.order)
    rest = [u for u in unplanned if u.order not in excused]
    wanted = {order.name for order, _, _ in demanded(state)} if rest else ()
    return tuple(u for u in unplanned if u.order in excused), tuple(u for u in rest if u.order in wanted)


def _goes_without(state: PlantState, planned: Collection[str], order: str) -> bool:
    """True where what is planned leaves too little material for it, and no frozen place promised it its parts."""
    return short_beside(state, planned, order) and order not in frozen_orders(state)


def left_out_by(state: PlantState, operations: Sequence[PlannedOperation]) -> tuple[Unplanned, ...]:
    """The orders that a plan without a plan.json leaves out as a whole and may: nobody knows any more why."""
    planned = {o.order for o in operations}
    absent = {order.name for order, _, _ in demanded(state)} - planned
    named = {u.order: u for u in find_obstacles(state) if u.order in absent}
    for name in sorted(absent - named.keys()):
        if _may_fit_nowhere(state, name) or _goes_without(state, planned, name):
            named[name] = Unplanned(name, None, "the plan that was brought leaves it out")
    return tuple(named.values())


def _may_fit_nowhere(state: PlantState, order: str) -> bool:
    """True where open work of the order is tied to other work, to shifts that are not its machine's, to one stretch of
    its machines alone, or to itself."""
    known = state.orders.get(order)
    routing = state.routings.get(known.routing) if known else None
    if routing is None:
        return False
    return waits_for_itself(state, order) or any(
        operation.max_wait is not None
        or any(_varies(state.pools[need.pool]) for need in operation.pools)
        or not fits_an_ordinary_week(state, state.orders[order], operation)
        for operation in routing.operations
        if state.waits(order, operation.number)
    )


def _varies(pool: Pool) -> bool:
    return pool.calendar is not None or bool(pool.stretches)
