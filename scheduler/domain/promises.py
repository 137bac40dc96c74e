"""What a plan does to what customers were promised: how many orders are late, how late, and for whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from scheduler.domain.minutes import Minute
from scheduler.domain.orders import Order
from scheduler.domain.routings import Routing


@dataclass(frozen=True, slots=True)
class Promises:
    """Orders that end after their due date; sub-assemblies, for which only other orders wait, are counted apart.

    orders, late : orders that end (sub-assemblies apart), and how many of them late.   minutes_late : of those, summed.
    worst_minutes, worst_order : the latest of them; "": none is late.   customers : how many a late order is for.
    """

    orders: int = 0
    late: int = 0
    sub_assemblies_late: int = 0
    minutes_late: int = 0
    worst_minutes: int = 0
    worst_order: str = ""
    customers: int = 0


def components_of(routings: Mapping[str, Routing]) -> frozenset[str]:
    """Materials that some routing takes."""
    return frozenset(part.material for r in routings.values() for step in r.operations for part in step.components)


def is_sub_assembly(order: Order, components: Collection[str]) -> bool:
    """It makes what other orders take, and no customer waits for it.   components : as `components_of` has them."""
    return not order.customer and order.material in components


def promises_of(ends: Iterable[tuple[Order, Minute]], components: Collection[str]) -> Promises:
    """ends : of each order that is planned to its end or finished.   components : as `components_of` has them."""
    orders = late = apart = total = worst = 0
    name, customers = "", set()
    for order, end in ends:
        over = end - order.due
        if is_sub_assembly(order, components):
            apart += over > 0
            continue
        orders += 1
        if over <= 0:
            continue
        late, total = late + 1, total + over
        if order.customer:
            customers.add(order.customer)
        if over > worst or (over == worst and order.name < name):
            worst, name = over, order.name
    return Promises(orders, late, apart, total, worst, name, len(customers))
