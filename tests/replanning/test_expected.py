"""What a plan is expected to cost where the floor falls behind: by hand, and as the search sees it."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.domain.plans import Objective, Plan, PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.planning import layout as c
from scheduler.planning.judge.check import check_plan
from scheduler.planning.tables.obstacles import find_obstacles
from scheduler.planning.tables.translate import translate
from scheduler.ports import PlanRequest
from scheduler.replanning.expected import expected_cost, expecting
from scheduler.replanning.worth import EXPECTED_WEIGHT
from scheduler.solving.planner import RejigPlanner
from tests.builders import at
from tests.planning.random_plants import random_plant
from tests.planning.test_builder import shop, step

PLANNER = RejigPlanner()
SLOWLY = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])


def _due(state: PlantState, due: int, **more: object) -> PlantState:
    orders = {name: replace(o, due=due, **more) for name, o in state.orders.items()}  # type: ignore[arg-type]
    return replace(state, orders=orders)


def _expected_later(state: PlantState, plan: Plan, minutes: int, delay: float) -> float:
    """What the plan would be expected to cost if all of it ended so much later, and only tardiness counted that."""

    def tardiness(of: Sequence[PlannedOperation]) -> float:
        ends: dict[str, int] = {}
        for o in of:
            ends[o.order] = max(ends.get(o.order, o.end), o.end)
        return sum(state.orders[o].priority * max(0, end - state.orders[o].due) for o, end in ends.items())

    later = [replace(o, end=o.end + minutes) for o in plan.operations]
    more = state.objective.tardiness * (tardiness(later) - tardiness(plan.operations))
    return expected_cost(state, later, plan.kpis.cost + more, delay)


def test_what_slips_behind_the_shift_waits_for_the_next_one() -> None:
    """An hour of work ends at 13:00, one before the saw closes, and is due when it opens again."""
    state = _due(shop((60.0, [step()])), at(1, 6), priority=2.0)
    plan = [PlannedOperation("A", 10, "saw", at(0, 12), at(0, 13))]
    mean = 60.0 * math.sqrt(420 / 480)  # minutes, after 420 of 480 minutes of work
    slips = [mean * -math.log(1 - (k + 0.5) / 8) - 60.0 for k in range(8)]
    assert sum(s > 0 for s in slips) == 3
    by_hand = 2.0 * EXPECTED_WEIGHT * sum(max(0.0, s) for s in slips) / 8
    assert expected_cost(state, plan, 0.0, 60.0) == pytest.approx(by_hand)
    assert expected_cost(state, plan, 0.0, 0.0) == 0.0


def test_an_urgent_order_goes_first_though_both_would_be_in_time() -> None:
    """Either order of work is planned in time, and only the second has no slack."""
    state = shop((200.0, [step()]), (200.0, [step()]), objective=Objective(tardiness=1.0))
    state = _due(state, at(1, 6))
    for urgent, other in (("A", "B"), ("B", "A")):
        orders = {**state.orders, urgent: replace(state.orders[urgent], priority=9.0)}
        asked = PlanRequest(budget=300, workers=1, expected_delay_minutes=120.0)
        plan = PLANNER.plan(replace(state, orders=orders), asked)
        starts = {o.order: o.start for o in plan.operations}
        assert plan.kpis.cost == 0.0
        assert starts[urgent] < starts[other]


def test_where_nothing_is_expected_the_problem_stays_what_it_is() -> None:
    problem = translate(shop((60.0, [step()])))
    assert expecting(problem, 0.0, 1000) is problem
    assert expecting(replace(problem, objective_weights=np.zeros(4)), 60.0, 1000).rates is problem.weights


@SLOWLY
@given(st.integers(0, 10**6), st.sampled_from((30.0, 120.0)))
def test_the_search_prices_a_plan_as_it_is_priced_from_outside(seed: int, delay: float) -> None:
    state = random_plant(random.Random(seed))
    asked = PlanRequest(budget=400, workers=1, seed=seed, expected_delay_minutes=delay)
    told: list[float] = []
    plan = PLANNER.plan(state, asked, lambda progress: told.append(progress.cost))
    assert [v.message for v in check_plan(state, plan.operations, plan.unplanned).violations] == []
    if plan.operations:
        outside = expected_cost(state, plan.operations, plan.kpis.cost, delay)
        # the search has it from tables by RISK_STEP, between whose rows it jumps where a delay slips behind a shift
        steps = [_expected_later(state, plan, minutes, delay) for minutes in (-c.RISK_STEP, 0, c.RISK_STEP)]
        assert steps[1] == pytest.approx(outside)
        assert steps[0] - 1e-6 <= told[-1] <= steps[2] + 1e-6
        assert [m.cost for m in plan.history] == [plan.kpis.cost], "people see planned figures"
        assert plan.kpis.lower_bound is None
        assert outside >= plan.kpis.cost - 1e-6


@SLOWLY
@given(st.integers(0, 10**6))
def test_more_delay_and_a_later_end_never_cost_less(seed: int) -> None:
    state = random_plant(random.Random(seed))
    plain = translate(state, find_obstacles(state))
    if not plain.operations:
        return
    calm, rough = (expecting(plain, delay, 20_000) for delay in (20.0, 200.0))
    for problem in (calm, rough):
        for first, behind in problem.orders[:, (c.RISK0, c.RISK1)].tolist():
            assert (np.diff(problem.rates[first:behind]) >= -1e-9).all()
        assert (problem.orders[:, c.DUE] <= plain.orders[:, c.DUE]).all()
    assert (rough.risks >= calm.risks - 1e-9).all()
