"""Dates that can be promised, in a plant small enough to count on one's fingers.

A press and a bench work Monday to Friday, 06:00 to 14:00; it is Monday 06:00. A cup takes 10 minutes on the press, a
box 20 minutes on the bench and two cups, a lid 10 minutes on the press and one blank. Order A, 6 cups, is planned from
06:00 to 07:00 and due at 07:00.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from scheduler.domain.fold import fold_events
from scheduler.domain.minutes import DAY
from scheduler.domain.orders import Material, Order, Receipt
from scheduler.domain.plans import PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Downtime, Machine
from scheduler.domain.routings import Component, EligibleMachine, Operation, Routing
from scheduler.errors import BadRequest
from scheduler.planning.judge.check import check_plan
from scheduler.replanning.promise import Promise, PromisedDate, Wish, created, find_promise, holds
from scheduler.replanning.promise_basis import Basis
from scheduler.replanning.promise_words import cost_words, notices, sentence
from scheduler.solving.planner import RejigPlanner
from tests.builders import EARLY_SHIFT, UTC, at, named, tiny_plant

REPAIR = RejigPlanner().repair
A = Order("A", "cup", 6.0, at(0, 7), "cup")


def one_step(name: str, machine: str, minutes: float, *parts: Component) -> Routing:
    return Routing(name, (Operation(10, machines=(EligibleMachine(machine, minutes),), components=parts),))


def plant(*orders: Order, rows: tuple[PlannedOperation, ...] | None = None, **changes: Any) -> PlantState:
    """A and other orders; A's row alone is planned unless `rows` says otherwise."""
    fresh = tiny_plant(
        calendars=named(EARLY_SHIFT),
        machines=named(Machine("press", "pressing", "early"), Machine("bench", "assembly", "early")),
        materials=named(Material("blank", on_hand=2.0)),
        receipts=named(Receipt("PO-1", "blank", 10.0, at(1, 8))),
        orders=named(A, *orders),
        routings=named(
            one_step("cup", "press", 10.0),
            one_step("box", "bench", 20.0, Component("cup", 2.0)),
            one_step("lid", "press", 10.0, Component("blank", 1.0)),
            one_step("foil-lid", "press", 10.0, Component("foil", 1.0)),
        ),
        plan=(PlannedOperation("A", 10, "press", at(0, 6), at(0, 7)),) if rows is None else rows,
    )
    return replace(fresh, **changes)


def promised(state: PlantState, material: str, quantity: float, **wish: Any) -> Promise:
    return find_promise(state, Wish(material, quantity, **wish), REPAIR)


def kept(state: PlantState, found: Promise, name: str = "SO-1") -> int:
    """When the order is delivered that comes with the promised date, under whatever name, and nothing else happens."""
    others = [replace(part, name=f"{name}-{n}") for n, part in enumerate(found.parts)]
    came = fold_events(state, created([replace(found.order, name=name), *others], state))
    plan = REPAIR(came)
    assert check_plan(came, plan.operations, plan.unplanned).feasible
    return max(row.end for row in plan.operations if row.order == name)


def test_where_a_machine_is_free_the_order_costs_nobody_anything() -> None:
    state = plant(materials=named(Material("cup", on_hand=20.0)), receipts={})
    found = promised(state, "box", 3)
    assert found.date == at(0, 7), "three times 20 minutes on the bench, the cups are in stock"
    assert [(p.date, p.delivery, p.minutes_later) for p in found.curve] == [
        (at(day, 7), at(0, 7), 0) for day in range(5)
    ]
    assert found.basis == (Basis("stock", "", "cup", 6.0, at(0, 6)),)
    assert kept(state, found) == at(0, 7)


def test_on_a_busy_machine_an_order_that_weighs_more_goes_first_and_says_what_that_costs() -> None:
    state = plant()
    found = promised(state, "cup", 3, priority=5)
    assert found.date == at(0, 6, 30)
    first, *later = found.curve
    assert first == PromisedDate(at(0, 6, 30), at(0, 6, 30), at(0, 6), ("A",), (), 1, 30, 30)
    assert [(p.date, p.newly_late, p.minutes_later) for p in later] == [(at(day, 6, 30), (), 0) for day in range(1, 5)]
    assert kept(state, found) == at(0, 6, 30)
    assert sentence(found, UTC) == "3 x cup by Mon 2 Mar 06:30; 1 order newly late, 1 order 30 min later together."


def test_one_that_weighs_less_waits_its_turn() -> None:
    state = plant()
    found = promised(state, "cup", 3, priority=0.1)
    assert found.date == at(0, 7, 30)
    assert found.curve[0].newly_late == ()
    assert cost_words(found.curve[0]) == "no other order is later"
    assert kept(state, found) == at(0, 7, 30)


def test_what_is_frozen_keeps_its_place() -> None:
    assert promised(plant(frozen_minutes=60), "cup", 3, priority=5).date == at(0, 7, 30)


def test_a_date_counts_the_hours_that_the_plant_is_closed() -> None:
    found = promised(plant(), "cup", 45, priority=0.1)
    assert found.date == at(1, 6, 30), "420 minutes on Monday behind A, 30 on Tuesday"


def test_missing_material_waits_for_the_delivery_that_brings_it_and_names_it() -> None:
    state = plant()
    found = promised(state, "lid", 3)
    assert found.date == at(1, 8, 30)
    assert found.basis == (
        Basis("stock", "", "blank", 2.0, at(0, 6)),
        Basis("receipt", "PO-1", "blank", 1.0, at(1, 8)),
    )
    assert "It waits for 1 x blank of PO-1, Tue 3 Mar 08:00." in notices(found, UTC)
    assert kept(state, found) == at(1, 8, 30)


