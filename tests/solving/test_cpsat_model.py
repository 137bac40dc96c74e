"""What CP-SAT's model knows of the contract, on plants whose best plan can be counted by hand.

The shop opens at 06:00 on Monday (minute 0) and works until 14:00, five days a week: Tuesday opens at minute 1440.
"""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from scheduler.domain.calendars import Calendar, WeeklyWindow
from scheduler.domain.orders import Material, Order, Receipt
from scheduler.domain.plans import Objective, Plan
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Machine, Pool
from scheduler.domain.routings import Component, EligibleMachine, PoolNeed, Routing
from scheduler.planning import layout as c
from scheduler.planning.judge.check import check_plan
from scheduler.ports import PlanRequest
from scheduler.solving.cpsat_model import CpSatModel, reach_of
from scheduler.solving.cpsat_reach import Hopeless, Reach
from scheduler.solving.first_plan import first_plan
from scheduler.solving.parameters import CpSatParameters
from scheduler.solving.planner import RejigPlanner
from tests.builders import MONDAY_SIX, named
from tests.planning.random_plants import random_plant
from tests.planning.test_builder import LATHE, SAW, shop, step


def solved(state: PlantState) -> tuple[Plan, dict[str, tuple[int, int]]]:
    """The plan by CP-SAT alone, proven and checked, and (start, end) by 'order/operation'."""
    plan = RejigPlanner().plan(state, PlanRequest(time_limit_seconds=20.0, workers=1, solver="cpsat"))
    assert [v.message for v in check_plan(state, plan.operations, plan.unplanned).violations] == []
    assert plan.proven
    return plan, {f"{o.order}/{o.operation}": (o.start - state.now, o.end - state.now) for o in plan.operations}


def test_who_takes_which_bars_is_the_solver_s_to_choose() -> None:
    """Ten bars now, ten at minute 100. A is due first, but B weighs nine times as much: B takes what is there."""
    taking = [[step(10, machine, components=(Component("bar", 1.0),))] for machine in (SAW, LATHE)]
    state = shop(
        (10, taking[0]),
        (10, taking[1]),
        materials=named(Material("bar", on_hand=10.0)),
        receipts=named(Receipt("PO", "bar", 10.0, MONDAY_SIX + 100)),
    )
    orders = {"A": state.orders["A"], "B": replace(state.orders["B"], due=MONDAY_SIX + 1, priority=9.0)}
    plan, at = solved(replace(state, orders=orders))
    assert at == {"B/10": (0, 10), "A/10": (100, 110)}
    assert plan.kpis.cost == 110 + 9 * 9


def test_an_order_that_makes_parts_ends_before_the_one_that_takes_them_starts() -> None:
    """Two orders make ten parts each; the one that takes fifteen needs both."""
    make = Routing("part", (step(10, SAW),))
    take = Routing("final", (step(10, LATHE, components=(Component("part", 1.5),)),))
    state = replace(
        shop(),
        materials=named(Material("part")),
        routings=named(make, take),
        orders=named(
            Order("P1", "part", 10.0, MONDAY_SIX + 500, "part"),
            Order("P2", "part", 10.0, MONDAY_SIX + 500, "part"),
            Order("F", "final", 10.0, MONDAY_SIX, "final"),
        ),
    )
    plan, at = solved(state)
    assert at["F/10"] == (20, 30)
    assert plan.kpis.cost == 30


def test_work_that_pauses_over_night_leaves_its_pool_to_the_night_shift() -> None:
    """A works the last 30 minutes of Monday and the first 30 of Tuesday; B, on a machine that never rests, takes the
    only fixture for the 900 minutes between."""
    need = (PoolNeed("fixture"),)
    always = Calendar("always", tuple(WeeklyWindow(day, 0, 1440) for day in range(7)))
    base = shop(
        (60, [step(10, SAW, pools=need)]),
        (900, [step(10, EligibleMachine("oven", 1.0), pools=need)]),
        pools=named(Pool("fixture", 1.0)),
    )
    orders = {
        "A": replace(base.orders["A"], release=MONDAY_SIX + 450),
        "B": replace(base.orders["B"], release=MONDAY_SIX + 480),
    }
    state = replace(
        base,
        orders=orders,
        calendars={**base.calendars, "always": always},
        machines={**base.machines, "oven": Machine("oven", "ovens", "always")},
    )
    _, at = solved(state)
    assert at == {"A/10": (450, 1470), "B/10": (480, 1380)}


