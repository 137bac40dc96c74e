"""Plans and dispatch lists over HTTP."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import httpx

from api.present.plans import plan_version
from api.present.times import Times
from scheduler.domain.plans import EngineFailure, Objective
from scheduler.ingest import read_plan
from scheduler.ports import PlanRecord
from tests.api.served import asked, down, final, load_tiny, planned, wait_until
from tests.builders import AT, approval, tiny_plan, tiny_plant


def test_a_plan_is_asked_for_looked_at_and_released(client: httpx.Client) -> None:
    path = load_tiny(client, "asked")
    number = asked(client, path)
    plan = client.get(f"{path}/plans/{number}").json()
    assert (plan["status"], plan["feasible"], plan["kpis"]["late_orders"]) == ("proposed", True, 0)
    assert plan["promises"] | {"orders": 3} == plan["promises"]
    assert (plan["promises"]["late"], plan["promises"]["customers"]) == (0, 0)
    board = client.get(f"{path}/plans/{number}/board").json()
    assert board["orders"]["sub_assembly"] == [False] * 3
    assert plan["cost_at"][-1] | {"seconds": 0} == {"seconds": 0, "cost": 0.0, "engine": plan["engine"]}
    released = client.post(f"{path}/plans/{number}/release", json={"by": "m.keller"}).json()
    assert (released["status"], released["decided_by"]) == ("released", "m.keller")
    assert client.get(f"{path}/plans/current").json()["id"] == number
    rejected = client.post(f"{path}/plans/{number}/reject")
    assert (rejected.status_code, rejected.json()["type"]) == (409, "/problems/conflict")


def test_operations_come_as_json_and_as_the_contracts_csv(client: httpx.Client) -> None:
    path = load_tiny(client, "operations")
    number = asked(client, path)
    lines = client.get(f"{path}/plans/{number}/operations").json()["operations"]
    assert [line["start"] for line in lines] == sorted(line["start"] for line in lines)
    shaft = next(line for line in lines if (line["order"], line["operation"]) == ("SHAFT-1", 20))
    assert (shaft["predecessors"], shaft["status"], shaft["quantity"], shaft["description"]) == (
        [10],
        "planned",
        10.0,
        "turn",
    )
    csv = client.get(f"{path}/plans/{number}/operations", headers={"accept": "text/csv"})
    assert csv.headers["content-type"].startswith("text/csv")
    assert len(read_plan(csv.text, tiny_plant())) == 5
    for accept in ("application/json, text/csv;q=0.5", "*/*"):
        answer = client.get(f"{path}/plans/{number}/operations", headers={"accept": accept})
        assert answer.headers["content-type"] == "application/json"


def test_the_board_is_the_same_for_the_same_plan(client: httpx.Client) -> None:
    path = load_tiny(client, "board")
    number = asked(client, path)
    first, second = (client.get(f"{path}/plans/{number}/board") for _ in range(2))
    assert first.content == second.content
    assert (
        client.get(f"{path}/plans/{number}/board", headers={"if-none-match": first.headers["etag"]}).status_code == 304
    )
    board = first.json()
    operations = board["operations"]
    assert {len(column) for column in operations.values()} == {5}
    row = next(i for i in range(5) if operations["operation"][i] == 20)
    before = operations["predecessors"][row][0]
    assert operations["order"][before] == operations["order"][row]
    assert operations["end"][before] <= operations["start"][row]
    assert (board["origin"], board["now"]) == ("2026-03-02T00:00+00:00", 360)
    assert board["machines"] == ["saw", "lathe"]  # by work center: sawing, turning


def test_versions_are_paged_newest_first(client: httpx.Client) -> None:
    path = load_tiny(client, "versions")
    for _ in range(3):
        asked(client, path)
    first = client.get(f"{path}/plans", params={"limit": 2}).json()
    assert ([p["id"] for p in first["plans"]], first["next_before"]) == ([3, 2], 2)
    last = client.get(f"{path}/plans", params={"before": 2}).json()
    assert ([p["id"] for p in last["plans"]], last["next_before"]) == ([1], None)


def test_two_plans_side_by_side(client: httpx.Client) -> None:
    path = load_tiny(client, "compared")
    a = asked(client, path)
    client.post(f"{path}/events", json=down("d", "lathe", until="2026-03-03T08:00Z"))
    b = asked(client, path)
    comparison = client.get(f"{path}/plans/{a}/compare/{b}").json()
    # SHAFT-1 was due on Monday at 14:00; the lathe is down until Tuesday at 08:00.
    assert [c["order"] for c in comparison["newly_late"]] == ["SHAFT-1"]
    assert comparison["deltas"]["late_orders"] == 1
    assert comparison["rescued"] == []
    moved = {(m["order"], m["operation"]): m["shift_minutes"] for m in comparison["moved"]}
    assert moved["SHAFT-1", 20] > 20 * 60


def test_a_job_can_be_stopped_and_keeps_its_best(client: httpx.Client) -> None:
    path = load_tiny(client, "stopped")
    client.post(f"{path}/events", json=down("d", "lathe", until="2026-03-03T08:00Z"))
    job = client.post(f"{path}/plans", json={"time_limit_seconds": 600})
    wait_until(lambda: client.get(job.headers["location"]).json()["state"] == "running")
    began = time.monotonic()
    assert client.delete(job.headers["location"]).status_code == 202
    ended = wait_until(lambda: final(client, job.headers["location"]))
    assert ended["plan"] is not None
    assert time.monotonic() - began < 30


def test_a_dispatch_list_has_a_version_that_changes_with_it_only(client: httpx.Client) -> None:
    path = load_tiny(client, "listed")
    client.post(f"{path}/plans/{asked(client, path)}/release")
    url = f"{path}/dispatch-lists/lathe"
    served = client.get(url)
    etag = served.headers["etag"]
    lines = served.json()["lines"]
    assert [line["position"] for line in lines] == [1, 2, 3]
    pin = next(line for line in lines if line["order"] == "PIN-1")
    assert (pin["material_ready"], pin["missing"][0]["material"], pin["missing"][0]["quantity"]) == (False, "bar", 5.0)
    assert etag == f'"{served.json()["version"]}"'
    for header in (etag, f'"other", W/{etag}', "*"):
        assert client.get(url, headers={"if-none-match": header}).status_code == 304
    tick = {"specversion": "1.0", "id": "t", "source": "mes", "type": "clock.ticked", "time": "2026-03-02T06:01Z"}
    client.post(f"{path}/events", json=tick)
    assert client.get(url, headers={"if-none-match": etag}).status_code == 304
    turning = client.get(f"{path}/dispatch-lists/turning").json()
    assert (turning["kind"], len(turning["lines"])) == ("work center", 3)
    unknown = client.get(f"{path}/dispatch-lists/lath")
    assert (unknown.status_code, "did you mean 'lathe'?" in unknown.json()["detail"]) == (404, True)


def test_a_waiting_call_is_answered_the_moment_the_list_changes(client: httpx.Client) -> None:
    path = load_tiny(client, "waiting", mode="auto")
    planned(client, path)
    url = f"{path}/dispatch-lists/lathe"
    etag = client.get(url).headers["etag"]
    began = time.monotonic()
    held = client.get(url, params={"wait": 0.5}, headers={"if-none-match": etag})
    assert (held.status_code, time.monotonic() - began >= 0.5) == (304, True)
    answers: list[httpx.Response] = []
    waiting = threading.Thread(
        target=lambda: answers.append(client.get(url, params={"wait": 30}, headers={"if-none-match": etag}))
    )
    waiting.start()
    client.post(f"{path}/events", json=down("d", "lathe", until="2026-03-02T10:00Z"))
    waiting.join()
    assert answers[0].status_code == 200
    assert answers[0].headers["etag"] != etag
    assert min(line["start"] for line in answers[0].json()["lines"]) >= "2026-03-02T10:00"


def test_the_floor_confirms_what_it_shows(client: httpx.Client) -> None:
    path = load_tiny(client, "confirmed")
    client.post(f"{path}/plans/{asked(client, path)}/release")
    url = f"{path}/dispatch-lists/saw"
    version = client.get(url).json()["version"]
    done = client.post(f"{url}/acknowledge", json={"version": version, "by": "mes-1"}).json()
    assert (done["target"], done["current"]) == ("saw", True)
    assert client.get(url).json()["acknowledged_by"] == "mes-1"
    old = client.post(f"{url}/acknowledge", json={"version": "yesterday's"}).json()
    assert old["current"] is False
    targets = {t["target"]: t for t in client.get(f"{path}/dispatch-lists").json()["targets"]}
    assert set(targets) == {"saw", "sawing", "lathe", "turning"}
    assert targets["saw"]["acknowledged"] == "yesterday's"
    assert targets["turning"]["operations"] == 3


def test_engines_that_failed_are_told_with_their_plan() -> None:
    plan = replace(
        tiny_plan(), engine_failures=(EngineFailure("annealing", "ValueError: no such mode", 1.25, 2, "trace"),)
    )
    record = PlanRecord("tiny", 1, "proposed", 1, "asked for", plan, approval(plan), Objective(), AT)
    (failure,) = plan_version(record, Times(tiny_plant().zone)).engine_failures
    assert failure.model_dump() == {
        "engine": "annealing", "reason": "ValueError: no such mode", "seconds": 1.25, "times": 2,
    }  # fmt: skip


def test_why_an_order_is_late_is_told_and_adds_up(client: httpx.Client) -> None:
    path = load_tiny(client, "late")
    number = asked(client, path)
    answer = client.get(f"{path}/plans/{number}/orders/PIN-1/lateness")
    chain = answer.json()
    assert (chain["plan"], chain["order"], chain["through"]) == (number, "PIN-1", ["PIN-1"])
    assert (chain["since"], chain["delivery"]) == ("2026-03-02T08:00+00:00", "2026-03-03T08:30+00:00")
    assert [(w["minutes"], w["cause"], w["material"], w["receipt"]) for w in chain["waits"]] == [
        (1440, "material", "bar", "PO-7"),
        (30, "processing", None, None),
    ]
    assert chain["minutes"] == sum(c["minutes"] for c in chain["causes"]) == 1470
    assert chain["sentence"] == (
        "PIN-1 ends Tue 3 Mar 08:30, 1 d 5 h early: waits for bar, PO-7, 1 d. The rest: 30 min work."
    )
    again = client.get(answer.url, headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304
    unknown = client.get(f"{path}/plans/{number}/orders/PIN-2/lateness")
    assert (unknown.status_code, unknown.json()["type"]) == (404, "/problems/unknown-order")
    assert "PIN-1" in unknown.json()["detail"]
    assert client.get(f"{path}/plans/current/orders/PIN-1/lateness").status_code == 404, "no plan is in force"
    client.post(f"{path}/plans/{number}/release")
    assert client.get(f"{path}/plans/current/orders/PIN-1/lateness").json() == chain