def test_a_sub_assembly_comes_from_the_order_that_makes_it() -> None:
    state = plant()
    found = promised(state, "box", 2)
    assert found.date == at(0, 7, 40), "A's cups are there at 07:00, then twice 20 minutes"
    assert found.parts == ()
    assert found.basis == (Basis("order", "A", "cup", 4.0, at(0, 7)),)
    assert kept(state, found) == at(0, 7, 40)


def test_what_is_lacking_of_a_sub_assembly_is_made_and_must_be_ordered_with_it() -> None:
    state = plant()
    found = promised(state, "box", 4)
    assert [(p.material, p.quantity, p.due) for p in found.parts] == [("cup", 2.0, found.date)]
    assert found.date == at(0, 8, 40), "eight cups are there at 07:20, six of them A's; then 80 minutes"
    assert kept(state, found) == at(0, 8, 40)
    assert "Components must be ordered with it: 2 x cup." in notices(found, UTC)


def test_components_of_components_are_made_level_by_level() -> None:
    state = plant()
    crate = one_step("crate", "bench", 5.0, Component("box", 1.0))
    found = promised(replace(state, routings={**state.routings, "crate": crate}), "crate", 4)
    assert [(p.material, p.quantity) for p in found.parts] == [("box", 4.0), ("cup", 2.0)]
    assert found.date == at(0, 9), "the boxes of the test above, then 20 minutes"


def test_what_nobody_supplies_is_impossible_and_it_says_why() -> None:
    found = promised(plant(), "foil-lid", 3)
    assert found.date is None
    assert found.curve == ()
    assert found.reason is not None
    assert "foil" in found.reason
    assert sentence(found, UTC).startswith("3 x foil-lid: no date can be promised: operation 10: ")


def test_a_machine_that_is_down_puts_the_date_off() -> None:
    outage = Downtime("press", at(0, 7), at(1, 7), "breakdown")
    assert promised(plant(downtimes=(outage,)), "cup", 3, priority=0.1).date == at(1, 7, 30)


@pytest.mark.parametrize(
    ("wished", "date"), [(at(0, 6), at(0, 7, 30)), (at(0, 7, 30), at(0, 7, 30)), (at(2, 12), at(2, 12))]
)
def test_a_wish_is_kept_or_the_earliest_date_takes_its_place(wished: int, date: int) -> None:
    found = promised(plant(), "cup", 3, priority=0.1, wished=wished)
    assert (found.date, found.earliest) == (date, at(0, 7, 30))
    assert any("cannot be kept" in n for n in notices(found, UTC)) == (wished < date)
    assert len(found.curve) == (6 if wished == at(2, 12) else 5)


def test_nonsense_is_refused_with_what_would_be_right() -> None:
    with pytest.raises(BadRequest, match="did you mean 'cup'") as material:
        promised(plant(), "cupp", 3)
    assert material.value.field == "material"
    with pytest.raises(BadRequest, match="from the plant's now on") as wished:
        promised(plant(), "cup", 3, wished=at(0, 5))
    assert wished.value.field == "wished"
    with pytest.raises(BadRequest, match="a routing of the plant"):
        promised(plant(), "cup", 3, routing="cups")


def test_a_material_is_made_as_its_orders_are_where_no_routing_has_its_name() -> None:
    state = plant(Order("M", "mug", 1.0, at(4, 14), "cup"), rows=())
    assert promised(state, "mug", 3).order.routing == "cup"


def test_of_material_that_does_not_suffice_for_all_it_says_who_goes_without() -> None:
    other = Order("L", "lid", 12.0, at(2, 14), "lid")
    row = PlannedOperation("L", 10, "press", at(1, 8), at(1, 10))
    state = plant(other, rows=(*plant().plan, row))
    assert promised(state, "lid", 1, priority=0.01).date is None, "all blanks are spoken for"
    first = promised(state, "lid", 1, priority=500).curve[0]
    assert first.left_out == ("L",)
    assert "1 order without material" in cost_words(first)


def test_whether_a_date_holds_is_asked_again_of_a_plant_that_has_moved_on() -> None:
    state = plant()
    found = promised(state, "cup", 3, priority=5)
    there = fold_events(state, created([found.order], state))
    assert holds(there, "promise", at(0, 6, 30), REPAIR)
    assert not holds(there, "promise", at(0, 6, 29), REPAIR)
    down = replace(there, downtimes=(Downtime("press", at(0, 6), at(0, 8), "breakdown"),))
    assert not holds(down, "promise", at(0, 6, 30), REPAIR)


def test_the_curve_is_a_day_apart() -> None:
    dates = [p.date for p in promised(plant(), "cup", 3).curve]
    assert [b - a for a, b in itertools.pairwise(dates)] == [DAY] * 4


def test_where_the_plan_in_force_holds_no_longer_the_order_comes_to_the_repaired_one() -> None:
    outage = Downtime("press", at(0, 6), at(0, 8), "breakdown")
    found = promised(plant(downtimes=(outage,)), "cup", 3, priority=0.1)
    assert found.date == at(0, 9, 30), "A goes from 08:00 to 09:00"
    assert found.curve[0].minutes_later == 0, "what the breakdown costs is not the order's doing"


def test_where_there_is_no_time_for_more_the_curve_ends_with_the_date_that_is_promised() -> None:
    wish = Wish("cup", 3.0, wished=at(2, 12))
    found = find_promise(plant(), wish, REPAIR, enough=lambda: True)
    assert [p.date for p in found.curve] == [found.earliest, at(2, 12)]
