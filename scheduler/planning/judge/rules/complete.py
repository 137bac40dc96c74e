"""Rule 1: every operation not done of every order that is not on hold stands in the plan once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scheduler.domain.plans import Unplanned, Violation
from scheduler.errors import did_you_mean
from scheduler.planning.judge.placed import PlacedPlan

RULE = "1 complete"


def breaches(plan: PlacedPlan, wrongly_left_out: Sequence[Unplanned] = ()) -> Iterator[Violation]:
    """wrongly_left_out : orders that were named as impossible to plan, and are not."""
    for order, number in plan.twice:
        yield Violation(RULE, f"operation {number} of order '{order}' stands twice", order, number)
    for order, number in plan.missing:
        yield Violation(RULE, f"operation {number} of order '{order}' is missing", order, number)
    for order, number in plan.not_demanded:
        yield Violation(
            RULE,
            f"operation {number} of order '{order}' is not to be planned: {_why(plan, order, number)}",
            order,
            number,
        )
    for unplanned in wrongly_left_out:
        yield Violation(
            RULE,
            f"order '{unplanned.order}' is left out, but can be planned (said of it: {unplanned.reason})",
            unplanned.order,
            unplanned.operation,
        )


def _why(plan: PlacedPlan, name: str, number: int) -> str:
    order = plan.state.orders.get(name)
    if order is None:
        return f"there is no such order; {did_you_mean(name, plan.state.orders)}"
    if order.status == "hold":
        return "the order is cancelled" if order.cancelled else "the order is on hold"
    if plan.state.operation(name, number) is None:
        return f"routing '{order.routing}' has no such operation"
    if plan.state.status_of(name, number) == "done":
        return "it is done"
    return "the order is left out"
