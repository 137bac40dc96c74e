"""Events over HTTP: forms, batches, duplicates, the log, the stream."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.api.served import down, load_tiny

BATCH = {"content-type": "application/cloudevents-batch+json"}


def test_one_event_and_the_same_again(client: httpx.Client) -> None:
    path = load_tiny(client, "one")
    first = client.post(f"{path}/events", json=down("d", "saw"))
    assert first.status_code == 202
    assert first.json()["accepted"] == [{"id": "d", "source": "mes", "revision": 2}]
    again = client.post(
        f"{path}/events",
        content=json.dumps(down("d", "saw")),
        headers={"content-type": "application/cloudevents+json; charset=utf-8"},
    ).json()
    assert (again["accepted"], again["duplicates"]) == ([], [{"id": "d", "source": "mes"}])
    assert again["revision"] == 2


def test_a_batch_takes_what_is_right_and_says_what_is_wrong(client: httpx.Client) -> None:
    path = load_tiny(client, "batch")
    events = [down("1", "saw"), down("2", "sow"), {"id": "3"}, down("4", "lathe"), 5]
    answer = client.post(f"{path}/events", content=json.dumps(events), headers=BATCH).json()
    assert [e["id"] for e in answer["accepted"]] == ["1", "4"]
    reasons = {r["id"]: r["reason"] for r in answer["rejected"]}
    assert "did you mean 'saw'?" in reasons["2"]
    assert "specversion" in reasons["3"]
    assert set(reasons) == {"2", "3", ""}


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"7", "application/json", 422),
        (b"[]", "application/cloudevents+json", 422),
        (b"{}", "application/cloudevents-batch+json", 422),
        (b"<a/>", "text/xml", 415),
    ],
)
def test_what_is_no_event_is_a_problem(client: httpx.Client, body: bytes, kind: str, status: int) -> None:
    path = load_tiny(client, "forms")
    answer = client.post(f"{path}/events", content=body, headers={"content-type": kind})
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_log_is_paged_oldest_first(client: httpx.Client) -> None:
    path = load_tiny(client, "log")
    for n in range(3):
        client.post(f"{path}/events", json=down(f"d{n}", "saw", time=f"2026-03-02T06:0{n}Z"))
    first = client.get(f"{path}/events", params={"limit": 2}).json()
    assert [e["revision"] for e in first["events"]] == [2, 3]
    assert first["events"][0]["summary"] == "saw is down, nobody knows how long (spindle)"
    last = client.get(f"{path}/events", params={"limit": 2, "after": first["next_after"]}).json()
    assert [e["event"]["id"] for e in last["events"]] == ["d2"]
    assert last["next_after"] is None


def read_stream(client: httpx.Client, path: str, headers: dict[str, str], count: int) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = []
    with client.stream("GET", f"{path}/stream", headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        message: dict[str, Any] = {}
        for line in answer.iter_lines():
            if not line and "data" in message:
                messages.append(message)
                message = {}
                if len(messages) == count:
                    break
            name, _, value = line.partition(": ")
            if name in ("id", "event", "data"):
                message[name] = json.loads(value) if name == "data" else value
    return messages


def test_the_stream_resumes_behind_the_last_event_id(client: httpx.Client) -> None:
    path = load_tiny(client, "stream")
    for n in range(3):
        client.post(f"{path}/events", json=down(f"d{n}", "saw", time=f"2026-03-02T06:0{n}Z"))
    told = read_stream(client, path, {"last-event-id": "0"}, 5)
    assert [m["event"] for m in told] == ["plant.loaded", "plant.changed"] + ["event.accepted"] * 3
    rest = read_stream(client, path, {"last-event-id": told[3]["id"]}, 1)
    assert rest[0]["data"] == {
        "plant": "stream",
        "type": "event.accepted",
        "data": {"id": "d2", "type": "machine.down", "revision": 4},
    }


def test_the_stream_of_an_unknown_plant_is_a_problem(client: httpx.Client) -> None:
    assert client.get("/v1/plants/nowhere/stream").json()["type"] == "/problems/unknown-plant"


def test_what_is_refused_waits_in_quarantine_for_a_person(client: httpx.Client) -> None:
    path = load_tiny(client, "quarantine")
    rush = {"order": "RUSH", "material": "shaft", "quantity": 1, "due": "2026-03-03T08:00Z", "routing": "shaft"}
    start = {"order": "RUSH", "operation": 10, "machine": "saw"}

    def about(id: str, type: str, data: dict[str, Any]) -> dict[str, Any]:
        return {**down(id, "saw"), "type": type, "data": data}

    refused = client.post(f"{path}/events", json=[down("1", "sow"), about("2", "operation.started", start)]).json()
    assert [r["quarantine"] for r in refused["rejected"]] == [1, 2]
    assert 'rejig_quarantined_events{plant="quarantine"} 2.0' in client.get("/metrics").text
    # The order comes after its operation has started: both are in the log then.
    client.post(f"{path}/events", json=about("3", "order.created", rush))
    waiting = client.get(f"{path}/quarantine", params={"waiting": True}).json()
    assert (waiting["waiting"], [e["id"] for e in waiting["events"]]) == (1, ["1"])
    assert waiting["events"][0]["event"]["data"]["machine"] == "sow"
    again = client.post(f"{path}/quarantine/1/retry", json={"by": "m.keller"})
    assert (again.status_code, "did you mean 'saw'?" in again.json()["detail"]) == (409, True)
    gone = client.post(f"{path}/quarantine/1/dismiss", json={"by": "m.keller"}).json()
    assert (gone["state"], gone["decided_by"], gone["tries"]) == ("dismissed", "m.keller", 2)
    assert [e["state"] for e in client.get(f"{path}/quarantine").json()["events"]] == ["taken", "dismissed"]
    unknown = client.post(f"{path}/quarantine/7/retry")
    assert (unknown.status_code, unknown.json()["type"]) == (404, "/problems/unknown-quarantine")
