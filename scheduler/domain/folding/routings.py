"""routing.changed: how a material is made from now on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from scheduler.domain.events import Event
from scheduler.domain.folding.brought_routing import read_routing
from scheduler.domain.folding.issues import asking_for_the_rest
from scheduler.domain.folding.lookup import moment_in, refuse_name
from scheduler.domain.folding.own_routing import own_name, shared_name, works_its_own_way
from scheduler.domain.folding.pinning import without_lost_pins
from scheduler.domain.orders import Issued, Order
from scheduler.domain.plant import PlantState
from scheduler.domain.routings import Routing

ROWS = ("routing_rows", "machine_rows", "bom_rows", "pool_rows")


def routing_changed(state: PlantState, event: Event) -> PlantState:
    """Each of `routing_rows`, `machine_rows`, `bom_rows` (and `pool_rows`) replaces all rows of its file.

    Orders that have started keep the routing that they had, and with `from` those released before it; it is written
    out under a name of its own, `R@1`. So do orders with work that the routing never had (`operation.added`).
    """
    name = event.data["routing"]
    known = state.routings.get(name)
    if known is None:
        raise refuse_name(event, "routing", name, state.routings, more="a new one comes with its order")
    new = read_routing(state, replace(event, data={**event.data, **_rows(known, event.data)}), name)
    since = moment_in(event.data, "from", state)
    started = {order for order, _ in state.progress}
    follows: list[Order] = []
    stays: list[Order] = []
    for order in state.orders.values():
        if shared_name(state, order.routing) != name or works_its_own_way(state, order):
            continue
        old = order.name in started or (since is not None and (order.release is None or order.release < since))
        (stays if old else follows).append(order)
    copy = own_name(state, name)
    kept = {o.name: replace(o, routing=copy) for o in stays if o.routing == name}
    routings = {**state.routings, name: new}
    if kept:
        routings[copy] = replace(known, name=copy)
    orders = {**state.orders, **kept, **{o.name: replace(o, routing=name) for o in follows}}
    issued = _asked_anew(state.issued, follows, new)
    after = replace(state, routings=routings, orders=orders, issued=issued)
    after = without_lost_pins(after)
    for waiting in dict.fromkeys(i.order for i in issued):
        after = asking_for_the_rest(after, waiting)
    used = {o.routing for o in after.orders.values()}
    gone = {o.routing for o in follows} - used - {name}
    return replace(after, routings={n: r for n, r in after.routings.items() if n not in gone}) if gone else after


def _asked_anew(issued: tuple[Issued, ...], follows: Sequence[Order], new: Routing) -> tuple[Issued, ...]:
    """What was issued for orders that follow the new routing, beside what that asks for a piece."""
    names, asked = {o.name for o in follows}, _asked_by(new)
    return tuple(
        replace(i, quantity_per_unit=asked.get((i.operation, i.material), 0.0)) if i.order in names else i
        for i in issued
    )


def _asked_by(routing: Routing) -> dict[tuple[int, str], float]:
    found: dict[tuple[int, str], float] = {}
    for operation in routing.operations:
        for c in operation.components:
            key = operation.number, c.material
            found[key] = found.get(key, 0.0) + c.quantity_per_unit
    return found


def _rows(known: Routing, data: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The rows of the files that the event does not replace, as far as their operations are still there."""
    written: dict[str, list[dict[str, Any]]] = {name: [] for name in ROWS}
    for o in known.operations:
        written["routing_rows"].append(
            {
                "operation": o.number,
                "description": o.description,
                "predecessors": ";".join(map(str, o.predecessors)) or "-",
                "setup_family": o.setup_family,
                "pausable": "yes" if o.pausable else "no",
                "min_wait": o.min_wait,
                "max_wait": "" if o.max_wait is None else o.max_wait,
            }
        )
        written["machine_rows"] += [
            {
                "operation": o.number,
                "machine": m.machine,
                "setup_minutes": m.setup_minutes,
                "run_minutes_per_unit": m.run_minutes_per_unit,
                "run_minutes_fixed": m.run_minutes_fixed,
            }
            for m in o.machines
        ]
        written["bom_rows"] += [
            {"operation": o.number, "component": c.material, "quantity_per_unit": c.quantity_per_unit}
            for c in o.components
        ]
        written["pool_rows"] += [{"operation": o.number, "pool": n.pool, "quantity": n.quantity} for n in o.pools]
    if "routing_rows" in data:
        there = {str(row.get("operation")).strip() for row in data["routing_rows"]}
        for name in ROWS[1:]:
            written[name] = [row for row in written[name] if str(row["operation"]) in there]
    return {name: rows for name, rows in written.items() if name not in data}
