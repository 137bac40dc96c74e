"""Decisions while the floor reports: nobody has to be quicker than the clock."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from scheduler.domain.minutes import iso
from tests.api.served import asked, final, load_tiny, planned, wait_until
from tests.builders import UTC, at

WHO = {"by": "m.keller", "reason": "it is time"}


@contextmanager
def ticking(client: httpx.Client, path: str) -> Iterator[list[int]]:
    """A minute of the plant each twentieth of a second, by another client; how many there were."""
    stop, ticks = threading.Event(), [0]

    def tick() -> None:
        with httpx.Client(base_url=client.base_url, timeout=60) as mes:
            while not stop.wait(0.05):
                ticks[0] += 1
                event = {"specversion": "1.0", "id": f"t{ticks[0]}", "source": "mes", "type": "clock.ticked"}
                mes.post(f"{path}/events", json={**event, "time": iso(at(0, 6) + ticks[0], UTC)})

    thread = threading.Thread(target=tick)
    thread.start()
    try:
        yield ticks
    finally:
        stop.set()
        thread.join()


def test_five_plans_that_were_asked_for_on_a_live_plant_all_go_in(client: httpx.Client) -> None:
    path = load_tiny(client, "live", mode="auto")
    planned(client, path)
    with ticking(client, path) as ticks:
        for _ in range(5):
            number, then = asked(client, path), ticks[0]
            assert client.get(f"{path}/plans/{number}").json()["status"] == "proposed", "nobody has released it"
            wait_until(lambda then=then: ticks[0] > then + 3)
            answer = client.post(f"{path}/plans/{number}/release", json=WHO)
            assert answer.status_code == 200, answer.text
            done = answer.json()
            assert (done["status"], done["feasible"], done["kept_for"]) == ("released", True, "m.keller")
            assert done["id"] == number or done["made_from"] == number
    wait_until(lambda: client.get(path).json()["plan_is_current"])
    assert client.get(f"{path}/plans/current").json()["kept_for"] == "m.keller", "repairs go on with it"
    plans = client.get(f"{path}/plans", params={"limit": 500}).json()["plans"]
    assert [p["id"] for p in plans if p["cause"] == "asked for" and p["decided_by"] == "auto"] == []


def test_a_what_if_is_adopted_on_a_preview_that_is_seconds_old(client: httpx.Client) -> None:
    path = load_tiny(client, "live-adoption", mode="auto")
    planned(client, path)
    down = {"type": "machine.down", "data": {"machine": "saw", "expected_up": "2026-03-03T08:00Z"}}
    place = client.post(f"{path}/what-ifs", json={"events": [down], "time_limit_seconds": 0.5}).headers["location"]
    wait_until(lambda: final(client, place))
    with ticking(client, path) as ticks:
        seen = client.get(f"{place}/preview").json()
        then = ticks[0]
        wait_until(lambda: ticks[0] > then + 3)
        answer = client.post(f"{place}/adopt", json={**WHO, "preview": seen["preview"]})
        assert answer.status_code == 200, answer.text
        assert answer.json()["revision"] > seen["revision"] + 3
    wait_until(lambda: client.get(path).json()["plan_is_current"])
    current = client.get(f"{path}/plans/current").json()
    assert (current["kept_for"], current["feasible"]) == ("m.keller", True)
