"""The three stories of the product over HTTP, against a server in a process of its own."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from scheduler.solving.warm import warm_kernels
from tests.api.processes import Server, alive, generated, referee_accepts, started
from tests.api.served import down, final, load_tiny, planned, wait_until


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    warm_kernels()
    with started({"REJIG_DATA": str(tmp_path_factory.mktemp("data")), "REJIG_WORKERS": "1"}) as server:
        yield server


@pytest.fixture
def gear(server: Server, shared_dir: Path, tmp_path: Path) -> str:
    """A generated machine shop of 30 orders, planned by itself; the path of it."""
    path = f"/v1/plants/{tmp_path.name}"
    content = generated(shared_dir, "gear", 30, tmp_path / "gear")
    answer = server.client.put(path, content=content, params={"mode": "auto"})
    assert answer.status_code == 200, answer.text
    server.client.patch(path, json={"policy": {"improve_seconds": 1}})
    planned(server.client, path)
    return path


def in_step(client: httpx.Client, path: str) -> dict[str, Any]:
    """The plant, once the plan in force knows every event."""

    def current() -> Any:
        plant = client.get(path).json()
        return plant if plant["plan_is_current"] else None

    found: dict[str, Any] = wait_until(current)
    return found


def first_machine(client: httpx.Client, path: str) -> str:
    """The machine of the plan's first operation, so that its breakdown is felt."""
    operations = client.get(f"{path}/plans/current/operations").json()["operations"]
    return str(next(o for o in operations if o["status"] in ("planned", "frozen"))["machine"])


def test_an_order_comes_in_and_stands_on_a_dispatch_list(
    server: Server, gear: str, shared_dir: Path, tmp_path: Path
) -> None:
    client = server.client
    model = client.get(f"{gear}/orders").json()["orders"][0]
    now = client.get(gear).json()["now"]
    data = {"order": "RUSH-1", "quantity": 3, "priority": 50, "due": model["due"], "customer": "Keller AG"}
    data |= {"material": model["material"], "routing": model["routing"]}
    posted = client.post(
        f"{gear}/events",
        json={"specversion": "1.0", "id": "o1", "source": "erp", "type": "order.created", "time": now, "data": data},
    )
    assert posted.json()["accepted"], posted.text
    in_step(client, gear)
    lines = client.get(f"{gear}/plans/current/operations").json()["operations"]
    rush = [line for line in lines if line["order"] == "RUSH-1"]
    served = client.get(f"{gear}/dispatch-lists/{rush[0]['machine']}").json()
    line = next(x for x in served["lines"] if x["order"] == "RUSH-1")
    assert (line["quantity"], line["customer"], line["start"]) == (3.0, "Keller AG", rush[0]["start"])
    referee_accepts(shared_dir, client, gear, tmp_path / "out")


def test_a_breakdown_changes_the_dispatch_list_without_anyones_doing(
    server: Server, gear: str, shared_dir: Path, tmp_path: Path
) -> None:
    client = server.client
    machine = first_machine(client, gear)
    url = f"{gear}/dispatch-lists/{machine}"
    before = client.get(url)
    time = client.get(gear).json()["now"]
    posted = client.post(f"{gear}/events", json=down("d1", machine, time)).json()
    after = client.get(url, params={"wait": 60}, headers={"if-none-match": before.headers["etag"]})
    assert after.status_code == 200
    assert after.headers["etag"] != before.headers["etag"]
    assert in_step(client, gear)["revision"] == posted["revision"]
    causes = [p["cause"] for p in client.get(f"{gear}/plans").json()["plans"]]
    assert f"repaired after {machine} down: its work is delayed or moved" in causes
    down_until = client.get(f"{gear}/machines").json()["machines"]
    outage = next(m for m in down_until if m["machine"] == machine)["outages"][0]
    assert outage["end_assumed"] is True
    assert all(line["start"] >= outage["end"] for line in client.get(url).json()["lines"])
    referee_accepts(shared_dir, client, gear, tmp_path / "out")


def test_a_what_if_is_promoted_and_its_plan_released(
    server: Server, gear: str, shared_dir: Path, tmp_path: Path
) -> None:
    client = server.client
    client.patch(gear, json={"mode": "advise"})
    machine = first_machine(client, gear)
    wish = {
        "name": f"{machine} stands for a day",
        "events": [{"type": "machine.down", "data": {"machine": machine, "reason": "overhaul"}}],
        "time_limit_seconds": 1,
        "mode": "repair",
    }
    asked = client.post(f"{gear}/what-ifs", json=wish)
    assert asked.status_code == 202, asked.text
    place = asked.headers["location"]
    ended = wait_until(lambda: final(client, place))
    assert (ended["state"], ended["error"], ended["plan"]["feasible"]) == ("done", None, True)
    assert ended["progress"]
    assert ended["comparison"]["moved"]
    assert client.get(gear).json()["revision"] == 1
    promotion = client.post(f"{place}/promote").json()
    assert (promotion["accepted"], promotion["plan"]["status"]) == (1, "proposed")
    released = client.post(f"{gear}/plans/{promotion['plan']['id']}/release", json={"by": "m.keller"})
    assert released.status_code == 200, released.text
    assert client.get(f"{gear}/plans/current").json()["cause"].startswith("promoted from what-if")
    assert client.get(place).json()["promoted"] is True
    referee_accepts(shared_dir, client, gear, tmp_path / "out")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_server_that_ends_loses_no_event_and_leaves_no_process(tmp_path: Path, how: signal.Signals) -> None:
    environment = {"REJIG_DATA": str(tmp_path), "REJIG_WORKERS": "2"}
    first = Server(environment)
    path = load_tiny(first.client, "tiny", mode="auto")
    planned(first.client, path)
    # A search is under way and a breakdown has just been accepted when it ends.
    asked = first.client.post(f"{path}/plans", json={"time_limit_seconds": 3, "objective": {"flow": 1}})
    posted = first.client.post(f"{path}/events", json=down("d", "lathe", until="2026-03-02T10:00Z"))
    assert posted.status_code == 202
    family = first.family()
    assert len(family) >= 3  # itself and two workers
    assert first.end(how) == ""  # stdout is for data
    wait_until(lambda: not any(alive(pid) for pid in family))
    with started(environment) as second:
        wait_until(lambda: second.client.get(path).json()["plan_is_current"])
        log = second.client.get(f"{path}/events").json()["events"]
        assert [e["event"]["id"] for e in log] == ["d"]
        lathe = second.client.get(f"{path}/dispatch-lists/lathe").json()["lines"]
        assert min(line["start"] for line in lathe) >= "2026-03-02T10:00"
        ended = wait_until(lambda: final(second.client, asked.headers["location"]))
        assert (ended["state"], ended["error"]) == ("done", None)
