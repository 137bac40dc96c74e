"""Engines that fail are logged, counted and stored with the plan; no desk stops because of one."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from scheduler.domain.plans import EngineFailure, Plan
from scheduler.domain.plant import PlantState
from scheduler.errors import WorkersClosed
from scheduler.ports import PlanRequest
from scheduler.replanning.reactions import Need
from scheduler.solving import planner
from scheduler.usecases.desk import Desk
from tests.builders import down, tiny_plan, tiny_plant
from tests.usecases.shop import Shop
from tests.usecases.test_desk import harvest, late_shafts


def broken(*_args: object) -> Plan:
    raise ZeroDivisionError("a fault of ours")


def test_a_repair_that_fails_is_told_with_the_plan_that_stands_in_for_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.load("auto")
    desk = Desk(shop.tools, "tiny")
    desk.look()
    monkeypatch.setattr(planner, "repair", broken)
    shop.post(down("e1", "saw"))
    with capture_logs() as logs:
        desk.look()
    in_force = shop.in_force()
    assert (in_force.number, in_force.verdict.feasible) == (2, True)
    assert {f.engine for f in in_force.plan.engine_failures} == {"repair"}
    (said,) = [entry for entry in logs if entry["event"] == "engine.failed"]
    assert (said["plant"], said["engine"]) == (tiny_plant().name, "repair")
    assert said["reason"].startswith("ZeroDivisionError: a fault of ours (")
    assert "Traceback" in said["trace"]
    assert shop.tools.meters.total("engine_failures", plant=tiny_plant().name, engine="repair") == said["times"]


def test_a_worker_lost_in_the_background_is_counted_and_the_plan_in_force_stays(shop: Shop) -> None:
    shop.load("auto", state=late_shafts())
    desk = Desk(shop.tools, "tiny")
    shop.workers.answer = lambda _state: tiny_plan()  # which can be bettered
    desk.look()
    harvest(desk, shop)
    shop.workers.handles.clear()
    shop.workers.answer = broken
    desk._improve("first plan", Need.replan)
    for handle in shop.workers.handles:
        with pytest.raises(ZeroDivisionError):
            handle.result(20)
    desk.look()
    assert (shop.in_force().number, desk.trouble, desk.improving()) == (1, None, False)
    assert shop.tools.meters.total("engine_failures", engine="worker") == 1
    shop.workers.answer = None
    shop.post(down("e1", "saw"))
    desk.look()
    assert shop.in_force().number == 2


def test_a_failure_is_told_once_however_often_the_result_is_asked_for(shop: Shop) -> None:
    def with_failures(_state: PlantState) -> Plan:
        made = tiny_plan()
        return Plan(
            made.operations, (), made.kpis, engine_failures=(EngineFailure("annealing", "ValueError: x", times=3),)
        )

    shop.workers.answer = with_failures
    handle = shop.tools.workers.submit(tiny_plant(), PlanRequest(1.0))
    for _ in range(2):
        assert handle.result(10).engine_failures[0].engine == "annealing"
    assert shop.tools.meters.total("engine_failures", engine="annealing") == 3


@pytest.mark.parametrize("fault", [TimeoutError(), WorkersClosed("the workers are closed")])
def test_waiting_and_closing_are_no_failures(shop: Shop, fault: Exception) -> None:
    def late(_state: PlantState) -> Plan:
        raise fault

    shop.workers.answer = late
    with pytest.raises(type(fault)):
        shop.tools.workers.submit(tiny_plant(), PlanRequest(1.0)).result(10)
    assert shop.tools.meters.total("engine_failures") == 0
