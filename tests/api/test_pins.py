"""Pins over HTTP: posted as events, kept by the next plan or named, written out and read again."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import httpx

from tests.api.served import load_tiny, planned, wait_until


def pinned(id: str, order: str, operation: int, **fixed: Any) -> dict[str, Any]:
    data = {"order": order, "operation": operation, **fixed}
    head = {"specversion": "1.0", "id": id, "source": "/board", "time": "2026-03-02T06:00Z"}
    return {**head, "type": "operation.pinned" if fixed else "operation.unpinned", "data": data}


def on_revision(client: httpx.Client, path: str, revision: int) -> dict[str, Any]:
    """The plan in force, once it is based on that revision."""

    def current() -> Any:
        plan = planned(client, path)
        return plan if plan["revision"] >= revision else None

    found: dict[str, Any] = wait_until(current)
    return found


def place(client: httpx.Client, path: str, plan: dict[str, Any], order: str, operation: int) -> dict[str, Any]:
    rows = client.get(f"{path}/plans/{plan['id']}/operations").json()["operations"]
    found: dict[str, Any] = next(r for r in rows if (r["order"], r["operation"]) == (order, operation))
    return found


def test_what_is_pinned_stands_there_until_it_is_taken_off(client: httpx.Client) -> None:
    path = load_tiny(client, "pinned", mode="auto")
    planned(client, path)
    event = pinned("p", "SHAFT-2", 20, start="2026-03-04T09:00Z", machine="lathe", by="anna", reason="visitors")
    told = client.post(f"{path}/events", json=event).json()
    plan = on_revision(client, path, told["revision"])
    row = place(client, path, plan, "SHAFT-2", 20)
    assert (row["start"], row["machine"]) == ("2026-03-04T09:00+00:00", "lathe")
    assert row["pinned"] == "to 'lathe', at Wed 4 Mar 09:00, by anna (visitors)"
    assert place(client, path, plan, "SHAFT-1", 20)["pinned"] is None
    assert (plan["broken_pins"], plan["feasible"]) == ([], True)
    logged = client.get(f"{path}/events").json()["events"][-1]
    assert logged["summary"] == "SHAFT-2/20 is pinned: on lathe, start Wed 4 Mar 09:00, by anna (visitors)"
    told = client.post(f"{path}/events", json=pinned("u", "SHAFT-2", 20)).json()
    on_revision(client, path, told["revision"])
    wait_until(lambda: place(client, path, planned(client, path), "SHAFT-2", 20)["start"] < "2026-03-04")


def test_a_pin_that_cannot_be_kept_is_named_and_comes_back_with_the_scenario(client: httpx.Client) -> None:
    path = load_tiny(client, "impossible", mode="auto")
    planned(client, path)
    told = client.post(
        f"{path}/events", json=pinned("p", "SHAFT-1", 20, machine="saw", start="2026-03-02T09:00Z")
    ).json()
    plan = on_revision(client, path, told["revision"])
    (broken,) = plan["broken_pins"]
    assert (broken["order"], broken["operation"], plan["feasible"]) == ("SHAFT-1", 20, True)
    assert broken["reason"].endswith("'saw' cannot do it")
    assert place(client, path, plan, "SHAFT-1", 20)["start"] == "2026-03-02T09:00+00:00"
    scenario = client.get(f"{path}/scenario").content
    with zipfile.ZipFile(io.BytesIO(scenario)) as archive:
        assert "SHAFT-1,20,saw,2026-03-02T09:00+00:00,,,," in archive.read("pins.csv").decode()
        named = json.loads(archive.read("plan.json"))["broken_pins"]
    assert [(b["order"], b["operation"]) for b in named] == [("SHAFT-1", 20)]
    again = client.put("/v1/plants/again", content=scenario, params={"mode": "observe"})
    assert again.status_code == 200, again.text
    (brought,) = client.get("/v1/plants/again/plans").json()["plans"]
    assert (brought["status"], [b["operation"] for b in brought["broken_pins"]]) == ("released", [20])


def test_a_pin_of_nothing_or_of_nobody_is_refused(client: httpx.Client) -> None:
    path = load_tiny(client, "no-pin")
    for event in (pinned("1", "SHAFT-1", 20, by="anna"), pinned("2", "SHAFT-1", 70, machine="lathe")):
        answer = client.post(f"{path}/events", json=event).json()
        assert (answer["accepted"], len(answer["rejected"])) == ([], 1)


def test_a_pin_where_it_is_planned_already_asks_for_no_other_plan(client: httpx.Client) -> None:
    path = load_tiny(client, "as-planned", mode="auto")
    plan = planned(client, path)
    wait_until(lambda: planned(client, path)["id"] == plan["id"])
    row = place(client, path, plan, "SHAFT-1", 20)
    fixed = {"machine": row["machine"], "start": row["start"]}
    told = client.post(f"{path}/events", json=pinned("p", "SHAFT-1", 20, **fixed)).json()
    after = on_revision(client, path, told["revision"])
    assert place(client, path, after, "SHAFT-1", 20)["start"] == row["start"]
    assert after["broken_pins"] == []
