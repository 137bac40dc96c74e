"""Searches in which moving what starts soon has a price: what they promise to the floor."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from scheduler.domain.plans import Plan
from scheduler.domain.plant import PlantState
from scheduler.planning.judge.check import check_plan
from scheduler.ports import PlanRequest
from scheduler.replanning.worth import SOON
from scheduler.solving.parameters import DEFAULTS
from scheduler.solving.planner import RejigPlanner
from tests.planning.random_plants import random_plant, with_disturbance
from tests.solving.clocks import CountingClock
from tests.solving.sequences import assembly_plant

PLANNER = RejigPlanner()
SLOWLY = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
UNPAYABLE = 1e7


def _repaired(seed: int) -> PlantState:
    """A random plant to which something has happened, with the repaired plan in force."""
    rng = random.Random(seed)
    state = random_plant(rng)
    state = with_disturbance(rng, replace(state, plan=PLANNER.repair(state).operations))
    return replace(state, plan=PLANNER.repair(state).operations)


def _calm(seed: int, price: float) -> PlanRequest:
    return PlanRequest(
        budget=400, workers=1, seed=seed, solver="search", move_price=price, move_price_within_minutes=SOON
    )


def _moved(state: PlantState, plan: Plan) -> int:
    """Operations that the plan in force starts soon on another machine or at another start."""
    now = {o.key: (o.machine, o.start) for o in plan.operations}
    soon = [o for o in state.plan if o.key in now and o.start < state.now + SOON]
    return sum(now[o.key] != (o.machine, o.start) for o in soon)


def _priced(state: PlantState, plan: Plan, price: float) -> float:
    """What the plan costs, orders left out and moves at that price included."""
    return plan.kpis.whole_cost + price * _moved(state, plan)


@SLOWLY
@example(1101, 0.5)  # it prices every move itself, too
@given(st.integers(0, 10**6), st.sampled_from((0.5, 20.0)))
def test_what_a_better_plan_gains_pays_its_moves(seed: int, price: float) -> None:
    state = _repaired(seed)
    kept, plan = PLANNER.repair(state), PLANNER.plan(state, _calm(seed, price))
    assert [v.message for v in check_plan(state, plan.operations, plan.unplanned).violations] == []
    before, after = (_priced(state, p, price) for p in (kept, plan))
    assert after <= before + 1e-6


def test_some_better_plans_gain_more_than_their_moves_cost() -> None:
    gains = []
    for seed in range(12):
        state = _repaired(seed)
        kept, plan = PLANNER.repair(state), PLANNER.plan(state, _calm(seed, 0.5))
        gains.append((_priced(state, kept, 0.5) - _priced(state, plan, 0.5), _moved(state, plan)))
    assert any(gain > 1e-6 and moved for gain, moved in gains)


@SLOWLY
@given(st.integers(0, 10**6))
def test_it_repeats_with_its_seed_and_budget(seed: int) -> None:
    state = _repaired(seed)
    first, again = PLANNER.plan(state, _calm(seed, 3.0)), PLANNER.plan(state, _calm(seed, 3.0))
    assert first.operations == again.operations


def test_another_seed_finds_another_plan_so_that_to_repeat_one_says_something() -> None:
    state = assembly_plant(random.Random(0), orders=12)
    state = replace(state, plan=PLANNER.repair(state).operations)
    found = [PLANNER.plan(state, _calm(seed, 0.5)) for seed in (0, 1, 2, 0)]
    assert len({plan.operations for plan in found}) == 3
    assert found[0].operations == found[-1].operations


def test_no_move_is_worth_any_price() -> None:
    free_moves = 0
    for seed in range(20):
        state = _repaired(seed)
        kept = PLANNER.repair(state)
        assert _moved(state, PLANNER.plan(state, _calm(seed, UNPAYABLE))) <= _moved(state, kept)
        free_moves += _moved(state, PLANNER.plan(state, PlanRequest(budget=400, workers=1, solver="search")))
    assert free_moves > 0, "without a price some do"


@pytest.mark.parametrize("seed", range(4))
def test_in_time_small_plants_are_solved_at_the_price_itself(seed: int) -> None:
    """CP-SAT then ends the search long before its limit, and no search by budget finds a better one."""
    long = replace(DEFAULTS, portfolio=replace(DEFAULTS.portfolio, proof_seconds=1e6))  # busy machines prove it, too
    state = _repaired(seed)
    timed = replace(_calm(seed, 5.0), budget=None, time_limit_seconds=2000.0, solver="auto", workers=2)
    planner = RejigPlanner(long, CountingClock())
    solved, searched = planner.plan(state, timed), PLANNER.plan(state, _calm(seed, 5.0))
    by_search, by_proof = (_priced(state, p, 5.0) for p in (searched, solved))
    assert by_proof <= by_search + 1e-6
    assert solved.kpis.solve_seconds < timed.time_limit_seconds
