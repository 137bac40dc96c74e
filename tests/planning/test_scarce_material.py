"""Who goes without where material does not suffice: frozen work keeps its parts, then whoever costs least goes.

The tiny plant (tests/builders.py) with its bars: pins take one bar a piece. A pin order left out costs priority x the
minutes from its due date to the horizon's end (Monday 16 March 06:00, 14 days).
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.domain.minutes import DAY
from scheduler.domain.orders import Material, Order, Receipt
from scheduler.domain.plans import Objective, Plan, PlannedOperation, Unplanned
from scheduler.domain.plant import PlantState
from scheduler.planning.judge.check import check_plan
from scheduler.planning.judge.excuses import left_out_by
from scheduler.planning.tables.obstacles import find_obstacles
from scheduler.solving.planner import RejigPlanner
from scheduler.usecases.check_and_store import checked
from tests.builders import at, named, tiny_plant


def pins(bars: float, *orders: Order, **changes: object) -> PlantState:
    """Pin orders alone, and so many bars; nothing comes."""
    plant = tiny_plant(materials=named(Material("bar", on_hand=bars), Material("pin")), receipts={})
    return replace(plant, orders=named(*orders), **changes)


def pin(name: str, pieces: float, due: int, priority: float = 1.0) -> Order:
    return Order(name, "pin", pieces, due, "pin", priority=priority)


def left_out(state: PlantState) -> list[str]:
    return [u.order for u in find_obstacles(state)]


def test_the_order_that_costs_less_to_leave_out_goes_without_though_it_is_due_first() -> None:
    # Left out, SOON would cost 1 x 13 d 8 h, DEAR 9 x 11 d 8 h.
    assert left_out(pins(10, pin("SOON", 5, at(0, 22)), pin("DEAR", 10, at(2, 22), 9))) == ["SOON"]
    assert left_out(pins(10, pin("SOON", 5, at(0, 22)), pin("DEAR", 10, at(2, 22), 1))) == ["DEAR"]


def test_two_small_orders_go_before_a_large_one_that_costs_less_than_both() -> None:
    # LARGE alone is dearer than each of the small ones (4 against 3), but not than both (6).
    state = pins(10, pin("LARGE", 10, at(1, 6), 4), pin("A", 5, at(1, 6), 3), pin("B", 5, at(1, 6), 3))
    assert left_out(state) == ["LARGE"]
    dearer = pins(10, pin("LARGE", 10, at(1, 6), 7), pin("A", 5, at(1, 6), 3), pin("B", 5, at(1, 6), 3))
    assert left_out(dearer) == ["A", "B"]


@pytest.mark.parametrize(("frozen", "goes_without"), [(61, "NEW"), (60, "OLD")])
def test_work_in_force_inside_the_frozen_zone_keeps_its_parts(frozen: int, goes_without: str) -> None:
    in_force = (PlannedOperation("OLD", 10, "lathe", at(0, 7), at(0, 7, 30)),)
    state = pins(10, pin("OLD", 10, at(3, 6)), pin("NEW", 5, at(0, 8), 9), plan=in_force, frozen_minutes=frozen)
    assert left_out(state) == [goes_without]


def test_with_a_delivery_the_new_order_is_planned_after_it_and_the_frozen_one_stays() -> None:
    in_force = (PlannedOperation("OLD", 10, "lathe", at(0, 7), at(0, 7, 30)),)
    state = pins(10, pin("OLD", 10, at(3, 6)), pin("NEW", 5, at(0, 8), 9), plan=in_force, frozen_minutes=61)
    state = replace(state, receipts=named(Receipt("PO", "bar", 5, at(1, 9))))
    for plan in (RejigPlanner().repair(state), RejigPlanner().plan(state, _budget())):
        starts = {o.order: o.start for o in plan.operations}
        assert starts == {"OLD": at(0, 7), "NEW": at(1, 9)}
        assert check_plan(state, plan.operations, plan.unplanned).feasible


def test_the_price_of_what_is_left_out_stands_beside_the_cost() -> None:
    state = pins(10, pin("SOON", 5, at(0, 22), 2), pin("DEAR", 10, at(2, 22), 9))
    state = replace(state, objective=Objective(tardiness=0.5))
    plan = RejigPlanner().repair(state)
    price = 0.5 * 2 * (14 * DAY - 16 * 60)  # due at 22:00, the horizon ends 14 days after 06:00
    assert (plan.kpis.cost, plan.kpis.left_out_cost) == (0.0, price)
    verdict = check_plan(state, plan.operations, plan.unplanned)
    assert (verdict.feasible, verdict.kpis.left_out_cost) == (True, price)


def test_an_order_dropped_though_its_parts_are_there_is_a_breach_and_one_that_others_leave_nothing_is_not() -> None:
    state = pins(10, pin("SOON", 5, at(0, 22)), pin("DEAR", 10, at(2, 22), 9))
    for_soon = (PlannedOperation("SOON", 10, "lathe", at(0, 6), at(0, 6, 15)),)
    assert check_plan(state, for_soon, (Unplanned("DEAR", 10, "5 bars are left"),)).feasible
    assert not check_plan(state, (), (Unplanned("DEAR", 10, "5 bars are left"), Unplanned("SOON", 10, ""))).feasible
    assert [u.order for u in left_out_by(state, for_soon)] == ["DEAR"]


def test_a_frozen_order_may_not_be_left_out_for_another() -> None:
    in_force = (PlannedOperation("OLD", 10, "lathe", at(0, 7), at(0, 7, 30)),)
    state = pins(10, pin("OLD", 10, at(3, 6)), pin("NEW", 5, at(0, 8), 9), plan=in_force, frozen_minutes=61)
    for_new = (PlannedOperation("NEW", 10, "lathe", at(0, 6), at(0, 6, 15)),)
    assert not check_plan(state, for_new, (Unplanned("OLD", 10, "5 bars are left"),)).feasible


def test_the_price_of_what_is_left_out_counts_when_plans_are_compared() -> None:
    state = pins(10, pin("SOON", 5, at(0, 6)), pin("DEAR", 10, at(0, 6), 9))
    without_dear = checked(state, _plan(state, "SOON", 15, "DEAR"))
    without_soon = checked(state, _plan(state, "DEAR", 30, "SOON"))
    assert without_dear.verdict.kpis.cost < without_soon.verdict.kpis.cost  # 15 minutes late against 9 x 30
    assert without_soon.beats(without_dear)
    assert not without_dear.beats(without_soon)


def _plan(state: PlantState, order: str, minutes: int, unplanned: str) -> Plan:
    operations = (PlannedOperation(order, 10, "lathe", state.now, state.now + minutes),)
    left = (Unplanned(unplanned, 10, "bars"),)
    return Plan(operations, left, check_plan(state, operations, left).kpis)


def _budget():  # type: ignore[no-untyped-def]
    from scheduler.ports import PlanRequest

    return PlanRequest(budget=50, workers=1)


# -- stock that is owed -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("owed", "start"), [(10, at(1, 9)), (11, at(2, 9))])
def test_what_comes_in_fills_what_is_owed_first(owed: float, start: int) -> None:
    # 10 bars are taken; 20 come on Tuesday, 10 on Wednesday.
    state = pins(-owed, pin("P", 10, at(3, 6)))
    state = replace(state, receipts=named(Receipt("A", "bar", 20, at(1, 9)), Receipt("B", "bar", 10, at(2, 9))))
    plan = RejigPlanner().repair(state)
    assert [o.start for o in plan.operations] == [start]
    assert check_plan(state, plan.operations).feasible
    early = tuple(replace(o, start=o.start - 60, end=o.end - 60) for o in plan.operations)
    assert check_plan(state, early).by_rule() == {"7 material": 1}


def test_an_order_waits_for_every_order_whose_output_fills_what_is_owed() -> None:
    # 15 shafts are owed; SHAFT-1 and SHAFT-2 make 10 each, so what takes 5 waits for the end of both.
    plant = tiny_plant(materials=named(Material("bar", on_hand=0.0), Material("shaft", on_hand=-15.0)))
    step = plant.routings["pin"].operations[0]
    takes = replace(step, components=(replace(step.components[0], material="shaft"),))
    routings = {**plant.routings, "pin": replace(plant.routings["pin"], operations=(takes,))}
    state = replace(
        plant, routings=routings, orders={**plant.orders, "PIN-1": replace(plant.orders["PIN-1"], quantity=5)}
    )
    for plan in (RejigPlanner().repair(state), RejigPlanner().plan(state, _budget())):
        ends = [o.end for o in plan.operations if o.operation == 20]
        assert next(o.start for o in plan.operations if o.order == "PIN-1") >= max(ends)
        assert check_plan(state, plan.operations, plan.unplanned).feasible
        assert plan.unplanned == ()
