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


def scrapped_pieces(state: PlantState, order: Order) -> float:
    """Pieces reported lost on any of its operations."""
    numbers = (o.number for o in state.routings[order.routing].operations)
    return sum(p.quantity_scrap for p in (state.progress.get((order.name, n)) for n in numbers) if p)


def output_to_come(state: PlantState, order: Order) -> float:
    """Pieces that the order will still put in stock at the end of its last operation.

        max(0, quantity - good pieces reported - pieces scrapped)

    Good pieces are in stock from the moment they are reported, so they must not be counted again. The contract's
    rule 7, read by the letter, counts the whole quantity at the end: this is stricter and never promises more.
    """
    return max(0.0, order.quantity - good_pieces(state, order) - scrapped_pieces(state, order))
