"""CP-SAT against every plan that there is: on plants small enough to try all orders of work on all machines."""

from __future__ import annotations

import itertools
import math
import random
from dataclasses import replace

import numpy as np
import pytest

from scheduler.domain.plans import Objective
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import SetupMatrix
from scheduler.domain.routings import EligibleMachine, Operation
from scheduler.planning import layout as c
from scheduler.planning.builder import OK
from scheduler.planning.judge.check import check_plan
from scheduler.ports import PlanRequest
from scheduler.solving.cpsat_model import kept_in
from scheduler.solving.first_plan import first_plan
from scheduler.solving.incumbent import Found
from scheduler.solving.parameters import DEFAULTS, CpSatParameters
from scheduler.solving.planner import RejigPlanner
from scheduler.solving.portfolio import provable
from scheduler.solving.start import Start
from tests.builders import at
from tests.planning.random_plants import random_plant
from tests.planning.test_builder import LATHE, SAW, shop, step

PLANNER = RejigPlanner()
MOST_PLANS = 1500


def best_of_all(start: Start) -> float:
    """The least cost over all orders of blocks, all choices of machines, with gaps and without; frozen work stays."""
    builder, p = start.builder, start.problem
    kept = kept_in(start.frozen, start.first)
    modes = [range(int(row[c.MODE0]), int(row[c.MODE1])) for row in p.ops.tolist()]
    found = float("inf")
    for order in itertools.permutations(range(p.blocks)):
        for choice in itertools.product(*modes):
            for gaps in (False, True):
                timing = builder.build(np.array(order), np.array(choice), gaps)
                if timing.status == OK and len(np.intersect1d(kept, kept_in(start.frozen, timing))) == len(kept):
                    found = min(found, timing.cost)
    return found


def countable(seed: int) -> PlantState | None:
    """A random plant of 2 to 7 operations with everything that the contract knows: material, pools, waits, frozen work,
    a price on moves. None where it is too large to try every plan."""
    rng = random.Random(seed)
    state = random_plant(rng, orders=3)
    orders = {name: replace(o, priority=max(0.5, o.priority)) for name, o in state.orders.items()}
    state = replace(state, orders=orders)
    if rng.random() < 0.2:
        state = replace(state, objective=Objective(0.0, 0.0, 1.0))
    start = first_plan(state)
    if rng.random() < 0.4:
        state = replace(state, plan=start.builder.operations(start.first))
        start = first_plan(state)
    p = start.problem
    if start.problem.unplanned or not 2 <= p.operations <= 7:
        return None
    plans = math.factorial(p.blocks) * int(np.prod(p.ops[:, c.MODE1] - p.ops[:, c.MODE0]))
    return state if plans <= MOST_PLANS else None


COUNTABLE = [seed for seed in range(150) if countable(seed) is not None][:32]


@pytest.mark.parametrize("seed", COUNTABLE)
def test_the_proven_optimum_is_the_best_of_all_plans(seed: int) -> None:
    """Chains and gaps may leave the solver plans that no order of building reaches: its own is never dearer."""
    state = countable(seed)
    assert state is not None
    least = best_of_all(first_plan(state))
    plan = PLANNER.plan(state, PlanRequest(time_limit_seconds=20.0, workers=1, solver="cpsat"))
    assert check_plan(state, plan.operations, plan.unplanned).feasible
    assert plan.kpis.cost <= least + 1e-3
    assert plan.proven


def test_the_plants_that_are_tried_out_know_material_pools_waits_frozen_work_and_moves() -> None:
    known = set()
    for seed in COUNTABLE:
        state = countable(seed)
        assert state is not None
        start = first_plan(state)
        p = start.problem
        known |= {"material"} if len(p.supply.demands) else set()
        known |= {"pool"} if len(p.pool_needs) else set()
        known |= {"wait"} if (p.ops[:, c.MAX_WAIT] != c.NONE).any() else set()
        known |= {"frozen"} if len(kept_in(start.frozen, start.first)) else set()
        known |= {"running"} if p.ops[:, c.FIXED].any() else set()
        known |= {"moves"} if state.plan and state.objective.stability else set()
        known |= {"pauses"} if (p.ops[:, c.PAUSABLE] == 1).any() else set()
    assert known == {"material", "pool", "wait", "frozen", "running", "moves", "pauses"}


