"""A running server and a system behind HTTP: nothing is lost and nothing comes twice, whatever dies."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from benchmarks.faults import small_plant
from benchmarks.killing import Server, Site, every_event_is_in_the_plan, loaded, site, until
from scheduler.fault_points import OF_CONNECTIONS
from scheduler.solving.warm import warm_kernels
from tests.connect.test_another_rest_erp import Kontor, page_written
from tests.connect.test_folder_live import post
from tests.connect.vendor import Vendor, vendor

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.fixture
def kontor() -> Kontor:
    return Kontor()


@pytest.fixture
def erp(kontor: Kontor) -> Iterator[Vendor]:
    with vendor(kontor) as opened:
        yield opened


@pytest.fixture
def place(tmp_path: Path, erp: Vendor) -> Iterator[Site]:
    warm_kernels()
    with site(tmp_path) as opened:
        file = page_written(tmp_path, erp).replace("[connection.rest]", "every = 0.2\n\n[connection.rest]")
        (tmp_path / "connections.toml").write_text(file)
        yield opened


def start(place: Site, faults: str = "") -> Server:
    return place.start(faults, REJIG_CONNECTIONS=str(place.folder / "connections.toml"), ERP_SECRET="s3cret")


def created(server: Server) -> list[str]:
    events = server.client.get("/v1/plants/tiny/events", params={"after": 0, "limit": 1000}).json()["events"]
    return sorted(e["event"]["data"]["order"] for e in events if e["event"]["type"] == "order.created")


def same(server: Server, kontor: Kontor) -> bool:
    return len(created(server)) == len(kontor.jobs)


def test_orders_come_once_and_output_is_booked_once_though_it_is_killed_at_each_point(
    place: Site, kontor: Kontor, erp: Vendor
) -> None:
    server = start(place).ready()
    loaded(server, small_plant())
    until(lambda: len(created(server)) == 5, "the jobs are there")
    for number, point in enumerate(OF_CONNECTIONS, start=6):
        place.kill(server)
        server = start(place, f"{point}=kill")
        if point.startswith("import"):
            kontor.jobs.append(Kontor.job(f"J-{number}", dozens=1))
        else:
            server.ready()
            post(server, "s1", "operation.started", order="PIN-1", operation=10, machine="lathe")
        place.buried(server)
        server = start(place).ready()
        until(partial(same, server, kontor), "each job is there")
    assert created(server) == [f"J-{n}" for n in range(1, 9)]

    erp.lost = 1
    post(server, "p1", "operation.progressed", order="PIN-1", operation=10, quantity_good=4)
    post(server, "f1", "operation.finished", order="PIN-1", operation=10, quantity_good=9, quantity_scrap=1)
    until(lambda: len(kontor.booked) == 2, "the output is booked", patience=90)
    every_event_is_in_the_plan(server)
    until(lambda: server.client.get("/v1/connections/kontor").json()["waiting"] == 0, "all has gone out", patience=90)
    assert [b["pieces"] for b in kontor.booked] == [4, 5]
    assert len({b["key"] for b in kontor.booked}) == 2
    seen = server.client.get("/v1/connections/kontor").json()
    assert ("idempotency_key" in seen["can"], seen["dead_letters"]) == (True, 0)
