"""An import is a difference: what the other system says now, beside what it said before and what the plant knows.

Only what the other system has changed becomes an event. What a planner has changed here since stays, until the other
system says something new about it. The same import a second time makes no event.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from scheduler.domain.events import Event
from scheduler.domain.imports.imported import NOTHING, Imported, Kind, RejectedRow, Row
from scheduler.domain.minutes import iso
from scheduler.domain.orders import Order
from scheduler.domain.plant import PlantState

CHANGEABLE = ("quantity", "due", "priority", "status", "release", "customer")
"""Fields of an order that `order.changed` takes."""
MOMENTS = frozenset({"due", "release", "expected"})
CLOSE = 1e-9
"""Quantities nearer than this are the same."""


@dataclass(frozen=True, slots=True)
class Rules:
    """vanished : what becomes of an order that a whole list has no longer: it is asked about, cancelled, or kept.

    most_vanished_percent : of the orders known before; where more are gone, the list is taken for half a list.
    """

    vanished: Literal["ask", "cancel", "keep"] = "ask"
    most_vanished_percent: int = 25


@dataclass(frozen=True, slots=True)
class Difference:
    """What an import changes. subjects : of each event, the (kind, name) of its row.

    vanished : orders that a whole list has no longer and that are asked about, with those of earlier imports.
    stopped : why nothing of it may be taken in; "": it may.
    """

    events: tuple[Event, ...] = ()
    subjects: Mapping[str, tuple[Kind, str]] = field(default_factory=dict)
    vanished: tuple[str, ...] = ()
    rejected: tuple[RejectedRow, ...] = ()
    stopped: str = ""


def difference(
    state: PlantState,
    imported: Imported,
    previous: Imported = NOTHING,
    *,
    source: str,
    message: str,
    rules: Rules = Rules(),
    unseen: Mapping[str, float] | None = None,
    exact: bool = False,
) -> Difference:
    """What `imported` says that is new, as events of the plant's now. Pure: the same question has the same answer.

    source, message : of the events; their ids are message/kind/name, so that a message read twice tells nothing twice.
    unseen : by material, what has moved here and the other system did not know when it wrote its stock.
    exact : it learns each movement from us, so stock that it says again as before may be news: it has been corrected.
    """
    if stopped := _drift(imported, previous):
        return Difference(stopped=stopped)
    gone = _vanished(state, imported, previous)
    known = sum(name in state.orders for name in previous.of("orders").rows)
    if rules.vanished == "cancel" and len(gone) * 100 > rules.most_vanished_percent * max(known, 1) and len(gone) > 1:
        return Difference(
            stopped=f"orders: {len(gone)} of the {known} known before are not in the list, more than "
            f"{rules.most_vanished_percent} %; it is taken for half a list and nothing is changed. If they are gone, "
            "raise rules.most_vanished_percent for this connection and run it again"
        )
    rejected: list[RejectedRow] = []
    found: list[tuple[Kind, str, str, dict[str, Any]]] = [
        *_orders(state, imported, previous, rejected),
        *(("orders", name, "order.cancelled", {"order": name}) for name in gone if rules.vanished == "cancel"),
        *_receipts(state, imported, previous, rejected),
        *_stock(state, imported, previous, unseen or {}, exact, rejected),
    ]
    events, subjects = [], {}
    for kind, name, type_, data in found:
        id = f"{message}/{kind}/{name}"
        events.append(Event(id, source, type_, state.now, _written(state, data)))
        subjects[id] = kind, name
    asked = tuple(gone) if rules.vanished == "ask" else ()
    return Difference(tuple(events), subjects, asked, tuple(rejected))


def _drift(imported: Imported, previous: Imported) -> str:
    for kind, table in imported.tables.items():
        lost = [c for c in previous.of(kind).columns if c not in table.columns]
        if lost:
            names = ", ".join(f"'{name}'" for name in lost)
            return (
                f"{kind}: column {names} was there before and is gone, so nothing was changed; bring it back, or map "
                f"another column to it, or say in mapping.toml that it may be missing: [drift] without = {lost}"
            )
    return ""


def _vanished(state: PlantState, imported: Imported, previous: Imported) -> list[str]:
    """Orders of before that are not in a whole list, and that the plant still has work of."""
    table = imported.tables.get("orders")
    if table is None or not table.whole:
        return []
    return [n for n in previous.of("orders").rows if n not in table.rows and n in state.orders and _is_open(state, n)]


def _is_open(state: PlantState, order: str) -> bool:
    known = state.orders[order]
    if known.cancelled:
        return False
    steps = state.routings[known.routing].operations
    return not steps or any(state.status_of(order, step.number) != "done" for step in steps)


def _orders(
    state: PlantState, imported: Imported, previous: Imported, rejected: list[RejectedRow]
) -> Iterator[tuple[Kind, str, str, dict[str, Any]]]:
    before = previous.of("orders").rows
    for name, row in imported.of("orders").rows.items():
        said, known = before.get(name), state.orders.get(name)
        if said == row:
            continue
        if known is None:
            if said is None:
                yield "orders", name, "order.created", {"order": name, **_filled(row)}
            else:
                reason = f"order '{name}' was taken in before and is no longer in the plant; nothing is changed"
                rejected.append(RejectedRow("orders", name, "order.gone", reason, row=row))
            continue
        if reason := _other_order(known, row):
            rejected.append(RejectedRow("orders", name, "order.material", reason, row=row))
            continue
        changes = {f: row[f] for f in CHANGEABLE if f in row and _news(row, said, f) and not _same(row[f], known, f)}
        if changes:
            yield "orders", name, "order.changed", {"order": name, **changes}


def _other_order(known: Order, row: Row) -> str:
    if row.get("material", known.material) != known.material:
        return (
            f"order '{known.name}' makes '{known.material}' here and '{row['material']}' there; cancel it and create "
            "another, or give the new one a number of its own"
        )
    return ""


def _receipts(
    state: PlantState, imported: Imported, previous: Imported, rejected: list[RejectedRow]
) -> Iterator[tuple[Kind, str, str, dict[str, Any]]]:
    before = previous.of("receipts").rows
    for name, row in imported.of("receipts").rows.items():
        said, known = before.get(name), state.receipts.get(name)
        if said == row:
            continue
        if known is None:
            if said is None:
                yield "receipts", name, "receipt.changed", {"receipt": name, **_filled(row)}
            continue  # it has arrived here meanwhile
        if row.get("material", known.material) != known.material:
            reason = f"receipt '{name}' brings '{known.material}' here and '{row['material']}' there"
            rejected.append(RejectedRow("receipts", name, "receipt.material", reason, row=row))
            continue
        changes = {
            f: row[f]
            for f in ("quantity", "expected")
            if row.get(f) is not None and _news(row, said, f) and row[f] != getattr(known, f)
        }
        if changes:
            yield "receipts", name, "receipt.changed", {"receipt": name, **changes}


def _stock(
    state: PlantState,
    imported: Imported,
    previous: Imported,
    unseen: Mapping[str, float],
    exact: bool,
    rejected: list[RejectedRow],
) -> Iterator[tuple[Kind, str, str, dict[str, Any]]]:
    """What the other system says there is, and with what it did not know of; where that is a guess, only its news."""
    before = previous.of("stock").rows
    for name, row in imported.of("stock").rows.items():
        if before.get(name) == row and not exact:
            continue
        known = state.materials.get(name)
        if known is None:
            reason = f"material '{name}' is not known in the plant; add it to materials.csv"
            rejected.append(RejectedRow("stock", name, "stock.material", reason, row=row))
            continue
        on_hand = float(row["on_hand"]) + unseen.get(name, 0.0)
        if abs(on_hand - known.on_hand) > CLOSE:
            yield "stock", name, "material.counted", {"material": name, "on_hand": on_hand}


def _news(row: Row, said: Row | None, name: str) -> bool:
    """Whether the other system says something else of a field than before."""
    return said is None or name not in said or said[name] != row[name]


def _same(value: Any, known: Order, name: str) -> bool:
    here = getattr(known, name)
    if isinstance(value, float) and isinstance(here, float):
        return abs(value - here) <= CLOSE
    return bool(value == here) or (name == "customer" and not value)


def _filled(row: Row) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None and value != ""}


def _written(state: PlantState, data: Mapping[str, Any]) -> dict[str, Any]:
    """Minutes as ISO 8601, as events have them."""
    return {n: iso(v, state.zone) if n in MOMENTS and v is not None else v for n, v in data.items()}
