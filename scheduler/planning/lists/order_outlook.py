"""Orders with what a plan does to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from scheduler.domain.minutes import Minute
from scheduler.domain.orders import Order
from scheduler.domain.plans import PlannedOperation, Unplanned
from scheduler.domain.plant import PlantState


@dataclass(frozen=True, slots=True)
class OrderOutlook:
    """end : of its last operation, done or planned, None where some of its work is not planned.

    late_minutes : end less due, negative where early.   operations, done : how many, and how many are finished.
    """

    order: Order
    progress: Literal["waiting", "running", "done"]
    operations: int
    done: int
    end: Minute | None
    late_minutes: int | None
    unplanned_reason: str | None


def order_outlook(
    state: PlantState, operations: Iterable[PlannedOperation], unplanned: Iterable[Unplanned] = ()
) -> list[OrderOutlook]:
    """Every order of the state, by due date and name."""
    ends = order_ends(state, operations)
    reasons = {u.order: u.reason if u.operation is None else f"operation {u.operation}: {u.reason}" for u in unplanned}
    outlook = []
    for order in sorted(state.orders.values(), key=lambda o: (o.due, o.name)):
        routing = state.routings[order.routing]
        statuses = [state.status_of(order.name, step.number) for step in routing.operations]
        done = statuses.count("done")
        finished = done == len(statuses)
        end = ends.get(order.name) if order.name not in reasons else None
        outlook.append(
            OrderOutlook(
                order=order,
                progress="done" if finished else "running" if set(statuses) != {"waiting"} else "waiting",
                operations=len(statuses),
                done=done,
                end=end,
                late_minutes=None if end is None else end - order.due,
                unplanned_reason=reasons.get(order.name),
            )
        )
    return outlook


def order_ends(state: PlantState, operations: Iterable[PlannedOperation]) -> dict[str, Minute]:
    """The last end of each order that is planned, or that the floor has finished with its moments known."""
    ends: dict[str, Minute] = {}
    for planned in operations:
        ends[planned.order] = max(ends.get(planned.order, planned.end), planned.end)
    finished: dict[str, list[Minute]] = {}
    for (order, _), progress in state.progress.items():
        if progress.status == "done" and progress.finished is not None:
            finished.setdefault(order, []).append(progress.finished)
    for order, moments in finished.items():
        if order in ends:
            ends[order] = max(ends[order], *moments)
        elif order in state.orders and _all_done(state, order):
            ends[order] = max(moments)
    return ends


def _all_done(state: PlantState, order: str) -> bool:
    steps = state.routings[state.orders[order].routing].operations
    return all(state.status_of(order, s.number) == "done" for s in steps)
