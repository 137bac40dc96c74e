"""The planner's promises: every rule kept, never worse than what is in force, the same again from the same seed."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.domain.minutes import DAY
from scheduler.domain.orders import Order, Progress
from scheduler.domain.plans import Objective, Plan
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Downtime
from scheduler.domain.routings import EligibleMachine, Operation, Routing
from scheduler.planning.judge.check import check_plan
from scheduler.planning.tables.obstacles import find_obstacles
from scheduler.ports import PlanRequest, SolveProgress
from scheduler.solving.planner import RejigPlanner
from tests.builders import at, named, tiny_plant
from tests.planning.random_plants import random_plant, with_disturbance

PLANNER = RejigPlanner()
SLOWLY = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])


def _budget(evaluations: int, seed: int = 0, workers: int = 1) -> PlanRequest:
    return PlanRequest(budget=evaluations, workers=workers, seed=seed)


def _keeps_every_rule(state: PlantState, plan: Plan) -> None:
    """By the check; orders that no plan can hold, and those named by the search itself, aside."""
    verdict = check_plan(state, plan.operations, plan.unplanned)
    named_by_search = {u.order for u in plan.unplanned} - {u.order for u in find_obstacles(state)}
    assert [v.message for v in verdict.violations if v.order not in named_by_search] == []
    if not named_by_search:
        assert verdict.kpis.cost == plan.kpis.cost


def _replanned(seed: int) -> PlantState:
    """A random plant with a plan in force, to which something has happened."""
    rng = random.Random(seed)
    state = random_plant(rng)
    planned = replace(state, plan=PLANNER.repair(state).operations)
    return with_disturbance(rng, planned)


# -- promises -------------------------------------------------------------------------------------------------------


@SLOWLY
@given(st.integers(0, 10**6))
def test_a_plan_keeps_every_rule_and_costs_what_the_check_says(seed: int) -> None:
    state = _replanned(seed)
    _keeps_every_rule(state, PLANNER.plan(state, _budget(300, seed)))
    _keeps_every_rule(state, PLANNER.repair(state))


@pytest.mark.parametrize("seed", [72, 358, 368])
def test_a_plan_keeps_every_rule_where_it_once_did_not(seed: int) -> None:
    state = _replanned(seed)
    _keeps_every_rule(state, PLANNER.plan(state, _budget(200, seed)))


@SLOWLY
@given(st.integers(0, 10**6))
def test_a_plan_in_force_that_still_holds_is_never_made_worse(seed: int) -> None:
    state = _replanned(seed)
    plan = PLANNER.plan(state, _budget(200, seed))
    kept = check_plan(state, state.plan, plan.unplanned)
    if kept.feasible:
        assert plan.kpis.cost <= kept.kpis.cost + 1e-6


@SLOWLY
@given(st.integers(0, 10**6), st.sampled_from([1, 2]))
def test_the_same_seed_and_budget_make_the_same_plan(seed: int, workers: int) -> None:
    state = _replanned(seed)
    first = PLANNER.plan(state, _budget(300, seed, workers))
    again = PLANNER.plan(state, _budget(300, seed, workers))
    assert first.operations == again.operations
    assert first.engine == again.engine


@SLOWLY
@given(st.integers(0, 10**6))
def test_the_history_of_a_search_only_gets_better_and_ends_with_the_plan(seed: int) -> None:
    told: list[SolveProgress] = []
    plan = PLANNER.plan(_replanned(seed), _budget(300, seed), told.append)
    costs = [m.cost for m in plan.history]
    assert costs == sorted(set(costs), reverse=True)
    assert plan.history[-1].cost == pytest.approx(plan.kpis.cost, abs=1e-4)
    assert plan.history[-1].engine == plan.engine
    assert [p.cost for p in told] == sorted((p.cost for p in told), reverse=True)
    assert [m.seconds for m in plan.history] == sorted(m.seconds for m in plan.history)


def test_a_search_that_is_stopped_at_once_answers_with_the_first_plan() -> None:
    state = tiny_plant()
    plan = PLANNER.plan(state, PlanRequest(time_limit_seconds=600.0, workers=1), should_stop=lambda: True)
    assert check_plan(state, plan.operations, plan.unplanned).feasible
    assert len(plan.operations) == 5


def test_a_search_stopped_in_the_middle_keeps_the_best_that_it_has_told() -> None:
    told: list[SolveProgress] = []
    state = replace(_replanned(7), frozen_minutes=0)
    plan = PLANNER.plan(
        state, PlanRequest(time_limit_seconds=600.0, workers=1), told.append, should_stop=lambda: len(told) >= 2
    )
    assert plan.kpis.cost == pytest.approx(min(p.cost for p in told), abs=1e-4)


def test_a_time_limit_of_nothing_still_answers_with_a_plan() -> None:
    state = tiny_plant()
    plan = PLANNER.plan(state, PlanRequest(time_limit_seconds=0.0, workers=1))
    assert check_plan(state, plan.operations, plan.unplanned).feasible


def test_the_objective_of_the_request_rules_the_plan_and_its_cost() -> None:
    plan = PLANNER.plan(tiny_plant(), replace(_budget(50), objective=Objective(0.0, makespan=1.0)))
    assert plan.kpis.cost == plan.kpis.makespan_minutes == at(1, 8, 30) - at(0, 6)  # the pin waits for its bars


def test_a_plant_without_orders_has_an_empty_plan_that_costs_nothing() -> None:
    plan = PLANNER.plan(tiny_plant(orders={}), _budget(50))
    assert (plan.operations, plan.unplanned, plan.kpis.cost) == ((), (), 0.0)


# -- orders that cannot be planned ------------------------------------------------------------------------------------


def _one_shift_plant(*operations: Operation, **changes: object) -> PlantState:
    """The tiny plant's lathe and saw with one order of the given operations, beside the order SHAFT-1."""
    plant = tiny_plant()
    orders = {"SHAFT-1": plant.orders["SHAFT-1"], "NEW": Order("NEW", "new", 10.0, at(4, 14), "new")}
    return replace(
        plant, orders=orders, routings={**plant.routings, "new": Routing("new", operations)}, **changes  # type: ignore[arg-type]
    )  # fmt: skip


