"""The tiny plan beside plans that differ from it in a way that can be counted."""

from __future__ import annotations

from dataclasses import replace

from scheduler.domain.plans import MovedOperation, OrderChange, PlannedOperation
from scheduler.planning.lists.comparison import compare_plans
from tests.builders import at, tiny_plan, tiny_plant

GOOD = tiny_plan().operations
LATER = tuple(
    PlannedOperation("SHAFT-2", 20, "lathe", at(1, 13, 30), at(2, 6, 20)) if o.key == ("SHAFT-2", 20) else o
    for o in GOOD
)
"""SHAFT-2, due Tuesday 14:00, ends Wednesday 06:20: 980 minutes late, at priority 2."""


def test_a_plan_beside_itself_changes_nothing() -> None:
    same = compare_plans(tiny_plant(), GOOD, GOOD)
    assert (same.moved, same.newly_late, same.rescued, same.changed) == ((), (), (), ())
    assert set(same.deltas.values()) == {0}


def test_an_order_turns_late() -> None:
    compared = compare_plans(tiny_plant(), GOOD, LATER)
    change = OrderChange("SHAFT-2", at(0, 8, 15), at(2, 6, 20), -(29 * 60 + 45), 980)
    assert compared.newly_late == compared.changed == (change,)
    assert compared.rescued == ()
    assert compared.moved == (MovedOperation("SHAFT-2", 20, "lathe", "lathe", at(0, 7, 25), at(1, 13, 30)),)
    assert compared.deltas["weighted_tardiness"] == 1960
    assert compared.deltas["late_orders"] == 1
    assert compared.deltas["moved_operations"] == 1


def test_an_order_is_rescued() -> None:
    compared = compare_plans(tiny_plant(), LATER, GOOD)
    assert [c.order for c in compared.rescued] == ["SHAFT-2"]
    assert compared.newly_late == ()
    assert compared.deltas["cost"] == -1960


def test_an_order_late_in_both_plans_is_only_changed() -> None:
    plant = tiny_plant()
    orders = {**plant.orders, "SHAFT-2": replace(plant.orders["SHAFT-2"], due=at(0, 7))}
    compared = compare_plans(replace(plant, orders=orders), GOOD, LATER)
    assert [c.order for c in compared.changed] == ["SHAFT-2"]
    assert compared.newly_late == compared.rescued == ()


def test_an_order_that_only_the_new_plan_holds_is_newly_late_where_it_is_late() -> None:
    without = [o for o in GOOD if o.order != "SHAFT-2"]
    assert [c.order for c in compare_plans(tiny_plant(), without, LATER).newly_late] == ["SHAFT-2"]
    assert compare_plans(tiny_plant(), without, GOOD).newly_late == ()
    dropped = compare_plans(tiny_plant(), LATER, without)
    assert dropped.rescued == ()
    assert dropped.changed == (OrderChange("SHAFT-2", at(2, 6, 20), None, 980, None),)


def test_a_change_of_machine_is_a_move_and_a_later_end_alone_is_none() -> None:
    moved = [replace(GOOD[0], machine="saw 2"), replace(GOOD[1], end=GOOD[1].end + 5), *GOOD[2:]]
    assert compare_plans(tiny_plant(), GOOD, moved).moved == (
        MovedOperation("SHAFT-1", 10, "saw", "saw 2", at(0, 6), at(0, 6)),
    )


def test_the_largest_change_comes_first() -> None:
    shifted = [replace(o, start=o.start + 60, end=o.end + 60) if o.order == "PIN-1" else o for o in LATER]
    assert [c.order for c in compare_plans(tiny_plant(), GOOD, shifted).changed] == ["SHAFT-2", "PIN-1"]


def test_stored_figures_are_taken_as_they_are() -> None:
    stored = replace(tiny_plan().kpis, cost=100.0, lower_bound=40.0, solve_seconds=None)
    compared = compare_plans(tiny_plant(), GOOD, GOOD, stored, replace(stored, cost=75.5, lower_bound=None))
    assert compared.deltas["cost"] == -24.5
    assert "lower_bound" not in compared.deltas
    assert compared.before is stored
