"""A running server and a folder: a planner's file becomes events and a plan, reports become files, whatever dies."""

from __future__ import annotations

import csv
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.faults import small_plant
from benchmarks.killing import PLANT, Server, Site, every_event_is_in_the_plan, loaded, site, until
from scheduler.fault_points import OF_CONNECTIONS
from scheduler.solving.warm import warm_kernels

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

CONNECTIONS = """
[[connection]]
name = "excel"
kind = "folder"
plant = "tiny"
address = "{folder}"
reads = ["orders", "stock"]
writes = ["confirmations", "stock", "plan"]
every = 0.2
"""
HEADER = "Auftrag;Artikel;Menge;Liefertermin;routing"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Site]:
    warm_kernels()
    with site(tmp_path) as opened:
        (tmp_path / "erp" / "in").mkdir(parents=True)
        (tmp_path / "connections.toml").write_text(CONNECTIONS.format(folder=tmp_path / "erp"))
        yield opened


def start(place: Site, faults: str = "") -> Server:
    return place.start(faults, REJIG_CONNECTIONS=str(place.folder / "connections.toml"))


def drop(place: Site, name: str, *rows: str) -> None:
    (place.folder / "erp" / "in" / name).write_text("\n".join([HEADER, *rows, ""]))


def done(place: Site, name: str) -> list[Path]:
    stem, _, suffix = name.rpartition(".")
    return list((place.folder / "erp" / "done").glob(f"{stem}-*.{suffix}"))


def out(place: Site, kind: str) -> list[dict[str, Any]]:
    files = sorted((place.folder / "erp" / "out").glob(f"{kind}-*.csv"), key=lambda p: int(p.stem.rpartition(".")[2]))
    return [row for file in files for row in csv.DictReader(file.read_text().splitlines())]


def moved(place: Site) -> Counter[str]:
    """By material, the sum of what the files say has moved."""
    found = Counter[str]()
    for row in out(place, "stock"):
        found[row["material"]] += int(float(row["quantity"]))
    return found


def post(server: Server, id: str, type: str, **data: object) -> None:
    body = {"specversion": "1.0", "id": id, "source": "/mes", "type": type, "time": "2026-03-02T06:30Z", "data": data}
    answer = server.client.post(f"{PLANT}/events", json=body)
    assert answer.status_code == 202, answer.text
    assert answer.json()["rejected"] == []


def logged(server: Server) -> list[dict[str, Any]]:
    events = server.client.get(f"{PLANT}/events", params={"after": 0, "limit": 1000}).json()["events"]
    return [e["event"] for e in events if e["event"]["source"] == "/connections/excel"]


def settled(server: Server) -> dict[str, Any]:
    """How the connection stands once everything is planned and has gone out."""

    def all_gone_out() -> Any:
        answer = server.client.get("/v1/connections/excel").json()
        return answer if answer["waiting"] == 0 else None

    every_event_is_in_the_plan(server)
    seen: dict[str, Any] = until(all_gone_out, "all has gone out")
    return seen