def test_an_order_longer_than_any_shift_is_named_and_the_rest_is_planned() -> None:
    state = _one_shift_plant(Operation(10, pausable=False, machines=(EligibleMachine("saw", 48.1),)))  # 481 > 480 min
    plan = PLANNER.plan(state, _budget(50))
    assert [(u.order, u.operation) for u in plan.unplanned] == [("NEW", 10)]
    assert {o.order for o in plan.operations} == {"SHAFT-1"}
    assert check_plan(state, plan.operations, plan.unplanned).feasible


def test_an_order_exactly_as_long_as_a_shift_is_planned() -> None:
    state = _one_shift_plant(Operation(10, pausable=False, machines=(EligibleMachine("saw", 48.0),)))
    plan = PLANNER.plan(state, _budget(50))
    assert plan.unplanned == ()
    assert next(o for o in plan.operations if o.order == "NEW").start % DAY == 6 * 60


def test_an_order_whose_longest_wait_behind_running_work_cannot_be_kept_is_named() -> None:
    # NEW/10 runs until 13:50; its second step may wait 5 min, but there the saw is busy until 14:00 with SHAFT-1
    steps = (
        Operation(10, machines=(EligibleMachine("lathe", 1.0),)),
        Operation(20, predecessors=(10,), max_wait=5, machines=(EligibleMachine("saw", 1.0),)),
    )
    progress = {
        ("NEW", 10): Progress("NEW", 10, "running", "lathe", at(0, 6), None, 470),
        ("SHAFT-1", 10): Progress("SHAFT-1", 10, "running", "saw", at(0, 6), None, 480),
    }
    state = _one_shift_plant(*steps, progress=progress)
    plan = PLANNER.plan(state, _budget(50))
    assert [u.order for u in plan.unplanned] == ["NEW"]
    # what runs is planned all the same, and so is the other order
    assert {o.key for o in plan.operations} == {("NEW", 10), ("SHAFT-1", 10), ("SHAFT-1", 20)}
    assert check_plan(state, plan.operations, plan.unplanned).feasible


def test_work_tied_to_running_work_goes_first_where_that_keeps_its_longest_wait() -> None:
    # NEW/10 runs until 06:30 and NEW/20 must start on the saw by 06:35; SHAFT-1/10 would take the saw for 20 min
    steps = (
        Operation(10, machines=(EligibleMachine("lathe", 1.0),)),
        Operation(20, predecessors=(10,), max_wait=5, machines=(EligibleMachine("saw", 3.0),)),
    )
    progress = {("NEW", 10): Progress("NEW", 10, "running", "lathe", at(0, 6), None, 30)}
    state = _one_shift_plant(*steps, progress=progress)
    plan = PLANNER.plan(state, _budget(50))
    assert plan.unplanned == ()
    assert next(o.start for o in plan.operations if o.key == ("NEW", 20)) == at(0, 6, 30)
    assert check_plan(state, plan.operations, plan.unplanned).feasible


def test_a_plan_longer_than_the_horizon_gets_a_longer_one() -> None:
    # one day of horizon, forty orders of a day's work each on the same saw: eight weeks
    plant = tiny_plant(horizon_days=1, receipts={}, materials={})
    routing = Routing("day", (Operation(10, machines=(EligibleMachine("saw", 48.0),)),))
    orders = named(*(Order(f"D-{i:02}", "day", 10.0, at(60, 14), "day") for i in range(40)))
    plan = PLANNER.plan(replace(plant, orders=orders, routings={"day": routing}), _budget(20))
    assert plan.unplanned == ()
    assert max(o.end for o in plan.operations) == at(7 * 7 + 4, 14)  # the Friday of the eighth week


def test_a_saw_that_is_out_of_order_far_beyond_the_horizon_delays_the_plan_and_drops_nothing() -> None:
    state = tiny_plant(horizon_days=1, downtimes=(Downtime("saw", at(0, 6), at(100, 6)),))
    plan = PLANNER.plan(state, _budget(20))
    assert plan.unplanned == ()
    assert min(o.start for o in plan.operations if o.machine == "saw") == at(100, 6)  # a Wednesday
    assert check_plan(state, plan.operations, plan.unplanned).feasible
