"""Repair: the plan in force around what has happened. Machines and the order of work on them stay as they were."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.domain.orders import Material, Order, Receipt
from scheduler.domain.plans import Objective, Plan, PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Downtime
from scheduler.domain.routings import Component
from scheduler.planning.builder import Builder
from scheduler.planning.judge.check import check_plan
from scheduler.ports import PlanRequest
from scheduler.solving.planner import RejigPlanner
from tests.builders import MONDAY_SIX, at, named
from tests.planning.random_plants import random_plant, with_disturbance
from tests.planning.test_builder import LATHE, SAW, shop, step

PLANNER = RejigPlanner()


def planned(order: str, number: int, machine: str, start: int, end: int) -> PlannedOperation:
    return PlannedOperation(order, number, machine, MONDAY_SIX + start, MONDAY_SIX + end)


def places(plan: Plan) -> dict[str, tuple[str, int, int]]:
    return {f"{o.order}/{o.operation}": (o.machine, o.start - MONDAY_SIX, o.end - MONDAY_SIX) for o in plan.operations}


def two_orders(**changes: object) -> PlantState:
    """A: saw 0-30, lathe 30-60. B: saw 30-60, lathe 60-90."""
    steps = [step(10), step(20, LATHE, predecessors=(10,))]
    plan = (
        planned("A", 10, "saw", 0, 30),
        planned("B", 10, "saw", 30, 60),
        planned("A", 20, "lathe", 30, 60),
        planned("B", 20, "lathe", 60, 90),
    )
    return replace(shop((30, steps), (30, steps), plan=plan), **changes)  # type: ignore[arg-type]


def repaired(state: PlantState) -> Plan:
    plan = PLANNER.repair(state)
    assert [v.message for v in check_plan(state, plan.operations, plan.unplanned).violations] == []
    assert plan.engine == "repair"
    return plan


def test_where_nothing_has_happened_nothing_moves() -> None:
    plan = repaired(two_orders())
    assert plan.kpis.moved_operations == 0
    assert len(plan.operations) == 4


@pytest.mark.parametrize(("until", "start"), [(10, 10), (29, 29), (30, 30)])
def test_a_breakdown_pushes_its_work_and_what_follows_and_no_more(until: int, start: int) -> None:
    state = two_orders(downtimes=(Downtime("saw", at(0, 6), MONDAY_SIX + until, "breakdown"),))
    assert places(repaired(state)) == {
        "A/10": ("saw", start, start + 30),
        "B/10": ("saw", start + 30, start + 60),
        "A/20": ("lathe", start + 30, start + 60),
        "B/20": ("lathe", start + 60, start + 90),
    }


def test_an_outage_elsewhere_moves_nothing() -> None:
    state = two_orders(downtimes=(Downtime("lathe", at(0, 8), at(0, 12), "breakdown"),))
    assert repaired(state).kpis.moved_operations == 0


def test_work_of_a_machine_that_is_down_may_go_to_another_one() -> None:
    both = [step(10, SAW, LATHE)]
    plan = (planned("A", 10, "saw", 0, 30),)
    down = (Downtime("saw", at(0, 6), at(0, 12), "breakdown"),)
    state = shop((30, both), plan=plan, downtimes=down)
    assert places(repaired(state)) == {"A/10": ("lathe", 0, 30)}
    # where a move costs more than the six hours, it stays
    dear = replace(state, objective=Objective(tardiness=1.0, stability=10_000.0), frozen_minutes=0)
    assert places(repaired(dear))["A/10"][0] in {"saw", "lathe"}


def test_a_rush_order_goes_ahead_of_all_that_has_not_begun() -> None:
    state = two_orders()
    rush = Order("RUSH", "A", 30.0, at(0, 6, 30), "A", priority=100.0)
    found = places(repaired(replace(state, orders={**state.orders, "RUSH": rush})))
    assert [found[key][:2] for key in ("A/10", "RUSH/10", "B/10")] == [("saw", 30), ("saw", 0), ("saw", 60)]
    assert [found[key][:2] for key in ("A/20", "RUSH/20", "B/20")] == [("lathe", 60), ("lathe", 30), ("lathe", 90)]


def test_an_order_without_hurry_leaves_the_others_alone() -> None:
    state = two_orders(objective=Objective(tardiness=1.0, stability=1.0))
    spare = Order("SPARE", "A", 30.0, at(4, 6), "A")
    plan = repaired(replace(state, orders={**state.orders, "SPARE": spare}))
    assert plan.kpis.moved_operations == 0
    assert len(plan.operations) == 6


def test_a_delivery_that_slips_delays_only_who_takes_it() -> None:
    takes = step(components=(Component("bar", 1.0),))
    state = shop(
        (30, [takes]),
        (30, [step(10, LATHE)]),
        materials=named(Material("bar")),
        receipts=named(Receipt("PO", "bar", 30.0, at(0, 9))),
        plan=(planned("A", 10, "saw", 0, 30), planned("B", 10, "lathe", 0, 30)),
    )
    assert places(repaired(state)) == {"A/10": ("saw", 180, 210), "B/10": ("lathe", 0, 30)}


def test_an_order_that_is_gone_leaves_its_place_to_the_next() -> None:
    state = two_orders()
    plan = repaired(replace(state, orders={"B": state.orders["B"]}))
    assert places(plan) == {"B/10": ("saw", 0, 30), "B/20": ("lathe", 30, 60)}


def test_a_plan_with_idle_time_that_moves_would_cost_is_left_with_it() -> None:
    """Both steps could start earlier, at 5 a move; the order is in time anyway."""
    plan = (planned("A", 10, "saw", 60, 90), planned("A", 20, "lathe", 120, 150))
    steps = [step(10), step(20, LATHE, predecessors=(10,), max_wait=40)]
    state = shop((30, steps), plan=plan, objective=Objective(tardiness=1.0, stability=5.0))
    state = replace(state, orders={"A": replace(state.orders["A"], due=at(0, 12))})
    assert repaired(state).kpis.cost == 0.0


def test_chains_in_each_other_s_gaps_stay_there() -> None:
    """Built chain by chain without gaps, B's first step would come behind A's second one."""
    tied = [step(10), step(20, predecessors=(10,), min_wait=60, max_wait=60)]
    plan = (
        planned("A", 10, "saw", 0, 30),
        planned("B", 10, "saw", 30, 60),
        planned("A", 20, "saw", 90, 120),
        planned("B", 20, "saw", 120, 150),
    )
    assert repaired(shop((30, tied), (30, tied), plan=plan)).kpis.moved_operations == 0


def test_orders_are_pegged_by_the_ends_that_the_plan_in_force_gives_them() -> None:
    """A's only step starts before B's and ends after it; C takes B's output at 60, long before A's is there."""
    makes = named(Material("part"))
    state = shop(
        (400, [step()]), (10, [step(10, LATHE)]), (10, [step(10, LATHE, components=(Component("part", 1.0),))])
    )
    orders = {
        name: replace(order, material="part" if name != "C" else "C", due=at(3, 6))
        for name, order in state.orders.items()
    }
    plan = (planned("A", 10, "saw", 0, 400), planned("B", 10, "lathe", 50, 60), planned("C", 10, "lathe", 60, 70))
    state = replace(state, orders=orders, materials=makes, plan=plan, objective=Objective(1.0, stability=9.0))
    assert repaired(state).kpis.moved_operations == 0


def test_a_plan_that_can_be_kept_is_not_dispatched_anew() -> None:
    down = (Downtime("saw", at(0, 6), at(0, 6, 10), "breakdown"),)
    with patch.object(Builder, "dispatch", side_effect=AssertionError("a dispatch was made")):
        repaired(two_orders(downtimes=down))


# -- any plant --------------------------------------------------------------------------------------------------------

SLOWLY = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])


def _in_force(seed: int) -> tuple[random.Random, PlantState, Plan]:
    rng = random.Random(seed)
    state = random_plant(rng)
    plan = PLANNER.plan(state, PlanRequest(budget=100, workers=1, seed=seed))
    return rng, replace(state, plan=plan.operations), plan


@SLOWLY
@given(st.integers(0, 10**6))
def test_what_has_not_been_disturbed_moves_only_where_that_is_cheaper(seed: int) -> None:
    _, state, plan = _in_force(seed)
    kept = check_plan(state, plan.operations, plan.unplanned)
    again = PLANNER.repair(state)
    if kept.feasible:
        assert again.kpis.cost <= kept.kpis.cost + 1e-6
        assert again.kpis.moved_operations == 0 or again.kpis.cost < kept.kpis.cost - 1e-6


@SLOWLY
@given(st.integers(0, 10**6))
def test_on_each_machine_what_stays_there_keeps_its_order(seed: int) -> None:
    """Where a longest wait ties steps, a chain may slide behind another; elsewhere the order stands."""
    rng, state, _ = _in_force(seed)
    untied = {
        name: replace(r, operations=tuple(replace(o, max_wait=None) for o in r.operations))
        for name, r in state.routings.items()
    }
    state = with_disturbance(rng, replace(state, routings=untied, frozen_minutes=0))
    new = PLANNER.repair(state)
    if new.engine != "repair":
        return
    for machine in state.machines:
        there = {o.key for o in state.plan if o.machine == machine} & {
            o.key for o in new.operations if o.machine == machine
        }
        assert _sequence(state.plan, there) == _sequence(new.operations, there)


def _sequence(operations: Sequence[PlannedOperation], keys: set[tuple[str, int]]) -> list[tuple[str, int]]:
    return [o.key for o in sorted(operations, key=lambda o: (o.start, o.end)) if o.key in keys]
