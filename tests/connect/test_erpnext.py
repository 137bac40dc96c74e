"""ERPNext: lists by start and length, job cards whose remarks know what was booked, errors as JSON in JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.connect.road import Road, rest_file, road
from tests.connect.vendor import Asked, Said, Vendor, vendor
from tests.usecases.shop import Shop

LIST = "/api/resource/"


class Frappe:
    """Doctypes as lists of documents."""

    def __init__(self) -> None:
        self.docs: dict[str, list[dict[str, Any]]] = {
            "Work Order": [
                self.order("MFG-WO-2026-00001", 12.5, "2026-03-06"),
                self.order("MFG-WO-2026-00002", 3, None),
            ],
            "Purchase Order": [
                {"name": "PUR-ORD-1", "row": "a1", "item_code": "bar", "qty": 10.0, "received_qty": 4.0,
                 "conversion_factor": 2.0, "schedule_date": "2026-03-05"},
            ],
            "Bin": [
                {"name": "b1", "item_code": "bar", "warehouse": "Stores - W", "actual_qty": 3.0},
                {"name": "b2", "item_code": "bar", "warehouse": "Line - W", "actual_qty": 1.5},
            ],
            "Job Card": [
                {"name": "PO-JOB00001", "work_order": "PIN-1", "sequence_id": 1, "docstatus": 0, "time_logs": [],
                 "modified": "m0", "remarks": None},
            ],
        }  # fmt: skip
        self.saved = 0

    @staticmethod
    def order(name: str, quantity: float, due: str | None) -> dict[str, Any]:
        return {
            "name": name, "production_item": "pin", "qty": quantity, "expected_delivery_date": due,
            "planned_end_date": "2026-03-09 10:30:00", "sales_order": None, "status": "Not Started",
        }  # fmt: skip

    def __call__(self, asked: Asked) -> Said:
        if asked.headers.get("authorization") != "token key:secret":
            return Said({"exc_type": "AuthenticationError", "message": "no"}, 401)
        doctype, _, name = asked.path.removeprefix(LIST).partition("/")
        docs = self.docs[doctype]
        if not name:
            for field, operator, value in json.loads(asked.query.get("filters", "[]")):
                if operator == "=" and field != "docstatus":
                    docs = [doc for doc in docs if doc[field] == value]
            start, most = int(asked.query.get("limit_start", 0)), int(asked.query["limit_page_length"])
            return Said({"data": docs[start : start + most]})
        (doc,) = (doc for doc in docs if doc["name"] == name)
        if asked.method == "PUT":
            if asked.body["modified"] != doc["modified"]:
                said = json.dumps([json.dumps({"message": "Document has been modified after you have opened it"})])
                return Said({"exc_type": "TimestampMismatchError", "_server_messages": said}, 417)
            self.saved += 1
            doc |= {**asked.body, "modified": f"m{self.saved}"}
        return Said({"data": dict(doc)})


@pytest.fixture
def frappe() -> Frappe:
    return Frappe()


@pytest.fixture
def server(frappe: Frappe) -> Iterator[Vendor]:
    with vendor(frappe) as opened:
        yield opened


@pytest.fixture
def way(shop: Shop, server: Vendor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Road]:
    file = rest_file(
        "erpnext", server.address, "token", "orders receipts stock", "confirmations plan", 'zone = "Europe/Berlin"'
    )
    with road(shop, tmp_path, file, monkeypatch, "key:secret") as opened:
        yield opened


def reports(way: Road) -> None:
    way.report("operation.started", order="PIN-1", operation=10, machine="lathe")
    way.report("operation.progressed", order="PIN-1", operation=10, quantity_good=4)
    way.report("operation.finished", order="PIN-1", operation=10, quantity_good=9, quantity_scrap=1)


def test_lists_come_in_by_the_sites_clock(way: Road) -> None:
    way.look()
    assert way.state.trouble == ""
    assert way.events() == [
        ("order.created", {
            "order": "MFG-WO-2026-00001", "material": "pin", "quantity": 12.5, "due": "2026-03-06T22:59+00:00"}),
        ("order.created", {
            "order": "MFG-WO-2026-00002", "material": "pin", "quantity": 3.0, "due": "2026-03-09T09:30+00:00"}),
        ("receipt.changed", {
            "receipt": "PUR-ORD-1 a1", "material": "bar", "quantity": 12.0, "expected": "2026-03-05T07:00+00:00"}),
        ("material.counted", {"material": "bar", "on_hand": 4.5}),
    ]  # fmt: skip


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_card_gets_each_report_once_also_where_an_answer_is_lost(
    way: Road, frappe: Frappe, server: Vendor, lost: int
) -> None:
    server.lost = lost
    reports(way)
    for _ in range(lost + 1):
        way.later()
    assert way.outbox == []
    (card,) = frappe.docs["Job Card"]
    assert [log["completed_qty"] for log in card["time_logs"]] == [4, 5]
    assert card["time_logs"][0]["from_time"] == "2026-03-02 07:30:00"
    assert (card["process_loss_qty"], card["remarks"].startswith("rejig tiny.erp.")) == (1, True)


def test_what_somebody_else_wrote_meanwhile_is_not_written_over(way: Road, frappe: Frappe, server: Vendor) -> None:
    (card,) = frappe.docs["Job Card"]
    answer = frappe.__call__

    def meanwhile(asked: Asked) -> Said:
        if asked.method == "PUT" and frappe.saved == 0:
            card["modified"] = "by Ann"
        return answer(asked)

    server.answer = meanwhile
    reports(way)
    way.look()
    assert way.outbox[0].reason == "answered 417: Document has been modified after you have opened it"
    server.answer = frappe
    way.later()
    assert ([log["completed_qty"] for log in card["time_logs"]], way.outbox) == ([4, 5], [])


def test_the_plan_gives_cards_their_times_and_workstation(way: Road, frappe: Frappe) -> None:
    way.plan()
    way.look()
    assert way.outbox == []
    (card,) = frappe.docs["Job Card"]
    assert (card["workstation"], len(card["expected_start_date"])) == ("lathe", len("2026-03-02 09:00:00"))
    can = way.connections.adapters[0].can
    assert (can.write_back_start, can.write_back_machine, can.idempotency_key) == (True, True, True)
