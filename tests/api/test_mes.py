"""What a MES that pulls calls: orders until they are acknowledged, confirmations once."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.served import load_tiny, planned, wait_until


def _offered(client: httpx.Client, path: str) -> list[dict[str, Any]]:
    answer = client.get(f"{path}/mes/orders", params={"status": "new"})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def test_an_order_is_offered_until_it_is_acknowledged_and_again_when_it_has_changed(client: httpx.Client) -> None:
    path = load_tiny(client, "mes-pulls", mode="auto")
    planned(client, path)
    offered = _offered(client, path)
    assert {o["code"] for o in offered} == {"SHAFT-1", "SHAFT-2", "PIN-1"}
    assert [o["priority"] for o in offered] == sorted(o["priority"] for o in offered)
    for order in offered:
        assert client.post(f"{path}/mes/orders/{order['code']}/ack").status_code == 204
    assert _offered(client, path) == []
    changed = {"specversion": "1.0", "id": "c", "source": "/erp", "type": "order.changed", "time": "2026-03-02T06:00"}
    client.post(f"{path}/events", json={**changed, "data": {"order": "PIN-1", "due": "2026-03-09T14:00"}})
    (again,) = wait_until(lambda: [o for o in _offered(client, path) if o["code"] == "PIN-1"])
    assert again["due_date"].startswith("2026-03-09T14:00")
    assert client.post(f"{path}/mes/orders/PIN-2/ack").status_code == 404


def test_a_confirmation_is_booked_once_and_its_moments_are_utc(client: httpx.Client) -> None:
    path = load_tiny(client, "mes-confirms")
    said = {"kind": "operation_confirmation", "message_key": "SHAFT-1:op10", "order": "SHAFT-1", "seq": 10}
    said |= {"equipment": "saw", "good_qty": 9.0, "scrap_qty": 1.0, "material": "shaft", "components": []}
    said |= {"started_at": "2026-03-02T06:05:00", "completed_at": "2026-03-02T06:30:00"}
    answer = client.post(f"{path}/mes/confirmations", json=said)
    assert (answer.status_code, len(answer.json()["accepted"])) == (202, 2)
    again = client.post(f"{path}/mes/confirmations", json=said).json()
    assert (again["accepted"], len(again["duplicates"])) == ([], 2)
    closed = {"kind": "order_completion", "message_key": "SHAFT-1:completion", "order": "SHAFT-1", "good_qty": 9.0}
    assert client.post(f"{path}/mes/confirmations", json=closed).json()["accepted"] == []
    log = [e["event"] for e in client.get(f"{path}/events").json()["events"]]
    assert [(e["type"], e["time"]) for e in log] == [
        ("operation.started", "2026-03-02T06:05+00:00"),
        ("operation.finished", "2026-03-02T06:30+00:00"),
    ]
    assert (log[1]["data"]["quantity_good"], log[1]["data"]["quantity_scrap"]) == (9.0, 1.0)


@pytest.mark.parametrize("wrong", [{"kind": "oee"}, {"good_qty": -1}, {"seq": "ten"}, {"completed_at": "noon"}])
def test_what_is_no_confirmation_is_refused(client: httpx.Client, wrong: dict[str, Any]) -> None:
    path = load_tiny(client, "mes-odd")
    said = {"kind": "operation_confirmation", "message_key": "k", "order": "SHAFT-1", "seq": 10, **wrong}
    assert client.post(f"{path}/mes/confirmations", json=said).status_code == 422
    assert client.get(f"{path}/events").json()["events"] == []
