"""The judge of every plan: the contract's nine rules, against the plant's state alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from scheduler.domain.plans import BrokenPin, PlannedOperation, Unplanned, Verdict
from scheduler.domain.plant import PlantState
from scheduler.planning.judge.excuses import impossible, judged
from scheduler.planning.judge.fast.glance import glance
from scheduler.planning.judge.kpis import kpis_of, with_left_out
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
    fault of translation shows. A plan that keeps every rule is known at a glance; only for another do the rules look.

    unplanned : orders that the planner left out. Each must be one that no plan can hold (`excuses.py`), or one of
        which that cannot always be proven: with a maximum wait, a pool on shifts, unbroken work that no ordinary week
        holds, or material that goes round in a circle. Any other fits behind everything else, so a planner cannot drop
        it, unless it says that it has failed (`GIVEN_UP`). Of them, only what runs already is demanded. None: the judge
        finds them, as far as the plan does not hold them.
    previous : what moves are counted against; None: the plan in force.
    broken_pins : pins that the planner says cannot be kept; no other may be lost.
    """
    before = state.plan if previous is None else previous
    left_out, wrongly = judged(state, operations, unplanned or ())
    lost = tuple(pins.breaches(state, operations, broken_pins))
    figures = None if wrongly or lost else glance(state, operations, before, {u.order for u in left_out})
    if figures is not None:
        return Verdict((), with_left_out(state, figures, left_out), left_out)
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
    return Verdict(violations, with_left_out(state, kpis_of(plan, before), left_out), left_out)
