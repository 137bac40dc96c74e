"""Plants over HTTP: loading all or nothing, looking, changing."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import httpx
import openpyxl
import pytest

from scheduler.domain.orders import Order
from scheduler.ingest import scenario_texts, scenario_zip
from tests.api.served import asked, down, load_tiny
from tests.builders import at, tiny_plan, tiny_plant


def test_a_plant_that_is_loaded_tells_its_sizes(client: httpx.Client) -> None:
    path = load_tiny(client, "sizes")
    plant = client.get(path).json()
    told = {k: plant[k] for k in ("name", "now", "orders", "operations", "machines", "materials", "revision", "mode")}
    assert told == {
        "name": "Tiny Works",
        "now": "2026-03-02T06:00+00:00",
        "orders": 3,
        "operations": 5,
        "machines": 2,
        "materials": 3,
        "revision": 1,
        "mode": "observe",
    }
    assert plant["plan_in_force"] is None
    assert "sizes" in {p["plant"] for p in client.get("/v1/plants").json()["plants"]}


def test_loading_again_replaces_the_plant_and_takes_the_next_revision(client: httpx.Client) -> None:
    path = load_tiny(client, "loaded-twice")
    load_tiny(client, "loaded-twice")
    assert client.get(path).json()["revision"] == 2


def test_a_plan_that_comes_with_the_scenario_is_in_force(client: httpx.Client) -> None:
    content = scenario_zip(tiny_plant(plan=tiny_plan().operations))
    assert client.put("/v1/plants/brought", content=content).json()["plan_in_force"] == 1
    plan = client.get("/v1/plants/brought/plans/current").json()
    assert (plan["cause"], plan["feasible"], plan["decided_by"]) == ("came with the scenario", True, "scenario")


def test_a_workbook_is_the_same_scenario(client: httpx.Client) -> None:
    book = openpyxl.Workbook()
    for file, text in scenario_texts(tiny_plant()).items():
        if file.endswith(".csv"):
            sheet = book.create_sheet(file.removesuffix(".csv"))
            for line in text.splitlines():
                sheet.append(line.split(","))
    rows = book.create_sheet("plant")
    for row in (("name", "Tiny Works"), ("timezone", "UTC"), ("now", "2026-03-02T06:00:00")):
        rows.append(row)
    del book["Sheet"]
    content = io.BytesIO()
    book.save(content)
    answer = client.put("/v1/plants/book", content=content.getvalue())
    assert answer.status_code == 200, answer.text
    assert (answer.json()["orders"], answer.json()["operations"]) == (3, 5)


def test_a_broken_scenario_lists_every_fault_and_changes_nothing(client: httpx.Client) -> None:
    path = load_tiny(client, "broken")
    texts = scenario_texts(tiny_plant())
    texts["orders.csv"] = texts["orders.csv"].replace("2026-03-02T14:00", "2026-02-30T14:00")
    texts["routing_machines.csv"] = texts["routing_machines.csv"].replace("saw", "saww")
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in texts.items():
            archive.writestr(name, text)
    answer = client.put(path, content=content.getvalue())
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == "/problems/invalid-scenario"
    files = {fault["file"] for fault in problem["errors"]}
    assert {"orders.csv", "routing_machines.csv"} <= files
    fault = next(f for f in problem["errors"] if f["file"] == "routing_machines.csv")
    assert fault["row"] == 2
    assert (fault["column"], "saww" in fault["found"], "saw" in fault["remedy"]) == ("machine", True, True)
    assert client.get(path).json()["revision"] == 1


@pytest.mark.parametrize("content", [b"", b"neither zip nor workbook", b"PK\x03\x04 cut off"])
def test_what_is_no_scenario_is_refused_in_words(client: httpx.Client, content: bytes) -> None:
    answer = client.put("/v1/plants/nothing", content=content)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["expected"]
    assert client.get("/v1/plants/nothing").status_code == 404


def test_a_scenario_that_is_too_large_is_refused(client: httpx.Client) -> None:
    answer = client.put("/v1/plants/huge", content=b"x" * 300_001)
    assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
    chunks = client.put("/v1/plants/huge", content=iter([b"x" * 100_000] * 4))  # no Content-Length
    assert chunks.status_code == 413


def test_the_scenario_comes_out_as_it_is_now(client: httpx.Client) -> None:
    path = load_tiny(client, "out")
    client.post(f"{path}/events", json=down("d", "saw"))
    answer = client.get(f"{path}/scenario")
    assert answer.headers["content-type"] == "application/zip"
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert "saw" in archive.read("downtimes.csv").decode()
    again = client.put("/v1/plants/out-again", content=answer.content).json()
    assert again["now"] == "2026-03-02T06:05+00:00"


def test_a_plan_that_is_taken_out_midway_comes_in_again_in_force(client: httpx.Client) -> None:
    path = load_tiny(client, "midway")
    client.post(f"{path}/plans/{asked(client, path)}/release")
    told = {"order": "SHAFT-1", "operation": 10, "machine": "saw"}
    start = {"specversion": "1.0", "source": "/mes", "time": "2026-03-02T06:00Z", "data": told}
    client.post(f"{path}/events", json=start | {"id": "s", "type": "operation.started"})
    ends = start | {"id": "f", "type": "operation.finished", "time": "2026-03-02T06:20Z"}
    assert client.post(f"{path}/events", json=ends).json()["rejected"] == []
    content = client.get(f"{path}/scenario").content
    rows = zipfile.ZipFile(io.BytesIO(content)).read("plan.csv").decode().splitlines()
    assert not [row for row in rows if row.startswith("SHAFT-1,10,")]
    assert len(rows) == 1 + 4
    again = client.put("/v1/plants/midway-again", content=content).json()
    assert not [n for n in again["notices"] if n.startswith("plan.csv: ")]


def test_policy_and_mode_change_and_the_rest_stays(client: httpx.Client) -> None:
    path = load_tiny(client, "policy")
    body = {"mode": "advise", "policy": {"objective": {"setup": 0.5}, "frozen_minutes": 30, "max_moves": 7}}
    policy = client.patch(path, json=body).json()["policy"]
    assert policy["objective"]["setup"] == 0.5
    assert policy["objective"]["tardiness"] == 1.0
    assert (policy["frozen_minutes"], policy["max_moves"], policy["improve_seconds"]) == (30, 7, 0.5)
    assert policy["expected_delay_minutes"] == 24.0
    believed = client.patch(path, json={"policy": {"expected_delay_minutes": 0}}).json()["policy"]
    assert believed["expected_delay_minutes"] == 0
    assert client.patch(path, json={"policy": {"max_moves": None}}).json()["policy"]["max_moves"] is None
    assert client.get(path).json()["mode"] == "advise"


def test_limits_on_moves_are_part_of_the_policy(client: httpx.Client) -> None:
    path = load_tiny(client, "limits")
    body = {"policy": {"time_fence_minutes": 240, "keep_machines": True}}
    policy = client.patch(path, json=body).json()["policy"]
    assert (policy["time_fence_minutes"], policy["keep_machines"], policy["max_moves"]) == (240, True, None)
    refused = client.patch(path, json={"policy": {"keep_machines": None}})
    assert refused.status_code == 422
    assert "policy.keep_machines" in refused.text
    asked = client.post(f"{path}/plans", json={"time_limit_seconds": 1, "limits": {"max_moves": 3}})
    assert asked.status_code == 202
    assert client.post(f"{path}/plans", json={"limits": {"max_moves": -1}}).status_code == 422


@pytest.mark.parametrize(
    ("call", "body", "field", "name"),
    [
        ("PATCH", {"policy": {"improve_moves": 50}}, "policy.improve_moves", "improve_iterations"),
        ("PATCH", {"policy": {"nothing_inside_minutes": 60}}, "policy.nothing_inside_minutes", "time_fence_minutes"),
        ("plans", {"limits": {"nothing_inside_minutes": 60}}, "limits.nothing_inside_minutes", "time_fence_minutes"),
        ("what-ifs", {"limits": {"nothing_inside_minutes": 60}}, "limits.nothing_inside_minutes", "time_fence_minutes"),
    ],
)
def test_a_field_that_was_renamed_is_refused_with_its_new_name(
    client: httpx.Client, call: str, body: dict[str, object], field: str, name: str
) -> None:
    path = load_tiny(client, "renamed")
    said = client.patch(path, json=body) if call == "PATCH" else client.post(f"{path}/{call}", json=body)
    (fault,) = [e for e in said.json()["errors"] if e["field"] == field]
    assert said.status_code == 422
    assert fault["expected"] == f"'{name}', which is its name now"
    assert f"{field}: found" in said.json()["detail"]


def test_machines_show_closed_time_and_outages(client: httpx.Client) -> None:
    path = load_tiny(client, "machines")
    client.post(f"{path}/events", json=down("d", "saw", until="2026-03-02T10:00Z"))
    span = {"from": "2026-03-02T00:00", "to": "2026-03-03T00:00"}
    lines = {m["machine"]: m for m in client.get(f"{path}/machines", params=span).json()["machines"]}
    night = [
        {"start": "2026-03-02T00:00+00:00", "end": "2026-03-02T06:00+00:00"},
        {"start": "2026-03-02T14:00+00:00", "end": "2026-03-03T00:00+00:00"},
    ]
    assert lines["lathe"]["closed"] == lines["saw"]["closed"] == night
    assert lines["saw"]["down"] is True
    assert lines["lathe"]["outages"] == []
    assert lines["saw"]["outages"] == [
        {
            "start": "2026-03-02T06:05+00:00",
            "end": "2026-03-02T10:00+00:00",
            "end_assumed": False,
            "kind": "breakdown",
            "reason": "spindle",
        }
    ]
    wrong = client.get(f"{path}/machines", params={"from": "tomorrow"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "from")


def test_orders_and_materials_follow_the_plan_in_force(client: httpx.Client) -> None:
    path = load_tiny(client, "outlook")
    before = client.get(f"{path}/orders").json()
    assert [o["planned_end"] for o in before["orders"]] == [None, None, None]
    client.post(f"{path}/plans/{asked(client, path)}/release")
    after = client.get(f"{path}/orders")
    assert all(o["late_minutes"] < 0 for o in after.json()["orders"])
    assert client.get(f"{path}/orders", headers={"if-none-match": after.headers["etag"]}).status_code == 304
    bar = client.get(f"{path}/materials").json()["materials"][0]
    assert (bar["material"], bar["receipts"][0]["receipt"], bar["short_from"]) == ("bar", "PO-7", None)


def test_stale_rows_are_named_in_the_answer_and_the_rest_is_loaded(client: httpx.Client) -> None:
    texts = scenario_texts(tiny_plant(plan=tiny_plan().operations))
    texts["progress.csv"] += "GONE-1,10,done,,,,,,,\n"
    texts["plan.csv"] += "GONE-1,20,saw,2026-03-02T12:00,2026-03-02T13:00,\n"
    texts["materials.csv"] = texts["materials.csv"].replace("pcs,5", "pcs,-5")
    answer = client.put("/v1/plants/stale-rows?mode=observe", content=_zip(texts))
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert said["orders"] == 3
    assert set(said["notices"]) == {
        "materials.csv row 2: 'bar' has -5 on hand; it is owed, and what comes in fills it first",
        "progress.csv: row 2 of orders that are no longer there ('GONE-1'); passed over",
        "plan.csv: row 7 of orders that are no longer there ('GONE-1'); passed over",
    }
    assert said["plan_in_force"] == 1


def test_a_plan_that_leaves_out_what_its_waits_exclude_is_in_force_again_when_it_comes_back(
    client: httpx.Client,
) -> None:
    plant = tiny_plant()
    shaft = plant.routings["shaft"]
    waits = replace(shaft.operations[1], min_wait=540, max_wait=541)  # nine hours behind an early shift of eight
    never = replace(shaft, name="never", operations=(shaft.operations[0], waits))
    orders = {**plant.orders, "NEVER-1": Order("NEVER-1", "never", 1.0, at(1, 14), "never")}
    state = replace(plant, orders=orders, routings={**plant.routings, "never": never}, plan=tiny_plan().operations)
    for _ in range(2):
        answer = client.put("/v1/plants/never", content=scenario_zip(state))
        assert answer.json()["plan_in_force"] is not None, answer.text
        content = client.get("/v1/plants/never/scenario").content
    assert client.put("/v1/plants/never", content=content).json()["plan_in_force"] is not None
    plan = client.get("/v1/plants/never/plans/current").json()
    assert [u["order"] for u in plan["unplanned"]] == ["NEVER-1"]
    assert plan["kpis"]["left_out_cost"] == 12 * 1440 + 16 * 60  # from Tuesday 14:00 to Monday 16 March 06:00


def _zip(texts: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in texts.items():
            archive.writestr(name, text)
    return packed.getvalue()
