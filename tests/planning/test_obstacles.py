"""Orders that no plan can hold are named with the operation and the reason; nobody else is.

The tiny plant: the lathe and the saw work Monday to Friday 06:00 to 14:00, 480 minutes at a stretch. Shafts take 2 and
5 minutes a piece, pins 3 minutes and a bar; 5 bars are on hand, 20 come on Tuesday.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scheduler.domain.calendars import Calendar, CalendarException, WeeklyWindow, WorkingTime
from scheduler.domain.orders import Material, Order, Progress, Receipt
from scheduler.domain.plans import Unplanned
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Downtime, Machine, Pool
from scheduler.domain.routings import Component, EligibleMachine, Operation, PoolNeed, Routing
from scheduler.planning.tables.impossible.operations import ENDLESS, longest_work
from scheduler.planning.tables.obstacles import find_obstacles
from tests.builders import EARLY_SHIFT, at, full_plant, named, tiny_plant


def turning(plant: PlantState | None = None, **changes: Any) -> PlantState:
    """With changes to the turning of shafts."""
    plant = plant or tiny_plant()
    saw, turn = plant.routings["shaft"].operations
    return replace(plant, routings={**plant.routings, "shaft": Routing("shaft", (saw, replace(turn, **changes)))})


def names(state: PlantState) -> list[str]:
    return [u.order for u in find_obstacles(state)]


def only(state: PlantState) -> Unplanned:
    (found,) = find_obstacles(state)
    return found


def pieces(quantity: float, name: str = "SHAFT-1") -> PlantState:
    plant = tiny_plant()
    return replace(plant, orders={**plant.orders, name: replace(plant.orders[name], quantity=quantity)})


def test_nothing_stands_against_a_plant_that_can_be_planned() -> None:
    assert find_obstacles(tiny_plant()) == ()
    assert find_obstacles(full_plant()) == ()


def test_an_operation_without_a_machine() -> None:
    assert find_obstacles(turning(machines=())) == (
        Unplanned("SHAFT-1", 20, "no machine is eligible for it"),
        Unplanned("SHAFT-2", 20, "no machine is eligible for it"),
    )


def test_orders_on_hold_and_work_that_is_done_or_runs_need_nothing() -> None:
    plant = turning(machines=())
    held = replace(plant.orders["SHAFT-1"], status="hold")
    done = Progress("SHAFT-2", 20, "done", "lathe", at(0, 4), at(0, 5))
    assert names(replace(plant, orders={**plant.orders, "SHAFT-1": held}, progress={("SHAFT-2", 20): done})) == []


@pytest.mark.parametrize(("quantity", "found"), [(96, []), (97, ["SHAFT-1"])])
def test_unpausable_work_must_fit_a_shift(quantity: float, found: list[str]) -> None:
    assert names(turning(pieces(quantity), pausable=False)) == found  # 96 x 5 = 480 minutes


def test_the_reason_says_how_long_it_is_and_what_there_is() -> None:
    reason = only(turning(pieces(97), pausable=False)).reason
    assert reason == "it needs 8 h 05 min without a pause, and its machines ('lathe') offer at most 8 h at a stretch"


def test_pausable_work_may_be_longer_than_any_shift() -> None:
    assert names(pieces(5000)) == []


def test_a_faster_machine_may_fit_it() -> None:
    plant = turning(pieces(97), pausable=False, machines=(EligibleMachine("lathe", 5.0), EligibleMachine("saw", 4.0)))
    assert names(plant) == []


def test_an_outage_passes_and_a_long_shift_comes_again() -> None:
    down = tuple(Downtime("lathe", at(day, 10), at(day, 11)) for day in range(5))
    assert names(replace(turning(pieces(96), pausable=False), downtimes=down)) == []


def test_work_around_the_clock_is_never_too_long() -> None:
    always = Calendar("always", tuple(WeeklyWindow(day, 0, 1440) for day in range(7)))
    plant = turning(pieces(50_000), pausable=False)
    machines = {**plant.machines, "lathe": Machine("lathe", "turning", "always")}
    assert names(replace(plant, machines=machines, calendars=named(EARLY_SHIFT, always))) == []


def test_a_calendar_that_never_opens() -> None:
    shut = Calendar("shut", (), (CalendarException(at(0, 0), at(0, 5), "open"),))
    plant = tiny_plant(calendars=named(EARLY_SHIFT, shut))
    plant = replace(plant, machines={**plant.machines, "saw": Machine("saw", "sawing", "shut")})
    assert find_obstacles(plant) == (
        Unplanned("SHAFT-1", 10, "none of its machines ever works before the horizon ends: 'saw'"),
        Unplanned("SHAFT-2", 10, "none of its machines ever works before the horizon ends: 'saw'"),
    )


def pooled(need: float, capacity: float = 2.0, first: int = 6, last: int = 14, **more: Any) -> PlantState:
    """Turning shafts takes so many setters, on duty Monday to Friday between the hours given."""
    duty = Calendar("duty", tuple(WeeklyWindow(day, first * 60, last * 60) for day in range(5)))
    plant = tiny_plant(calendars=named(EARLY_SHIFT, duty), pools=named(Pool("setters", capacity, "duty")))
    return turning(plant, pools=(PoolNeed("setters", need),), **more)


def test_a_need_larger_than_the_pool() -> None:
    assert names(pooled(2)) == []
    assert find_obstacles(pooled(3))[0] == Unplanned("SHAFT-1", 20, "it needs 3 of pool 'setters', which has 2")
    both = (PoolNeed("setters", 1.5), PoolNeed("setters", 1.5))
    assert names(turning(pooled(1), pools=both)) == ["SHAFT-1", "SHAFT-2"]


def test_a_pool_that_is_never_on_duty_while_the_machine_works() -> None:
    found = find_obstacles(pooled(1, first=15, last=20))
    assert [u.order for u in found] == ["SHAFT-1", "SHAFT-2"]
    assert "none of its machines works while its pools are on duty" in found[0].reason


def test_work_must_fit_the_hours_that_machine_and_pool_share() -> None:
    # 50 minutes of work. Pausable work may not run on while the pool is off duty and the machine works.
    plant = pooled(1, first=13, last=20)  # they share 13:00 to 14:00
    assert names(plant) == []
    early = {
        **plant.calendars,
        "duty": Calendar("duty", tuple(WeeklyWindow(d, 13 * 60 + 11, 20 * 60) for d in range(5))),
    }
    assert names(replace(plant, calendars=early)) == ["SHAFT-1", "SHAFT-2"]


def test_pausable_work_joins_the_shared_hours_of_two_days() -> None:
    # The pool is on duty from 13:30 to 06:40: 30 minutes in the evening, closed, 40 minutes in the morning.
    duty = Calendar("duty", tuple(WeeklyWindow(d, 13 * 60 + 30, 6 * 60 + 40) for d in range(5)))
    plant = pooled(1)
    plant = replace(plant, calendars={**plant.calendars, "duty": duty})
    assert names(plant) == []
    assert names(turning(plant, pausable=False)) == ["SHAFT-1", "SHAFT-2"]


def test_an_outage_may_bridge_the_time_off_duty() -> None:
    # They share 13:30 to 14:00 on each day; an outage of the lathe keeps Tuesday's shift closed until 13:30.
    plant = pooled(1, first=13, last=14)
    duty = Calendar("duty", tuple(WeeklyWindow(d, 13 * 60 + 30, 14 * 60) for d in range(5)))
    plant = replace(plant, calendars={**plant.calendars, "duty": duty})
    assert names(plant) == ["SHAFT-1", "SHAFT-2"]
    assert names(replace(plant, downtimes=(Downtime("lathe", at(1, 6), at(1, 13, 30)),))) == []


def test_the_longest_work_by_hand() -> None:
    days = WorkingTime([(0, 100), (200, 300), (400, 500)])
    assert longest_work(days, (), False, 1000) == 100
    assert longest_work(days, (), True, 1000) == ENDLESS
    duty = WorkingTime([(60, 250), (410, 440)])
    assert longest_work(days, (duty,), False, 1000) == 50
    assert longest_work(days, (duty,), True, 1000) == 40 + 50
    assert longest_work(days, (WorkingTime([(100, 200)]),), True, 1000) == 0
    assert longest_work(days, (), False, 500) == ENDLESS


def perishable(max_wait: int, downtimes: tuple[Downtime, ...]) -> PlantState:
    """SHAFT-1 is being sawn until 06:20 and must be turned soon after."""
    running = {("SHAFT-1", 10): Progress("SHAFT-1", 10, "running", "saw", at(0, 6), None, 20)}
    return replace(turning(max_wait=max_wait), progress=running, downtimes=downtimes)


def test_what_runs_must_find_a_machine_before_its_wait_is_over() -> None:
    down = (Downtime("lathe", at(0, 6), at(0, 8), "breakdown"),)
    assert names(perishable(100, down)) == []
    found = only(perishable(99, down))
    assert (found.order, found.operation) == ("SHAFT-1", 20)
    assert "operation 10 runs until Mon 2 Mar 06:20 and it may wait 1 h 39 min at most" in found.reason


# material


def stocked(bars: float, *orders: Order, **more: Any) -> PlantState:
    """Pins only, with so many bars on hand and no delivery."""
    return tiny_plant(materials=named(Material("bar", on_hand=bars)), receipts={}, orders=named(*orders), **more)


def pins(name: str, quantity: float, day: int, priority: float = 1.0) -> Order:
    return Order(name, "pin", quantity, at(day, 14), "pin", priority=priority)


def test_a_component_that_nobody_supplies() -> None:
    found = only(stocked(5, pins("A", 10, 1)))
    assert found == Unplanned(
        "A", 10, "it needs 10 of 'bar', and there are 5 on hand, 0 in deliveries and 0 from orders"
    )


def test_deliveries_count_whenever_they_come_and_shortages_bring_nothing() -> None:
    plant = stocked(5, pins("A", 10, 1))
    assert names(replace(plant, receipts=named(Receipt("PO", "bar", 5.0, at(300, 8))))) == []
    assert names(replace(plant, receipts=named(Receipt("PO", "bar", 4.0, at(0, 8)), Receipt("P2", "bar", 0.0, 0)))) == [
        "A"
    ]


def test_the_earliest_due_is_served_first_then_the_most_important_then_by_name() -> None:
    assert names(stocked(10, pins("A", 10, 2), pins("B", 10, 1))) == ["A"]
    assert names(stocked(10, pins("A", 10, 1), pins("B", 10, 1, priority=5))) == ["A"]
    assert names(stocked(10, pins("A", 10, 1), pins("B", 10, 1))) == ["B"]


def test_who_needs_less_may_still_be_served() -> None:
    assert names(stocked(10, pins("A", 8, 1), pins("B", 5, 2), pins("C", 2, 3))) == ["B"]


def test_running_work_needs_no_more_material() -> None:
    running = {("A", 10): Progress("A", 10, "running", "lathe", at(0, 6), None, 20)}
    assert names(stocked(0, pins("A", 10, 1), progress=running)) == []


BOX = Routing("box", (Operation(10, machines=(EligibleMachine("saw", 1.0),), components=(Component("pin", 2.0),)),))


def box(name: str, quantity: float, day: int = 3) -> Order:
    return Order(name, "box", quantity, at(day, 14), "box")


def with_boxes(bars: float, *orders: Order, **more: Any) -> PlantState:
    """A box takes two pins, a pin takes a bar."""
    return stocked(bars, *orders, routings={**tiny_plant().routings, "box": BOX}, **more)


def test_what_another_order_makes_is_a_supply() -> None:
    assert names(with_boxes(10, pins("P", 10, 1), box("B", 5))) == []
    found = only(with_boxes(10, pins("P", 10, 1), box("B", 6)))
    assert found.reason == "it needs 12 of 'pin', and there are 0 on hand, 0 in deliveries and 10 from orders"


def test_who_waits_for_an_order_that_cannot_be_planned_cannot_either() -> None:
    found = find_obstacles(with_boxes(9, pins("P", 10, 1), box("B", 5)))
    assert [(u.order, u.operation) for u in found] == [("P", 10), ("B", 10)]
    assert found[1].reason.endswith("order 'P' cannot be planned itself")


def test_who_waits_for_an_order_on_hold_hears_so() -> None:
    found = only(with_boxes(10, replace(pins("P", 10, 1), status="hold"), box("B", 5)))
    assert found.order == "B"
    assert found.reason.endswith("order 'P' is on hold")


def test_what_a_fallen_order_would_have_taken_serves_another_after_all() -> None:
    # 10 bars: P takes 8 for a box that lacks its lids; Q, due later, wants 5 bars.
    lidded = Routing("box", (replace(BOX.operations[0], components=(Component("lid", 1.0), Component("bar", 1.0))),))
    plant = with_boxes(10, box("B", 8, 1), pins("Q", 5, 2))
    plant = replace(plant, routings={**plant.routings, "box": lidded})
    assert names(plant) == ["B"]


def test_orders_that_wait_for_each_other_are_a_circle() -> None:
    circle = {
        "pin": Routing(
            "pin", (Operation(10, machines=(EligibleMachine("lathe", 1.0),), components=(Component("box", 1.0),)),)
        ),
        "box": BOX,
    }
    plant = stocked(0, pins("P", 10, 1), box("B", 5), routings=circle)
    found = find_obstacles(plant)
    assert [u.order for u in found] == ["P", "B"]
    assert "in a circle, order 'P' waits for order 'B' waits for order 'P'" in found[0].reason
    # With ten boxes on the shelf the circle can be entered.
    assert names(replace(plant, materials=named(Material("box", on_hand=10)))) == []


def test_pieces_scrapped_do_not_come() -> None:
    done = {("P", 10): Progress("P", 10, "running", "lathe", at(0, 6), None, 5, quantity_good=4, quantity_scrap=1)}
    materials = named(Material("pin", on_hand=4))
    assert names(replace(with_boxes(0, pins("P", 10, 1), box("B", 4.5), progress=done), materials=materials)) == []
    assert names(replace(with_boxes(0, pins("P", 10, 1), box("B", 5), progress=done), materials=materials)) == ["B"]
