"""The judge of every plan: the contract's nine rules, against the plant's state alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from scheduler.domain.given_up import given_up, order_that_stops, without_given_up
from scheduler.domain.plans import GIVEN_UP, BrokenPin, PlannedOperation, Unplanned, Verdict
from scheduler.domain.plant import PlantState
from scheduler.planning.judge.excuses import impossible, judged
from scheduler.planning.judge.fast.fast_check import fast_check
from scheduler.planning.judge.kpis import kept_promises, kpis_of, with_left_out
from scheduler.planning.judge.placed import PlacedPlan
from scheduler.planning.judge.rules import (
    complete,
    duration,
    eligible,
    in_time,
    material,
    one_at_a_time,
    pins,
    pool,
    sequence,
)


def check_plan(
    state: PlantState,
    operations: Sequence[PlannedOperation],
    unplanned: Sequence[Unplanned] | None = None,
    previous: Sequence[PlannedOperation] | None = None,
    broken_pins: Collection[BrokenPin] = (),
) -> Verdict:
    """Every breach of a rule, in words, and the plan's figures.

    It shares nothing with the planner: it reads the state as the contract says, not as the Problem translates it. So a
    fault of translation shows. A plan that keeps every rule passes the fast check; only for another do the rules look.

    unplanned : orders that the planner left out. Each must be one that no plan can hold (`excuses.py`), or one of
        which that cannot always be proven: with a maximum wait, a pool on shifts, unbroken work that no ordinary week
        holds, or material that goes round in a circle. Any other fits behind everything else, so a planner cannot drop
        it, unless it says that it has failed (`GIVEN_UP`). Of them, only what runs already is demanded. None: the judge
        finds them, as far as the plan does not hold them.
    previous : what moves are counted against; None: the plan in force.
    broken_pins : pins that the planner says cannot be kept; no other may be lost.

    An order whose data stop the check itself is given up, and the plan is judged with it on hold.
    """
    before = state.plan if previous is None else previous
    named = tuple(unplanned or ())
    try:
        verdict = _judged(state, operations, unplanned, before, broken_pins)
    except Exception as fault:
        if without_given_up(state, named) is state:
            odd = order_that_stops(state, lambda some: _judged(some, operations, unplanned, before, broken_pins))
            if odd is None:
                raise
            named = (*named, given_up(odd, fault))
        return _with_some_on_hold(state, operations, unplanned, before, broken_pins, named)
    if verdict.feasible or without_given_up(state, named) is state:
        return verdict
    found = _with_some_on_hold(state, operations, unplanned, before, broken_pins, named)
    return found if found.feasible else verdict


def _with_some_on_hold(
    state: PlantState,
    operations: Sequence[PlannedOperation],
    unplanned: Sequence[Unplanned] | None,
    before: Sequence[PlannedOperation],
    broken_pins: Collection[BrokenPin],
    named: Sequence[Unplanned],
) -> Verdict:
    """The verdict with those of `named` that were given up on hold; they are told, and priced, all the same."""
    found = _judged(without_given_up(state, named), operations, unplanned, before, broken_pins)
    known = {u.order for u in found.unplanned}
    left_out = (*found.unplanned, *(u for u in named if u.reason.startswith(GIVEN_UP) and u.order not in known))
    return replace(found, kpis=with_left_out(state, found.kpis, left_out), unplanned=left_out)


def _judged(
    state: PlantState,
    operations: Sequence[PlannedOperation],
    unplanned: Sequence[Unplanned] | None,
    before: Sequence[PlannedOperation],
    broken_pins: Collection[BrokenPin],
) -> Verdict:
    left_out, wrongly = judged(state, operations, unplanned or ())
    lost = tuple(pins.breaches(state, operations, broken_pins))
    fast = None if wrongly or lost else fast_check(state, operations, before, {u.order for u in left_out})
    if fast is not None:
        figures, promises = fast
        return Verdict((), with_left_out(state, figures, left_out), left_out, promises)
    plan = PlacedPlan(state, operations, {u.order for u in left_out})
    if unplanned is None and plan.missing:
        held = {key[0] for key, placed in plan.placed.items() if placed.running is None}
        absent = {order for order, _ in plan.missing} - held
        left_out = impossible(state, absent, {order for order, _ in plan.placed} - absent)
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
        *lost,
    )
    return Verdict(violations, with_left_out(state, kpis_of(plan, before), left_out), left_out, kept_promises(plan))
