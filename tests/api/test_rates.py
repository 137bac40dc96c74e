"""Each caller has a share of its own: who asks more is told when to ask again, and nobody else notices."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import httpx
import pytest

from api import rates
from scheduler.limits import Limits
from scheduler.settings import Settings, read_settings
from scheduler.solving.warm import warm_kernels
from tests.api.served import load_tiny, serving

SHARE = 60
"""Calls, and events, that ten seconds have here."""


@pytest.fixture
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    warm_kernels()
    limits = Limits(calls_a_second=SHARE // 10, events_a_second=SHARE // 10)
    with serving(Settings(data=tmp_path_factory.mktemp("rates"), workers=1, limits=limits)) as client:
        yield client


def until_refused(client: httpx.Client, path: str, headers: dict[str, str]) -> tuple[int, httpx.Response]:
    """How many were answered before one was refused, and the refusal. A window may end meanwhile: then two shares."""
    for count in range(3 * SHARE):
        answer = client.get(path, headers=headers)
        if answer.status_code == 429:
            return count, answer
    raise AssertionError("none was refused")


def test_a_key_has_its_share_and_no_part_of_anothers(client: httpx.Client) -> None:
    load_tiny(client, "shop")
    root = client.post("/v1/keys", json={"name": "root", "roles": ["admin"]}).json()["key"]
    mine = {"Authorization": f"Bearer {root}"}
    made = client.post("/v1/keys", json={"name": "mes", "roles": ["viewer"]}, headers=mine).json()
    theirs = {"Authorization": f"Bearer {made['key']}"}
    count, refused = until_refused(client, "/v1/plants/shop", theirs)
    assert SHARE <= count <= 2 * SHARE
    assert refused.json()["type"] == "/problems/too-many-calls"
    assert f"the key of 'mes' ({made['id']}): more than 6 calls a second" in refused.json()["detail"]
    assert 1 <= int(refused.headers["retry-after"]) <= 10
    assert client.get("/v1/plants/shop", headers=mine).status_code == 200
    # Who guesses keys is counted by the address; keys that are known there are not kept out by that.
    count, _ = until_refused(client, "/v1/plants/shop", {"Authorization": "Bearer rejig_0_0"})
    assert count <= 2 * SHARE
    assert client.get("/v1/plants/shop", headers=mine).status_code == 200


def test_events_are_counted_one_by_one_whatever_batch_they_come_in(client: httpx.Client) -> None:
    path = load_tiny(client, "shop")
    now = client.get(path).json()["now"]
    tick = {"specversion": "1.0", "source": "mes", "type": "clock.ticked", "time": now}
    answers = [
        client.post(f"{path}/events", json=[{**tick, "id": f"{batch}-{i}"} for i in range(SHARE // 2)])
        for batch in range(5)
    ]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert 1 <= len(refused) <= 3
    assert "events a second" in refused[0].json()["detail"]
    assert client.get(path).json()["revision"] - 1 == SHARE // 2 * (5 - len(refused))


def test_shares_are_given_by_the_environment_and_let_a_fast_mes_through() -> None:
    read = read_settings({"REJIG_CALLS_A_SECOND": "7", "REJIG_EVENTS_A_SECOND": "70"})
    assert (read.limits.calls_a_second, read.limits.events_a_second) == (7, 70)
    usual = Limits()
    assert usual.calls_a_second >= 3 * 800
    assert usual.events_a_second >= 20 * 800


def test_every_call_says_that_it_may_be_refused_for_a_while(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    missing = [p for p, calls in document["paths"].items() for c in calls.values() if "429" not in c["responses"]]
    assert missing == []


def test_windows_end_and_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("api.rates.time.time", lambda: now[0])
    windows = rates.Windows()
    assert [windows.incr("a", 10), windows.incr("a", 10, 5), windows.get("a"), windows.get("b")] == [1, 6, 6, 0]
    assert windows.get_expiry("a") == 1010.0
    now[0] = 1010.0
    assert (windows.get("a"), windows.incr("a", 10), windows.get_expiry("a")) == (0, 1, 1020.0)
    for n in range(3 * rates.SWEPT_AT):
        now[0] += 0.01
        windows.incr(f"who {n}", 10)
    assert windows.reset() <= rates.SWEPT_AT + 1
    assert windows.get(f"who {n}") == 0


def test_counting_starts_no_thread() -> None:
    before = threading.active_count()
    windows = rates.Windows()
    for _ in range(100):
        windows.incr("a", 10)
    assert threading.active_count() == before
