"""S/4HANA: OData V2 with token and session, ETags, links to the next part, and confirmations known by their UUID."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from scheduler.bootstrap import build_adapters
from scheduler.connect.configuration import read_connections
from scheduler.domain.minutes import to_datetime
from scheduler.errors import InvalidConnections
from tests.connect.road import Road, rest_file, road
from tests.connect.vendor import Asked, Said, Vendor, vendor
from tests.usecases.shop import Shop

SERVICES = "/sap/opu/odata/sap/"
MARCH_6 = 1_772_755_200_000
SETTINGS = 'plant = "1000"\nzone = "Europe/Berlin"\nscheduling_mode = "1"\nscheduling_strategy = "0001"'


class S4:
    """Sessions come and go: a token is worth something with its cookie alone. etag : of operation 0010 of PIN-1."""

    def __init__(self) -> None:
        self.orders = [self.order(str(1_000_000 + n), str(n)) for n in range(1, 4)]
        self.session = 1
        self.etag = 'W/"20260301120000"'
        self.confirmed: list[dict[str, Any]] = []
        self.scheduled: list[dict[str, str]] = []
        self.message_type = "S"
        self.count: int | None = None

    @staticmethod
    def order(number: str, quantity: str) -> dict[str, Any]:
        return {
            "ManufacturingOrder": number, "Material": "pin", "TotalQuantity": quantity,
            "MfgOrderPlannedEndDate": f"/Date({MARCH_6})/", "MfgOrderPlannedEndTime": "PT14H30M00S",
            "OrderIsReleased": "X" if quantity == "1" else "", "SalesOrder": "",
        }  # fmt: skip

    def __call__(self, asked: Asked) -> Said:
        if not asked.headers.get("authorization", "").startswith("Basic "):
            return Said({"error": {"code": "x", "message": {"lang": "en", "value": "log on"}}}, 401)
        entity = asked.path.rpartition("/")[2]
        if asked.headers.get("x-csrf-token") == "Fetch":
            return Said(
                {"d": {}}, headers={"x-csrf-token": f"t{self.session}", "set-cookie": f"SAP=s{self.session}; path=/"}
            )
        if asked.method == "POST":
            token, cookie = asked.headers.get("x-csrf-token"), asked.headers.get("cookie", "")
            if token != f"t{self.session}" or f"SAP=s{self.session}" not in cookie:
                text = {"error": {"code": "x", "message": {"lang": "en", "value": "CSRF token validation failed"}}}
                return Said(text, 403, {"x-csrf-token": "Required"})
            return self.confirm(asked.body) if entity == "ProdnOrdConf2" else self.schedule(asked)
        if entity == "A_ProductionOrder_2":
            return self.part(asked)
        if entity == "A_MatlStkInAcctMod":
            rows = [{"Material": "bar", "MatlWrhsStkQtyInMatlBaseUnit": q} for q in ("3.000", "1.500")]
            return Said({"d": {"results": rows, "__count": "2"}})
        if entity == "A_ProductionOrderOperation_2":
            mine = "'PIN-1' and ManufacturingOrderOperation eq '0010'" in asked.query["$filter"]
            row = {
                "__metadata": {"etag": self.etag}, "OrderInternalBillOfOperations": "9", "OperationUnit": "PC",
                "OrderIntBillOfOperationsItem": "1", "ManufacturingOrderSequence": "0",
                "ManufacturingOrderOperation": "0010",
            }  # fmt: skip
            return Said({"d": {"results": [row] if mine else []}})
        (wanted,) = re.findall(r"guid'([0-9a-f-]{36})'", asked.query["$filter"])
        known = [c for c in self.confirmed if c["ExternalSystemConfirmation"] == wanted]
        return Said({"d": {"results": [{"ConfirmationGroup": "207", "ConfirmationCount": "1"} for _ in known]}})

    def part(self, asked: Asked) -> Said:
        assert "ProductionPlant eq '1000'" in asked.query["$filter"]
        skip = int(asked.query.get("$skiptoken", 0))
        count = len(self.orders) if self.count is None else self.count
        answer: dict[str, Any] = {"results": self.orders[skip : skip + 2], "__count": str(count)}
        if skip + 2 < len(self.orders):
            query = f"$skiptoken={skip + 2}&$format=json&$filter=ProductionPlant%20eq%20'1000'"
            answer["__next"] = f"http://{asked.headers['host']}{asked.path}?{query}"
        return Said({"d": answer})

    def confirm(self, body: dict[str, Any]) -> Said:
        self.confirmed.append(body)
        return Said({"d": {"ConfirmationGroup": "207", "SystemMessageType": "S"}}, 201)

    def schedule(self, asked: Asked) -> Said:
        if asked.headers.get("if-match") != self.etag:
            return Said({"error": {"code": "x", "message": {"lang": "en", "value": "changed meanwhile"}}}, 412)
        self.scheduled.append(asked.query)
        said = {
            "SystemMessageType": self.message_type,
            "SystemMessageIdentification": "CO",
            "SystemMessageNumber": "688",
        }
        return Said({"d": {"ScheduleProductionOrderOperation": {**said, "SystemMessageText": "order is locked"}}})


@pytest.fixture
def s4() -> S4:
    return S4()


@pytest.fixture
def server(s4: S4) -> Iterator[Vendor]:
    with vendor(s4) as opened:
        yield opened


def file_for(server: Vendor, settings: str = SETTINGS) -> str:
    return rest_file("s4hana", server.address, "basic", "orders stock", "confirmations plan", settings)


@pytest.fixture
def way(shop: Shop, server: Vendor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Road]:
    with road(shop, tmp_path, file_for(server), monkeypatch, "rejig:s3cret") as opened:
        yield opened


def reports(way: Road) -> None:
    way.report("operation.started", order="PIN-1", operation=10, machine="lathe")
    way.report("operation.progressed", order="PIN-1", operation=10, quantity_good=4)
    way.report("operation.finished", order="PIN-1", operation=10, quantity_good=9, quantity_scrap=1)


def test_parts_are_followed_and_a_date_is_not_shifted(way: Road) -> None:
    way.look()
    assert way.state.trouble == ""
    due = {"material": "pin", "due": "2026-03-06T13:30+00:00"}  # 14:30 in Berlin
    assert way.events() == [
        ("order.created", {"order": "1000001", "quantity": 1.0, "status": "released", **due}),
        ("order.created", {"order": "1000002", "quantity": 2.0, "status": "planned", **due}),
        ("order.created", {"order": "1000003", "quantity": 3.0, "status": "planned", **due}),
        ("material.counted", {"material": "bar", "on_hand": 4.5}),
    ]


def test_a_list_that_gives_fewer_than_it_counts_changes_nothing(way: Road, s4: S4) -> None:
    s4.count = 4
    way.look()
    assert "it said 4 rows and gave 3" in way.state.trouble
    assert [name for name, _ in way.events()] == ["material.counted"]


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_confirmation_is_booked_once_under_its_uuid(way: Road, s4: S4, server: Vendor, lost: int) -> None:
    server.lost = lost
    reports(way)
    for _ in range(lost + 1):
        way.later()
    assert way.outbox == []
    told = [(c["OrderOperation"], c["ConfirmationYieldQuantity"], c["ConfirmationScrapQuantity"]) for c in s4.confirmed]
    assert told == [("0010", "4", "0"), ("0010", "5", "1")]
    assert [c.get("FinalConfirmationType") for c in s4.confirmed] == [None, "X"]
    assert s4.confirmed[0]["PostingDate"] == "/Date(1772409600000)/"
    assert len({c["ExternalSystemConfirmation"] for c in s4.confirmed}) == 2


def test_a_session_that_has_ended_is_begun_anew(way: Road, s4: S4, server: Vendor) -> None:
    way.report("operation.started", order="PIN-1", operation=10, machine="lathe")
    way.report("operation.progressed", order="PIN-1", operation=10, quantity_good=4)
    way.look()
    s4.session = 2
    way.report("operation.progressed", order="PIN-1", operation=10, quantity_good=5)
    way.look()
    assert (len(s4.confirmed), way.outbox) == (2, [])
    assert sum(asked.headers.get("x-csrf-token") == "Fetch" for asked in server.asked) == 2


def test_the_plan_is_scheduled_under_the_operations_etag(way: Road, s4: S4) -> None:
    pin = next(o for o in way.plan() if o.order == "PIN-1")
    start = to_datetime(pin.start, ZoneInfo("Europe/Berlin"))
    way.look()
    assert way.outbox == []
    (told,) = s4.scheduled
    assert (told["ManufacturingOrder"], told["OpSchedulingMode"], told["OpSchedulingStrategy"]) == (
        "'PIN-1'", "'1'", "'0001'",
    )  # fmt: skip
    assert told["OpSchedldStartDate"] == f"datetime'{start:%Y-%m-%dT00:00:00}'"
    assert told["OpSchedldStartTime"] == f"time'PT{start:%H}H{start:%M}M00S'"


def test_a_good_answer_with_a_message_of_type_e_is_a_refusal(way: Road, s4: S4) -> None:
    s4.message_type = "E"
    way.plan()
    way.look()
    assert way.outbox[0].reason == "answered 200, and in it: CO 688 order is locked"
    s4.message_type = "S"
    way.later()
    assert way.outbox == []


def test_a_correction_is_refused_in_words(way: Road, s4: S4) -> None:
    way.report("operation.started", order="PIN-1", operation=10, machine="lathe")
    way.report("operation.progressed", order="PIN-1", operation=10, quantity_good=6)
    way.report("operation.progressed", order="PIN-1", operation=10, quantity_good=5)
    way.look()
    assert (len(s4.confirmed), [m.state for m in way.outbox]) == (1, ["dead"])


def test_what_only_the_plan_needs_must_only_be_said_for_it(server: Vendor, tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text(file_for(server, 'plant = "1000"'))
    with pytest.raises(InvalidConnections, match=r"no 'scheduling_mode' \(OpSchedulingMode"):
        build_adapters(read_connections(file))
    file.write_text(file_for(server, 'plant = "1000"').replace(", 'plan']", "]"))
    (adapter,) = build_adapters(read_connections(file))
    can = adapter.can
    assert (can.write_back_start, can.write_back_machine, can.idempotency_key) == (True, False, True)
    adapter.close()
