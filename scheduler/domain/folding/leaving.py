"""How an order leaves the plant: on hold while work of it runs, then gone with all that was said of it."""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.folding.doubting import settled
from scheduler.domain.folding.own_routing import without_own_routing
from scheduler.domain.folding.pinning import without_pins_of
from scheduler.domain.folding.running import running_of, standing_in
from scheduler.domain.minutes import Minute
from scheduler.domain.orders import Order, OrderStatus
from scheduler.domain.plant import PlantState


def taken_out(state: PlantState, order: Order, at: Minute | None = None) -> PlantState:
    """The order goes with its progress; while work of it runs, it stays on hold until that work has finished.

    A reservation is one no longer, and the places that were kept for parts of the order are free, but for parts whose
    work has begun: those are orders from now on.   at : since when; None: now.
    """
    parts = {name for name, kept in state.reservations.items() if kept.part_of == order.name}
    if parts or order.name in state.reservations:
        kept = {name: r for name, r in state.reservations.items() if name != order.name and name not in parts}
        state = replace(state, reservations=kept)
    held = with_status(state, order, "hold")
    cancelled = replace(held.orders[order.name], cancelled=True)
    state = without_finished_cancelled(replace(held, orders={**held.orders, order.name: cancelled}), order.name, at)
    for part in sorted(parts - {name for name, _ in state.progress}):
        state = taken_out(state, state.orders[part], at)
    return state


def without_finished_cancelled(state: PlantState, order: str, at: Minute | None = None) -> PlantState:
    """Takes a cancelled order out once nothing of it runs."""
    known = state.orders.get(order)
    if known is None or not known.cancelled or any(running_of(state, order)):
        return state
    since = state.now if at is None else at
    state = settled(without_own_routing(state, known), order, since, "the order is cancelled and gone")
    state = without_pins_of(state, order)
    return replace(
        state,
        orders={name: o for name, o in state.orders.items() if name != order},
        progress={key: p for key, p in state.progress.items() if key[0] != order},
        issued=tuple(i for i in state.issued if i.order != order),
    )


def with_status(state: PlantState, order: Order, status: OrderStatus) -> PlantState:
    """With that status. Work of a held order stands in no plan, so its machine must remember its setup family."""
    if order.status == status:
        return state
    after = replace(state, orders={**state.orders, order.name: replace(order, status=status)})
    if status == "hold":
        for running in running_of(state, order.name):
            operation = state.operation(order.name, running.operation)
            after = standing_in(after, running.machine, operation.setup_family if operation else "")
    return after