@pytest.mark.parametrize("seed", range(8))
def test_no_bound_is_ever_above_the_best_of_all_plans(seed: int) -> None:
    """With longest waits, whose chains the builder may not place as tightly as they could be."""
    rng = random.Random(seed)
    steps = [
        [
            step(10, *rng.sample((SAW, LATHE), rng.randint(1, 2)), setup_family=rng.choice(("red", "blue"))),
            step(20, rng.choice((SAW, LATHE)), predecessors=(10,), max_wait=rng.choice((5, 30))),
        ]
        for _ in range(3)
    ]
    matrix = {"sawing": SetupMatrix("sawing", {("*", "*"): 15})}
    state = shop(*((rng.choice((20.0, 90.0, 230.0)), s) for s in steps), setup_matrices=matrix)
    least = best_of_all(first_plan(state))
    for solver in ("cpsat", "auto"):
        plan = PLANNER.plan(state, PlanRequest(time_limit_seconds=3.0, workers=1, solver=solver))  # type: ignore[arg-type]
        assert check_plan(state, plan.operations, plan.unplanned).feasible
        assert plan.kpis.cost <= least + 1e-6
        assert plan.kpis.lower_bound is None or plan.kpis.lower_bound <= plan.kpis.cost


def test_a_makespan_that_can_be_counted_is_proven() -> None:
    """Three jobs of 20 + 30 minutes on saw, then lathe: 20 + 3 x 30."""
    job = [step(10, SAW), step(20, EligibleMachine("lathe", 1.5), predecessors=(10,))]
    state = shop(*((20, job) for _ in range(3)), objective=Objective(0.0, makespan=1.0))
    plan = PLANNER.plan(state, PlanRequest(time_limit_seconds=20.0, workers=1))
    assert (plan.kpis.makespan_minutes, plan.kpis.lower_bound) == (110, 110.0)


def test_a_family_kept_together_is_proven_to_be_cheapest() -> None:
    """Four orders of 10 minutes, red and blue in turn, 30 minutes of changeover: one of them is enough."""
    matrix = {"sawing": SetupMatrix("sawing", {("red", "blue"): 30, ("blue", "red"): 30})}
    steps = [step(setup_family=family) for family in ("red", "blue", "red", "blue")]
    state = shop(*((10, [s]) for s in steps), setup_matrices=matrix, objective=Objective(0.0, makespan=1.0, setup=2.0))
    plan = PLANNER.plan(state, PlanRequest(time_limit_seconds=20.0, workers=1))
    assert plan.kpis.setup_minutes == 30
    assert plan.kpis.cost == plan.kpis.lower_bound == 70 + 60


def test_cpsat_alone_starts_from_list_scheduling_and_is_never_worse() -> None:
    state = random_plant(random.Random(3))
    first = first_plan(state)
    plan = PLANNER.plan(state, PlanRequest(time_limit_seconds=0.3, workers=1, solver="cpsat"))
    assert plan.kpis.cost <= first.first.cost + 1e-3


def test_a_plant_too_large_for_a_proof_is_left_to_the_search() -> None:
    steps = [
        Operation(10 * n, predecessors=(10 * n - 10,) if n > 1 else (), machines=(SAW, LATHE)) for n in range(1, 9)
    ]
    state = shop(*((1, [step()]) for _ in range(2)))
    start = first_plan(state)
    small = Found(start.builder, start.first, "dispatch")
    assert provable(small, start.frozen, PlanRequest())
    none = replace(DEFAULTS, cpsat=CpSatParameters(proof_literals=0))
    assert not provable(small, start.frozen, PlanRequest(), none)
    many = replace(
        state,
        horizon_days=60,
        orders={f"M{i}": replace(state.orders["A"], name=f"M{i}", due=at(5, 6)) for i in range(200)},
        routings={"A": replace(state.routings["A"], operations=tuple(steps))},
    )
    large = first_plan(many)
    assert large.problem.operations == 1600
    assert not provable(Found(large.builder, large.first, "dispatch"), large.frozen, PlanRequest())
