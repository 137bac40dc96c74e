"""A real MES fetches our orders, follows our sequence on its machines and confirms, each confirmation booked once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from scheduler.domain.calendars import Calendar, WeeklyWindow
from scheduler.domain.minutes import DAY, to_minute
from scheduler.domain.orders import Material, Order
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Machine
from scheduler.domain.routings import EligibleMachine, Operation, Routing
from scheduler.ingest import scenario_zip
from scheduler.settings import Settings
from tests.api.served import planned, serving, wait_until
from tests.builders import UTC, named, tiny_plant
from tests.connect.live.mes import Mes, installed, running

pytestmark = pytest.mark.live

ORDERS = 20
PATH = "/v1/plants/cola"


def cola() -> PlantState:
    """The MES's own plant, as ours: a mixer, a packer, twenty orders whose due dates run against their numbers."""
    now = to_minute(dt.datetime.now(dt.UTC).replace(second=0, microsecond=0), UTC)
    steps = (
        Operation(10, "Mix", machines=(EligibleMachine("MIX01", 2.0),)),
        Operation(20, "Pack", predecessors=(10,), machines=(EligibleMachine("PACK01", 1.5),)),
    )
    orders = [Order(f"MO-{n:02d}", "FG-COLA", 10.0 + n, now + (ORDERS - n) * 90, "cola") for n in range(ORDERS)]
    return replace(
        tiny_plant(),
        now=now,
        calendars=named(Calendar("always", tuple(WeeklyWindow(day, 0, DAY) for day in range(7)))),
        machines=named(Machine("MIX01", "mixing", "always"), Machine("PACK01", "packing", "always")),
        materials=named(Material("FG-COLA")),
        receipts={},
        orders=named(*orders),
        routings=named(Routing("cola", steps)),
    )


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx.Client]:
    installed()
    with serving(Settings(data=tmp_path / "rejig", workers=1)) as client:
        answer = client.put(PATH, content=scenario_zip(cola()), params={"mode": "auto"})
        assert answer.status_code == 200, answer.text
        policy = {"improve_seconds": 0.5, "time_limit_seconds": 0.5}
        assert client.patch(PATH, json={"policy": policy}).status_code == 200
        yield client


def _in_sequence(client: httpx.Client, machine: str) -> list[str]:
    return [line["order"] for line in client.get(f"{PATH}/dispatch-lists/{machine}").json()["lines"]]


def _finished(client: httpx.Client) -> list[dict[str, Any]]:
    page = client.get(f"{PATH}/events", params={"limit": 500}).json()
    return [e["event"] for e in page["events"] if e["event"]["type"] == "operation.finished"]


def _listed(mes: Mes, machine: str) -> list[str]:
    return [row["order"] for row in mes.get("/workorders/dispatch", equipment=machine)]


def _made(mes: Mes, machine: str, seq: int, scrap: float) -> None:
    """What stands first on its list is made, until nothing does. Its worker is killed now and then."""
    order = ""
    for turn in range(ORDERS):
        before = order  # its list is sometimes a moment behind what it has booked
        order = wait_until(lambda: next((o for o in _listed(mes, machine)[:1] if o != before), None))  # noqa: B023
        quantity = mes.get(f"/workorders/{order}")["quantity"]
        mes.post(f"/workorders/{order}/operations/{seq}/start")
        mes.post("/execution/report", order=order, seq=seq, good=quantity - scrap, scrap=scrap)
        mes.post(f"/workorders/{order}/operations/{seq}/complete")
        if turn % 5 == 2:
            mes.worker_dies_and_starts()


def test_twenty_orders_are_fetched_made_in_our_sequence_and_confirmed_once(
    client: httpx.Client, tmp_path: Path
) -> None:
    planned(client, PATH)
    folder = tmp_path / "mes"
    folder.mkdir()
    with running(folder, f"{str(client.base_url).rstrip('/')}{PATH}/mes") as mes:
        wait_until(lambda: mes.get("/workorders")["total"] == ORDERS)
        wait_until(lambda: client.get(f"{PATH}/mes/orders", params={"status": "new"}).json() == [])
        for row in mes.get("/workorders", limit=ORDERS)["items"]:
            mes.post(f"/workorders/{row['code']}/release")
        ours = _in_sequence(client, "MIX01")
        assert len(ours) == ORDERS
        assert ours != sorted(ours)
        assert _listed(mes, "MIX01") == ours

        _made(mes, "MIX01", 10, scrap=0.0)
        _made(mes, "PACK01", 20, scrap=1.0)
        wait_until(lambda: len(_finished(client)) >= 2 * ORDERS)

        once = _finished(client)
        assert len({(e["data"]["order"], e["data"]["operation"]) for e in once}) == len(once) == 2 * ORDERS
        packed = {e["data"]["order"]: e["data"] for e in once if e["data"]["operation"] == 20}
        assert {n: (d["quantity_good"], d["quantity_scrap"]) for n, d in packed.items()} == {
            f"MO-{n:02d}": (9.0 + n, 1.0) for n in range(ORDERS)
        }
        assert client.get(f"{PATH}/quarantine").json()["events"] == []

        again = {"kind": "operation_confirmation", "message_key": "MO-03:op10", "order": "MO-03", "seq": 10}
        again |= {"equipment": "MIX01", "good_qty": 13.0, "completed_at": "2026-03-02T06:00:00"}
        answer = client.post(f"{PATH}/mes/confirmations", json=again).json()
        assert (answer["accepted"], len(answer["duplicates"])) == ([], 1)
