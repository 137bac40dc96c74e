"""Orders that no plan can hold, each with the operation and the reason.

Only what is certain is named: where a doubt remains the order stays in, and the search shows what is possible.
"""

from __future__ import annotations

from collections.abc import Callable

from scheduler.domain.given_up import given_up, order_that_stops, without_given_up
from scheduler.domain.plans import Unplanned
from scheduler.domain.plant import PlantState
from scheduler.planning.tables.impossible.materials import without_material
from scheduler.planning.tables.impossible.operations import OperationDoubts
from scheduler.planning.tables.impossible.suspects import suspects


def find_obstacles(state: PlantState, told: Callable[[str, Exception], None] | None = None) -> tuple[Unplanned, ...]:
    """One entry per order that cannot be planned, in the order of the plant's orders.

    Whatever the data of one order do here, that order is given up and named, and the others are looked at.
    told : hears of each such order and what it raised.   Raises what is raised without any order.
    """
    given: list[Unplanned] = []
    while True:
        others = without_given_up(state, given)
        try:
            found = _obstacles(others, {u.order: u for u in given})
        except Exception as fault:
            odd = order_that_stops(others, lambda some: _obstacles(some, {}))
            if odd is None:
                raise
            given.append(given_up(odd, fault))
            if told is not None:
                told(odd, fault)
        else:
            return tuple(found[name] for name in state.orders if name in found) if found else ()


def _obstacles(state: PlantState, found: dict[str, Unplanned]) -> dict[str, Unplanned]:
    """`found`, with each order that cannot be planned beside those.

    First the orders with an operation that can never be worked (machines, calendars, pools, waits), then those whose
    components nobody supplies, given that the first are left out. What is done needs nothing; what runs has its
    machine and its components.
    """
    doubts = OperationDoubts(state)
    book, table, rows = suspects(state, doubts)
    for row in rows.tolist():
        order = book.orders[book.order_of[row]]
        if order.name not in found:
            routing = book.routing[book.order_of[row]]
            operation = state.routings[order.routing].operations[int(book.step[row] - table.first[routing])]
            reason = doubts.reason(order, operation)
            if reason is not None:
                found[order.name] = Unplanned(order.name, operation.number, reason)
    found.update(without_material(state, found))
    bare = {name for name, routing in state.routings.items() if not routing.operations}
    if bare:
        for order in state.orders.values():
            if order.routing in bare and order.status != "hold":
                reason = f"its routing '{order.routing}' has no operations; it is not in routings.csv"
                found[order.name] = Unplanned(order.name, None, reason)
    return found
