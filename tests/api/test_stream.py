"""The stream across broken connections: nothing lost, nothing doubled, and said where that cannot be."""

from __future__ import annotations

import httpx
import pytest

from api.routes import stream
from tests.api.served import down, load_tiny
from tests.api.test_events import read_stream


def happen(client: httpx.Client, path: str, first: int, last: int) -> None:
    for n in range(first, last):
        client.post(f"{path}/events", json=down(f"d{n}", "saw", time=f"2026-03-02T06:{n:02}Z"))


def test_over_many_broken_connections_every_message_comes_once(client: httpx.Client) -> None:
    path = load_tiny(client, "broken")
    known, ids = "0", []
    for round_of in range(4):
        happen(client, path, 3 * round_of, 3 * round_of + 3)
        while len(ids) < 2 + 3 * (round_of + 1):
            told = read_stream(client, path, {"last-event-id": known}, 1)
            known = told[-1]["id"]
            ids.append(int(known))
    assert ids == list(range(1, 15))


@pytest.mark.parametrize(
    ("asked", "why"), [("999", "has not been told yet"), ("last", "expected the id of a message"), ("-1", "expected")]
)
def test_an_id_that_is_none_of_this_plants_is_answered_by_a_reset(client: httpx.Client, asked: str, why: str) -> None:
    path = load_tiny(client, f"reset{len(asked)}")
    (reset,) = read_stream(client, path, {"last-event-id": asked}, 1)
    assert (reset["event"], why in reset["data"]["data"]["reason"]) == ("reset", True)
    happen(client, path, 0, 1)
    (following,) = read_stream(client, path, {"last-event-id": reset["id"]}, 1)
    assert following["event"] == "event.accepted"


def test_an_id_whose_successors_are_not_kept_is_answered_by_a_reset(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = load_tiny(client, "forgotten")
    monkeypatch.setattr("scheduler.storage.outbox.MESSAGES_KEPT", 3)
    happen(client, path, 0, 5)  # messages 1 to 7, of which 5 to 7 are kept
    (reset,) = read_stream(client, path, {"last-event-id": "2"}, 1)
    assert reset["data"]["data"] == {"reason": "messages 3 to 4 are not kept any more", "resumes_behind": 7}
    told = read_stream(client, path, {"last-event-id": "4"}, 3)
    assert [m["id"] for m in told] == ["5", "6", "7"]


def test_a_silent_connection_beats(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 1)
    path = load_tiny(client, "silent")
    with client.stream("GET", f"{path}/stream") as answer:
        assert next(line for line in answer.iter_lines() if line).startswith(": ping")
