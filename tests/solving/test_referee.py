"""A second opinion that shares nothing with us: the referee judges plans of the real planner."""

from __future__ import annotations

import csv
import importlib.util
import io
import itertools
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from scheduler.domain.plans import Plan
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Downtime
from scheduler.ingest import plan_csv, read_scenario, write_scenario
from scheduler.planning.judge.check import check_plan
from scheduler.ports import PlanRequest
from scheduler.solving.planner import RejigPlanner

pytestmark = pytest.mark.shared

PLANNER = RejigPlanner()
GENERATED = list(itertools.product(("shop", "gear", "food", "assembly"), (1, 2, 3), (False, True)))
CLASSIC = ("mk01", "la21_rdata", "ta01js")
Make = Callable[..., Path]


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"shared_{path.stem}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def referee(shared_dir: Path) -> ModuleType:
    return _module(shared_dir / "referee" / "referee.py")


@pytest.fixture(scope="module")
def generated(shared_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Make:
    maker = _module(shared_dir / "plants" / "plantgen.py")

    def make(family: str, seed: int, midway: bool) -> Path:
        folder = tmp_path_factory.mktemp(f"{family}-{seed}")
        maker.Plant(family, 30, seed).make(folder, 0, midway)
        return folder

    return make


@pytest.fixture(scope="module")
def classic(shared_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Make:
    converter = _module(shared_dir / "classic" / "to_scenario.py")

    def make(name: str) -> Path:
        folder = tmp_path_factory.mktemp(name)
        converter.main(shared_dir / "classic" / "instances" / f"{name}.json", folder)
        return folder

    return make


def _judge(referee: ModuleType, folder: Path, state: PlantState, plan: Plan) -> None:
    """Referee and check accept it, and all three count the same cost."""
    assert plan.unplanned == ()
    rows = list(csv.DictReader(io.StringIO(plan_csv(plan.operations, state))))
    old = list(csv.DictReader(io.StringIO(plan_csv(state.plan, state)))) if state.plan else None
    last = max((o.end for o in plan.operations), default=0)
    violations, kpis = referee.judge(referee.Scenario(folder, last=last), rows, old)
    assert violations == {}
    verdict = check_plan(state, plan.operations, plan.unplanned)
    assert verdict.feasible
    assert plan.kpis.cost == verdict.kpis.cost == pytest.approx(kpis["cost"], abs=1e-3)


@pytest.mark.parametrize(("family", "seed", "midway"), GENERATED)
def test_the_referee_accepts_plans_of_all_families(
    referee: ModuleType, generated: Make, family: str, seed: int, midway: bool
) -> None:
    folder = generated(family, seed, midway)
    state = read_scenario(folder).state
    _judge(referee, folder, state, PLANNER.plan(state, PlanRequest(budget=300, workers=1, seed=seed)))


@pytest.mark.parametrize(("family", "seed"), list(itertools.product(("shop", "gear", "food", "assembly"), (1, 2))))
def test_the_referee_accepts_what_is_repaired_after_a_breakdown(
    referee: ModuleType, generated: Make, tmp_path: Path, family: str, seed: int
) -> None:
    state = read_scenario(generated(family, seed, True)).state
    plan = PLANNER.plan(state, PlanRequest(budget=300, workers=1))
    busiest = max(state.machines, key=lambda m: sum(o.machine == m for o in plan.operations))
    down = Downtime(busiest, state.now, None, "breakdown", "spindle")
    hit = replace(state, plan=plan.operations, downtimes=(*state.downtimes, down))
    write_scenario(hit, tmp_path)
    repaired = PLANNER.repair(hit)
    assert repaired.engine == "repair"
    _judge(referee, tmp_path, hit, repaired)
    # running work on other machines goes on, and so does most else
    assert repaired.kpis.moved_operations < len(plan.operations)


@pytest.mark.parametrize("name", CLASSIC)
def test_the_referee_accepts_makespans_no_better_than_the_best_that_are_known(
    referee: ModuleType, classic: Make, shared_dir: Path, name: str
) -> None:
    folder = classic(name)
    state = read_scenario(folder).state
    plan = PLANNER.plan(state, PlanRequest(budget=3000, workers=1))
    _judge(referee, folder, state, plan)
    bound, best = json.loads((shared_dir / "classic" / "best_known.json").read_text())[name]
    assert plan.kpis.makespan_minutes >= bound
    assert plan.kpis.lower_bound is None or plan.kpis.lower_bound <= best
