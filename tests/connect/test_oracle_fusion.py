"""Oracle Fusion: offset and hasMore, a 201 that holds errors, and moving what is missing over there."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.connect.road import Road, rest_file, road
from tests.connect.vendor import Asked, Said, Vendor, vendor
from tests.usecases.shop import Shop

ROOT = "/fscmRestApi/resources/11.13.18.05/"
BASIC = "Basic " + base64.b64encode(b"rejig:s3cret").decode()


class Fusion:
    """At most two rows a part, however many are asked for. step : the operation 10 of PIN-1."""

    def __init__(self) -> None:
        self.orders = [self.order(n) for n in range(1, 6)]
        self.step: dict[str, Any] = {
            "WorkOrderOperationId": 77, "OperationSequenceNumber": 10, "ReadyQuantity": 10, "CompletedQuantity": None,
            "ScrappedQuantity": None,
        }  # fmt: skip
        self.moved: list[tuple[float, str, str]] = []
        self.patched: list[dict[str, Any]] = []
        self.fault = ""

    @staticmethod
    def order(number: int) -> dict[str, Any]:
        return {
            "WorkOrderId": 100 + number, "WorkOrderNumber": f"WO-{number}", "ItemNumber": "pin",
            "PlannedStartQuantity": number, "NeedByDate": None,
            "PlannedCompletionDate": "2026-03-06T14:00:00+00:00", "WorkOrderStatusCode": "ORA_RELEASED",
        }  # fmt: skip

    def __call__(self, asked: Asked) -> Said:
        if asked.headers.get("authorization") != BASIC:
            return Said({"title": "Unauthorized", "status": "401"}, 401)
        path = asked.path.removeprefix(ROOT)
        if path == "operationTransactions":
            return self.transact(asked.body)
        if asked.method == "PATCH":
            self.patched.append(asked.body)
            return Said(self.step | asked.body)
        if path.endswith("/child/WorkOrderOperation"):
            assert path == "workOrders/199/child/WorkOrderOperation"
            return self.part([self.step] if asked.query["q"] == "OperationSequenceNumber=10" else [], asked)
        if path == "inventoryOnhandBalances":
            return self.part([{"ItemNumber": "bar", "PrimaryQuantity": q} for q in (2, 3)], asked)
        if "WorkOrderNumber=" in asked.query["q"]:
            mine = "WorkOrderNumber='PIN-1'" in asked.query["q"]
            return self.part([{"WorkOrderId": 199, "UOMCode": "EA"}] if mine else [], asked)
        assert "OrganizationCode='M1'" in asked.query["q"]
        return self.part(self.orders, asked)

    @staticmethod
    def part(rows: list[Any], asked: Asked) -> Said:
        start = int(asked.query.get("offset", 0))
        some = rows[start : start + 2]
        more = start + 2 < len(rows)
        return Said({"items": some, "count": len(some), "hasMore": more, "limit": 2, "offset": start})

    def transact(self, body: dict[str, Any]) -> Said:
        (line,) = body["OperationTransactionDetail"]
        if self.fault:
            failed = {**line, "ErrorMessages": self.fault, "ErrorMessageNames": "WIE_X"}
            return Said({"ErrorsExistFlag": "true", "OperationTransactionDetail": [failed]}, 201)
        quantity, target = line["TransactionQuantity"], line["ToDispatchState"]
        self.moved.append((quantity, line["FromDispatchState"], target))
        field = "ScrappedQuantity" if "SCRAP" in (target, line["FromDispatchState"]) else "CompletedQuantity"
        sign = -1 if target == "READY" else 1
        self.step[field] = (self.step[field] or 0) + sign * quantity
        return Said({"ErrorsExistFlag": "false", "OperationTransactionDetail": [line]}, 201)


@pytest.fixture
def fusion() -> Fusion:
    return Fusion()


@pytest.fixture
def server(fusion: Fusion) -> Iterator[Vendor]:
    with vendor(fusion) as opened:
        yield opened


@pytest.fixture
def way(shop: Shop, server: Vendor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Road]:
    file = rest_file(
        "oracle-fusion", server.address, "basic", "orders stock", "confirmations plan", 'organization = "M1"'
    )
    with road(shop, tmp_path, file, monkeypatch, "rejig:s3cret") as opened:
        yield opened


def reports(way: Road) -> None:
    way.report("operation.started", order="PIN-1", operation=10, machine="lathe")
    way.report("operation.progressed", order="PIN-1", operation=10, quantity_good=4)
    way.report("operation.finished", order="PIN-1", operation=10, quantity_good=9, quantity_scrap=1)


def test_parts_are_read_as_long_as_there_is_more(way: Road) -> None:
    way.look()
    assert way.state.trouble == ""
    common = {"material": "pin", "due": "2026-03-06T14:00+00:00", "status": "released"}
    expected = [("order.created", {"order": f"WO-{n}", "quantity": float(n), **common}) for n in range(1, 6)]
    assert way.events() == expected  # 5 bars are there as here, so nothing is said of them


@pytest.mark.parametrize("lost", [0, 1, 2, 3])
def test_what_is_missing_is_moved_once_also_where_an_answer_is_lost(
    way: Road, fusion: Fusion, server: Vendor, lost: int
) -> None:
    server.lost = lost
    reports(way)
    for _ in range(lost + 1):
        way.later()
    assert way.outbox == []
    assert fusion.moved == [(4, "READY", "COMPLETE"), (5, "READY", "COMPLETE"), (1, "READY", "SCRAP")]


def test_a_correction_moves_back(way: Road, fusion: Fusion) -> None:
    way.report("operation.started", order="PIN-1", operation=10, machine="lathe")
    way.report("operation.progressed", order="PIN-1", operation=10, quantity_good=6, quantity_scrap=2)
    way.report("operation.progressed", order="PIN-1", operation=10, quantity_good=5, quantity_scrap=1)
    way.look()
    assert way.outbox == []
    assert fusion.moved == [
        (6, "READY", "COMPLETE"),
        (2, "READY", "SCRAP"),
        (1, "COMPLETE", "READY"),
        (1, "SCRAP", "READY"),
    ]


def test_a_created_answer_with_errors_in_it_is_a_refusal(way: Road, fusion: Fusion) -> None:
    fusion.fault = "The period is closed."
    reports(way)
    way.look()
    assert way.outbox[0].reason == "answered 201, and in it: The period is closed."
    assert fusion.moved == []
    fusion.fault = ""
    way.later()
    assert (fusion.step["CompletedQuantity"], way.outbox) == (9, [])


def test_the_plans_times_go_to_the_operations_that_are_there(way: Road, fusion: Fusion) -> None:
    pin = next(o for o in way.plan() if o.order == "PIN-1")
    way.look()
    assert way.outbox == []
    (told,) = fusion.patched
    assert told.keys() == {"PlannedStartDate", "PlannedCompletionDate"}
    assert pin.start < pin.end
    can = way.connections.adapters[0].can
    assert (can.write_back_start, can.write_back_machine, can.idempotency_key) == (True, False, False)
