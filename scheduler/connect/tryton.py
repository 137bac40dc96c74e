"""kind = "tryton": Tryton 8.2 over its JSON-RPC. Productions, deliveries and stock in; reports, stock and plans out.

Tryton tells nobody when something changes, so each look asks for the newest change there is, and reads the open
productions, the stock and what suppliers will bring only where that is another one than before.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from scheduler.connect.credentials import Login
from scheduler.connect.tryton_notes import Notes, Planned
from scheduler.connect.tryton_planning import PlanWriter
from scheduler.connect.tryton_reading import OPEN_MOVES, STATUS, read_snapshot
from scheduler.connect.tryton_rpc import Record, TrytonRefuses, TrytonServer
from scheduler.connect.tryton_writing import FloorWriter
from scheduler.connect_ports import BOTH_WAYS, Abilities, Arrived, InState, Link, Outgoing, Reading
from scheduler.domain.imports import Kind
from scheduler.domain.plant import PlantState
from scheduler.errors import ConnectionAway, InvalidConnections, RejigError
from scheduler.messages import NotDelivered

SERIES = "8.2"
MODELS = ("production", "production.work", "production.routing", "stock.move", "purchase.purchase")
WRITTEN = {
    "production": ("write",),
    "production.work": ("write",),
    "production.work.cycle": ("create", "write"),
    "stock.move": ("create", "write", "delete"),
    "stock.shipment.internal": ("create", "write"),
    "ir.note": ("create",),
}
CHANGING = ("production", "stock.move")
READ_ANYWAY_SECONDS = 900.0
"""A change may be written with a time before one that was seen (long transactions); what is deleted leaves no trace."""
DELIVERED_DAYS = 31
"""For so long a delivery that has come is told as such."""
IN_PRODUCTION = ["number", "state", "quantity", "planned_date", "unit", "routing.name"]
IN_PRODUCT = ["product.code", "product.name", "product.default_uom"]


class TrytonAdapter:
    """The `Adapter` of one Tryton warehouse. warehouse : its name or code; "": the only one."""

    def __init__(
        self,
        link: Link,
        login: Callable[[], Login],
        warehouse: str = "",
        clock: Callable[[], float] = time.time,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._link = link
        self._server = TrytonServer(link.address, login, transport)
        self._notes = Notes(self._server)
        self._floor = FloorWriter(self._server, self._notes, self._warehouse, self._today)
        self._plans = PlanWriter(self._server, self._notes, self._warehouse)
        self._named = warehouse
        self._clock = clock
        self._read: tuple[str, float] = "", 0.0
        self._known_warehouse: Record | None = None

    @property
    def link(self) -> Link:
        return self._link

    @property
    def can(self) -> Abilities:
        """Tryton has no times per operation and tells nothing by itself; a key is a note that is looked up."""
        return BOTH_WAYS

    def test(self) -> Iterator[tuple[str, str]]:
        steps: tuple[tuple[str, Callable[[], Any]], ...] = (
            (f"log in at {self._link.address}", self._server.log_in),
            (f"find Tryton {SERIES}", self._right_series),
            ("find its warehouse", self._warehouse),
            *((("have the rights to write", self._may_write),) if self._link.writes else ()),
            *((f"read {model}", lambda model=model: self._newest(model)) for model in MODELS),
        )
        for step, act in steps:
            try:
                act()
            except RejigError as fault:
                yield step, str(fault)
                return
            yield step, ""

    def arrived(self) -> Iterator[Arrived]:
        """Everything, if anything has changed, under the name of the newest change."""
        spoken = dt.datetime.fromtimestamp(self._clock(), dt.UTC)
        stamp = "+".join(self._newest(model) for model in CHANGING)
        known, at = self._read
        if stamp == known and self._clock() - at < READ_ANYWAY_SECONDS:
            return
        content = json.dumps(self._snapshot(), sort_keys=True, default=str).encode()
        yield Arrived(f"tryton@{stamp}", content, spoken)

    def understood(self, message: Arrived, state: PlantState) -> Reading:
        return read_snapshot(message.content, state)

    def settle(self, outer_id: str, state: InState, said: str) -> None:  # noqa: ARG002
        self._read = outer_id.removeprefix("tryton@"), self._clock()

    def send(self, message: Outgoing) -> str:
        """What it is told twice it books once. Raises NotDelivered."""
        act = {"confirmations": self._floor.confirm, "stock": self._floor.book, "plan": self._plans.write}[message.kind]
        try:
            return act(message)
        except (ConnectionAway, TrytonRefuses, InvalidConnections) as fault:
            raise NotDelivered(str(fault)) from None

    def close(self) -> None:
        self._server.close()

    def _today(self) -> dt.date:
        return dt.date.fromtimestamp(self._clock())

    def _may_write(self) -> None:
        """Raises ConnectionAway where the user lacks a right."""
        rights = self._server.call("model.ir.model.access.get_access", list(WRITTEN))
        lacks = [f"{right} {model}" for model, needs in WRITTEN.items() for right in needs if not rights[model][right]]
        if lacks:
            raise ConnectionAway(f"this user may not {', '.join(lacks)}; give it the groups Production and Stock")

    def _right_series(self) -> None:
        """Raises ConnectionAway where it is another one: what is asked for may be called otherwise there."""
        series = self._server.series()
        if series != SERIES:
            raise ConnectionAway(f"found Tryton {series}, expected {SERIES}")

    def _newest(self, model: str) -> str:
        """The number of the last record made and the time of the last one changed."""
        said = []
        for field, order in (("id", [["id", "DESC"]]), ("write_date", [["write_date", "DESC NULLS LAST"]])):
            rows = self._server.call(f"model.{model}.search_read", [], 0, 1, order, [field])
            value = rows[0][field] if rows else None
            said.append(value.isoformat() if isinstance(value, dt.datetime) else str(value))
        return ",".join(said)

    def _warehouse(self) -> Record:
        """Raises ConnectionAway where it is not clear which. Asked for once: nobody moves a warehouse."""
        if self._known_warehouse is not None:
            return self._known_warehouse
        places = ("storage", "lost_found", "production_picking", "production_output")
        fields = ["name", "code", *(f"{place}_location" for place in places)]
        found = self._server.read("stock.location", [["type", "=", "warehouse"]], fields)
        chosen = [row for row in found if not self._named or self._named in (row["name"], row["code"])]
        if len(chosen) == 1:
            self._known_warehouse = chosen[0]
            return chosen[0]
        names = ", ".join(f"'{row['name']}'" for row in found)
        raise ConnectionAway(f"warehouse: found '{self._named}', expected one of {names}; say which: warehouse = NAME")

    def _snapshot(self) -> dict[Kind, list[dict[str, Any]]]:
        warehouse = self._warehouse()
        how: dict[Kind, Callable[[Record], list[dict[str, Any]]]] = {
            "orders": self._orders,
            "receipts": self._receipts,
            "stock": self._stock,
        }
        return {kind: how[kind](warehouse) for kind in self._link.reads}

    def _orders(self, warehouse: Record) -> list[dict[str, Any]]:
        """Productions that somebody has put to waiting once: only then they have a number."""
        shape = [["state", "in", list(STATUS)], ["number", "!=", None], ["warehouse", "=", warehouse["id"]]]
        found = self._server.read("production", shape, [*IN_PRODUCTION, *IN_PRODUCT])
        planned = self._notes.planned([row["id"] for row in found])
        return [
            {
                "number": row["number"],
                "state": row["state"],
                "quantity": row["quantity"],
                "due": _due(row, planned.get(row["id"])),
                "routing": (row["routing."] or {}).get("name"),
                "unit": row["unit"],
                **_product(row),
            }
            for row in found
        ]

    def _receipts(self, warehouse: Record) -> list[dict[str, Any]]:
        since = self._today() - dt.timedelta(days=DELIVERED_DAYS)
        shape = [
            ["from_location.type", "=", "supplier"],
            ["to_location", "child_of", [warehouse["id"]], "parent"],
            ["OR", ["state", "in", list(OPEN_MOVES)], ["effective_date", ">=", since], ["state", "=", "cancelled"]],
        ]
        fields = ["state", "internal_quantity", "planned_date", *IN_PRODUCT]
        return [
            {
                "id": row["id"],
                "state": row["state"],
                "quantity": row["internal_quantity"],
                "expected": row["planned_date"],
                **_product(row),
            }
            for row in self._server.read("stock.move", shape, fields)
        ]

    def _stock(self, warehouse: Record) -> list[dict[str, Any]]:
        """What lies in the storage location now; Tryton takes a date ahead for its own today."""
        tomorrow = self._today() + dt.timedelta(days=1)
        here = {"locations": [warehouse["storage_location"]], "stock_date_end": tomorrow}
        found = self._server.read(
            "product.product", [["type", "=", "goods"]], ["code", "name", "quantity"], context=here
        )
        return [{"product": row["code"] or row["name"], "quantity": row["quantity"] or 0.0} for row in found]


def _product(row: Record) -> dict[str, Any]:
    product = row["product."] or {}
    return {"product": product.get("code") or product.get("name"), "default_unit": product.get("default_uom")}


def _due(row: Record, planned: Planned | None) -> dt.date | None:
    """For when it is due: its planned date, and where that is what we have written, the one before."""
    if planned is not None and row["planned_date"] == planned.end:
        return planned.due
    date: dt.date | None = row["planned_date"]
    return date
