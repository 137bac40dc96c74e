"""What an order still adds to stock."""

from __future__ import annotations

from scheduler.domain.orders import Order
from scheduler.domain.plant import PlantState


def good_pieces(state: PlantState, order: Order) -> float:
    """Finished good pieces reported so far: those of its last operation.

    Where several operations end the routing, a piece is finished when all of them have made it.
    """
    routing = state.routings[order.routing]
    reported = [state.progress.get((order.name, number)) for number in routing.last_operations()]
    return min((p.quantity_good if p else 0.0 for p in reported), default=0.0)


def pieces_to_pass(state: PlantState, order: Order) -> float:
    """Pieces that its last operations will have passed on: what came to each, less what work not done has scrapped."""
    routing = state.routings[order.routing]
    passed: dict[int, float] = {}

    def of(number: int) -> float:
        found = passed.get(number)
        if found is None:
            work = state.progress.get((order.name, number))
            if work is not None and work.status == "done" and work.passed_on is not None:
                found = work.passed_on
            else:
                step = routing.operation(number)
                before = [p for p in step.predecessors if routing.operation(p)] if step else []
                found = min(map(of, before), default=order.quantity) - (work.quantity_scrap if work else 0.0)
            passed[number] = found
        return found

    return min(map(of, routing.last_operations()), default=order.quantity)


def output_to_come(state: PlantState, order: Order) -> float:
    """Pieces that the order will still put in stock at the end of its last operation.

        max(0, what its last operations pass on - good pieces reported)

    Good pieces are in stock from the moment they are reported, so they must not be counted again, and a piece scrapped
    on the way never comes. The contract's rule 7, read by the letter, counts the whole quantity at the end: this is
    stricter and never promises more.
    """
    return max(0.0, pieces_to_pass(state, order) - good_pieces(state, order))


def pieces_short(state: PlantState, order: Order) -> float:
    """By how many pieces what will come of the order falls short of its quantity, at least 0."""
    return max(0.0, order.quantity - pieces_to_pass(state, order))


def short_orders(state: PlantState) -> dict[str, float]:
    """The orders that fall short and by how many pieces; only work that was reported can have lost any."""
    reported = {order for order, _ in state.progress if order in state.orders}
    found = {name: pieces_short(state, state.orders[name]) for name in sorted(reported)}
    return {name: short for name, short in found.items() if short > 0}
