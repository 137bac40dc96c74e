"""A cost that no plan can beat, without any search. Minute 0 is Monday 06:00."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.domain.plans import Objective
from scheduler.planning.builder import OK
from scheduler.planning.tables.translate import translate
from scheduler.solving.bounds import lower_bound
from scheduler.solving.first_plan import first_plan
from tests.builders import at
from tests.planning.random_plants import random_choice, random_order, random_plant
from tests.planning.test_builder import LATHE, shop, step


def test_an_order_that_cannot_be_in_time_costs_its_lateness() -> None:
    state = shop((60, [step(), step(20, LATHE, predecessors=(10,), min_wait=15)]))
    late = replace(state, orders={"A": replace(state.orders["A"], due=at(0, 8), priority=2.0)})
    assert lower_bound(translate(late)) == 2.0 * 15  # 60 + 15 + 60 minutes; two hours were given
    in_time = replace(state, orders={"A": replace(state.orders["A"], due=at(0, 8, 15))})
    assert lower_bound(translate(in_time)) == 0.0


def test_no_plan_is_shorter_than_its_longest_order() -> None:
    state = shop(
        (60, [step(), step(20, LATHE, predecessors=(10,))]), (30, [step()]), objective=Objective(0, makespan=1.0)
    )
    assert lower_bound(translate(state)) >= 120.0


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6))
def test_no_plan_of_any_plant_costs_less(seed: int) -> None:
    rng = random.Random(seed)
    start = first_plan(random_plant(rng))
    p, bound = start.problem, 0.0
    if not p.operations:
        return
    bound = lower_bound(p)
    assert bound <= start.first.cost + 1e-6
    for _ in range(5):
        timing = start.builder.build(random_order(rng, p), random_choice(rng, p), rng.random() < 0.5)
        if timing.status == OK:
            assert bound <= timing.cost + 1e-6
            best = start.builder.tightened(timing)
            assert bound <= best.cost + 1e-6
    assert np.isfinite(bound)
    assert bound == pytest.approx(lower_bound(p))
