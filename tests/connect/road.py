"""The road of a connection in the product: its file, a plant, looks at the other system, reports of the floor."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scheduler.bootstrap import build_adapters
from scheduler.connect.configuration import read_connections
from scheduler.connect_ports import ConnectionState, Outgoing
from scheduler.domain.events import Event
from scheduler.domain.plans import PlannedOperation
from scheduler.usecases.connections import Connections
from scheduler.usecases.desk import Desk
from tests.builders import at, tiny_plan, tiny_plant
from tests.usecases.shop import Shop

_ids = itertools.count(1)


class Road:
    """look : read and write once.   later : the clock goes on, so that what failed is tried again."""

    def __init__(self, shop: Shop, connections: Connections) -> None:
        self.shop = shop
        self.connections = connections
        self.name = connections.adapters[0].link.name

    def look(self) -> None:
        self.connections.look(self.name, read=True)

    def later(self) -> None:
        self.shop.clock.moment += dt.timedelta(hours=7)
        self.look()

    def report(self, type: str, **data: Any) -> None:
        answer = self.shop.post(Event(f"e{next(_ids)}", "/mes", type, at(0, 6, 30), data))
        assert not answer.rejected

    def plan(self, disturbance: str = "", **data: Any) -> tuple[PlannedOperation, ...]:
        """The operations of the plan that is released after it; without one, of the first."""
        if not disturbance:
            self.shop.load("auto", state=tiny_plant(plan=tiny_plan().operations))
            self.connections.keep()
        disturbance, data = (
            disturbance or "machine.down",
            data or {"machine": "lathe", "expected_up": "2026-03-02T07:00Z"},
        )
        self.report(disturbance, **data)
        self.shop.ledger.change_plant("tiny", policy=replace(self.shop.ledger.plant("tiny").policy, improve_seconds=0))
        Desk(self.shop.tools, "tiny").look()
        return self.shop.in_force().plan.operations

    @property
    def state(self) -> ConnectionState:
        return self.shop.ledger.connection_states()[0]

    @property
    def plant(self) -> Any:
        return self.shop.ledger.state("tiny")[1]

    @property
    def outbox(self) -> list[Outgoing]:
        return self.shop.ledger.outbox(self.name)

    def events(self) -> list[tuple[str, dict[str, Any]]]:
        """What the connection has said so far."""
        logged = self.shop.ledger.events("tiny", after=0, limit=1000)
        return [(e.event.type, dict(e.event.data)) for e in logged if e.event.source == f"/connections/{self.name}"]


def rest_file(system: str, address: str, auth: str, reads: str, writes: str, settings: str, more: str = "") -> str:
    """A file with one connection of kind rest. reads, writes : names between spaces."""
    return f'''
[[connection]]
name = "erp"
kind = "rest"
plant = "tiny"
address = "{address}"
credentials = "env:ERP_SECRET"
reads = {reads.split()}
writes = {writes.split()}

[connection.rest]
system = "{system}"
auth = "{auth}"
{more}

[connection.rest.settings]
{settings}
'''


@contextmanager
def road(shop: Shop, folder: Path, connection: str, monkeypatch: pytest.MonkeyPatch, secret: str) -> Iterator[Road]:
    """connection : the [[connection]] of kind rest and plant tiny, as in the file; its secret stands in ERP_SECRET."""
    monkeypatch.setenv("ERP_SECRET", secret)
    file = folder / "connections.toml"
    file.write_text(connection)
    shop.ledger.load_plant("tiny", tiny_plant(), shop.tools.clock())
    connections = Connections(shop.tools, build_adapters(read_connections(file)))
    connections.keep()
    try:
        yield Road(shop, connections)
    finally:
        connections.close()
