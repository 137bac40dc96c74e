"""One trace from the machine's signal, or the other system's list, to a row of a dispatch list."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from scheduler.domain.events import Event
from scheduler.log_ports import LoggedEvent
from scheduler.storage.ledger import SqlLedger
from scheduler.usecases.lineage import _origin
from tests.api.served import asked, down, load_tiny, planned, wait_until
from tests.builders import AT, at, event, tiny_plant


def lineage_of(client: httpx.Client, path: str, row: dict[str, Any]) -> dict[str, Any]:
    answer = client.get(f"{path}/dispatch-lists/{row['machine']}/{row['order']}/{row['operation']}/lineage")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert (found["machine"], found["start"]) == (row["machine"], row["start"])
    return found


def rows(client: httpx.Client, path: str, machine: str) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = client.get(f"{path}/dispatch-lists/{machine}").json()["lines"]
    return lines


def test_a_row_leads_back_to_the_plan_the_breakdown_and_the_report_of_its_order(client: httpx.Client) -> None:
    path = load_tiny(client, "lineage", "auto")
    first = planned(client, path)
    before = lineage_of(client, path, rows(client, path, "saw")[0])
    assert (before["placed_by"]["cause"], before["told_of_it"]) == (first["cause"], [])
    client.patch(path, json={"policy": {"improve_seconds": 0.0, "time_limit_seconds": 0.5}})

    client.post(f"{path}/events", json=down("spindle", "saw", until="2026-03-02T09:00Z"))
    wait_until(lambda: client.get(path).json()["plan_is_current"])
    row = rows(client, path, "saw")[0]
    broken = client.get(f"{path}/plans/current").json()
    client.post(f"{path}/events", json={**down("x", "saw"), "id": "tick", "type": "clock.ticked", "data": {}})
    told = {"order": row["order"], "priority": 3}
    answer = client.post(f"{path}/events", json={**down("x", "saw"), "id": "p", "type": "order.changed", "data": told})
    assert answer.json()["rejected"] == []
    wait_until(lambda: client.get(path).json()["plan_is_current"])

    found = lineage_of(client, path, row)
    assert found["placed_by"]["cause"].startswith("repaired after saw down")
    assert found["placed_by"]["plan"] <= broken["id"] <= found["in_force"]["plan"]
    (signal,) = [e for e in found["led_to_it"] if e["type"] == "machine.down"]
    assert (signal["id"], signal["source"], signal["connection"]) == ("spindle", "mes", None)
    assert "saw is down" in signal["summary"]
    assert [e["id"] for e in found["told_of_it"]] == ["p"]


def test_a_row_that_a_person_released_has_the_persons_name_and_words(client: httpx.Client) -> None:
    path = load_tiny(client, "decided", "advise")
    number = asked(client, path)
    who = {"by": "m.keller", "reason": "the customer waits"}
    released = client.post(f"{path}/plans/{number}/release", json=who)
    assert released.status_code == 200, released.text
    found = lineage_of(client, path, rows(client, path, "lathe")[0])
    assert (found["placed_by"]["decided_by"], found["placed_by"]["reason"]) == ("m.keller", "the customer waits")


@pytest.mark.parametrize("row", ["saw/NONE/10", "nowhere/SHAFT-1/10", "saw/SHAFT-1/77"])
def test_a_row_that_is_not_on_the_list_has_none(client: httpx.Client, row: str) -> None:
    path = load_tiny(client, "norow", "auto")
    planned(client, path)
    assert client.get(f"{path}/dispatch-lists/{row}/lineage").status_code == 404
    assert client.get(f"{path}/dispatch-lists/saw/SHAFT-1/ten/lineage").status_code == 422


def test_an_event_that_was_imported_names_its_connection_and_message() -> None:
    read = Event("12-20260302T060000000000/orders/SO-1", "/connections/excel", "order.created", 0, {})
    found = _origin(LoggedEvent(3, read, AT))
    assert (found.connection, found.message) == ("excel", 12)
    assert _origin(LoggedEvent(3, event("e"), AT)).connection is None


def test_events_about_an_order_are_its_own_and_those_of_this_operation(ledger: SqlLedger) -> None:
    ledger.load_plant("tiny", tiny_plant(), AT)
    told = [
        event("a", "order.changed", order="SHAFT-1", priority=2),
        event("b", "order.changed", order="SHAFT-2", priority=2),
        event("c", "operation.started", at(0, 6), order="SHAFT-1", operation=10, machine="saw"),
        event("d", "operation.pinned", order="SHAFT-1", operation=20, machine="lathe"),
    ]
    assert ledger.append("tiny", told, AT).rejected == ()
    found = [logged.event.id for logged in ledger.events_about("tiny", "SHAFT-1", 10, AT, 50)]
    assert found == ["c", "a"]
    assert [e.event.id for e in ledger.events_about("tiny", "SHAFT-1", 20, AT, 1)] == ["d"]
    assert ledger.events_about("tiny", "shaft-1", 10, AT, 50) == []
