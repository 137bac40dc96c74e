"""Doubts over HTTP: what was inferred, page by page, and answered by a named person."""

from __future__ import annotations

from typing import Any

import httpx

from tests.api.served import load_tiny


def report(id: str, type_: str, time: str, **data: Any) -> dict[str, Any]:
    return {"specversion": "1.0", "id": id, "source": "/mes", "type": f"operation.{type_}", "time": time, "data": data}


SAID = [
    report("1", "started", "2026-03-02T06:00Z", order="SHAFT-1", operation=10, machine="saw"),
    report("2", "started", "2026-03-02T06:05Z", order="SHAFT-2", operation=10, machine="saw"),
    report("3", "finished", "2026-03-02T06:40Z", order="SHAFT-2", operation=20, quantity_good=10),
]


def test_doubts_are_read_and_answered(client: httpx.Client) -> None:
    path = load_tiny(client, "doubts")
    posted = client.post(f"{path}/events", json=SAID).json()
    assert posted["rejected"] == []
    page = client.get(f"{path}/doubts").json()
    assert [(d["rule"], d["order"], d["status"]) for d in page["doubts"]] == [
        ("successor_finished", "SHAFT-2", "open"),
        ("put_aside", "SHAFT-1", "open"),
    ]
    assert (page["open"], page["more"]) == (2, False)
    assert 'rejig_open_doubts{plant="doubts"} 2.0' in client.get("/metrics").text
    first = client.get(f"{path}/doubts", params={"limit": 1}).json()
    assert first["more"]
    rest = client.get(f"{path}/doubts", params={"before": first["doubts"][0]["id"]}).json()
    assert [d["order"] for d in rest["doubts"]] == ["SHAFT-1"]
    by_rule = client.get(f"{path}/doubts", params={"rule": "put_aside", "order": "SHAFT-1", "machine": "saw"}).json()
    assert len(by_rule["doubts"]) == 1

    told = client.post(f"{path}/doubts/confirm", json={"by": "anna", "rule": "put_aside", "reason": "seen it"})
    assert (told.status_code, told.json()["open"]) == (200, 1)
    (answered,) = client.get(f"{path}/doubts", params={"status": "confirmed"}).json()["doubts"]
    assert (answered["by"], answered["reason"]) == ("anna", "seen it")
    assert client.post(f"{path}/doubts/correct", json={"by": "anna", "doubts": ["2"]}).json()["open"] == 0


def test_a_doubt_that_is_not_there_is_a_conflict(client: httpx.Client) -> None:
    path = load_tiny(client, "no-doubts")
    wrong = client.post(f"{path}/doubts/confirm", json={"by": "anna", "doubts": ["7"]})
    assert wrong.status_code == 409
    assert "no doubt '7'" in wrong.json()["detail"]
    assert client.post(f"{path}/doubts/confirm", json={"doubts": ["7"]}).status_code == 422
