"""Who may be left out, as the judge finds it by itself: what can never be made, and nothing that could be.

The plants are those of `test_obstacles.py`, each at the boundary and beside it.
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.domain.calendars import Calendar, CalendarException, WeeklyWindow, WorkingTime
from scheduler.domain.orders import Material, Progress, Receipt
from scheduler.domain.plans import GIVEN_UP, PlannedOperation, Unplanned
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Downtime, Machine
from scheduler.domain.routings import Component, EligibleMachine, Operation, Routing
from scheduler.planning.judge.check import check_plan
from scheduler.planning.judge.excuses import impossible
from scheduler.planning.judge.workable import Workable, longest_work
from scheduler.planning.tables.impossible.operations import OperationDoubts
from tests.builders import EARLY_SHIFT, at, full_plant, named, tiny_plan, tiny_plant
from tests.planning.random_plants import random_plant
from tests.planning.test_obstacles import BOX, box, perishable, pieces, pins, pooled, stocked, turning, with_boxes

SHAFTS = ["SHAFT-1", "SHAFT-2"]
LATHE = (EligibleMachine("lathe", 5.0),)


def found(state: PlantState, planned: tuple[str, ...] = ()) -> list[str]:
    """The orders that can never be made, when the planned ones are."""
    return [u.order for u in impossible(state, state.orders.keys() - set(planned), planned)]


def closed(**more: Any) -> PlantState:
    shut = Calendar("shut", (), (CalendarException(at(0, 0), at(0, 5), "open"),))
    plant = tiny_plant(calendars=named(EARLY_SHIFT, shut), **more)
    return replace(plant, machines={**plant.machines, "saw": Machine("saw", "sawing", "shut")})


def bridged(*downtimes: Downtime) -> PlantState:
    """The setters come for the last half hour of a shift; turning takes 50 minutes."""
    plant = pooled(1)
    duty = Calendar("duty", tuple(WeeklyWindow(d, 13 * 60 + 30, 14 * 60) for d in range(5)))
    return replace(plant, calendars={**plant.calendars, "duty": duty}, downtimes=downtimes)


def bare() -> PlantState:
    plant = tiny_plant()
    return replace(plant, routings={**plant.routings, "pin": Routing("pin", ())})


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (tiny_plant(), []),
        (full_plant(), []),
        (turning(machines=()), SHAFTS),
        (bare(), ["PIN-1"]),
        (closed(), SHAFTS),
        (turning(pieces(96), pausable=False), []),  # 480 minutes fill a shift
        (turning(pieces(97), pausable=False), ["SHAFT-1"]),
        (turning(pieces(97), pausable=False, machines=(*LATHE, EligibleMachine("saw", 4.0))), []),
        (pieces(5000), []),
        (pieces(97_959), []),  # of 7 minutes, 40 hours a week: 1999.996 days
        (pieces(97_960), ["SHAFT-1"]),
        (pooled(2), []),
        (pooled(3), SHAFTS),
        (pooled(1, first=13, last=20), []),  # an hour together holds 50 minutes
        (pooled(1, first=14, last=20), SHAFTS),
        (bridged(), SHAFTS),
        (bridged(Downtime("lathe", at(1, 6), at(1, 13, 30))), []),
        (perishable(100, (Downtime("lathe", at(0, 6), at(0, 8), "breakdown"),)), []),
        (perishable(99, (Downtime("lathe", at(0, 6), at(0, 8), "breakdown"),)), ["SHAFT-1"]),
        (stocked(10, pins("A", 10, 1)), []),
        (stocked(9, pins("A", 10, 1)), ["A"]),
        (replace(stocked(9, pins("A", 10, 1)), receipts=named(Receipt("PO", "bar", 1.0, at(300, 8)))), []),
        (replace(stocked(9, pins("A", 10, 1)), receipts=named(Receipt("PO", "bar", 0.0, at(0, 8)))), ["A"]),
    ],
)  # fmt: skip
def test_what_can_never_be_made_is_excused_and_its_neighbour_is_not(state: PlantState, expected: list[str]) -> None:
    assert found(state) == expected


def test_work_that_has_begun_needs_neither_machine_nor_material() -> None:
    running = {("A", 10): Progress("A", 10, "running", "lathe", at(0, 6), None, 20)}
    state = stocked(0, pins("A", 10, 1), progress=running)
    assert found(replace(state, routings={**state.routings, "pin": Routing("pin", (_no_machine(state),))})) == []


def _no_machine(state: PlantState) -> Operation:
    return replace(state.routings["pin"].operations[0], machines=())


def test_what_planned_orders_take_is_gone_and_what_they_make_comes() -> None:
    state = stocked(10, pins("A", 6, 1), pins("B", 5, 1))
    assert found(state) == []
    assert found(state, ("A",)) == ["B"]
    assert found(with_boxes(10, pins("P", 10, 1), box("B", 5)), ("P",)) == []
    assert found(with_boxes(10, pins("P", 10, 1), box("B", 6)), ("P",)) == ["B"]


def test_orders_that_wait_for_each_other_are_excused_until_stock_lets_one_begin() -> None:
    lathe = (EligibleMachine("lathe", 1.0),)
    circle = {"pin": Routing("pin", (Operation(10, machines=lathe, components=(Component("box", 1.0),)),)), "box": BOX}
    plant = stocked(0, pins("P", 10, 1), box("B", 5), routings=circle)
    assert found(plant) == ["P", "B"]
    assert found(replace(plant, materials=named(Material("box", on_hand=10)))) == ["B"]  # it waits for P, which can


def test_an_order_that_starts_inside_the_frozen_zone_yields_only_to_others_that_do() -> None:
    def in_force(*names: str) -> PlantState:
        plan = tuple(PlannedOperation(name, 10, "lathe", at(0, 7), at(0, 7, 30)) for name in names)
        return stocked(10, pins("OLD", 10, 1), pins("NEW", 5, 1), plan=plan, frozen_minutes=61)

    assert found(in_force("OLD"), ("NEW",)) == []
    assert found(in_force("OLD", "NEW"), ("NEW",)) == ["OLD"]


def test_a_planner_that_has_failed_with_an_order_excuses_those_that_went_without_for_it() -> None:
    state = stocked(10, pins("A", 10, 1), pins("B", 5, 1))
    without = Unplanned("B", 10, "it needs 5 of 'bar'")
    assert check_plan(state, (), (Unplanned("A", 10, f"{GIVEN_UP}: it stopped"), without)).feasible
    assert not check_plan(state, (), (Unplanned("A", 10, "too hard"), without)).feasible


def test_an_order_that_does_not_exist_is_no_breach_to_leave_out() -> None:
    assert check_plan(tiny_plant(), tiny_plan().operations, (Unplanned("LOST", 10, "gone"),)).feasible


def test_the_longest_work_by_hand() -> None:
    days = WorkingTime([(0, 100), (200, 300), (400, 500)])
    duty = WorkingTime([(60, 250), (410, 440)])
    assert longest_work(days, (), False, 0, 1000) == 100
    assert longest_work(days, (), True, 0, 1000) == float("inf")
    assert longest_work(days, (duty,), False, 0, 1000) == 50
    assert longest_work(days, (duty,), True, 0, 1000) == 40 + 50
    assert longest_work(days, (WorkingTime([(100, 200)]),), True, 0, 1000) == 0
    assert longest_work(days, (), False, 0, 500) == float("inf")


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6))
def test_planner_and_judge_find_the_same_work_impossible_on_random_plants(seed: int) -> None:
    """They share no line of it, so where they agree both are right."""
    rng = random.Random(seed)
    state = random_plant(rng)
    orders = {
        n: replace(o, quantity=o.quantity * rng.choice((1, 20, 400)), status="released")
        for n, o in state.orders.items()
    }
    state = replace(state, orders=orders)
    doubts, workable = OperationDoubts(state), Workable(state)
    for order in orders.values():
        operations = state.routings[order.routing].operations
        reasons = [doubts.reason(order, o) for o in operations if state.waits(order.name, o.number)]
        verdict = workable.impossible(order)
        assert (verdict is not None) == any(reasons), (reasons, verdict)