def test_a_pool_off_duty_is_waited_for() -> None:
    """The setter comes at 08:00 (minute 120) and goes at 09:00; 90 minutes of his work take two mornings."""
    setter = Calendar("setter", tuple(WeeklyWindow(day, 480, 540) for day in range(7)))
    state = shop((60, [step(10, SAW, pools=(PoolNeed("setter"),))]), pools=named(Pool("setter", 1.0, "setter")))
    state = replace(state, calendars={**state.calendars, "setter": setter})
    assert solved(state)[1] == {"A/10": (120, 180)}


def test_frozen_work_stays_though_another_order_would_gain() -> None:
    """The plan in force starts A now; B weighs a hundred times as much, and waits for the frozen hour's work."""
    state = shop((60, [step(10, SAW)]), (60, [step(10, SAW)]), objective=Objective(1.0, stability=1.0))
    first = first_plan(state)
    inforce = tuple(replace(o, start=o.start, end=o.end) for o in first.builder.operations(first.first))
    early = min(inforce, key=lambda o: o.start).order
    late = "B" if early == "A" else "A"
    orders = {**state.orders, late: replace(state.orders[late], priority=100.0)}
    plan, at = solved(replace(state, orders=orders, plan=inforce, frozen_minutes=60))
    assert (at[f"{early}/10"], at[f"{late}/10"]) == ((0, 60), (60, 120))
    assert plan.kpis.moved_operations == 0


def test_a_move_is_made_where_it_costs_less_than_it_saves() -> None:
    """B before A saves 60 x 2 - 60 = 60 minutes of lateness: worth two moves at 20, not at 40."""
    for price, moved in ((20.0, 2), (40.0, 0)):
        state = shop((60, [step(10, SAW)]), (60, [step(10, SAW)]), objective=Objective(1.0, stability=price))
        start = first_plan(state)
        inforce = start.builder.operations(start.first)
        late = max(inforce, key=lambda o: o.start).order
        orders = {**state.orders, late: replace(state.orders[late], priority=2.0)}
        plan, _ = solved(replace(state, orders=orders, plan=inforce, frozen_minutes=0))
        assert plan.kpis.moved_operations == moved


@pytest.mark.parametrize(("steps", "exact"), [(1, False), (10, True)])
def test_weights_finer_than_the_model_s_steps_prove_nothing(steps: int, exact: bool) -> None:
    """Half a unit of cost for a minute late: whole in steps of a tenth."""
    start = first_plan(shop((60, [step(10, SAW)]), objective=Objective(0.5)))
    reach = reach_of(start.builder, start.frozen, start.first)
    model = CpSatModel(start.builder, start.frozen, reach, CpSatParameters(longest_scale=steps))
    assert (model.exact, model.scale) == (exact, steps)


# -- reach ------------------------------------------------------------------------------------------------------------


def test_an_order_may_lose_what_the_plan_costs_beyond_what_cannot_be_helped() -> None:
    """A and B take 60 minutes each and are due at once: 60 + 60 cannot be helped, 60 + 120 is paid. So B, or A, may end
    60 minutes after its earliest end, and no operation starts behind minute 60."""
    start = first_plan(shop((60, [step(10, SAW)]), (60, [step(10, SAW)])))
    reach = reach_of(start.builder, start.frozen, start.first)
    assert reach.bound == 120
    assert reach.order_end == [(60, 120), (60, 120)]
    assert reach.start == [(0, 60), (0, 60)]
    assert not reach.open_ended


def test_no_plan_costs_less_than_the_reach_s_bound() -> None:
    start = first_plan(shop((60, [step(10, SAW)])))
    with pytest.raises(Hopeless):
        Reach(start.problem, start.frozen, 59.0, np.empty(0, np.int64))
    assert Reach(start.problem, start.frozen, 60.0, np.empty(0, np.int64)).bound == 60


@pytest.mark.parametrize("seed", range(40))
def test_every_plan_lies_within_the_reach_of_its_own_cost(seed: int) -> None:
    start = first_plan(random_plant(random.Random(seed)))
    if not start.problem.operations:
        return
    reach = reach_of(start.builder, start.frozen, start.first)
    for op, (s, e, machine, _, mode) in enumerate(start.first.times.tolist()):
        assert reach.start[op][0] <= s <= reach.start[op][1]
        assert reach.finish[op][0] <= e <= reach.finish[op][1]
        if not start.problem.ops[op, c.FIXED]:
            place = reach.places[op][mode]
            assert place.first <= reach.minutes_before(machine, s) <= place.last
    assert reach.bound <= start.first.cost + 1e-6
