"""What was reported and planned here stands in a real Tryton: once, whichever of its answers is lost."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from scheduler.connect.credentials import Login
from scheduler.connect.tryton import TrytonAdapter
from scheduler.connect_ports import Link, Outgoing
from scheduler.domain.imports import OutKind
from scheduler.domain.plant import PlantState
from scheduler.messages import NotDelivered
from tests.builders import AT, tiny_plant
from tests.connect.live.shop_in_tryton import Shop
from tests.connect.live.tryton import PASSWORD, TAKES_MINUTES, USER, Tryton

pytestmark = pytest.mark.live
DUE = dt.date(2026, 12, 4)
CHANGES = ("create", "write", "delete", "do", "run", "wait", "draft", "assign_force", "cancel")
numbers = itertools.count(1)


class Losing(httpx.BaseTransport):
    """The other side does what it is asked; the answer to the change of that number never comes. 0: all come."""

    def __init__(self) -> None:
        self.losing = 0
        self.changes = 0
        self._wire = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._wire.handle_request(request)
        if json.loads(request.content)["method"].rpartition(".")[2] in CHANGES:
            self.changes += 1
            if self.changes == self.losing:
                answer.read()
                raise httpx.ReadError("the cable is pulled", request=request)
        return answer


@pytest.fixture
def wire() -> Losing:
    return Losing()


@pytest.fixture
def adapter(erp: Tryton, wire: Losing) -> Iterator[TrytonAdapter]:
    link = Link("erp", "tryton", "tiny", erp.address, ("orders", "stock"), ("confirmations", "stock", "plan"))
    opened = TrytonAdapter(link, lambda: Login(USER, PASSWORD), transport=wire)
    yield opened
    opened.close()


def message(kind: OutKind, subject: str, body: dict[str, Any]) -> Outgoing:
    number = next(numbers)
    return Outgoing("tiny", "erp", number, f"tiny.erp.{number}", kind, subject, body, "waiting", 0, AT)


def confirmed(order: str, operation: int, what: str, hour: int, good: float = 0, scrap: float = 0) -> Outgoing:
    return message("confirmations", order, {
        "order": order, "operation": operation, "material": "pin", "machine": "lathe", "what": what,
        "at": f"2026-03-02T{hour:02d}:30+00:00", "quantity_good": good, "quantity_scrap": scrap,
        "total_good": good, "total_scrap": scrap,
    })  # fmt: skip


def moved(material: str, quantity: float, order: str = "", cause: str = "operation.finished") -> Outgoing:
    at = "2026-03-02T07:30+00:00"
    body = {"material": material, "quantity": quantity, "on_hand": 0, "unit": "pcs", "order": order, "at": at}
    return message("stock", material, body | {"cause": cause})


def planned(order: str, day: int, *machines: str, last: int = 0) -> Outgoing:
    rows = [
        {
            "order": order, "operation": 10 * n, "machine": machine, "setup_start": "",
            "start": f"2026-12-{day:02d}T06:00+00:00", "end": f"2026-12-{last or day:02d}T07:00+00:00",
        }
        for n, machine in enumerate(machines, start=1)
    ]  # fmt: skip
    return message("plan", "plan", {"rows": rows})


def sent(adapter: TrytonAdapter, *messages: Outgoing) -> int:
    """Each until it is delivered; how often it was not."""
    failed = 0
    for each in messages:
        while (fault := refused(adapter, each)) is not None:
            failed += 1
            assert failed < 3, fault
    return failed


def refused(adapter: TrytonAdapter, message: Outgoing) -> NotDelivered | None:
    try:
        adapter.send(message)
    except NotDelivered as fault:
        return fault
    return None


def made(shop: Shop, quantity: float = 10, material: str = "pin") -> tuple[int, str]:
    number = shop.order(material, quantity, DUE)
    return number, shop.production(number, "number")["number"]


def reports(order: str) -> list[Outgoing]:
    """Ten started, nine of them good."""
    return [
        confirmed(order, 10, "started", 6),
        moved("bar", -10, order, "operation.started"),
        confirmed(order, 10, "finished", 7, good=9, scrap=1),
        moved("pin", 9, order),
    ]


def cycles(shop: Shop, production: int) -> list[tuple[str, dt.timedelta | None]]:
    found = shop.server.read("production.work.cycle", [["work.production", "=", production]], ["state", "duration"])
    return [(row["state"], row["duration"]) for row in found if row["state"] != "cancelled"]


def test_reports_with_scrap_make_the_production_done_and_its_stock_ours(erp: Tryton, adapter: TrytonAdapter) -> None:
    shop = erp.shop()
    production, order = made(shop)
    first, *rest = reports(order)
    sent(adapter, first)
    assert shop.production(production, "state")["state"] == "running"
    assert shop.works(production)[0]["state"] == "running"
    assert shop.stock("bar") == 100
    sent(adapter, rest[0])
    assert shop.stock("bar") == 90
    sent(adapter, *rest[1:])
    assert shop.production(production, "state")["state"] == "done"
    assert (shop.stock("bar"), shop.stock("pin")) == (90, 9)
    assert cycles(shop, production) == [("done", dt.timedelta(hours=1))]
    # 20 for the bars and 60 for the hour, on nine pins.
    (output,) = shop.server.read("stock.move", [["production_output", "=", production]], ["quantity", "unit_price"])
    assert (output["quantity"], round(float(output["unit_price"]), 2)) == (9.0, 8.89)
    # All of it once more under the same keys, as after lost answers: then new ones, though the production is done.
    assert sent(adapter, first, *rest) == 0
    assert (shop.stock("bar"), shop.stock("pin"), len(cycles(shop, production))) == (90, 9, 1)
    late = moved("bar", -2, order), moved("pin", 9, order)
    assert sent(adapter, *late, *late) == 0
    assert (shop.stock("bar"), shop.stock("pin")) == (88, 18)


def test_a_production_of_two_works_is_done_with_the_second_and_its_output(erp: Tryton, adapter: TrytonAdapter) -> None:
    shop = erp.shop()
    production, order = made(shop, material="shaft")
    sent(adapter, confirmed(order, 10, "started", 6), confirmed(order, 20, "started", 7), moved("shaft", 4, order))
    sent(adapter, confirmed(order, 10, "finished", 8, good=10), confirmed(order, 20, "progressed", 8, good=4))
    assert [work["state"] for work in shop.works(production)] == ["finished", "running"]
    sent(adapter, moved("shaft", 5, order))
    assert shop.production(production, "state")["state"] == "running"
    sent(adapter, confirmed(order, 20, "finished", 9, good=9, scrap=1))
    assert (shop.production(production, "state")["state"], shop.stock("shaft")) == ("done", 9)
    assert cycles(shop, production) == [("done", dt.timedelta(hours=2)), ("done", dt.timedelta(hours=2))]


def test_a_user_without_rights_is_told_which(erp: Tryton) -> None:
    shop = erp.shop()
    groups = shop.server.read("res.group", [["name", "in", ["Stock", "Production"]]], ["id"])
    for login, rights in (("reader", []), ("planner", [row["id"] for row in groups])):
        mine = {"companies": [["add", [shop.company]]], "company": shop.company, "groups": [["add", rights]]}
        shop.create("res.user", name=login, login=login, password="odd-words-42", **mine)
        link = Link("erp", "tryton", "tiny", erp.address, (), ("confirmations", "stock"))
        other = TrytonAdapter(link, lambda login=login: Login(login, "odd-words-42"))  # type: ignore[misc]
        faults = [(step, fault) for step, fault in other.test() if fault]
        other.close()
        if rights:
            assert faults == []
        else:
            assert "may not" in faults[0][1]


@TAKES_MINUTES
def test_whichever_answer_is_lost_each_report_is_booked_once(erp: Tryton, adapter: TrytonAdapter, wire: Losing) -> None:
    shop = erp.shop()
    for losing in itertools.count(1):
        production, order = made(shop)
        bars, pins = shop.stock("bar"), shop.stock("pin")
        wire.changes, wire.losing = 0, losing
        lost = sent(adapter, *reports(order))
        assert (shop.stock("bar"), shop.stock("pin")) == (bars - 10, pins + 9), losing
        assert shop.production(production, "state")["state"] == "done", losing
        assert cycles(shop, production) == [("done", dt.timedelta(hours=1))], losing
        if not lost:
            break
    assert losing > 15


def test_a_plan_writes_days_and_machines_and_the_day_it_is_due_stays(erp: Tryton, adapter: TrytonAdapter) -> None:
    shop = erp.shop()
    production, order = made(shop, material="shaft")

    def due() -> dt.date:
        (message,) = adapter.arrived()
        (row,) = [row for row in json.loads(message.content)["orders"] if row["number"] == order]
        return dt.date.fromisoformat(row["due"])

    for day, lathe in ((1, "lathe"), (3, "lathe-2"), (3, "lathe")):
        sent(adapter, planned(order, day, "saw", lathe, last=day + 1))
        stands = shop.production(production, "state", "planned_start_date", "planned_date")
        days = (dt.date(2026, 12, day), dt.date(2026, 12, day + 1))
        assert (stands["state"], stands["planned_start_date"], stands["planned_date"]) == ("waiting", *days)
        assert [work["work_center."]["name"] for work in shop.works(production)] == ["saw", lathe]
        assert due() == DUE
    # Somebody in Tryton says something new of it: that counts.
    shop.server.call("model.production.draft", [production])
    new = {"planned_date": dt.date(2026, 12, 9), "planned_start_date": dt.date(2026, 12, 9)}
    shop.server.call("model.production.write", [production], new)
    shop.server.call("model.production.wait", [production])
    assert due() == dt.date(2026, 12, 9)
    sent(adapter, planned(order, 4, "saw", "lathe"))
    assert due() == dt.date(2026, 12, 9)


@TAKES_MINUTES
def test_whichever_answer_is_lost_a_plan_stands_and_its_production_waits(
    erp: Tryton, adapter: TrytonAdapter, wire: Losing
) -> None:
    shop = erp.shop()
    for losing in itertools.count(1):
        production, order = made(shop, material="shaft")
        wire.changes, wire.losing = 0, losing
        lost = sent(adapter, planned(order, 2, "saw", "lathe"))
        stands = shop.production(production, "state", "planned_date")
        assert (stands["state"], stands["planned_date"]) == ("waiting", dt.date(2026, 12, 2)), losing
        assert [work["work_center."]["name"] for work in shop.works(production)] == ["saw", "lathe"], losing
        (arrived,) = adapter.arrived()
        assert [row["due"] for row in json.loads(arrived.content)["orders"] if row["number"] == order] == [str(DUE)]
        if not lost:
            break
    assert losing > 3


def test_one_production_that_is_refused_keeps_no_other_waiting(erp: Tryton, adapter: TrytonAdapter) -> None:
    shop = erp.shop()
    (_, odd), (production, order) = made(shop), made(shop)
    both = planned(odd, 2, "no such machine").body["rows"] + planned(order, 2, "lathe").body["rows"]
    sent(adapter, message("plan", "plan", {"rows": both}))
    assert shop.production(production, "planned_date")["planned_date"] == dt.date(2026, 12, 2)
    assert shop.works(production)[0]["work_center."]["name"] == "lathe"


def test_a_correction_after_all_is_done_is_booked_and_work_may_be_taken_back_before(
    erp: Tryton, adapter: TrytonAdapter
) -> None:
    shop = erp.shop()
    production, order = made(shop)
    sent(adapter, *reports(order), confirmed(order, 10, "corrected", 8, good=8), moved("pin", -1, order))
    assert (shop.stock("pin"), shop.stock("bar")) == (8, 90)
    production, order = made(shop)
    sent(adapter, confirmed(order, 10, "started", 6), moved("bar", -10, order))
    sent(adapter, confirmed(order, 10, "reopened", 7), moved("bar", 10, order))
    assert (shop.stock("bar"), shop.works(production)[0]["state"]) == (90, "draft")
    sent(adapter, *reports(order))
    assert (shop.production(production, "state")["state"], shop.stock("bar")) == ("done", 80)


def test_what_belongs_to_no_production_is_booked_and_what_cannot_be_is_told(
    erp: Tryton, adapter: TrytonAdapter
) -> None:
    shop = erp.shop()
    _, order = made(shop)
    sent(
        adapter,
        moved("bar", -3, cause="material.counted"),
        moved("bar", 1, "HERE-1"),
        confirmed("HERE-1", 10, "started", 6),
    )
    sent(adapter, moved("bar", 50, cause="receipt.arrived"))
    assert shop.stock("bar") == 98
    for wrong, words in (
        (confirmed(order, 30, "started", 6), "0 works of sequence 30"),
        (moved("brass", -1), "0 products 'brass'"),
    ):
        with pytest.raises(NotDelivered, match=words) as refused:
            adapter.send(wrong)
        assert refused.value.gone
    shop.server.call("model.production.cancel", [shop.order("pin", 1, DUE)])
    erp.end()
    with pytest.raises(NotDelivered, match="ConnectError") as away:
        adapter.send(moved("bar", -1))
    assert not away.value.gone


def test_the_state_of_the_plant_agrees_with_what_comes_back(erp: Tryton, adapter: TrytonAdapter) -> None:
    shop = erp.shop()
    _, order = made(shop)
    sent(adapter, *reports(order))
    (arrived,) = adapter.arrived()
    state: PlantState = tiny_plant()
    rows = adapter.understood(arrived, state).imported.of("stock").rows
    assert {name: row["on_hand"] for name, row in rows.items()} == {"bar": 90.0, "pin": 9.0, "shaft": 0.0}
