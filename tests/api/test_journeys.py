"""What each kind of message from the floor does to the dispatch lists, over the real API, in `auto`.

The tiny plant with its plan by hand: saw SHAFT-1 06:00-06:20, SHAFT-2 -06:40; lathe SHAFT-1 06:20-07:10, SHAFT-2
07:25-08:15, PIN-1 Tuesday 08:00-08:30 (its bars come then).
"""

from __future__ import annotations

import itertools
from typing import Any

import httpx
import pytest

from scheduler.ingest import scenario_zip
from tests.api.served import wait_until
from tests.builders import tiny_plan, tiny_plant

_numbers = itertools.count(1)
DAY = "2026-03-02T"


class Floor:
    """A plant of its own, and what a MES does with it."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.path = f"/v1/plants/journey-{next(_numbers)}"
        self.sent = 0
        brought = scenario_zip(tiny_plant(plan=tiny_plan().operations))
        assert client.put(self.path, content=brought, params={"mode": "auto"}).status_code == 200
        client.patch(self.path, json={"policy": {"improve_seconds": 0}})

    def say(self, type: str, time: str, **data: Any) -> dict[str, Any]:
        """The plant as soon as the plan in force knows of it."""
        self.sent += 1
        event = {"specversion": "1.0", "id": f"e{self.sent}", "source": "mes", "type": type}
        answer = self.client.post(f"{self.path}/events", json={**event, "time": f"{DAY}{time}Z", "data": data}).json()
        assert answer["rejected"] == [], answer
        found: dict[str, Any] = wait_until(lambda: (p := self.client.get(self.path).json())["plan_is_current"] and p)
        return found

    def start(self, order: str, operation: int, machine: str, time: str) -> None:
        self.say("operation.started", time, order=order, operation=operation, machine=machine)

    def finish(self, order: str, operation: int, time: str, **more: Any) -> None:
        self.say("operation.finished", time, order=order, operation=operation, **more)

    def lines(self, target: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.get(f"{self.path}/dispatch-lists/{target}").json()["lines"]
        return found

    def rows(self, target: str) -> list[tuple[str, str, str]]:
        """(order, start, end) of each line; the time alone on Monday, with the day on others."""
        return [(x["order"], clock(x["start"]), clock(x["end"])) for x in self.lines(target)]

    def cause(self) -> str:
        return str(self.client.get(f"{self.path}/plans/current").json()["cause"])

    def confirmed(self, target: str) -> None:
        version = self.client.get(f"{self.path}/dispatch-lists/{target}").json()["version"]
        self.client.post(f"{self.path}/dispatch-lists/{target}/acknowledge", json={"version": version})

    def changes(self, target: str) -> list[tuple[str, str, str]]:
        found = self.client.get(f"{self.path}/dispatch-lists/{target}").json()["changes"]
        return [(c["order"], c["what"], c["reason"]) for c in found]


def clock(moment: str) -> str:
    day, time = moment[8:10], moment[11:16]
    return time if day == "02" else f"{day} {time}"


@pytest.fixture
def floor(client: httpx.Client) -> Floor:
    return Floor(client)


def test_work_that_starts_and_ends_as_planned_keeps_its_list(floor: Floor) -> None:
    floor.start("SHAFT-1", 10, "saw", "06:00")
    assert floor.cause() == "came with the scenario"
    floor.finish("SHAFT-1", 10, "06:20")
    assert floor.rows("saw") == [("SHAFT-2", "06:20", "06:40")]
    # Nobody reports changeovers, so 15 minutes of it count from now (contract, rule 4); who starts now is right too.
    assert floor.rows("lathe")[0] == ("SHAFT-1", "06:35", "07:25")
    floor.start("SHAFT-1", 20, "lathe", "06:20")
    assert floor.rows("lathe")[0] == ("SHAFT-1", "06:20", "07:10")


def test_an_early_finish_leaves_the_list_right_and_work_may_start_sooner(floor: Floor) -> None:
    floor.start("SHAFT-1", 10, "saw", "06:00")
    floor.finish("SHAFT-1", 10, "06:12")
    assert floor.rows("saw")[0][0] == "SHAFT-2"
    floor.start("SHAFT-2", 10, "saw", "06:12")
    assert floor.rows("saw") == [("SHAFT-2", "06:12", "06:32")]
    assert floor.lines("saw")[0]["running"]


def test_a_late_finish_moves_what_waits_for_it(floor: Floor) -> None:
    floor.start("SHAFT-1", 10, "saw", "06:00")
    floor.finish("SHAFT-1", 10, "06:35")
    assert floor.rows("saw") == [("SHAFT-2", "06:35", "06:55")]
    assert floor.rows("lathe")[0] == ("SHAFT-1", "06:50", "07:40")  # behind 15 minutes of changeover
    assert floor.rows("lathe")[1] == ("SHAFT-2", "07:55", "08:45")


def test_work_that_nobody_reports_ended_drifts_and_is_said_to(floor: Floor) -> None:
    floor.start("SHAFT-1", 10, "saw", "06:00")
    floor.confirmed("lathe")
    before = floor.rows("saw")
    floor.say("clock.ticked", "06:22")  # the report may be on its way: nothing moves yet
    assert floor.rows("saw") == before
    floor.say("clock.ticked", "06:36")
    (running, following) = floor.lines("saw")
    assert running["note"] == "overdue: should have ended Mon 2 Mar 06:20, no report"
    assert (clock(running["end"]), clock(following["start"]), following["note"]) == ("06:36", "06:36", "")
    assert "operation 10 of order SHAFT-1 on saw is overdue: should have ended Mon 2 Mar 06:20" in floor.cause()
    assert floor.changes("lathe")[0][1] == "retimed"
    assert "overdue" in floor.changes("lathe")[0][2]
    before = floor.rows("saw")
    floor.say("clock.ticked", "06:40")  # it may run over by as much again before anything moves
    assert floor.rows("saw") == before
    floor.finish("SHAFT-1", 10, "06:40")
    assert floor.rows("saw")[0][0] == "SHAFT-2"


def test_a_start_that_nobody_reports_moves_on_with_the_clock(floor: Floor) -> None:
    floor.say("clock.ticked", "06:10")
    assert floor.rows("saw") == [("SHAFT-1", "06:00", "06:20"), ("SHAFT-2", "06:20", "06:40")], "not felt yet"
    floor.say("clock.ticked", "06:16")
    assert floor.rows("saw") == [("SHAFT-1", "06:16", "06:36"), ("SHAFT-2", "06:36", "06:56")]


def test_partial_completion_sets_what_is_left(floor: Floor) -> None:
    floor.start("SHAFT-1", 10, "saw", "06:00")
    floor.say("operation.progressed", "06:10", order="SHAFT-1", operation=10, quantity_good=3, remaining_minutes=30)
    assert floor.rows("saw") == [("SHAFT-1", "06:00", "06:40"), ("SHAFT-2", "06:40", "07:00")]
    assert floor.rows("lathe")[0][1] == "06:40"


def test_scrap_is_not_put_in_stock(floor: Floor) -> None:
    floor.start("PIN-1", 10, "lathe", "08:00")
    floor.finish("PIN-1", 10, "08:30", quantity_good=7, quantity_scrap=3)
    materials = {m["material"]: m["on_hand"] for m in floor.client.get(f"{floor.path}/materials").json()["materials"]}
    assert (materials["pin"], materials["bar"]) == (7, -5)  # ten taken where five were counted: the rest is owed
    assert [row[0] for row in floor.rows("lathe")] == ["SHAFT-1", "SHAFT-2"]


def test_a_machine_that_slows_down_stretches_what_runs_and_what_waits(floor: Floor) -> None:
    floor.start("SHAFT-1", 10, "saw", "06:00")
    floor.say("machine.speed", "06:10", machine="saw", efficiency=0.5)
    assert floor.rows("saw") == [("SHAFT-1", "06:00", "06:30"), ("SHAFT-2", "06:30", "07:10")]


def test_a_breakdown_pauses_what_runs_and_its_end_frees_the_machine(floor: Floor) -> None:
    floor.start("SHAFT-1", 10, "saw", "06:00")
    floor.say("machine.down", "06:10", machine="saw", expected_up=f"{DAY}09:00Z", reason="blade")
    assert floor.rows("saw") == [("SHAFT-1", "06:00", "09:10"), ("SHAFT-2", "09:10", "09:30")]
    floor.say("machine.up", "07:00", machine="saw")
    assert floor.rows("saw")[0] == ("SHAFT-1", "06:00", "07:10")
    assert floor.rows("saw")[1][0] == "SHAFT-2"


def test_a_quality_hold_takes_work_out_and_its_release_puts_it_back(floor: Floor) -> None:
    floor.confirmed("saw")
    floor.say("quality.held", "06:00", order="SHAFT-2", reason="hardness")
    assert [row[0] for row in floor.rows("saw")] == ["SHAFT-1"]
    assert floor.changes("saw") == [("SHAFT-2", "gone", "order SHAFT-2 is on hold")]
    floor.say("quality.released", "06:05", order="SHAFT-2")
    assert sorted(row[0] for row in floor.rows("saw")) == ["SHAFT-1", "SHAFT-2"]


def test_a_count_that_finds_less_makes_work_wait_for_its_delivery(floor: Floor) -> None:
    floor.say("material.counted", "06:00", material="bar", on_hand=40)
    assert next(x for x in floor.lines("lathe") if x["order"] == "PIN-1")["material_ready"]
    floor.say("material.counted", "06:01", material="bar", on_hand=0)
    pin = next(x for x in floor.lines("lathe") if x["order"] == "PIN-1")
    assert (pin["material_ready"], pin["missing"][0]["quantity"]) == (False, 10)
    assert clock(pin["start"]) >= "03 08:00"


def test_a_delivery_that_slips_moves_what_takes_it(floor: Floor) -> None:
    floor.say("receipt.changed", "06:00", receipt="PO-7", expected="2026-03-04T08:00Z")
    assert next(row for row in floor.rows("lathe") if row[0] == "PIN-1")[1] == "04 08:00"


def test_a_delivery_that_fails_takes_the_order_out_with_the_reason(floor: Floor) -> None:
    floor.confirmed("lathe")
    floor.say("receipt.changed", "06:00", receipt="PO-7", quantity=0)
    assert [row[0] for row in floor.rows("lathe")] == ["SHAFT-1", "SHAFT-2"]
    ((order, what, reason),) = [c for c in floor.changes("lathe") if c[0] == "PIN-1"]
    assert (order, what) == ("PIN-1", "gone")
    assert reason == "plan 2: repaired after a change of delivery PO-7: delivery time or quantity changed"


def test_a_new_order_is_put_in(floor: Floor) -> None:
    floor.say("order.created", "06:00", order="RUSH", material="shaft", quantity=2, due=f"{DAY}07:30Z", priority=50)
    assert "RUSH" in [row[0] for row in floor.rows("saw")]
    assert "RUSH" in [row[0] for row in floor.rows("lathe")]


def test_a_changed_quantity_stretches_the_work_also_where_it_runs(floor: Floor) -> None:
    floor.start("SHAFT-1", 10, "saw", "06:00")
    floor.say("order.changed", "06:00", order="SHAFT-1", quantity=20)
    assert floor.rows("saw")[0] == ("SHAFT-1", "06:00", "06:40")
    (turned,) = [row for row in floor.rows("lathe") if row[0] == "SHAFT-1"]
    assert turned == ("SHAFT-1", "06:40", "08:20")
    assert floor.lines("saw")[0]["quantity"] == 20


def test_a_cancelled_order_leaves_but_for_what_runs_of_it(floor: Floor) -> None:
    floor.start("SHAFT-1", 10, "saw", "06:00")
    floor.say("order.cancelled", "06:05", order="SHAFT-1")
    assert floor.rows("saw")[0] == ("SHAFT-1", "06:00", "06:20")
    assert "SHAFT-1" not in [row[0] for row in floor.rows("lathe")]
    floor.finish("SHAFT-1", 10, "06:20")
    assert [row[0] for row in floor.rows("saw")] == ["SHAFT-2"]


def test_work_that_is_started_out_of_turn_is_first_and_the_rest_follows(floor: Floor) -> None:
    floor.confirmed("saw")
    floor.start("SHAFT-2", 10, "saw", "06:00")
    assert floor.rows("saw") == [("SHAFT-2", "06:00", "06:20"), ("SHAFT-1", "06:20", "06:40")]
    assert ("SHAFT-2", "started", "reported started on saw") in floor.changes("saw")


def test_a_work_center_in_advise_keeps_its_list_while_it_is_right(floor: Floor) -> None:
    answer = floor.client.patch(floor.path, json={"work_center_modes": {"turning": "advise"}})
    assert answer.json()["work_center_modes"] == {"turning": "advise"}
    before = floor.rows("lathe")
    floor.say("order.created", "06:00", order="RUSH", material="shaft", quantity=2, due=f"{DAY}07:30Z", priority=50)
    assert floor.rows("lathe") == before
    (proposal,) = [p for p in floor.client.get(f"{floor.path}/plans").json()["plans"] if p["status"] == "proposed"]
    assert proposal["cause"].endswith("waits for a person: it changes rows of turning)")
    assert floor.client.post(f"{floor.path}/plans/{proposal['id']}/release").status_code == 200
    assert "RUSH" in [row[0] for row in floor.rows("lathe")]
    wrong = floor.client.patch(floor.path, json={"work_center_modes": {"turnin": "advise"}})
    assert (wrong.status_code, "did you mean 'turning'?" in wrong.json()["detail"]) == (422, True)
