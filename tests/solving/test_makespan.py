"""Makespan shops: which they are, that every plan keeps the rules, comes again from its seed, and how good it gets."""

from __future__ import annotations

import importlib.util
import json
import random
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.domain.plans import Objective
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Downtime, SetupMatrix
from scheduler.domain.routings import EligibleMachine, Operation, Routing
from scheduler.planning.judge.check import check_plan
from scheduler.ports import PlanRequest, SolveProgress
from scheduler.solving.bounds import lower_bound
from scheduler.solving.deadline import Deadline
from scheduler.solving.elites import Elite, Elites
from scheduler.solving.first_plan import first_plan
from scheduler.solving.incumbent import Found, Incumbent
from scheduler.solving.makespan import only_makespan
from scheduler.solving.planner import RejigPlanner
from scheduler.solving.tabu_search import TabuSearch
from tests.builders import at, named
from tests.solving.clocks import CountingClock
from tests.solving.shops import makespan_shop
from tests.solving.test_annealing import Watched

PLANNER = RejigPlanner()
QUICKLY = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])


def is_one(state: PlantState) -> bool:
    start = first_plan(state)
    return only_makespan(Found(start.builder, start.first, "dispatch"), start.frozen.blocks)


# -- which plants these are -------------------------------------------------------------------------------------------

SHOP = makespan_shop(random.Random(4))


def test_a_shop_around_the_clock_whose_makespan_alone_counts_is_one() -> None:
    assert is_one(SHOP)


def test_due_dates_do_not_matter_as_long_as_every_shorter_plan_keeps_them() -> None:
    objective = Objective(tardiness=1.0, makespan=1.0)
    assert is_one(replace(SHOP, objective=objective))
    tight = {n: replace(o, due=SHOP.now + 1) for n, o in SHOP.orders.items()}
    assert not is_one(replace(SHOP, objective=objective, orders=tight))


@pytest.mark.parametrize("objective", [Objective(0.0, makespan=0.0), Objective(0.0, makespan=1.0, flow=0.1)])
def test_another_objective_is_for_another_search(objective: Objective) -> None:
    assert not is_one(replace(SHOP, objective=objective))


def test_an_outage_or_a_changeover_is_for_another_search() -> None:
    assert not is_one(replace(SHOP, downtimes=(Downtime("M0", at(0, 6, 30), at(0, 7)),)))
    families = {
        n: Routing(n, tuple(replace(o, setup_family=f"F{i}") for i, o in enumerate(r.operations)))
        for n, r in SHOP.routings.items()
    }
    matrix = SetupMatrix("M0", {("*", "*"): 5})
    assert not is_one(replace(SHOP, routings=families, setup_matrices={"M0": matrix}))


def test_work_that_may_not_wait_long_is_for_another_search() -> None:
    routing = Routing(
        "R0",
        (
            Operation(10, machines=(EligibleMachine("M0", 5.0),)),
            Operation(20, predecessors=(10,), max_wait=60, machines=(EligibleMachine("M1", 5.0),)),
        ),
    )
    assert not is_one(replace(SHOP, routings={**SHOP.routings, "R0": routing}))


# -- what the search promises -----------------------------------------------------------------------------------------


@QUICKLY
@given(st.integers(0, 10**6))
def test_every_plan_that_is_offered_keeps_every_rule_and_costs_what_is_said(seed: int) -> None:
    state = makespan_shop(random.Random(seed))
    start = first_plan(state)
    watched = Watched()
    watched.offer(start.builder, start.first, "dispatch")
    for first in (True, False):
        TabuSearch(watched, seed, Elites(), first=first).run(start.builder, start.first, budget=300)
    for builder, timing in watched.offered:
        verdict = check_plan(state, builder.operations(timing), start.problem.unplanned)
        assert [v.message for v in verdict.violations] == []
        assert verdict.kpis.cost == timing.cost


@pytest.mark.parametrize("workers", [1, 2])
def test_the_same_seed_and_budget_make_the_same_plan(workers: int) -> None:
    state = makespan_shop(random.Random(11), jobs=15, steps=8, machines=5)
    asked = PlanRequest(budget=30_000, workers=workers, seed=5)
    plans = [PLANNER.plan(state, asked) for _ in range(2)]
    assert plans[0].engine == "tabu search"
    assert plans[0].operations == plans[1].operations


def test_it_makes_exactly_as_many_moves_as_it_may() -> None:
    start = first_plan(makespan_shop(random.Random(11), jobs=15, steps=8, machines=5))
    incumbent = Incumbent(Deadline())
    incumbent.offer(start.builder, start.first, "dispatch")
    search = TabuSearch(incumbent, 1, Elites())
    search.run(start.builder, start.first, budget=12_345)
    assert search.trials == 12_345


def test_it_stops_when_it_is_asked_to_and_keeps_the_best() -> None:
    state = makespan_shop(random.Random(11), jobs=15, steps=8, machines=5)
    told: list[SolveProgress] = []
    planner = RejigPlanner(clock=CountingClock())
    plan = planner.plan(state, PlanRequest(time_limit_seconds=600.0), told.append, lambda: len(told) > 2)
    assert plan.kpis.solve_seconds < 300.0
    assert plan.kpis.cost == min(p.cost for p in told)


