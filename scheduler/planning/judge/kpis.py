"""The figures of a plan, by the contract's measures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from scheduler.domain.minutes import Minute
from scheduler.domain.plans import Kpis, PlannedOperation, Unplanned
from scheduler.domain.plant import PlantState
from scheduler.domain.prices import left_out_price, with_cost
from scheduler.domain.promises import Promises, components_of, promises_of
from scheduler.planning.judge.placed import END, KEY, PlacedPlan


def plan_kpis(
    state: PlantState, operations: Sequence[PlannedOperation], previous: Sequence[PlannedOperation] | None = None
) -> Kpis:
    """The figures of a plan of this plant; `previous` None: moves are counted against the plan in force."""
    return kpis_of(PlacedPlan(state, operations), state.plan if previous is None else previous)


def kpis_of(plan: PlacedPlan, previous: Sequence[PlannedOperation]) -> Kpis:
    """cost = the sum of weight x measure, rounded to 4 decimals.

    Orders that are finished, or planned to their end, count with their lateness and flow; orders on hold or left out do
    not. An operation that `previous` does not hold has not moved.
    """
    state, now = plan.state, plan.state.now
    late = flow = 0
    tardiness: float = 0
    for name, end in plan.order_ends.items():
        order = state.orders[name]
        over = max(0, end - order.due)
        late += over > 0
        tardiness += over * order.priority
        begin = now if order.release is None else max(order.release, now)
        flow += max(0, end - begin)
    setup = sum(s.changeover for s in plan.successions)
    makespan = max(map(END, plan.placed.values()), default=now) - now
    moved = 0
    placed = plan.placed
    before = dict(zip(map(KEY, previous), previous, strict=True))
    for old, new in zip(before.values(), map(placed.get, before), strict=True):
        if new is not None and (new.machine != old.machine or new.start != old.start):
            moved += 1
    figures = Kpis(
        cost=0.0,
        weighted_tardiness=tardiness,
        late_orders=late,
        orders=len(plan.order_ends),
        operations=len(placed),
        setup_minutes=setup,
        makespan_minutes=makespan,
        flow_minutes=flow,
        moved_operations=moved,
    )
    return with_cost(figures, state.objective)


def kept_promises(plan: PlacedPlan) -> Promises:
    """Of the same orders as `kpis_of` counts."""
    orders = plan.state.orders
    return promises_of(
        ((orders[name], end) for name, end in plan.order_ends.items()), components_of(plan.state.routings)
    )


def with_left_out(state: PlantState, figures: Kpis, left_out: Iterable[Unplanned]) -> Kpis:
    """The same figures with what the orders left out cost; those on hold cost nothing."""
    names = {u.order for u in left_out}
    orders = (state.orders[name] for name in sorted(names & state.orders.keys()))
    cost = sum(left_out_price(state, order) for order in orders if order.status != "hold")
    return replace(figures, left_out_cost=round(cost, 4))


def order_ends(state: PlantState, operations: Sequence[PlannedOperation]) -> dict[str, Minute]:
    """When each order ends; orders on hold or not planned to their end are left out."""
    return dict(PlacedPlan(state, operations).order_ends)


def lateness(state: PlantState, operations: Sequence[PlannedOperation]) -> dict[str, int]:
    """Minutes by which each order ends after its due date; negative: early."""
    return {name: end - state.orders[name].due for name, end in order_ends(state, operations).items()}
