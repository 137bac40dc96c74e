"""Orders whose components nobody supplies enough of: no stock, no delivery, no other order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from scheduler.domain.frozen_zone import frozen_orders
from scheduler.domain.material_flow import output_to_come
from scheduler.domain.orders import Order
from scheduler.domain.plans import Unplanned
from scheduler.domain.plant import PlantState
from scheduler.domain.prices import left_out_price
from scheduler.planning import layout as c
from scheduler.planning.arrays import spread
from scheduler.planning.tables.order_table import order_table
from scheduler.planning.tables.reported import DONE, WAITING, reported
from scheduler.planning.tables.routing_table import routing_table

SLACK = 1e-6


@dataclass(slots=True)
class _Demand:
    """What an order still takes (component: quantity, and the operation that first takes it), and what it will make."""

    order: Order
    needs: dict[str, float] = field(default_factory=dict)
    taken_by: dict[str, int] = field(default_factory=dict)
    makes: float = 0.0


def without_material(state: PlantState, left_out: Collection[str]) -> dict[str, Unplanned]:
    """The orders that go without, when those of `left_out` are not planned either.

    1. No order can be planned that lacks a component even if everybody else left it everything: supply may come only
       from stock, deliveries and orders that can be planned themselves. This finds circles too.
    2. Where the supply is too small for all, orders that the plan in force starts inside the frozen zone are served
       first, then so that those who go without cost least (`left_out_price`): by price, or by price for their share of
       what there is, whichever leaves out less; and by due date, priority and name among equals.
    Both are repeated until nothing changes, for who goes without makes nothing for others. Then whoever went without is
    served after all where the others' going has left enough.
    """
    columns = _Columns(state, left_out)
    on_hand = _supply(state)
    if not len(columns.taker) or columns.everybody_served(on_hand):
        return {}
    demands = _demands(columns)
    price = {name: left_out_price(state, d.order) for name, d in demands.items()}
    best: tuple[float, dict[str, _Demand], dict[str, str]] | None = None
    for in_turn in _turns(state, demands, price, on_hand):
        lacking = _without(on_hand, in_turn)
        cost = sum(price[name] for name in lacking)
        if best is None or cost < best[0] - SLACK:
            best = cost, in_turn, lacking
    assert best is not None
    _, demands, lacking = best
    return {name: _in_words(state, demands, lacking, name, left_out) for name in lacking}


def _without(on_hand: Mapping[str, float], demands: Mapping[str, _Demand]) -> dict[str, str]:
    """Who goes without (and the component that it lacks), being served in that order."""
    lacking: dict[str, str] = {}
    while True:
        active = {name: d for name, d in demands.items() if name not in lacking}
        fresh = _never_supplied(on_hand, active) or _not_served(on_hand, active)
        if not fresh:
            break
        lacking.update(fresh)
    _serve_after_all(on_hand, demands, lacking)
    return lacking


def _turns(
    state: PlantState, demands: Mapping[str, _Demand], price: Mapping[str, float], on_hand: Mapping[str, float]
) -> Iterable[dict[str, _Demand]]:
    """The orders in which they may be served: frozen ones first, then by price, and by price for their share."""
    frozen = frozen_orders(state)
    there = _total_supply(on_hand, demands.values())

    def share(name: str) -> float:
        parts = (q / max(there.get(c, 0.0), q) for c, q in demands[name].needs.items() if q > SLACK)
        return max(parts, default=SLACK)

    def turn(name: str, worth: float) -> tuple[object, ...]:
        order = demands[name].order
        return name not in frozen, -worth, order.due, -order.priority, name

    for worth in (dict(price), {name: price[name] / share(name) for name in demands}):
        yield {name: demands[name] for name in sorted(demands, key=lambda n: turn(n, worth[n]))}


class _Columns:
    """What is still to be taken, and what is to be made, by every order that is to be planned.

    planned : (o,) whether it is.   taker : (n,) row of the order table, in the order of operations;  order, material,
    quantity : (n,) of what each takes.   makes : (o,) pieces.
    """

    def __init__(self, state: PlantState, left_out: Collection[str]) -> None:
        table = self.table = routing_table(state.routings)
        book = self.book = order_table(state.orders, table)
        told = reported(state.progress, book, table)
        status = told.status
        self.planned = np.zeros(len(book.orders), np.bool_)
        self.planned[book.order_of[status != DONE]] = True
        self.planned[[book.index[name] for name in left_out if name in book.index]] = False
        rows = np.flatnonzero((status == WAITING) & (told.left == c.NONE) & self.planned[book.order_of])
        ptr, entries = spread(table.part_ptr, book.step[rows])
        self.taker = np.repeat(rows, np.diff(ptr))
        self.order = book.order_of[self.taker]
        self.material = table.part_of[entries]
        self.quantity = table.part_quantity[entries] * told.pieces[self.taker]
        self.makes = np.maximum(0.0, book.quantity)
        for name in {order for order, _ in state.progress}:
            i = book.index.get(name, c.NONE)
            if i != c.NONE and self.planned[i] and book.material[i] != c.NONE:
                self.makes[i] = _makes(state, book.orders[i])

    def everybody_served(self, supply: Mapping[str, float]) -> bool:
        """True where no order can lack anything: every order can be supplied in turn, and there is enough for all."""
        count = len(self.table.materials)
        there = np.array([supply.get(name, 0.0) for name in self.table.materials])
        needed = np.bincount(self.material, self.quantity, count)
        makers = np.flatnonzero(self.planned & (self.book.material != c.NONE))
        made = self.book.material[makers]
        if (needed > there + np.bincount(made, self.makes[makers], count)).any():
            return False
        keys, each = np.unique(self.order * count + self.material, return_inverse=True)
        quantity, taker, material = np.bincount(each, self.quantity), keys // count, keys % count
        served = np.zeros(len(self.planned), np.bool_)
        while True:
            able = np.ones(len(self.planned), np.bool_)
            able[taker[quantity > there[material]]] = False
            if able[self.planned].all():
                return True
            fresh = makers[able[makers] & ~served[makers]]
            if not len(fresh):
                return False
            served[fresh] = True
            there += np.bincount(self.book.material[fresh], self.makes[fresh], count)


def _demands(columns: _Columns) -> dict[str, _Demand]:
    """Of every order that is to be planned and takes a component or makes one that is taken."""
    book, table = columns.book, columns.table
    count = len(table.materials)
    keys, first, each = np.unique(columns.order * count + columns.material, return_index=True, return_inverse=True)
    quantity = np.bincount(each, columns.quantity, len(keys))
    taken = np.zeros(count, np.bool_)
    taken[columns.material] = True
    found: dict[str, _Demand] = {}
    for i in np.flatnonzero(columns.planned & (book.material != c.NONE)).tolist():
        if taken[book.material[i]]:
            found[book.names[i]] = _Demand(book.orders[i], makes=float(columns.makes[i]))
    by_first = np.lexsort((first, keys // count))
    for key, entry, pieces in zip(
        keys[by_first].tolist(), first[by_first].tolist(), quantity[by_first].tolist(), strict=True
    ):
        order, name = book.orders[key // count], table.materials[key % count]
        demand = found.setdefault(order.name, _Demand(order))
        demand.needs[name] = pieces
        demand.taken_by[name] = table.numbers[book.step[columns.taker[entry]]]
    return found


def _makes(state: PlantState, order: Order) -> float:
    """Nothing where work is done but nobody knows when: such an order has no end in any plan."""
    for step in state.routings[order.routing].operations:
        progress = state.progress.get((order.name, step.number))
        if progress is not None and progress.status == "done" and progress.finished is None:
            return 0.0
    return output_to_come(state, order)


def _supply(state: PlantState) -> dict[str, float]:
    """Stock and deliveries, whenever they come."""
    supply = {name: material.on_hand for name, material in state.materials.items()}
    for receipt in state.receipts.values():
        supply[receipt.material] = supply.get(receipt.material, 0.0) + max(0.0, receipt.quantity)
    return supply


def _never_supplied(on_hand: Mapping[str, float], active: Mapping[str, _Demand]) -> dict[str, str]:
    """Orders that lack a component (their first such) even when nobody else takes any of it."""
    supply = dict(on_hand)
    waiting = dict(active)
    while True:
        served = [
            name for name, d in waiting.items() if all(supply.get(c, 0.0) >= q - SLACK for c, q in d.needs.items())
        ]
        if not served:
            break
        for name in served:
            demand = waiting.pop(name)
            made = demand.order.material
            supply[made] = supply.get(made, 0.0) + demand.makes
    return {name: next(c for c, q in d.needs.items() if supply.get(c, 0.0) < q - SLACK) for name, d in waiting.items()}


def _not_served(on_hand: Mapping[str, float], active: Mapping[str, _Demand]) -> dict[str, str]:
    """Orders that go without (the component that runs out), all being served in turn from all that ever comes."""
    left = _total_supply(on_hand, active.values())
    lacking: dict[str, str] = {}
    for name, demand in active.items():
        short = next((c for c, q in demand.needs.items() if left.get(c, 0.0) < q - SLACK), None)
        if short is None:
            for component, quantity in demand.needs.items():
                left[component] -= quantity
        else:
            lacking[name] = short
    return lacking


def _serve_after_all(on_hand: Mapping[str, float], demands: Mapping[str, _Demand], lacking: dict[str, str]) -> None:
    """Takes orders back out of `lacking` for which enough is left, now that others go without."""
    served = {name: d for name, d in demands.items() if name not in lacking}
    left = _total_supply(on_hand, served.values())
    for demand in served.values():
        for component, quantity in demand.needs.items():
            left[component] = left.get(component, 0.0) - quantity
    changed = True
    while changed:
        changed = False
        for name in [n for n in demands if n in lacking]:
            demand = demands[name]
            if all(left.get(c, 0.0) >= q - SLACK for c, q in demand.needs.items()):
                for component, quantity in demand.needs.items():
                    left[component] -= quantity
                left[demand.order.material] = left.get(demand.order.material, 0.0) + demand.makes
                del lacking[name]
                changed = True


def _total_supply(on_hand: Mapping[str, float], planned: Iterable[_Demand]) -> dict[str, float]:
    total = dict(on_hand)
    for demand in planned:
        total[demand.order.material] = total.get(demand.order.material, 0.0) + demand.makes
    return total


def _in_words(
    state: PlantState, demands: Mapping[str, _Demand], lacking: Mapping[str, str], name: str, left_out: Collection[str]
) -> Unplanned:
    demand, component = demands[name], lacking[name]
    stock = state.materials.get(component)
    here = stock.on_hand if stock else 0.0
    coming = sum(max(0.0, r.quantity) for r in state.receipts.values() if r.material == component)
    makers = [d for n, d in demands.items() if d.order.material == component and n not in lacking]
    made = sum(d.makes for d in makers)
    taken = sum(d.needs.get(component, 0.0) for n, d in demands.items() if n not in lacking)
    reason = (
        f"it needs {demand.needs[component]:g} of '{component}', and there are {here:g} on hand, "
        f"{coming:g} in deliveries and {made:g} from orders"
    )
    if taken:
        reason += f", of which orders served before it take {taken:g}"
    circle = _circle(demands, lacking, name)
    if circle:
        reason += f"; in a circle, {circle}"
    else:
        reason += _absent_makers(state, component, {*lacking, *left_out})
    return Unplanned(name, demand.taken_by[component], reason)


def _circle(demands: Mapping[str, _Demand], lacking: Mapping[str, str], name: str) -> str:
    """'order A waits for order B waits for order A', where only orders that go without make what it lacks."""
    chain = [name]
    while True:
        wanted = lacking[chain[-1]]
        maker = next((n for n in lacking if demands[n].order.material == wanted and demands[n].makes > 0), None)
        if maker is None:
            return ""
        if maker == name:
            return " waits for ".join(f"order '{n}'" for n in [*chain, name])
        if maker in chain:
            return ""
        chain.append(maker)


def _absent_makers(state: PlantState, component: str, left_out: Collection[str]) -> str:
    """Who would make the component, and does not."""
    absent = []
    for order in state.orders.values():
        if order.material == component and order.name in left_out:
            absent.append(f"order '{order.name}' cannot be planned itself")
        elif order.material == component and order.status == "hold":
            absent.append(f"order '{order.name}' is on hold")
    if not absent:
        return ""
    return "; " + ", ".join(absent[:3]) + (f" and {len(absent) - 3} more" if len(absent) > 3 else "")
