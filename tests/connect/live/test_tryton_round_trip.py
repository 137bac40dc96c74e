"""A real Tryton and a running server: an order goes round, though Tryton is ended in the midst of it."""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.killing import PLANT, Server, Site, every_event_is_in_the_plan, loaded, site, until
from scheduler.domain.plant import PlantState
from scheduler.domain.routings import EligibleMachine
from scheduler.ingest import scenario_zip
from scheduler.solving.warm import warm_kernels
from tests.builders import tiny_plant
from tests.connect.live.tryton import PASSWORD, USER, Tryton

pytestmark = [pytest.mark.live, pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")]

EVERY_SECONDS = 1.0
CONNECTION = """
[[connection]]
name = "erp"
kind = "tryton"
plant = "tiny"
address = "{address}"
credentials = "env:ERP_LOGIN"
reads = ["orders", "receipts", "stock"]
writes = ["confirmations", "stock", "plan"]
every = {every}
"""
OTHER = {"lathe": "lathe-2", "lathe-2": "lathe"}


def two_lathes() -> PlantState:
    """The tiny plant without orders of its own; pins are turned on either lathe."""
    plant = tiny_plant()
    (turn,) = plant.routings["pin"].operations
    either = replace(turn, machines=tuple(EligibleMachine(name, 3.0) for name in OTHER))
    machines = {**plant.machines, "lathe-2": replace(plant.machines["lathe"], name="lathe-2")}
    routings = {**plant.routings, "pin": replace(plant.routings["pin"], operations=(either,))}
    return replace(plant, machines=machines, routings=routings, orders={}, receipts={})


@pytest.fixture
def place(tmp_path: Path, erp: Tryton) -> Iterator[Site]:
    warm_kernels()
    with site(tmp_path / "rejig") as opened:
        (opened.folder / "connections.toml").write_text(CONNECTION.format(address=erp.address, every=EVERY_SECONDS))
        yield opened


def start(place: Site, faults: str = "") -> Server:
    file = str(place.folder / "connections.toml")
    return place.start(faults, REJIG_CONNECTIONS=file, ERP_LOGIN=f"{USER}:{PASSWORD}")


def post(server: Server, id: str, type: str, **data: object) -> None:
    body = {"specversion": "1.0", "id": id, "source": "/mes", "type": type, "time": "2026-03-02T06:30Z", "data": data}
    answer = server.client.post(f"{PLANT}/events", json=body)
    assert answer.status_code == 202, answer.text
    assert answer.json()["rejected"] == []


def listed(server: Server, order: str) -> dict[str, Any] | None:
    """Its row on the list of the machine that it stands on."""
    for machine in OTHER:
        answer = server.client.get(f"{PLANT}/dispatch-lists/{machine}").json()
        for row in answer["lines"]:
            if row["order"] == order:
                return {**row, "machine": machine}
    return None


def stock(server: Server) -> dict[str, float]:
    return {row["material"]: row["on_hand"] for row in server.client.get(f"{PLANT}/materials").json()["materials"]}


def connection(server: Server) -> dict[str, Any]:
    answer: dict[str, Any] = server.client.get("/v1/connections/erp").json()
    return answer


def counted(server: Server) -> list[tuple[str, float]]:
    """What a stock list has changed here."""
    page = server.client.get(f"{PLANT}/events", params={"after": 0, "limit": 1000}).json()["events"]
    found = [entry["event"]["data"] for entry in page if entry["event"]["type"] == "material.counted"]
    return [(data["material"], data["on_hand"]) for data in found]


def test_an_order_goes_round_though_tryton_is_ended_in_the_midst(place: Site, erp: Tryton) -> None:
    shop = erp.shop()
    server = start(place).ready()
    loaded(server, scenario_zip(two_lathes()))
    until(lambda: stock(server)["bar"] == 100, "the first look")

    production = shop.order("pin", 10, dt.date(2026, 3, 6))
    began = time.monotonic()
    order = shop.production(production, "number")["number"]
    first = until(lambda: listed(server, order), "it is on a list")["machine"]
    assert time.monotonic() - began < EVERY_SECONDS + 5.0

    def planned(machine: str) -> bool:
        row, works = shop.production(production, "state", "planned_date"), shop.works(production)
        right = row["planned_date"] == dt.date(2026, 3, 2) and row["state"] == "waiting"
        return right and [work["work_center."]["name"] for work in works] == [machine]

    until(lambda: planned(first), "its day and machine stand in Tryton")
    post(server, "d1", "machine.down", machine=first, expected_up="2026-03-12T06:00Z")
    until(lambda: (listed(server, order) or {}).get("machine") == OTHER[first], "the breakdown moves it")
    until(lambda: planned(OTHER[first]), "its new machine stands in Tryton")
    post(server, "d2", "machine.down", machine=OTHER[first], expected_up="2026-03-04T06:00Z")
    wednesday = dt.date(2026, 3, 4)
    until(lambda: shop.production(production, "planned_date")["planned_date"] == wednesday, "so does its new day")
    until(lambda: shop.production(production, "state")["state"] == "waiting", "and it waits")
    post(server, "u2", "machine.up", machine=OTHER[first])

    erp.end()
    post(server, "s1", "operation.started", order=order, operation=10, machine=OTHER[first])
    until(lambda: connection(server)["trouble"], "it is told that Tryton is away")
    post(server, "p1", "operation.progressed", order=order, operation=10, quantity_good=4)
    erp.start()
    until(lambda: shop.production(production, "state")["state"] == "running", "it runs in Tryton")
    post(server, "f1", "operation.finished", order=order, operation=10, quantity_good=9, quantity_scrap=1)
    until(lambda: shop.production(production, "state")["state"] == "done", "it is done in Tryton")

    until(lambda: connection(server)["waiting"] == 0, "all has gone out")
    read = connection(server)["read_at"]
    until(lambda: connection(server)["read_at"] != read, "Tryton is read once more")
    every_event_is_in_the_plan(server)
    assert {name: shop.stock(name) for name in ("bar", "pin")} == {"bar": 90.0, "pin": 9.0}
    assert {name: stock(server)[name] for name in ("bar", "pin")} == {"bar": 90.0, "pin": 9.0}
    assert counted(server) == [("bar", 100.0)], "a report is never booked twice, by a stock list"
    said = connection(server)
    assert (said["state"], said["dead_letters"], said["vanished"], said["rejected"]) == ("well", 0, [], [])
