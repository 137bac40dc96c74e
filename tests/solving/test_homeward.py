"""Where moves have a price, work stays where the plan in force has it, and goes back there where nothing is gained."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from scheduler.domain.plans import Objective, PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.domain.routings import EligibleMachine
from scheduler.planning import layout as c
from scheduler.planning.builder import OK, Builder, Timing
from scheduler.planning.judge.check import check_plan
from scheduler.planning.kernels.moves import KINDS
from scheduler.planning.kernels.seeding import seed_kernels
from scheduler.planning.tables.translate import translate
from scheduler.ports import PlanRequest
from scheduler.replanning.limits import moves_of, priced
from scheduler.replanning.worth import SOON
from scheduler.solving.first_plan import first_plan
from scheduler.solving.parameters import Mix
from scheduler.solving.planner import RejigPlanner
from scheduler.solving.sequences import Sequences
from tests.builders import MONDAY_SIX
from tests.planning.random_plants import random_plant
from tests.planning.test_builder import SAW, shop, step

PLANNER = RejigPlanner()
HOME_ONLY = Mix(late=0.0, critical=0.0, other_machine=0.0, far=0.0, shift=0.0, rush=0.0, swap=0.0, home=1.0).row()
COLD = 1e-9


def on_the_saw() -> PlantState:
    """A (20 pieces) stands on the saw 0-20, B (30) behind it 20-50 and due then. The lathe does A in half the time."""
    quick = EligibleMachine("lathe", 0.5)
    state = shop((20, [step(10, SAW, quick)]), (30, [step(10)]))
    orders = {**state.orders, "B": replace(state.orders["B"], due=MONDAY_SIX + 50)}
    plan = tuple(
        PlannedOperation(name, 10, "saw", MONDAY_SIX + start, MONDAY_SIX + end)
        for name, start, end in (("A", 0, 20), ("B", 20, 50))
    )
    return replace(state, orders=orders, plan=plan)


def calmly(state: PlantState, price: float) -> dict[str, tuple[str, int]]:
    request = PlanRequest(budget=2000, workers=1, solver="search", move_price=price, move_price_within_minutes=SOON)
    plan = PLANNER.plan(state, request)
    return {o.order: (o.machine, o.start - MONDAY_SIX) for o in plan.operations}


@pytest.mark.parametrize(("price", "a"), [(9.0, ("lathe", 0)), (11.0, ("saw", 0))])
def test_what_becomes_free_ahead_of_it_leaves_work_alone(price: float, a: tuple[str, int]) -> None:
    """A's move gains ten minutes of lateness; B could then start at once, gains nothing by it, and would pay for it."""
    state = replace(on_the_saw(), objective=Objective(tardiness=1.0, stability=price))
    assert calmly(state, 0.5) == {"A": a, "B": ("saw", 20)}


def test_the_plant_s_own_price_and_the_desk_s_add_up() -> None:
    state = replace(on_the_saw(), objective=Objective(tardiness=1.0, stability=6.0))
    assert calmly(state, 3.0)["A"] == ("lathe", 0)
    assert calmly(state, 5.0)["A"] == ("saw", 0)


def test_the_desk_s_price_ends_with_its_hours_and_stability_does_not() -> None:
    problem = priced(translate(replace(on_the_saw(), objective=Objective(stability=6.0))), 3.0, within=20)
    prices = {problem.keys[i][0]: float(problem.move_prices[i]) for i in range(problem.operations)}
    assert prices == {"A": 9.0, "B": 6.0}


def scattered(seed: int) -> tuple[PlantState, Builder, Timing] | None:
    """A random plant with a plan in force, a builder where moves are dear, and a plan in another order."""
    state = random_plant(random.Random(seed))
    state = replace(state, plan=PLANNER.repair(replace(state, plan=())).operations, frozen_minutes=0)
    start = first_plan(state)
    builder = Builder(priced(start.problem, 1e5), start.frozen.pegs, start.frozen.not_before)
    order = np.random.default_rng(seed).permutation(start.problem.blocks).astype(np.int64)
    far = builder.build(order, np.full(start.problem.operations, c.NONE), True)
    return (state, builder, far) if far.status == OK else None


def test_work_that_was_scattered_goes_home() -> None:
    away = back = 0
    for seed in range(60):
        found = scattered(seed)
        if found is None:
            continue
        state, builder, far = found
        walk = Sequences(builder, far, np.empty(0, np.int64))
        if not len(walk.movable):
            continue
        seed_kernels(seed)
        walk.anneal(3000, COLD, HOME_ONLY, np.zeros((KINDS, 2), np.int64))
        best = walk.best()
        assert best.cost <= far.cost + 1e-6
        verdict = check_plan(state, builder.operations(best), builder.problem.unplanned)
        assert [v.message for v in verdict.violations] == []
        away += moves_of(builder.problem, far)
        back += moves_of(builder.problem, best)
    assert away > 50
    assert back < 0.3 * away


def test_without_a_price_nothing_is_held() -> None:
    builder = Builder(translate(on_the_saw()))
    walk = Sequences(builder, builder.build(np.array([0, 1]), np.full(2, c.NONE)), np.empty(0, np.int64))
    assert not walk.not_before.any()
