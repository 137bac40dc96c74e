"""The small plants of `shared/cases` whose floor does not follow the plan, posted as a MES would, on both databases.

Each event is a post of its own; the desk plans after each (mode auto, repairs alone), and the state is what the plant
writes out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from scheduler.domain.minutes import iso, parse_minute
from scheduler.domain.plant import PlantState
from scheduler.ingest import ContractFiles, scenario_zip
from scheduler.ingest import read_scenario as read_folder
from scheduler.settings import Settings
from scheduler.solving.warm import warm_kernels
from tests.api.served import serving, wait_until

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    url = None
    if request.param == "postgresql":
        psycopg = pytest.importorskip("psycopg")
        server = request.getfixturevalue("postgres")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE floor_cases")
        url = server.get_uri(database="floor_cases")
    warm_kernels()
    with serving(Settings(data=tmp_path_factory.mktemp("floor"), database_url=url, workers=1)) as client:
        yield client


class Floor:
    """One case, served: its events are posted one by one, and the plant's state read after each."""

    def __init__(self, client: httpx.Client, folder: Path) -> None:
        self.client, self.path = client, f"/v1/plants/{folder.name}"
        loaded = client.put(self.path, content=scenario_zip(read_folder(folder).state), params={"mode": "observe"})
        assert loaded.status_code == 200, loaded.text
        policy = {"improve_seconds": 0, "time_limit_seconds": 0.5}
        assert client.patch(self.path, json={"policy": policy, "mode": "auto"}).status_code == 200
        self.states = {}
        self._planned()
        for line in (folder / "events.jsonl").read_text().splitlines():
            event = json.loads(line)
            posted = client.post(f"{self.path}/events", json=event)
            assert posted.status_code == 202
            assert posted.json()["rejected"] == [], "a fact is never refused"
            self._planned()
            self.states[event["id"]] = self.state()

    def _planned(self) -> None:
        wait_until(lambda: self.client.get(self.path).json()["plan_is_current"])
        plan = self.client.get(f"{self.path}/plans/current").json()
        assert plan["feasible"], plan["violations_by_rule"]

    def state(self) -> PlantState:
        return ContractFiles().read(self.client.get(f"{self.path}/scenario").content).state

    def doubts(self, **asked: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.get(f"{self.path}/doubts", params=asked).json()["doubts"]
        return found

    def open_rules(self) -> list[str]:
        return [d["rule"] for d in self.doubts(status="open")]

    def order(self, name: str) -> dict[str, Any]:
        orders = self.client.get(f"{self.path}/orders").json()["orders"]
        found: dict[str, Any] = next(o for o in orders if o["order"] == name)
        return found


def planned(state: PlantState, order: str, operation: int) -> tuple[str, str]:
    """From when to when the plan in force has it."""
    place = next(o for o in state.plan if o.key == (order, operation))
    return clock(state, place.start), clock(state, place.end)


def clock(state: PlantState, minute: int | None) -> str:
    return "" if minute is None else iso(minute, state.zone)[:16]


@pytest.fixture
def floor(served: httpx.Client, shared_dir: Path, request: pytest.FixtureRequest) -> Floor:
    return Floor(served, shared_dir / "cases" / request.param)


def case(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("floor", [name], indirect=True)


@case("forgotten-finish")
def test_a_forgotten_finish_blocks_nothing(floor: Floor) -> None:
    state = floor.states["e6"]
    work = state.progress["A", 10]
    assert (work.status, clock(state, work.finished), work.quantity_good) == ("done", "2026-03-02T16:00", 100)
    assert floor.open_rules() == ["all_made"]
    assert {o.order for o in state.plan} == {"B", "C"}
    assert planned(state, "B", 10)[0] == "2026-03-03T12:00"


@case("pieces-count")
def test_pieces_say_when_it_ends_and_the_next_moves_up(floor: Floor) -> None:
    at_11, at_21, at_1 = (floor.states[id] for id in ("e1", "e2", "e3"))
    assert at_11.progress["A", 10].remaining_minutes == 450
    assert planned(at_11, "A", 10)[1] == "2026-03-02T18:30"
    assert at_21.progress["A", 10].remaining_minutes == 150
    assert at_1.progress["A", 10].status == "done"
    assert planned(at_1, "B", 10)[0] == "2026-03-03T01:00"


@case("put-aside")
def test_work_put_aside_is_planned_again_with_what_is_left(floor: Floor) -> None:
    aside, done = floor.states["e2"], floor.states["e4"]
    work = aside.progress["A", 10]
    assert (work.status, work.quantity_good, work.remaining_minutes) == ("aside", 20, 480)
    other = done.progress["B", 10]
    assert (clock(done, other.started), clock(done, other.finished)) == ("2026-03-02T08:15", "2026-03-02T10:15")
    assert planned(done, "A", 10) == ("2026-03-02T10:15", "2026-03-02T18:15")
    assert [(d["order"], d["operation"], d["status"]) for d in floor.doubts(rule="put_aside")] == [("A", 10, "open")]
    again = {"specversion": "1.0", "id": "back", "source": "/t", "type": "operation.started"}
    data = {"order": "A", "operation": 10, "machine": "LATHE"}
    floor.client.post(f"{floor.path}/events", json=again | {"time": "2026-03-02T10:20", "data": data})
    assert [d["status"] for d in floor.doubts(rule="put_aside")] == ["settled"], "by A's next report"


@case("short-then-rest")
def test_what_came_short_sizes_what_follows_until_the_rest_is_begun(floor: Floor) -> None:
    short, again = floor.states["e1"], floor.states["e2"]
    assert (short.progress["A", 10].status, short.progress["A", 10].quantity_good) == ("done", 60)
    assert [o.end - o.start for o in short.plan if o.order == "A"] == [60, 60]
    work = again.progress["A", 10]
    assert (work.status, work.remaining_minutes) == ("running", 240)
    assert [o.end - o.start for o in again.plan if o.order == "A" and o.operation > 10] == [100, 100]
    assert planned(again, "A", 20)[0] >= "2026-03-02T13:20"
    assert floor.order("A")["pieces_short"] == 0
    finish = {"specversion": "1.0", "id": "short", "source": "/t", "type": "operation.finished"}
    data = {"order": "A", "operation": 10, "machine": "LATHE", "quantity_good": 60}
    floor.client.post(f"{floor.path}/events", json=finish | {"time": "2026-03-02T09:30", "data": data})
    assert floor.order("A")["pieces_short"] == 40


@case("stale-report")
def test_a_stale_report_takes_nothing_from_others(floor: Floor) -> None:
    state = floor.states["e4"]
    assert state.progress["A", 10].status == state.progress["C", 10].status == "done"
    work = state.progress["B", 10]
    assert (work.status, work.quantity_good, work.remaining_minutes) == ("aside", 0, 120)


@case("wrong-clock")
def test_a_clock_that_is_months_ahead_is_held_until_a_person_says_so(floor: Floor) -> None:
    state = floor.states["e1"]
    assert clock(state, state.now) == "2026-03-02T06:00"
    assert all(floor.order(name)["late_minutes"] <= 0 for name in "ABC")
    (held,) = floor.doubts(status="open")
    assert held["rule"] == "leap"
    assert "2026-05-27" in held["words"] or "27 May" in held["words"]
    floor.client.post(f"{floor.path}/doubts/confirm", json={"by": "m.keller", "doubts": [held["id"]]})
    assert floor.client.get(floor.path).json()["now"].startswith("2026-05-27T09:55")
    back = {"specversion": "1.0", "id": "c", "source": "/office", "type": "clock.corrected", "time": "2026-03-02T06:00"}
    floor.client.post(f"{floor.path}/events", json=back | {"data": {"now": "2026-03-02T06:00", "reason": "wrong year"}})
    corrected = floor.state()
    assert corrected.now == parse_minute("2026-03-02T06:00", corrected.zone)