def test_a_file_in_becomes_a_plan_and_reports_become_files_though_it_is_killed_at_each_point(place: Site) -> None:
    server = start(place).ready()
    loaded(server, small_plant())
    drop(place, "auftraege.csv", "PIN-9;pin;12,5;06.03.2026 14:00;pin", "SHAFT-2;shaft;10;02.03.2026 06:30;shaft")
    until(lambda: done(place, "auftraege.csv"), "the file is read")
    assert [(e["type"], e["data"]["order"]) for e in logged(server)] == [("order.created", "PIN-9")]
    assert logged(server)[0]["data"]["quantity"] == 12.5
    every_event_is_in_the_plan(server)
    until(lambda: "PIN-9" in {row["order"] for row in out(place, "plan")}, "the plan is a file")

    points = dict(zip(OF_CONNECTIONS, ("13.03.2026", "14.03.2026", "15.03.2026", ""), strict=True))
    for point, due in points.items():
        if not due:
            settled(server)  # so that what goes out first is the report
        place.kill(server)
        server = start(place, f"{point}=kill")
        if due:
            drop(place, "auftraege.csv", f"PIN-9;pin;12,5;{due} 14:00;pin")
        else:
            server.ready()
            post(server, "s1", "operation.started", order="PIN-1", operation=10, machine="lathe")
        place.buried(server)
        server = start(place).ready()
        if due:
            until(lambda: not list((place.folder / "erp" / "in").iterdir()), "it is moved")
    post(server, "p1", "operation.progressed", order="PIN-1", operation=10, quantity_good=4)
    post(server, "f1", "operation.finished", order="PIN-1", operation=10, quantity_good=9, quantity_scrap=1)
    until(lambda: [r for r in out(place, "confirmations") if r["what"] == "finished"], "the finish is a file")

    changes = [(e["type"], e["data"].get("due", "")[:10]) for e in logged(server)][1:]
    assert changes == [("order.changed", f"2026-03-{day}") for day in (13, 14, 15)]
    rows = out(place, "confirmations")
    assert [r["what"] for r in rows] == ["started", "progressed", "finished"]
    assert (sum(float(r["quantity_good"]) for r in rows), sum(float(r["quantity_scrap"]) for r in rows)) == (9.0, 1.0)
    until(lambda: moved(place)["pin"] >= 9, "the stock is a file")
    assert moved(place) == {"bar": -10, "pin": 9}
    keys = [row["key"] for kind in ("confirmations", "stock") for row in out(place, kind)]
    assert len(keys) == len(set(keys))
    every_event_is_in_the_plan(server)

    # A doubtful date asks, its answer is remembered; a column that is gone stops; half a file is left.
    drop(place, "orders2.csv", "PIN-9;pin;12,5;3/4/2026 14:00;pin")
    asked = place.folder / "erp" / "asked" / "orders2.csv"
    until(asked.exists, "it is asked about")
    assert "mapping.toml" in asked.with_name("orders2.csv.report.txt").read_text()
    assert len(logged(server)) == 4
    (place.folder / "erp" / "mapping.toml").write_text('[files]\ndates = "day-month-year"\n')
    until(lambda: done(place, "orders2.csv"), "it is read with the answer")
    assert logged(server)[-1]["data"]["due"].startswith("2026-04-03")
    half = place.folder / "erp" / "in" / "orders3.csv"
    (place.folder / "erp" / "in" / "orders3.csv.lock").touch()
    half.write_text("order;material;quantity;due\nPIN-9;pin")
    os.utime(half, (time.time() - 60,) * 2)
    time.sleep(1.0)
    assert half.exists()
    half.write_text("order;material;due\nPIN-9;pin;03.04.2026\n")
    os.unlink(place.folder / "erp" / "in" / "orders3.csv.lock")
    failed = place.folder / "erp" / "failed"
    until(lambda: list(failed.glob("orders3-*.csv.report.txt")), "it has failed")
    (report,) = failed.glob("orders3-*.csv.report.txt")
    assert "quantity" in report.read_text()

    # All of it is seen over HTTP; a row that was rejected counts when it is read again.
    drop(place, "orders4.csv", "PIN-10;pin;1;06.03.2026;pin", "PIN-11;pin;1;06.03.2026;other")
    until(lambda: done(place, "orders4.csv"), "it is read")
    seen = settled(server)
    assert (seen["state"], seen["dead_letters"], seen["held"], seen["vanished"]) == (
        "asks",
        0,
        0,
        ["SHAFT-2", "PIN-9"],
    )
    assert [(r["name"], r["rule"]) for r in seen["rejected"]] == [("PIN-11", "orders.event")]
    assert [m["state"] for m in seen["messages"][:2]] == ["done", "failed"]
    number = seen["messages"][0]["number"]
    again = server.client.post(f"/v1/connections/excel/messages/{number}/replay").json()
    assert (again["state"], "0 changes" in again["said"]) == ("done", True)
    assert server.client.post("/v1/connections/excel/test").json()["works"]
    assert server.client.post("/v1/connections/excel/resend", json={}).json() == {"count": 0}
    assert server.client.get("/v1/connections/exel").status_code == 404
    assert 'rejig_connection_rejected_rows{connection="excel"} 1.0' in server.client.get("/metrics").text
    assert moved(place) == {"bar": -10, "pin": 9}
