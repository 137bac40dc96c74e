"""The orders as a table that sorts by what its columns say, and which of them are shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ui import format as say
from ui.answers import Order
from ui.views.tables import Row

SHOWN = ("All", "Late", "Not planned", "On hold")


def found_orders(orders: Iterable[Order], text: str, shown: str) -> list[Order]:
    """Those in which every word of `text` occurs, in any field that a person knows an order by; the most late first."""
    words = text.casefold().split()
    found = [o for o in orders if _is(o, shown) and all(word in _known_by(o) for word in words)]
    return sorted(found, key=lambda o: (-_late(o), o["due"], o["order"]))


def _late(order: Order) -> float:
    """An order that is not planned stands before all that are."""
    if order["late_minutes"] is None:
        return float("inf") if order["unplanned_reason"] else float("-inf")
    return order["late_minutes"]


def _is(order: Order, shown: str) -> bool:
    match shown:
        case "Late":
            return (order["late_minutes"] or 0) > 0
        case "Not planned":
            return bool(order["unplanned_reason"])
        case "On hold":
            return order["status"] == "hold"
    return True


def _known_by(order: Order) -> str:
    return " ".join((order["order"], order["customer"], order["material"], order["description"])).casefold()


def order_rows(orders: Sequence[Order]) -> list[Row]:
    """Dates are dates by the plant's clock and numbers numbers, so that each column sorts as it reads.

    Late: hours; negative where the order is early, which is its slack.
    """
    return [
        {
            "Order": o["order"],
            "Customer": o["customer"],
            "Product": o["material"],
            "Quantity": o["quantity"],
            "Priority": o["priority"],
            "Due": say.clock(o["due"]),
            "Planned end": say.clock(o["planned_end"]),
            "Late": None if o["late_minutes"] is None else o["late_minutes"] / 60,
            "Done": 100 * o["operations_done"] / o["operations"] if o["operations"] else 0,
            "State": state_words(o),
        }
        for o in orders
    ]


def state_words(order: Order) -> str:
    if order["unplanned_reason"]:
        return "not planned"
    if order["status"] == "hold":
        return "on hold"
    return order["progress"]
