"""Pulled cables: Tryton and our server are killed at random while orders are reported. Nothing is lost or twice."""

from __future__ import annotations

import datetime as dt
import random
import time

import pytest

from benchmarks.killing import Server, Site, loaded, until
from scheduler.ingest import scenario_zip
from tests.connect.live.test_tryton_round_trip import connection, listed, post, start, stock, two_lathes
from tests.connect.live.test_tryton_round_trip import place as place
from tests.connect.live.tryton import TAKES_MINUTES, Tryton

pytestmark = [pytest.mark.live, TAKES_MINUTES]
KILLS = 10
"""Of each of the two."""
PATIENCE_SECONDS = 600.0
"""What has failed four times is tried again after 320 s."""


def _pulled(place: Site, erp: Tryton, server: Server, which: str, dice: random.Random) -> Server:
    """One of them is killed after up to a second, and started again."""
    time.sleep(dice.random())
    if which == "erp":
        erp.end()
        time.sleep(dice.random())
        erp.start()
        return server
    place.kill(server)
    return start(place).ready()


def test_nothing_is_lost_and_nothing_comes_twice(place: Site, erp: Tryton) -> None:
    dice = random.Random(1)
    shop = erp.shop()
    server = start(place).ready()
    loaded(server, scenario_zip(two_lathes()))
    until(lambda: stock(server)["bar"] == 100, "the first look")
    productions: dict[str, int] = {}
    for _ in range(KILLS):
        number = shop.order("pin", 5, dt.date(2026, 3, 6))
        order = shop.production(number, "number")["number"]
        productions[order] = number
        first, second = dice.sample(("erp", "server"), 2)
        server = _pulled(place, erp, server, first, dice)
        row = until(lambda order=order, server=server: listed(server, order), f"{order} is on a list", PATIENCE_SECONDS)
        post(server, f"s{order}", "operation.started", order=order, operation=10, machine=row["machine"])
        server = _pulled(place, erp, server, second, dice)
        post(server, f"f{order}", "operation.finished", order=order, operation=10, quantity_good=4, quantity_scrap=1)

    def all_done() -> bool:
        return all(shop.production(number, "state")["state"] == "done" for number in productions.values())

    until(all_done, "every production is done", PATIENCE_SECONDS)
    until(lambda: connection(server)["waiting"] == 0, "all has gone out", PATIENCE_SECONDS)
    read = connection(server)["read_at"]
    shop.put_in_stock("shaft", 1)
    until(lambda: connection(server)["read_at"] != read, "Tryton is read once more")
    assert {name: shop.stock(name) for name in ("bar", "pin")} == {"bar": 50.0, "pin": 40.0}
    assert {name: stock(server)[name] for name in ("bar", "pin")} == {"bar": 50.0, "pin": 40.0}
    assert connection(server)["dead_letters"] == 0
    # Bars whose message waited behind a lost one came after their production was done: then by a shipment, once too.
    late = len(shop.server.read("stock.shipment.internal", [["state", "=", "done"]], ["id"]))
    fields = ["internal_quantity", "state", "production_output"]
    moves = shop.server.read("stock.move", [["production", "in", list(productions.values())]], fields)
    assert sorted(move["production_output"] for move in moves if move["production_output"]) == sorted(
        productions.values()
    )
    assert [move for move in moves if move["state"] != "done"] == []
    assert len(moves) + late == 2 * KILLS
