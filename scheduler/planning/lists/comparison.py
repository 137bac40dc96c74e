"""Plan B beside plan A: figures, moved operations, and orders that turn late or on time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from scheduler.domain.plans import Comparison, Kpis, MovedOperation, OrderChange, PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.planning.judge.kpis import order_ends, plan_kpis


def compare_plans(
    state: PlantState,
    before: Sequence[PlannedOperation],
    after: Sequence[PlannedOperation],
    kpis_before: Kpis | None = None,
    kpis_after: Kpis | None = None,
) -> Comparison:
    """What changes from `before` to `after`, with the orders and due dates of `state`.

    kpis_before, kpis_after : figures as stored with the plans; None: counted here (moves of `after` against `before`).
    An order that only `after` plans to its end counts as newly late where it is late; one that only `before` plans is
    in `changed` alone. Moves come by their new start, order changes by how much they change.
    """
    a = kpis_before if kpis_before is not None else plan_kpis(state, before)
    b = kpis_after if kpis_after is not None else plan_kpis(state, after, before)
    changes = _order_changes(state, before, after)
    return Comparison(
        before=a,
        after=b,
        deltas=_deltas(a, b),
        moved=_moved(before, after),
        newly_late=tuple(c for c in changes if _late(c.lateness_after) and not _late(c.lateness_before)),
        rescued=tuple(
            c for c in changes if _late(c.lateness_before) and c.lateness_after is not None and c.lateness_after <= 0
        ),
        changed=changes,
    )


def _late(lateness: int | None) -> bool:
    return lateness is not None and lateness > 0


def _deltas(before: Kpis, after: Kpis) -> dict[str, float]:
    """After minus before, for each figure that both have."""
    deltas = {}
    for figure in fields(Kpis):
        a, b = getattr(before, figure.name), getattr(after, figure.name)
        if a is not None and b is not None:
            deltas[figure.name] = round(b - a, 4)
    return deltas


def _moved(before: Sequence[PlannedOperation], after: Sequence[PlannedOperation]) -> tuple[MovedOperation, ...]:
    """Operations of both plans that change machine or start."""
    old = {operation.key: operation for operation in before}
    found = []
    for new in after:
        was = old.get(new.key)
        if was is not None and (was.machine != new.machine or was.start != new.start):
            found.append(MovedOperation(new.order, new.operation, was.machine, new.machine, was.start, new.start))
    return tuple(sorted(found, key=lambda m: (m.start_after, m.order, m.operation)))


def _order_changes(
    state: PlantState, before: Sequence[PlannedOperation], after: Sequence[PlannedOperation]
) -> tuple[OrderChange, ...]:
    ends_before, ends_after = order_ends(state, before), order_ends(state, after)
    found = []
    for name, order in state.orders.items():
        a, b = ends_before.get(name), ends_after.get(name)
        if a != b:
            late_a = None if a is None else a - order.due
            late_b = None if b is None else b - order.due
            found.append(OrderChange(name, a, b, late_a, late_b))
    return tuple(sorted(found, key=_size, reverse=True))


def _size(change: OrderChange) -> float:
    if change.end_before is None or change.end_after is None:
        return float("inf")
    return abs(change.end_after - change.end_before)
