"""Dynamics 365: OData with next links in, messages out; what is lost on the way is not sent a second time by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scheduler.connect_ports import Outgoing
from tests.connect.road import Road, rest_file, road
from tests.connect.vendor import Asked, Said, Vendor, vendor
from tests.usecases.shop import Shop

SEND = "/api/services/SysMessageServices/SysMessageService/SendMessage"


class Dynamics:
    """Two rows a page. messages : type and content of what was queued."""

    def __init__(self) -> None:
        self.orders = [self.order(f"P-{n}", n) for n in range(1, 4)]
        self.status = {"PIN-1": "Released"}
        self.messages: list[tuple[str, dict[str, Any]]] = []
        self.tokens = 0
        self.foreign_link = False

    @staticmethod
    def order(number: str, quantity: int) -> dict[str, Any]:
        return {
            "@odata.etag": f'W/"{number}"', "ProductionOrderNumber": number, "ItemNumber": "pin",
            "ScheduledQuantity": quantity, "DeliveryDate": "2026-03-06T12:00:00Z", "ScheduledStartTime": 21_600,
            "ProductionOrderStatus": "Scheduled" if quantity == 3 else "Released",
        }  # fmt: skip

    def __call__(self, asked: Asked) -> Said:
        if asked.path == "/token":
            assert "grant_type=client_credentials" in asked.body
            assert "client_secret=s3cret" in asked.body
            self.tokens += 1
            return Said({"token_type": "Bearer", "expires_in": 3599, "access_token": f"t{self.tokens}"})
        if asked.headers.get("authorization") != f"Bearer t{self.tokens}":
            return Said({"error": {"code": "", "message": "unauthorized"}}, 401)
        if asked.path == SEND:
            assert (asked.body["_companyId"], asked.body["_messageQueue"]) == ("usmf", "JmgMES3P")
            content = json.loads(asked.body["_messageContent"])
            self.messages.append((asked.body["_messageType"], content))
            if asked.body["_messageType"] == "ProdProductionOrderStart":
                self.status[content["ProductionOrderNumber"]] = "StartedUp"
            return Said()
        if asked.path == "/data/WarehousesOnHandV2":
            rows = [("bar", "11", 3), ("bar", "12", 4.5)]
            return Said(
                {"value": [{"ItemNumber": i, "InventoryWarehouseId": w, "OnHandQuantity": q} for i, w, q in rows]}
            )
        assert asked.path == "/data/ProductionOrderHeaders"
        assert asked.query["cross-company"] == "true"
        if "ProductionOrderNumber eq" in asked.query["$filter"]:
            number = asked.query["$filter"].rpartition("eq '")[2].rstrip("'")
            known = [number] if number in self.status else []
            return Said(
                {"value": [{"ProductionOrderNumber": n, "ProductionOrderStatus": self.status[n]} for n in known]}
            )
        skip = int(asked.query.get("$skiptoken", 0))
        answer: dict[str, Any] = {"value": self.orders[skip : skip + 2]}
        if skip + 2 < len(self.orders):
            host = "elsewhere.example" if self.foreign_link else asked.headers["host"]
            query = f"$skiptoken={skip + 2}&cross-company=true&$filter=x"
            answer["@odata.nextLink"] = f"http://{host}/data/ProductionOrderHeaders?{query}"
        return Said(answer)


@pytest.fixture
def dynamics() -> Dynamics:
    return Dynamics()


@pytest.fixture
def server(dynamics: Dynamics) -> Iterator[Vendor]:
    with vendor(dynamics) as opened:
        opened.is_write = lambda asked: asked.path == SEND
        yield opened


@pytest.fixture
def way(shop: Shop, server: Vendor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Road]:
    token = f'token_url = "{server.address}/token"'
    file = rest_file(
        "dynamics-365", server.address, "oauth", "orders stock", "confirmations", 'company = "usmf"\nsite = "1"', token
    )
    with road(shop, tmp_path, file, monkeypatch, "client:s3cret") as opened:
        yield opened


def test_all_pages_come_in_with_noon_dates_and_stock_of_all_warehouses(way: Road, dynamics: Dynamics) -> None:
    way.look()
    assert way.state.trouble == ""
    due = {"material": "pin", "due": "2026-03-06T23:59+00:00"}
    assert way.events() == [
        ("order.created", {"order": "P-1", "quantity": 1.0, "status": "released", **due}),
        ("order.created", {"order": "P-2", "quantity": 2.0, "status": "released", **due}),
        ("order.created", {"order": "P-3", "quantity": 3.0, "status": "planned", **due}),
        ("material.counted", {"material": "bar", "on_hand": 7.5}),
    ]
    way.look()
    assert (len(way.events()), dynamics.tokens) == (4, 1)


def test_a_link_to_another_host_is_not_followed(way: Road, dynamics: Dynamics) -> None:
    dynamics.foreign_link = True
    way.look()
    assert "it links to http://elsewhere.example" in way.state.trouble
    assert [name for name, _ in way.events()] == ["material.counted"]


def test_a_token_that_is_no_longer_taken_is_asked_for_anew(way: Road, dynamics: Dynamics) -> None:
    way.look()
    dynamics.tokens = 7
    way.look()
    assert "answered 401: unauthorized" in way.state.trouble
    way.look()
    assert (way.state.trouble, dynamics.tokens) == ("", 8)


def reports(way: Road) -> None:
    way.report("operation.started", order="PIN-1", operation=10, machine="lathe")
    way.report("operation.progressed", order="PIN-1", operation=10, quantity_good=4)
    way.report("operation.finished", order="PIN-1", operation=10, quantity_good=9, quantity_scrap=1)


def test_reports_become_messages_in_json_in_json(way: Road, dynamics: Dynamics) -> None:
    reports(way)
    way.look()
    assert way.outbox == []
    card = {"OperationNumber": 10, "OperationsResourceId": "lathe", "ConsumptionDate": "2026-03-02"}
    assert dynamics.messages == [
        ("ProdProductionOrderStart", {"ProductionOrderNumber": "PIN-1", "StartedDate": "2026-03-02"}),
        ("ProdProductionOrderRouteCard", {"ProductionOrderNumber": "PIN-1", "RouteCardLines": [
            {**card, "GoodQuantity": 4, "ErrorQuantity": 0, "OperationCompleted": "No"}]}),
        ("ProdProductionOrderRouteCard", {"ProductionOrderNumber": "PIN-1", "RouteCardLines": [
            {**card, "GoodQuantity": 5, "ErrorQuantity": 1, "OperationCompleted": "Yes"}]}),
    ]  # fmt: skip


def test_where_an_answer_is_lost_a_person_looks_before_it_is_sent_again(
    way: Road, dynamics: Dynamics, server: Vendor
) -> None:
    reports(way)
    dynamics.status["PIN-1"] = "StartedUp"
    server.lost = 1
    way.look()
    assert [message.state for message in way.outbox] == ["dead", "waiting"]
    assert "it may have been booked, and cannot be looked up" in way.outbox[0].reason
    way.later()
    assert len(dynamics.messages) == 1
    way.shop.ledger.drop_outgoing("erp", [way.outbox[0].number], "ann", "it is there")
    way.later()
    assert ([len(m["RouteCardLines"]) for _, m in dynamics.messages], way.outbox) == ([1, 1], [])


def test_where_the_server_dies_while_it_sends_a_person_looks_too(
    way: Road, dynamics: Dynamics, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports(way)
    dynamics.status["PIN-1"] = "StartedUp"
    sent = type(way.connections.adapters[0]).send

    def dying(self: Any, message: Outgoing) -> str:
        answer = sent(self, message)
        if dynamics.messages:
            raise KeyboardInterrupt
        return answer

    monkeypatch.setattr(type(way.connections.adapters[0]), "send", dying)
    with pytest.raises(KeyboardInterrupt):
        way.look()
    monkeypatch.undo()
    monkeypatch.setenv("ERP_SECRET", "client:s3cret")
    way.later()
    assert len(dynamics.messages) == 1
    assert way.outbox[0].state == "dead"
    assert "being sent when the server ended" in way.outbox[0].reason


def test_a_refusal_before_anything_was_sent_is_tried_again(way: Road, dynamics: Dynamics, server: Vendor) -> None:
    reports(way)
    dynamics.status["PIN-1"] = "StartedUp"
    fault = {"Message": "An error has occurred.", "ExceptionMessage": "queue JmgMES3P is locked"}
    answer = dynamics.__call__
    server.answer = lambda asked: Said(fault, 400) if asked.path == SEND else answer(asked)
    way.look()
    assert [(m.state, m.reason) for m in way.outbox[:1]] == [("waiting", "answered 400: queue JmgMES3P is locked")]
    server.answer = dynamics
    way.later()
    assert (len(dynamics.messages), way.outbox) == (2, [])


def test_it_says_that_it_stops_in_doubt(way: Road) -> None:
    can = way.connections.adapters[0].can
    assert (can.stops_in_doubt, can.idempotency_key, can.write_back_start) == (True, False, False)
