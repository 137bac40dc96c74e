"""Odoo 19: a server that speaks JSON-2 as its documents say, driven by the product through a file of connections."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scheduler.domain.minutes import to_datetime
from tests.builders import UTC
from tests.connect.road import Road, road
from tests.connect.vendor import Asked, Said, Vendor, vendor
from tests.usecases.shop import Shop

KEY = "6578616d706c65206a736f6e20617069206b6579"
FILE = """
[[connection]]
name = "odoo"
kind = "rest"
plant = "tiny"
address = "{address}"
credentials = "env:ERP_SECRET"
reads = ["orders", "receipts", "stock"]
writes = ["confirmations", "plan"]

[connection.rest]
system = "odoo"
auth = "bearer"


[connection.rest.settings]
database = "works"
"""


class Odoo:
    """Models as lists of records; methods as Odoo has them. Every one is a transaction of its own."""

    def __init__(self) -> None:
        pin, bar = [7, "[pin] Pin 8 mm"], [9, "[bar] Round bar"]
        self.models: dict[str, list[dict[str, Any]]] = {
            "mrp.production": [
                self.order(1, "WH/MO/00001", pin, 12.5, "2026-03-06 14:00:00"),
                self.order(2, "WH/MO/00002", pin, 3.0, "2026-03-07 14:00:00", priority="1"),
                self.order(3, "WH/MO/00003", [8, "no reference"], 1.0, "2026-03-07 14:00:00"),
            ],
            "stock.move": [
                {
                    "id": 31,
                    "reference": "WH/IN/00005",
                    "product_id": bar,
                    "product_uom_qty": 40.0,
                    "date": "2026-03-04 07:00:00",
                }
            ],
            "product.product": [{"id": 9, "default_code": "bar", "qty_available": 8.0}],
            "mrp.workorder": [
                {
                    "id": 51,
                    "production_id.name": "PIN-1",
                    "operation_id.sequence": 10,
                    "state": "ready",
                    "qty_produced": 0.0,
                }
            ],
            "mrp.workcenter": [{"id": 61, "code": "lathe"}],
        }
        self.done: list[tuple[str, dict[str, Any]]] = []

    @staticmethod
    def order(id: int, name: str, product: Any, quantity: float, due: str, priority: str = "0") -> dict[str, Any]:
        return {
            "id": id, "name": name, "product_id": product, "product_qty": quantity, "date_deadline": due,
            "date_finished": False, "priority": priority, "origin": False, "state": "confirmed",
        }  # fmt: skip

    def __call__(self, asked: Asked) -> Said:
        if asked.headers.get("authorization") != f"Bearer {KEY}":
            return Said({"name": "werkzeug.exceptions.Unauthorized", "message": "Invalid apikey", "arguments": []}, 401)
        assert asked.headers["x-odoo-database"] == "works"
        model, method = asked.path.removeprefix("/json/2/").split("/")
        body = asked.body
        if method == "search_read":
            rows = [r for r in self.models[model] if all(self.fits(r, *part) for part in body["domain"])]
            start = body.get("offset", 0)
            return Said([{f: r.get(f) for f in body["fields"]} for r in rows[start : start + body.get("limit", 80)]])
        (record,) = (r for r in self.models[model] if r["id"] in body["ids"])
        self.done.append((method, body.get("vals", {})))
        if method == "write":
            record |= body["vals"]
        else:
            record["state"] = {"button_start": "progress", "button_finish": "done"}[method]
        return Said(True)

    @staticmethod
    def fits(record: dict[str, Any], field: str, operator: str, value: Any) -> bool:
        if field not in record:
            return True
        return record[field] in value if operator == "in" else (record[field] == value) == (operator == "=")


@pytest.fixture
def odoo() -> Odoo:
    return Odoo()


@pytest.fixture
def server(odoo: Odoo) -> Iterator[Vendor]:
    with vendor(odoo) as opened:
        opened.is_write = lambda asked: not asked.path.endswith("search_read")
        yield opened


@pytest.fixture
def way(shop: Shop, server: Vendor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Road]:
    with road(shop, tmp_path, FILE.format(address=server.address), monkeypatch, KEY) as opened:
        yield opened


def test_orders_deliveries_and_stock_come_in_as_a_difference(way: Road, odoo: Odoo) -> None:
    way.look()
    assert way.state.trouble == ""
    first, second = "2026-03-06T14:00+00:00", "2026-03-07T14:00+00:00"
    pin, bar = {"material": "pin"}, {"receipt": "WH/IN/00005 31", "material": "bar", "quantity": 40.0}
    assert way.events() == [
        ("order.created", {"order": "WH/MO/00001", "quantity": 12.5, "due": first, "priority": 1.0, **pin}),
        ("order.created", {"order": "WH/MO/00002", "quantity": 3.0, "due": second, "priority": 2.0, **pin}),
        ("receipt.changed", {**bar, "expected": "2026-03-04T07:00+00:00"}),
        ("material.counted", {"material": "bar", "on_hand": 8.0}),
    ]
    rejected = way.shop.ledger.rejected_rows("odoo")
    assert [(row.name, row.rule) for _, row in rejected] == [("WH/MO/00003", "orders.material")]
    way.look()
    assert len(way.events()) == 4
    odoo.models["mrp.production"][0]["date_deadline"] = "2026-03-09 10:00:00"
    way.look()
    assert way.events()[4:] == [("order.changed", {"order": "WH/MO/00001", "due": "2026-03-09T10:00+00:00"})]


def test_a_list_of_many_parts_is_read_whole_and_one_that_moves_meanwhile_not_at_all(
    way: Road, odoo: Odoo, server: Vendor
) -> None:
    odoo.models["mrp.production"] = [
        Odoo.order(n, f"MO-{n:04}", [7, "[pin] Pin"], 1.0, "2026-03-06 14:00:00") for n in range(1, 603)
    ]

    def moving(asked: Asked) -> Said:
        said = odoo(asked)
        if "mrp.production" in asked.path and asked.body["offset"] == 0:
            del odoo.models["mrp.production"][3]
        return said

    server.answer = moving
    way.look()
    assert "the list changed while it was read" in way.state.trouble
    assert [name for name, _ in way.events()] == ["receipt.changed", "material.counted"]
    server.answer = odoo
    way.look()
    assert way.state.trouble == ""
    assert sum(name == "order.created" for name, _ in way.events()) == 601


@pytest.mark.parametrize("lost", [0, 1, 2, 3])
def test_what_the_floor_reports_stands_there_once_also_where_an_answer_is_lost(
    way: Road, odoo: Odoo, server: Vendor, lost: int
) -> None:
    server.lost = lost
    way.report("operation.started", order="PIN-1", operation=10, machine="lathe")
    way.report("operation.progressed", order="PIN-1", operation=10, quantity_good=4)
    way.report("operation.finished", order="PIN-1", operation=10, quantity_good=9, quantity_scrap=1)
    for _ in range(lost + 1):
        way.later()
    assert way.outbox == []
    assert odoo.models["mrp.workorder"][0] | {"date_start": "", "date_finished": "", "workcenter_id": ""} == {
        "id": 51, "production_id.name": "PIN-1", "operation_id.sequence": 10, "state": "done", "qty_produced": 9.0,
        "date_start": "", "date_finished": "", "workcenter_id": "",
    }  # fmt: skip
    methods = [method for method, _ in odoo.done]
    assert (methods.count("button_start"), methods.count("button_finish")) == (1, 1)


def test_a_correction_lowers_the_quantity(way: Road, odoo: Odoo) -> None:
    way.report("operation.started", order="PIN-1", operation=10, machine="lathe")
    way.report("operation.progressed", order="PIN-1", operation=10, quantity_good=6)
    way.look()
    way.report("operation.progressed", order="PIN-1", operation=10, quantity_good=5)
    way.look()
    assert (odoo.models["mrp.workorder"][0]["qty_produced"], way.outbox) == (5.0, [])


def test_what_is_not_there_is_refused_and_tried_again(way: Road, odoo: Odoo) -> None:
    (work,) = odoo.models["mrp.workorder"]
    odoo.models["mrp.workorder"] = []
    way.report("operation.started", order="PIN-1", operation=10, machine="lathe")
    way.look()
    assert "no work order of 'PIN-1' whose operation has the sequence 10" in way.outbox[0].reason
    odoo.models["mrp.workorder"] = [work]
    way.later()
    assert (way.outbox, work["state"]) == ([], "progress")


def test_a_released_plan_gives_work_orders_their_machine_and_times_and_only_those_that_moved(
    way: Road, odoo: Odoo, server: Vendor
) -> None:
    first = way.plan()
    way.look()
    pin = next(o for o in first if o.order == "PIN-1")
    (told,) = [vals for method, vals in odoo.done if method == "write"]
    assert told == {"date_start": at_utc(pin.start), "date_finished": at_utc(pin.end), "workcenter_id": 61}
    asked = len(server.asked)
    second = way.plan("machine.down", machine="saw", expected_up="2026-03-02T09:00Z")
    way.look()
    assert way.outbox == []
    moved = [o.key for o in second if o not in first]
    assert 0 < len(moved) < len(second)
    # One look for each that is no work order there, and the three lists; the pin's stands as it was told.
    assert [o for o in second if o.order == "PIN-1"] == [pin]
    assert len(server.asked) - asked == 3 + len(second) - 1
    odoo.models["mrp.workorder"].append(
        {"id": 52, "production_id.name": "SHAFT-1", "operation_id.sequence": 20, "state": "ready", "qty_produced": 0.0}
    )
    way.plan("machine.down", machine="saw", expected_up="2026-03-02T09:30Z")
    way.look()
    assert "date_start" in odoo.models["mrp.workorder"][1]


def at_utc(minute: int) -> str:
    return f"{to_datetime(minute, UTC):%Y-%m-%d %H:%M:%S}"


def test_a_wrong_key_is_told_and_never_shown(
    way: Road, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ERP_SECRET", "a-wrong-secret")
    way.look()
    assert "answered 401: Invalid apikey; check the credentials" in way.state.trouble
    steps = list(way.connections.adapters[0].test())
    assert steps[0] == ("read the secret", "")
    assert all("Invalid apikey" in fault for _, fault in steps[1:])
    monkeypatch.delenv("ERP_SECRET")
    assert "the environment has no ERP_SECRET" in next(iter(way.connections.adapters[0].test()))[1]
    shown = capsys.readouterr()
    assert "a-wrong-secret" not in shown.out + shown.err + way.state.trouble + str(steps)


def test_it_is_tried_step_by_step_and_says_what_it_can(way: Road) -> None:
    adapter = way.connections.adapters[0]
    assert [fault for _, fault in adapter.test()] == [""] * 7
    assert (adapter.can.write_back_start, adapter.can.write_back_machine) == (True, True)
    assert (adapter.can.idempotency_key, adapter.can.operation_times, adapter.can.push) == (False, False, False)
    assert adapter.can.stops_in_doubt is False


def test_a_busy_system_is_left_alone_as_long_as_it_asks(way: Road, server: Vendor) -> None:
    server.before = [Said({"message": "slow down"}, 429, {"retry-after": "3600"})]
    way.report("operation.started", order="PIN-1", operation=10, machine="lathe")
    way.look()
    assert "asked for" in way.state.trouble
    assert "more without a call" in way.outbox[0].reason
    assert len(server.asked) == 1
    assert next(itertools.islice(way.outbox, 1)).attempts == 1
