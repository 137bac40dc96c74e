"""What Tryton's records say in our names. Pure: a snapshot as JSON in, a `Reading` out.

A production is an order by its number, a product a material by its code (by its name where it has none), a move that a
supplier's location sends is a receipt.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from scheduler.connect_ports import Reading
from scheduler.domain.imports import Imported, ImportedTable, Kind, RejectedRow
from scheduler.domain.minutes import to_minute
from scheduler.domain.plant import PlantState

Row: TypeAlias = dict[str, Any]
DUE_AT = dt.time(23, 59)
"""Tryton's dates are days; what is planned for one is in time until its end."""
STATUS: Mapping[str, str] = {"draft": "planned", "waiting": "released", "assigned": "released", "running": "released"}
OPEN_MOVES = ("staging", "draft", "assigned")
ORDERS = ("material", "quantity", "due", "routing", "status")
RECEIPTS = ("material", "quantity", "expected")


def read_snapshot(content: bytes, state: PlantState) -> Reading:
    """Stock and receipts of products that are no materials of the plant are left out; orders of them are rejected."""
    said: dict[Kind, Any] = json.loads(content)
    rejected: list[RejectedRow] = []
    tables: dict[Kind, ImportedTable] = {}
    if "orders" in said:
        tables["orders"] = _table("orders", ORDERS, _orders(said["orders"], state, rejected), rejected)
    if "receipts" in said:
        tables["receipts"] = _table("receipts", RECEIPTS, _receipts(said["receipts"], state, rejected), rejected)
    if "stock" in said:
        known = [row for row in said["stock"] if row["product"] in state.materials]
        rows = ((str(row["product"]), {"on_hand": float(row["quantity"])}) for row in known)
        tables["stock"] = _table("stock", ("on_hand",), rows, rejected)
    return Reading(Imported(tables), tuple(rejected))


def _table(
    kind: Kind, columns: tuple[str, ...], rows: Iterable[tuple[str, Row]], rejected: list[RejectedRow]
) -> ImportedTable:
    """Orders that are rejected have not vanished: a list with one of them is not taken for all that there is."""
    found = dict(rows)
    return ImportedTable(found, not any(row.kind == kind for row in rejected), columns)


def _orders(rows: list[Row], state: PlantState, rejected: list[RejectedRow]) -> Iterator[tuple[str, Row]]:
    for row in rows:
        name = str(row["number"])
        order = {
            "material": row["product"],
            "quantity": float(row["quantity"] or 0),
            "due": _day(row["due"], state),
            "routing": row["routing"] or row["product"],
            "status": STATUS[row["state"]],
        }
        if not row["product"]:
            rejected.append(_no(name, order, "orders.material", f"production {name} has no product"))
        elif not row["due"]:
            rejected.append(_no(name, order, "orders.due", f"production {name} has no planned date; set it in Tryton"))
        elif row["unit"] != row["default_unit"]:
            reason = f"production {name} is not in the unit of its product; change its unit in Tryton"
            rejected.append(_no(name, order, "orders.unit", reason))
        else:
            yield name, order


def _receipts(rows: list[Row], state: PlantState, rejected: list[RejectedRow]) -> Iterator[tuple[str, Row]]:
    """What has arrived or been called off brings nothing more: its stock is told by Tryton's own."""
    for row in rows:
        name, is_open = f"move-{row['id']}", row["state"] in OPEN_MOVES
        if row["product"] not in state.materials or (not is_open and name not in state.receipts):
            continue
        receipt = {"material": row["product"], "quantity": float(row["quantity"]) if is_open else 0.0}
        if row["expected"]:
            receipt["expected"] = _day(row["expected"], state)
        if "expected" not in receipt and name not in state.receipts:
            reason = f"move {row['id']} has no planned date; set it on the purchase in Tryton"
            rejected.append(RejectedRow("receipts", name, "receipts.expected", reason, row=receipt))
        else:
            yield name, receipt


def _day(text: str | None, state: PlantState) -> int | None:
    if not text:
        return None
    return to_minute(dt.datetime.combine(dt.date.fromisoformat(text), DUE_AT), state.zone, state.now)


def _no(name: str, row: Row, rule: str, reason: str) -> RejectedRow:
    return RejectedRow("orders", name, rule, reason, row=row)
