"""The figures of the tiny plan, counted by hand: SHAFT-1 ends Monday 07:10, SHAFT-2 08:15, PIN-1 Tuesday 08:30."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.domain.orders import Progress
from scheduler.domain.plans import Objective, PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.planning.judge.kpis import lateness, order_ends, plan_kpis
from scheduler.planning.tables.timed_kpis import timed_kpis
from scheduler.solving.first_plan import first_plan
from scheduler.solving.planner import RejigPlanner
from tests.builders import at, tiny_plan, tiny_plant
from tests.planning.random_plants import random_plant, with_disturbance

GOOD = tiny_plan().operations


def with_order(name: str, **changes: Any) -> PlantState:
    plant = tiny_plant()
    return replace(plant, orders={**plant.orders, name: replace(plant.orders[name], **changes)})


def test_the_figures_of_the_tiny_plan() -> None:
    kpis = plan_kpis(tiny_plant(), GOOD)
    assert kpis.orders == 3
    assert kpis.operations == 5
    assert kpis.late_orders == 0
    assert kpis.weighted_tardiness == 0
    assert kpis.setup_minutes == 15 + 15
    assert kpis.makespan_minutes == 26 * 60 + 30
    assert kpis.flow_minutes == 70 + 135 + (24 * 60 + 30)  # PIN-1 counts from its release at 08:00
    assert kpis.moved_operations == 0
    assert kpis.lower_bound is None


def test_each_minute_late_weighs_as_much_as_the_order() -> None:
    kpis = plan_kpis(with_order("SHAFT-2", due=at(0, 8), priority=2.5), GOOD)
    assert kpis.late_orders == 1
    assert kpis.weighted_tardiness == 37.5
    assert kpis.cost == 37.5


def test_an_order_that_ends_when_it_is_due_is_not_late() -> None:
    assert plan_kpis(with_order("SHAFT-2", due=at(0, 8, 15)), GOOD).late_orders == 0
    assert plan_kpis(with_order("SHAFT-2", due=at(0, 8, 14)), GOOD).late_orders == 1


def test_cost_is_the_sum_of_weight_times_measure() -> None:
    plant = replace(with_order("SHAFT-2", due=at(0, 8)), objective=Objective(1.0, 0.5, 0.01, 0.001, 7.0))
    before = (*GOOD[:-1], replace(GOOD[-1], start=at(1, 9)))
    # 2 x 15 tardy, 30 minutes of setup, makespan 1590, flow 1675, one moved operation
    assert plan_kpis(plant, GOOD, before).cost == round(30 + 15 + 15.9 + 1.675 + 7, 4)


def test_moves_are_changes_of_machine_or_start_of_what_both_plans_hold() -> None:
    earlier = [replace(GOOD[0], start=GOOD[0].start - 1), replace(GOOD[1], machine="old saw"), *GOOD[2:4]]
    assert plan_kpis(tiny_plant(), GOOD, earlier).moved_operations == 2
    assert plan_kpis(tiny_plant(), GOOD, [replace(GOOD[0], end=GOOD[0].end + 9)]).moved_operations == 0


def test_moves_count_against_the_plan_in_force_where_no_other_is_given() -> None:
    plant = tiny_plant(plan=tuple(replace(operation, start=operation.start + 1) for operation in GOOD))
    assert plan_kpis(plant, GOOD).moved_operations == 5
    assert plan_kpis(plant, GOOD, ()).moved_operations == 0


def test_orders_on_hold_count_nowhere() -> None:
    kpis = plan_kpis(with_order("PIN-1", status="hold"), GOOD)
    assert (kpis.orders, kpis.operations) == (2, 4)
    assert kpis.makespan_minutes == 135


def test_finished_orders_count_with_their_lateness() -> None:
    done = {("PIN-1", 10): Progress("PIN-1", 10, "done", "lathe", at(0, 4), at(0, 5))}
    plant = replace(with_order("PIN-1", due=at(0, 4, 50)), progress=done)
    kpis = plan_kpis(plant, GOOD[:4])
    assert (kpis.orders, kpis.operations, kpis.late_orders, kpis.weighted_tardiness) == (3, 4, 1, 10)
    assert lateness(plant, GOOD[:4])["PIN-1"] == 10


def test_an_order_has_an_end_only_where_all_of_it_is_planned() -> None:
    assert order_ends(tiny_plant(), GOOD[1:]) == {"SHAFT-2": at(0, 8, 15), "PIN-1": at(1, 8, 30)}


def test_lateness_is_negative_for_what_is_early() -> None:
    assert lateness(tiny_plant(), GOOD)["SHAFT-1"] == -(6 * 60 + 50)


def test_an_empty_plan_has_no_makespan() -> None:
    kpis = plan_kpis(tiny_plant(), ())
    assert (kpis.makespan_minutes, kpis.orders, kpis.cost) == (0, 0, 0)


def test_setups_count_for_work_still_to_start() -> None:
    running = {("SHAFT-1", 20): Progress("SHAFT-1", 20, "running", "lathe", at(0, 5), None, 50)}
    runs: tuple[PlannedOperation, ...] = (PlannedOperation("SHAFT-1", 20, "lathe", at(0, 5), at(0, 6, 50)),)
    assert plan_kpis(tiny_plant(progress=running), (*GOOD[:2], *runs, *GOOD[3:])).setup_minutes == 15


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6))
def test_a_plan_in_tables_has_the_figures_of_the_plan_in_names(seed: int) -> None:
    rng = random.Random(seed)
    state = random_plant(rng, orders=rng.choice((3, 12)))
    state = with_disturbance(rng, replace(state, plan=RejigPlanner().repair(state).operations))
    start = first_plan(state)
    operations = start.builder.operations(start.first)
    assert timed_kpis(state, start.problem, start.first) == plan_kpis(state, operations)


def test_tables_do_not_tell_of_moves_from_a_machine_that_is_gone() -> None:
    state = replace(tiny_plant(), plan=(replace(GOOD[0], machine="old saw"),))
    start = first_plan(state)
    assert timed_kpis(state, start.problem, start.first) is None
    assert RejigPlanner().repair(state).kpis.moved_operations == 1
