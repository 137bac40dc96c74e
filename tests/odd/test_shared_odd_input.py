"""Inputs that once did harm: each is refused in words, or taken and planned, within 20 s and 1 GB."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from scheduler.ingest import scenario_zip
from scheduler.solving.warm import warm_kernels
from tests.api.processes import Server, started
from tests.api.served import wait_until
from tests.builders import tiny_plant
from tests.conftest import SHARED
from tests.odd.measured import MOST_BYTES, MOST_SECONDS, Used, rejig

pytestmark = pytest.mark.shared

FOLDER = SHARED / "odd-input"
SCENARIOS = sorted(path.name for path in FOLDER.glob("*.zip"))
EVENTS = sorted(path.name for path in FOLDER.glob("event-*.json"))
if not FOLDER.is_dir():
    pytestmark = [pytestmark, pytest.mark.skip(reason="needs the folder 'shared/odd-input' beside the checkout")]
    SCENARIOS = EVENTS = ["none"]

PAGES = (
    "",
    "/scenario",
    "/machines",
    "/orders",
    "/materials",
    "/events",
    "/quarantine",
    "/plans",
    "/what-ifs",
    "/doubts",
)
PAGES = (*PAGES, "/dispatch-lists")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    warm_kernels()
    folder = tmp_path_factory.mktemp("odd")
    with started({"REJIG_DATA": str(folder), "REJIG_WORKERS": "1"}) as server:
        answer = server.client.put("/v1/plants/neighbour", content=scenario_zip(tiny_plant()), params={"mode": "auto"})
        assert answer.status_code == 200
        yield server


def loaded(client: httpx.Client, plant: str, content: bytes) -> httpx.Response:
    return client.put(f"/v1/plants/{plant}", content=content, params={"mode": "auto"})


def every_call_answers(client: httpx.Client, plant: str) -> None:
    """No list of the plant, of its neighbour or of all of them has been spoiled."""
    paths = ["/v1/plants", "/readyz"]
    for name in (plant, "neighbour"):
        paths += [f"/v1/plants/{name}{page}" for page in PAGES]
    wrong = {}
    for path in paths:
        answer = client.get(path)
        if answer.status_code not in (200, 404) or (answer.status_code == 404 and "/neighbour" in path):
            wrong[path] = answer.status_code, answer.text[:300]
    assert wrong == {}


def settled(client: httpx.Client, plant: str) -> dict[str, Any]:
    """The desk's own words, once it has planned the newest revision or failed to."""

    def desk() -> Any:
        found = [d for d in client.get("/readyz").json()["desks"] if d["plant"] == plant]
        if not found or (found[0]["error"] is None and found[0]["settled"] is None):
            return None
        return found[0]

    answer: dict[str, Any] = wait_until(desk)
    return answer


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_is_refused_in_words_or_taken_and_planned(server: Server, name: str) -> None:
    plant, client = Path(name).stem, server.client
    used = Used(server.family())
    answer = loaded(client, plant, (FOLDER / name).read_bytes())
    said = answer.json()
    if answer.status_code != 200:
        assert answer.status_code in (413, 422), answer.text[:500]
        assert 1 <= len(said["errors"]) <= 100
        assert all(fault["found"] and fault["expected"] and fault["remedy"] for fault in said["errors"])
        assert len(answer.content) < 200_000
        assert client.get(f"/v1/plants/{plant}").status_code == 404  # a load that is refused leaves nothing
    else:
        client.patch(f"/v1/plants/{plant}", json={"policy": {"improve_seconds": 1.0}})
        desk = settled(client, plant)
        assert desk["error"] is None, desk
        plan = client.get(f"/v1/plants/{plant}/plans/current").json()
        orders = client.get(f"/v1/plants/{plant}/orders").json()["orders"]
        left_out = {u["order"] for u in plan.get("unplanned", ())}
        assert plan["feasible"]
        assert [o["order"] for o in orders if o["planned_end"] is None and o["order"] not in left_out] == []
    every_call_answers(client, plant)
    assert used.seconds() < MOST_SECONDS
    assert used.bytes() < MOST_BYTES


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_is_refused_in_words_or_can_be_read_back(server: Server, name: str) -> None:
    client, path = server.client, "/v1/plants/floor"
    assert loaded(client, "floor", scenario_zip(tiny_plant())).status_code == 200
    odd = (FOLDER / name).read_text()
    plain = {"specversion": "1.0", "id": f"good-{name}", "source": "/probe", "type": "clock.ticked"}
    plain["time"] = client.get(path).json()["now"]
    used = Used(server.family())
    alone = client.post(f"{path}/events", content=odd, headers={"content-type": "application/json"})
    batch = f"[{odd}, {json.dumps(plain)}]"
    many = client.post(f"{path}/events", content=batch, headers={"content-type": "application/json"})
    assert (alone.status_code, many.status_code) == (202, 202), (alone.text[:300], many.text[:300])
    assert f"good-{name}" in [e["id"] for e in many.json()["accepted"]]
    refused = alone.json()["rejected"]
    assert refused == [] or refused[0]["reason"]
    every_call_answers(client, "floor")
    assert used.seconds() < MOST_SECONDS
    assert used.bytes() < MOST_BYTES


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_command_line_ends_in_words(name: str, tmp_path: Path) -> None:
    done = rejig("plan", FOLDER / name, "--out", tmp_path / "out", "--budget", 50, "--workers", 1, folder=tmp_path)
    assert "Traceback" not in done.words
    assert done.status in (0, 1, 2), done.words[-2000:]
    assert (done.status == 0) == (tmp_path / "out" / "plan.csv").exists()
    assert done.words
    assert done.seconds < MOST_SECONDS
    assert done.peak_bytes < MOST_BYTES
