"""Late orders and whom they hit; sub-assemblies apart."""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.promises import Promises, components_of, is_sub_assembly, promises_of
from scheduler.planning.judge.check import check_plan
from tests.builders import at, named, tiny_plan, tiny_plant

GOOD = tiny_plan().operations
ORDERS = tiny_plant().orders
SHAFT_1, SHAFT_2 = ORDERS["SHAFT-1"], ORDERS["SHAFT-2"]


def test_what_some_routing_takes_is_a_component() -> None:
    assert components_of(tiny_plant().routings) == {"bar"}


def test_a_sub_assembly_makes_a_component_and_has_no_customer() -> None:
    assert is_sub_assembly(replace(SHAFT_1, material="bar"), {"bar"})
    assert not is_sub_assembly(replace(SHAFT_1, material="bar", customer="Keller AG"), {"bar"}), "sold as a spare part"
    assert not is_sub_assembly(SHAFT_1, {"bar"})


def test_an_order_is_late_from_the_first_minute_after_its_due_date() -> None:
    assert promises_of([(SHAFT_1, SHAFT_1.due)], ()) == Promises(orders=1)
    assert promises_of([(SHAFT_1, SHAFT_1.due + 1)], ()) == Promises(1, 1, 0, 1, 1, "SHAFT-1", 0)


def test_the_latest_is_named_and_customers_are_counted_once() -> None:
    one, two = replace(SHAFT_1, customer="Keller AG"), replace(SHAFT_2, customer="Keller AG")
    found = promises_of([(one, one.due + 30), (two, two.due + 90), (ORDERS["PIN-1"], 0)], ())
    assert found == Promises(3, 2, 0, 120, 90, "SHAFT-2", 1)


def test_late_sub_assemblies_are_counted_apart() -> None:
    part = replace(SHAFT_1, material="bar")
    assert promises_of([(part, part.due + 30), (SHAFT_2, 0)], {"bar"}) == Promises(orders=1, sub_assemblies_late=1)


def test_the_check_counts_them_the_same_whether_a_plan_keeps_the_rules_or_not() -> None:
    """SHAFT-2 is due at 08:00 and ends at 08:15 at the saw's successor; one operation less breaks a rule."""
    plant = tiny_plant()
    orders = {**plant.orders, "SHAFT-2": replace(plant.orders["SHAFT-2"], due=at(0, 8), customer="Keller AG")}
    state = replace(plant, orders=orders)
    right = check_plan(state, GOOD)
    assert right.feasible
    assert right.promises == Promises(3, 1, 0, 15, 15, "SHAFT-2", 1)
    pins = (replace(GOOD[0], end=GOOD[0].end + 1), *GOOD[1:])
    wrong = check_plan(state, pins)
    assert not wrong.feasible
    assert wrong.promises == right.promises


def test_an_order_whose_product_others_take_is_apart_in_the_verdict() -> None:
    plant = tiny_plant()
    bars = replace(plant.orders["SHAFT-1"], material="bar", due=at(0, 6))
    late = check_plan(replace(plant, orders={**plant.orders, **named(bars)}), GOOD).promises
    assert late is not None
    assert (late.orders, late.late, late.sub_assemblies_late) == (2, 0, 1)
