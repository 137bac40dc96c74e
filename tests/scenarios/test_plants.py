"""The plants of `scenarios/` are such as a planner could have exported, and can be planned."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from scheduler.domain.plant import PlantState
from scheduler.ingest import read_scenario, write_plan
from scheduler.planning.judge.check import check_plan
from scheduler.ports import PlanRequest
from scheduler.solving.planner import RejigPlanner
from tests.scenarios.telling import PLANTS

pytestmark = pytest.mark.parametrize("folder", PLANTS, ids=lambda p: p.name)


def due_orders(state: PlantState) -> int:
    return sum(1 for o in state.orders.values() if o.status != "hold")


def test_it_is_read_without_a_remark(folder: Path) -> None:
    scenario = read_scenario(folder)
    assert scenario.notices == ()
    assert (folder / "README.md").is_file()
    assert len(scenario.state.orders) >= 30
    assert len(scenario.state.machines) >= 8


def test_it_stands_in_the_middle_of_its_work(folder: Path) -> None:
    state = read_scenario(folder).state
    assert {p.status for p in state.progress.values()} == {"done", "running"}
    planned = {o.key for o in state.plan}
    assert planned >= {key for key, p in state.progress.items() if p.status == "running"}
    assert not planned & {key for key, p in state.progress.items() if p.status == "done"}


def test_its_plan_is_right_and_most_orders_are_on_time(folder: Path) -> None:
    state = read_scenario(folder).state
    plan = RejigPlanner().plan(state, PlanRequest(budget=3000, workers=1, seed=1, solver="search"))
    verdict = check_plan(state, plan.operations, plan.unplanned)
    assert verdict.feasible, [v.message for v in verdict.violations]
    assert plan.unplanned == ()
    assert verdict.kpis.late_orders <= due_orders(state) // 4


@pytest.mark.shared
def test_the_referee_finds_its_plan_right_too(folder: Path, shared_dir: Path, tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("referee", shared_dir / "referee" / "referee.py")
    assert spec
    assert spec.loader
    referee = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(referee)
    state = read_scenario(folder).state
    plan = RejigPlanner().plan(state, PlanRequest(budget=50, workers=1, seed=1, solver="search"))
    write_plan(tmp_path, plan, state)
    rows = referee.pd.read_csv(tmp_path / "plan.csv", dtype=str, keep_default_na=False).to_dict("records")
    breaches, kpis = referee.judge(referee.Scenario(folder), rows)
    assert breaches == {}
    assert kpis["late_orders"] == plan.kpis.late_orders
