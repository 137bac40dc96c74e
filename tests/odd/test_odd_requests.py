"""What is asked over HTTP: bodies of three sizes, JSON of any shape, plants deleted, searches that wait their turn."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.bodies import read_json
from api.problems import HttpProblem
from scheduler.ingest import scenario_zip
from scheduler.limits import Limits
from scheduler.settings import Settings, read_settings
from scheduler.solving.warm import warm_kernels
from tests.api.served import down, load_tiny, planned, serving, wait_until
from tests.builders import tiny_plant
from tests.ingest.workshop import FILES, workshop, zipped

LIMITS = Limits(upload_bytes=300_000, events_bytes=50_000, body_bytes=20_000, plants=12)
LAST = {"connection": "close"}
"""A server that has failed ends the connection."""
DEEP = "[" * 300 + "]" * 300


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    warm_kernels()
    settings = Settings(data=tmp_path_factory.mktemp("odd"), workers=1, searches_at_once=1, limits=LIMITS)
    with serving(settings) as client:
        yield client


def in_chunks(size: int) -> Iterator[bytes]:
    for _ in range(0, size, 10_000):
        yield b" " * 10_000


@pytest.mark.parametrize(
    ("method", "path", "most"),
    [
        ("PUT", "/v1/plants/sizes", 300_000),
        ("POST", "/v1/plants/sizes/events", 50_000),
        ("PATCH", "/v1/plants/sizes", 20_000),
        ("POST", "/v1/plants/sizes/what-ifs", 20_000),
    ],
)
def test_each_kind_of_body_has_a_size_of_its_own(client: httpx.Client, method: str, path: str, most: int) -> None:
    load_tiny(client, "sizes")
    for content in (b" " * (most + 1), in_chunks(most + 10_000)):
        answer = client.request(method, path, content=content, headers={"content-type": "application/json"})
        assert (answer.status_code, answer.json()["status"]) == (413, 413)
        assert f"expected at most {most} here" in answer.json()["detail"]
    assert client.request(method, path, content=b" " * most).status_code in (400, 415, 422)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "", '{"mode": ' + DEEP + "}"),
        ("PATCH", "", '{"mode": "\\ud800"}'),
        ("PATCH", "", '{"policy": {"time_limit_seconds": NaN}}'),
        ("PATCH", "", '{"policy": {"objective": {"tardiness": 1e308}}}'),
        ("PATCH", "", '{"policy": {"objective": {"setup": Infinity}}}'),
        ("PATCH", "", '{"policy": {"max_moves": ' + "9" * 50 + "}}"),
        ("PATCH", "", '{"work_center_modes": {"\\u0000": "auto"}}'),
        ("PATCH", "", '{"mode": ' + "9" * 5_000 + "}"),
        ("POST", "/plans", '{"seed": 99999999999999999999}'),
        ("POST", "/plans", '{"time_limit_seconds": 3601}'),
        ("POST", "/what-ifs", '{"name": "\\u0000"}'),
        (
            "POST",
            "/what-ifs",
            '{"events": [{"type": "machine.down", "data": {"machine": "saw", "reason": "\\ud800"}}]}',
        ),
        ("POST", "/what-ifs", '{"events": [{"type": "machine.down", "data": {"machine": "saw", "x": ' + DEEP + "}}]}"),
        ("POST", "/what-ifs", '{"events": [{"type": "clock.ticked", "time": "2099-01-01T00:00Z"}]}'),
        ("POST", "/what-ifs", "[" * 5_000),
        ("POST", "/quarantine/dismiss", '{"by": "m", "numbers": [99999999999999999999]}'),
        ("POST", "/quarantine/dismiss", '{"by": "\\u0000", "numbers": [1]}'),
        ("POST", "/doubts/confirm", '{"by": "\\udc80"}'),
        ("POST", "/webhooks", '{"url": "http://mes.example/\\u0000", "types": ["plan.released"]}'),
        ("POST", "/events", DEEP * 20 + "x"),
        ("POST", "/events", '"\\ud800"'),
        ("POST", "/events", "[" * 20_000),
        ("GET", "/jobs/%00", ""),
        ("GET", "/what-ifs/w%00", ""),
        ("GET", "/webhooks/%00", ""),
        ("GET", "/machines?from=0001-01-01T00:00", ""),
        ("GET", "/machines?to=9999-12-31T23:59-12:00", ""),
        ("GET", "/plans?before=99999999999999999999", ""),
        ("GET", "/quarantine?limit=100000", ""),
    ],
)
def test_an_odd_request_is_refused_in_words(client: httpx.Client, method: str, path: str, body: str) -> None:
    here = load_tiny(client, "requests")
    answer = client.request(method, here + path, content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 404, 409, 422), answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(answer.content) < 20_000
    assert client.get(here).status_code == 200


def test_a_number_of_too_many_digits_costs_its_event_alone(client: httpx.Client) -> None:
    path = load_tiny(client, "digits")
    odd = json.dumps(down("odd", "saw"))[:-2] + ', "more": ' + "9" * 5_000 + "}}"
    answer = client.post(f"{path}/events", content=f"[{odd}, {json.dumps(down('good', 'saw'))}]")
    assert [e["id"] for e in answer.json()["accepted"]] == ["good"]
    assert "a number that is none, or too large for one" in answer.json()["rejected"][0]["reason"]
    for broken in (b"\xff", b"[", b"[" * 100_000, b"[1"):
        with pytest.raises(HttpProblem):
            read_json(broken)


def test_what_is_refused_is_told_in_an_answer_that_can_be_read(client: httpx.Client) -> None:
    path = load_tiny(client, "told")
    good = json.dumps(down("good", "saw"))
    odd = good.replace('"good"', '"\\ud800"').replace("machine.down", "\\udc80")
    answer = client.post(f"{path}/events", content=f"[{odd}, {good}]")
    assert answer.status_code == 202
    assert answer.json()["rejected"][0]["id"] == "\\ud800"
    for page in ("", "/events", "/quarantine", "/scenario"):
        assert client.get(path + page).status_code == 200


def test_faults_without_number_are_counted(client: httpx.Client) -> None:
    orders = "order,material,quantity,due\n" + "MO-1,shaft,many,soon\n" * 4_000
    answer = client.put("/v1/plants/faults", content=zipped(workshop(orders=orders)))
    problem = answer.json()
    assert (answer.status_code, len(problem["errors"])) == (422, 100)
    assert problem["detail"] == (
        "11,999 faults in the scenario, the first 100 of them below and 11899 more; nothing was changed"
    )
    assert client.get("/v1/plants/faults").status_code == 404


def test_a_load_that_fails_midway_leaves_nothing(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise ArithmeticError("a fault of ours")

    monkeypatch.setattr("scheduler.usecases.load_plant.check_plan", broken)
    plan = "order,operation,machine,start,end\nMO-1,10,lathe-1,2026-03-02T07:00,2026-03-02T07:40\n"
    answer = client.put("/v1/plants/midway", content=zipped({**FILES, "plan.csv": plan}), headers=LAST)
    assert answer.status_code == 500
    assert client.get("/v1/plants/midway").status_code == 404
    path = load_tiny(client, "kept")
    before = client.get(path).json()
    assert client.put(path, content=zipped({**FILES, "plan.csv": plan}), headers=LAST).status_code == 500
    assert client.get(path).json()["revision"] == before["revision"]


def test_a_plant_is_deleted_for_good_and_its_numbers_are_not_used_again(client: httpx.Client) -> None:
    path = load_tiny(client, "gone", "auto")
    first = planned(client, path)
    client.post(f"{path}/events", json=down("d", "saw"))
    wait_until(lambda: client.get(f"{path}/plans/current").json()["id"] > first["id"])
    before = client.get(path).json()
    assert client.delete(path).status_code == 204
    assert client.delete(path).status_code == 404
    assert [client.get(path + page).status_code for page in ("", "/events", "/plans", "/quarantine")] == [404] * 4
    assert "gone" not in [p["plant"] for p in client.get("/v1/plants").json()["plants"]]
    wait_until(lambda: "gone" not in [d["plant"] for d in client.get("/readyz").json()["desks"]])

    other = tiny_plant()
    orders = {name: order for name, order in other.orders.items() if name == "PIN-1"}
    again = client.put(path, content=scenario_zip(replace(other, orders=orders)), params={"mode": "auto"}).json()
    assert again["revision"] > before["revision"]
    assert [o["order"] for o in client.get(f"{path}/orders").json()["orders"]] == ["PIN-1"]
    assert client.get(f"{path}/events").json()["events"] == []
    assert planned(client, path)["id"] > first["id"]
    assert client.post(f"{path}/events", json=down("d", "saw")).json()["accepted"]
    assert client.delete(path).status_code == 204


def test_so_many_plants_and_no_more(client: httpx.Client) -> None:
    loaded = len(client.get("/v1/plants").json()["plants"])
    for number in range(loaded, LIMITS.plants):
        load_tiny(client, f"more-{number}")
    answer = client.put("/v1/plants/one-more", content=scenario_zip(tiny_plant()))
    assert (answer.status_code, answer.json()["type"]) == (429, "/problems/too-much-open")
    for number in range(loaded, LIMITS.plants):
        assert client.delete(f"/v1/plants/more-{number}").status_code == 204


def test_limits_come_from_the_environment(tmp_path: Path) -> None:
    read = read_settings({"REJIG_DATA": str(tmp_path), "REJIG_MAX_ROWS": "7", "REJIG_MAX_EVENTS_MB": "1"})
    assert (read.limits.rows, read.limits.events_bytes, read.limits.columns) == (7, 1_000_000, 200)
