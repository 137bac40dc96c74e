"""Doubts over HTTP: what was inferred, page by page, and answered by a named person."""

from __future__ import annotations

from typing import Any

import httpx

from tests.api.served import asked, load_tiny


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


def test_the_board_marks_work_in_doubt_and_orders_say_what_is_short(client: httpx.Client) -> None:
    path = load_tiny(client, "marked")
    number = asked(client, path)
    client.post(f"{path}/events", json=SAID[:2])
    board = client.get(f"{path}/plans/{number}/board").json()
    names, columns = board["orders"]["name"], board["operations"]
    marked = [(names[columns["order"][i]], columns["operation"][i]) for i in board["in_doubt"]]
    assert marked == [("SHAFT-1", 10)]
    finish = report("4", "finished", "2026-03-02T06:20Z", order="SHAFT-2", operation=10, machine="saw", quantity_good=7)
    client.post(f"{path}/events", json=finish)
    orders = client.get(f"{path}/orders").json()["orders"]
    assert {o["order"]: o["pieces_short"] for o in orders} == {"SHAFT-1": 0, "SHAFT-2": 3, "PIN-1": 0}
    board = client.get(f"{path}/plans/{number}/board").json()
    assert dict(zip(board["orders"]["name"], board["orders"]["pieces_short"], strict=True))["SHAFT-2"] == 3


def test_readyz_says_when_too_many_reports_are_refused_until_they_are_decided_on(client: httpx.Client) -> None:
    path = load_tiny(client, "unbelieved")

    def warned() -> list[str]:
        ready = client.get("/readyz")
        assert ready.status_code == 200
        return [w["words"] for w in ready.json()["warnings"] if w["plant"] == "unbelieved"]

    wrong = [
        report(f"n{i}", "started", "2026-03-02T06:00Z", order=f"NO-{i}", operation=10, machine="saw") for i in range(5)
    ]
    client.post(f"{path}/events", json=wrong[:4])
    assert warned() == []
    client.post(f"{path}/events", json=wrong[4:])
    assert warned()[0].startswith("100 % of the last day's 5 reports are in doubt or refused (0 and 5)")
    assert client.get("/readyz").json()["status"] == "degraded"
    told = client.get(f"{path}/reports").json()
    assert (told["reports"], told["refused"], told["too_many"], told["warnings"]) == (5, 5, True, warned())

    (cause,) = client.get(f"{path}/quarantine", params={"waiting": True}).json()["causes"]
    assert (cause["waiting"], cause["types"], cause["sources"]) == (5, ["operation.started"], ["/mes"])
    by_cause = {"by": "anna", "cause": cause["cause"]}
    tried = client.post(f"{path}/quarantine/retry", json=by_cause | {"from_now": True}).json()
    assert (tried["done"], [r["number"] for r in tried["refused"]], tried["waiting"]) == (0, [1, 2, 3, 4, 5], 5)
    some = client.post(f"{path}/quarantine/dismiss", json={"by": "anna", "numbers": [1, 2]}).json()
    assert (some["done"], some["waiting"]) == (2, 3)
    assert client.post(f"{path}/quarantine/dismiss", json=by_cause).json() == {"done": 3, "refused": [], "waiting": 0}
    assert warned() == []


def test_who_decides_on_many_says_who_and_on_which(client: httpx.Client) -> None:
    path = load_tiny(client, "nobody")
    assert client.post(f"{path}/quarantine/retry", json={"type": "machine.down"}).status_code == 422
    none = client.post(f"{path}/quarantine/dismiss", json={"by": "anna"})
    assert none.status_code == 409
    assert "expected at least one" in none.json()["detail"]


def test_causes_count_all_that_wait_however_few_are_shown(client: httpx.Client) -> None:
    path = load_tiny(client, "few")
    gone = [
        report(f"g{i}", "started", "2026-03-02T06:00Z", order=f"NO-{i}", operation=10, machine="saw") for i in range(3)
    ]
    client.post(f"{path}/events", json=gone)
    page = client.get(f"{path}/quarantine", params={"waiting": True, "limit": 1}).json()
    assert (len(page["events"]), page["waiting"], [c["waiting"] for c in page["causes"]]) == (1, 3, [3])
