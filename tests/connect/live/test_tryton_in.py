"""A real Tryton is read: orders, deliveries and stock as they are there, again where they change, and no other time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from scheduler.connect.credentials import Login
from scheduler.connect.tryton import TrytonAdapter
from scheduler.connect_ports import Arrived, Link, Reading
from scheduler.domain.minutes import iso
from scheduler.errors import ConnectionAway
from tests.builders import UTC, tiny_plant
from tests.connect.live.tryton import PASSWORD, USER, Tryton

pytestmark = pytest.mark.live
DUE = dt.date(2026, 12, 4)


def adapter_of(erp: Tryton, password: str = PASSWORD, address: str = "", warehouse: str = "") -> TrytonAdapter:
    link = Link("erp", "tryton", "tiny", address or erp.address, ("orders", "receipts", "stock"))
    return TrytonAdapter(link, lambda: Login(USER, password), warehouse)


@pytest.fixture
def adapter(erp: Tryton) -> Iterator[TrytonAdapter]:
    opened = adapter_of(erp)
    yield opened
    opened.close()


def read(adapter: TrytonAdapter) -> tuple[Arrived, Reading]:
    """What one look brings, taken in."""
    (message,) = adapter.arrived()
    adapter.settle(message.outer_id, "done", "")
    return message, adapter.understood(message, tiny_plant())


def test_open_productions_deliveries_and_stock_come_in(erp: Tryton, adapter: TrytonAdapter) -> None:
    shop = erp.shop()
    pin, shaft, move = shop.order("pin", 10, DUE), shop.order("shaft", 4, DUE), shop.purchased("bar", 20, DUE)
    _, reading = read(adapter)
    orders = reading.imported.of("orders").rows
    names = [shop.production(number, "number")["number"] for number in (pin, shaft)]
    assert list(orders) == names
    assert orders[names[1]] | {"due": 0} == {
        "material": "shaft", "quantity": 4.0, "due": 0, "routing": "shaft", "status": "released",
    }  # fmt: skip
    assert iso(orders[names[0]]["due"], UTC) == "2026-12-04T23:59+00:00"
    ((name, receipt),) = reading.imported.of("receipts").rows.items()
    assert (name, receipt["material"], receipt["quantity"]) == (f"move-{move}", "bar", 20.0)
    assert {name: row["on_hand"] for name, row in reading.imported.of("stock").rows.items()} == {
        "bar": 100.0, "shaft": 0.0, "pin": 0.0,
    }  # fmt: skip
    assert reading.rejected == ()


def test_it_is_read_again_where_something_changed_and_no_other_time(erp: Tryton, adapter: TrytonAdapter) -> None:
    shop = erp.shop()
    number = shop.order("pin", 10, DUE)
    first, _ = read(adapter)
    assert list(adapter.arrived()) == []
    shop.put_in_stock("bar", 5)
    second, reading = read(adapter)
    assert reading.imported.of("stock").rows["bar"] == {"on_hand": 105.0}
    assert second.outer_id != first.outer_id
    shop.server.call("model.production.cancel", [number])
    assert dict(read(adapter)[1].imported.of("orders").rows) == {}
    # A process that died before it had taken the message in is given the same one.
    again = adapter_of(erp)
    one, other = list(again.arrived()), list(again.arrived())
    again.close()
    assert [m.outer_id for m in one] == [m.outer_id for m in other]
    assert [m.digest for m in one] == [m.digest for m in other]


def test_a_delivery_that_has_come_brings_nothing_more(erp: Tryton, adapter: TrytonAdapter) -> None:
    shop = erp.shop()
    move = shop.purchased("bar", 20, DUE)
    (message,) = adapter.arrived()
    plant = tiny_plant()
    receipts = {f"move-{move}": plant.receipts["PO-7"]}
    shop.receive(move)
    (message,) = adapter.arrived()
    row = adapter.understood(message, tiny_plant(receipts=receipts)).imported.of("receipts").rows[f"move-{move}"]
    assert row["quantity"] == 0.0
    assert dict(adapter.understood(message, plant).imported.of("receipts").rows) == {}


def test_what_cannot_be_used_is_named_with_what_to_mend_there(erp: Tryton, adapter: TrytonAdapter) -> None:
    shop = erp.shop()
    number = shop.order("pin", 10, DUE)
    shop.server.call("model.production.draft", [number])
    shop.server.call("model.production.write", [number], {"planned_date": None, "planned_start_date": None})
    _, reading = read(adapter)
    assert [(row.rule, row.name) for row in reading.rejected] == [
        ("orders.due", shop.production(number, "number")["number"])
    ]
    assert not reading.imported.of("orders").whole


def test_each_step_of_the_test_says_why_it_does_not_work(erp: Tryton, adapter: TrytonAdapter) -> None:
    assert [fault for _, fault in adapter.test() if fault] == []
    for other, words in (
        (adapter_of(erp, password="wrong"), "no such user and password"),
        (adapter_of(erp, address=erp.address + "x"), "the name of the database"),
        (adapter_of(erp, warehouse="Nowhere"), "expected one of 'Warehouse'"),
    ):
        *_, (_, fault) = other.test()
        other.close()
        assert words in fault


def test_a_server_that_is_away_is_told_and_read_when_it_is_back(erp: Tryton, adapter: TrytonAdapter) -> None:
    read(adapter)
    erp.end()
    with pytest.raises(ConnectionAway, match="ConnectError"):
        list(adapter.arrived())
    erp.start()
    erp.shop().put_in_stock("bar", 1)
    assert read(adapter)[1].imported.of("stock").rows["bar"] == {"on_hand": 101.0}
