"""Rows that concern one order or operation alone and fit nothing: named in a notice and passed over, the rest is read.

An ERP writes its tables one after another, so some speak of what others hold no longer. That is no fault of the plant.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from scheduler.ingest.faults import Faults, Nearest, where_unknown
from scheduler.ingest.tables import Table

Tables = Mapping[str, Table]
NAMED = 3


def without_stale_rows(tables: Tables, unreadable: Collection[str], faults: Faults) -> dict[str, Table]:
    """The tables without rows of orders that are gone, or of operations that their routings have no longer."""
    kept = dict(tables)
    if "orders" in unreadable:
        return kept
    routing_of = {o: r or m for o, m, r in tables["orders"].rows("order", "material", "routing")}
    for file in ("progress", "plan", "issued", "pins", "reservations"):
        kept[file] = _of_known_orders(kept[file], routing_of, faults)
    if "routings" in unreadable:
        return kept
    # What was issued for an operation counts again where a later routing brings that operation back.
    for file in ("progress", "plan", "pins"):
        kept[file] = _of_known_operations(kept[file], tables["routings"], routing_of, faults)
    return kept


def tell_odd_stock(table: Table, faults: Faults) -> None:
    """A stock below zero is what the ERP says it is: owed."""
    for line, material, on_hand in zip(table.lines, table["material"], table["on_hand"], strict=True):
        if on_hand is not None and on_hand < 0:
            faults.notice(
                f"{table.file} row {line}: '{material}' has {on_hand:g} on hand; it is owed, and what comes in "
                "fills it first"
            )


def tell_orders_without_routing(tables: Tables, faults: Faults) -> None:
    """They stay, and every plan names them as left out until their routing comes."""
    orders, known = tables["orders"], set(tables["routings"]["routing"])
    made = [routing or material for material, routing in orders.rows("material", "routing")]
    nearest = Nearest(known)
    for index, name in where_unknown(made, known):
        near = nearest(name, "")
        faults.notice(
            f"{orders.file} row {orders.lines[index]}: order '{orders['order'][index]}' has no routing '{name}' in "
            f"routings.csv; it is not planned until it has" + (f" ({near})" if near.startswith("did") else "")
        )


def _of_known_orders(table: Table, known: Collection[str], faults: Faults) -> Table:
    gone = dict(where_unknown(table["order"], known))
    if gone:
        faults.notice(
            f"{table.file}: {_rows(table, gone)} of orders that are no longer there ({_named(gone.values())}); "
            "passed over"
        )
    return _without(table, gone)


def _of_known_operations(table: Table, routings: Table, routing_of: Mapping[str, str], faults: Faults) -> Table:
    steps = set(routings.rows("routing", "operation"))
    unread = {routing for routing, number in steps if number is None}
    gone: dict[int, str] = {}
    for index, (order, number) in enumerate(table.rows("order", "operation")):
        routing = routing_of.get(order)
        # Where a number could not be read, that has been told already.
        if number is None or routing is None or routing in unread or (routing, number) in steps:
            continue
        gone[index] = f"{order}/{number}"
    if gone:
        faults.notice(
            f"{table.file}: {_rows(table, gone)} of operations that the order's routing does not have "
            f"({_named(gone.values())}); passed over"
        )
    return _without(table, gone)


def _rows(table: Table, found: Mapping[int, str]) -> str:
    lines = [str(table.lines[index]) for index in list(found)[:NAMED]]
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return f"row{'s' if len(found) > 1 else ''} {', '.join(lines)}{more}"


def _named(names: Iterable[str]) -> str:
    different = list(dict.fromkeys(names))
    more = f" and {len(different) - NAMED} more" if len(different) > NAMED else ""
    return ", ".join(f"'{n}'" for n in different[:NAMED]) + more


def _without(table: Table, indices: Collection[int]) -> Table:
    if not indices:
        return table
    kept = [i for i in range(len(table)) if i not in indices]
    columns = {name: [cells[i] for i in kept] for name, cells in table.columns.items()}
    return Table(table.file, columns, [table.lines[i] for i in kept])