def test_a_plan_at_the_bound_ends_the_search() -> None:
    """One machine: whatever the order, it is busy all the time."""
    state = makespan_shop(random.Random(3), jobs=5, steps=1, machines=1, most=1)
    state = replace(state, orders={n: replace(o, release=None) for n, o in state.orders.items()})
    plan = RejigPlanner(clock=CountingClock()).plan(state, PlanRequest(time_limit_seconds=600.0))
    work = sum(r.operations[0].machines[0].run_minutes_per_unit for r in state.routings.values())
    assert (plan.kpis.cost, plan.kpis.lower_bound) == (work, work)
    assert plan.kpis.solve_seconds < 300.0


def test_a_tiny_shop_is_proven_where_its_load_alone_does_not_prove_it() -> None:
    state = makespan_shop(random.Random(5))
    plan = PLANNER.plan(state, PlanRequest(time_limit_seconds=10.0, workers=2))
    assert lower_bound(first_plan(state).problem) < plan.kpis.cost
    assert plan.kpis.lower_bound == plan.kpis.cost


# -- elites -----------------------------------------------------------------------------------------------------------


def elite(span: int, *before: int) -> Elite:
    places = np.array(before * 20)
    return Elite(span, np.arange(len(places)), np.zeros(len(places), np.int64), places)


def test_of_plans_that_are_alike_the_shorter_one_is_kept() -> None:
    elites = Elites(3)
    for one in (elite(50, 1, 2), elite(60, 1, 2), elite(55, 3, 4), elite(40, 1, 2)):
        elites.add(one)
    assert [e.span for e in elites.kept()] == [40, 55]


def test_the_longest_plan_leaves_when_there_are_too_many() -> None:
    elites = Elites(2)
    for one in (elite(50, 1, 2), elite(60, 5, 6), elite(55, 3, 4)):
        elites.add(one)
    assert [e.span for e in elites.kept()] == [50, 55]


# -- how good it is, by work ------------------------------------------------------------------------------------------


def classic(shared_dir: Path, name: str, folder: Path) -> PlantState:
    from scheduler.ingest import read_scenario

    made = _module(shared_dir / "classic" / "to_scenario.py")
    made.main(shared_dir / "classic" / "instances" / f"{name}.json", folder)
    return read_scenario(folder).state


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"shared_{path.stem}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "moves", "over"), [("mk06", 60_000, 0.04), ("ta01js", 100_000, 0.03), ("la36_rdata", 100_000, 0.02)]
)
def test_so_many_moves_come_so_near_to_the_best_makespan_known(
    name: str, moves: int, over: float, shared_dir: Path, tmp_path: Path
) -> None:
    state = classic(shared_dir, name, tmp_path / name)
    known = json.loads((shared_dir / "classic" / "best_known.json").read_text())[name][1]
    plan = PLANNER.plan(state, PlanRequest(budget=moves, workers=1))
    assert check_plan(state, plan.operations, plan.unplanned).violations == ()
    assert known <= plan.kpis.cost <= known * (1 + over)


def test_the_beam_finds_the_plan_without_idle_minutes_that_no_rule_finds() -> None:
    """Twenty machines, cut into pieces at random, each piece for a job that is free just then: full from end to end."""
    state = _full_shop(random.Random(2), machines=20, jobs=21, end=6000)
    start = first_plan(state)
    assert start.first.cost > 8000
    plan = PLANNER.plan(state, PlanRequest(budget=1, workers=1))
    assert plan.kpis.cost == 6000


def _full_shop(rng: random.Random, machines: int, jobs: int, end: int) -> PlantState:
    steps: list[list[Operation]] = [[] for _ in range(jobs)]
    free = [0] * jobs
    busy = {m: (0, m) for m in range(machines)}  # until when, by which job
    for m in range(machines):
        run = 1 + int(rng.expovariate(1 / 60))
        steps[m].append(Operation(10, machines=(EligibleMachine(f"M{m}", float(run)),)))
        free[m] = run
        busy[m] = (run, m)
    while min(t for t, _ in busy.values()) < end:
        m = min(busy, key=lambda k: busy[k])
        now, last = busy[m]
        job = rng.choice([j for j in range(jobs) if free[j] <= now and j != last])
        run = min(1 + int(rng.expovariate(1 / 60)), end - now)
        number = 10 * len(steps[job]) + 10
        before = (number - 10,) if number > 10 else ()
        steps[job].append(Operation(number, predecessors=before, machines=(EligibleMachine(f"M{m}", float(run)),)))
        free[job] = now + run
        busy[m] = (now + run, job)
    empty = makespan_shop(rng, jobs=jobs, machines=machines)
    routings = named(*(Routing(f"R{j}", tuple(s)) for j, s in enumerate(steps)))
    orders = {n: replace(o, release=None) for n, o in empty.orders.items()}
    return replace(empty, routings=routings, orders=orders)
