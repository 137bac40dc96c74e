"""What order and quality events do to a plant."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from scheduler.domain.fold import Folder, fold_event, fold_events
from scheduler.domain.orders import Order, Progress
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import SetupMatrix
from scheduler.domain.routings import Component, EligibleMachine, Operation, PoolNeed, Routing
from scheduler.errors import InvalidEvent
from tests.builders import at, event, full_plant, tiny_plant

RUSH = {"order": "RUSH-1", "material": "pin", "quantity": 4, "due": "2026-03-03T14:00+00:00"}
NEW_ROUTING = {
    "order": "CAP-1",
    "material": "cap",
    "quantity": 2,
    "due": "2026-03-03T14:00+00:00",
    "routing_rows": [
        {"operation": 10, "description": "saw off", "setup_family": ""},
        {"routing": "cap", "operation": "20", "pausable": "no", "min_wait": "5", "max_wait": 60},
    ],
    "machine_rows": [
        {"operation": 10, "machine": "saw", "run_minutes_per_unit": "1.5"},
        {"operation": 20, "machine": "lathe", "run_minutes_per_unit": 2, "setup_minutes": 10, "run_minutes_fixed": 3},
    ],
    "bom_rows": [{"operation": 10, "component": "bar", "quantity_per_unit": 0.5}],
}


def created(**data: Any) -> PlantState:
    return fold_event(tiny_plant(), event("1", "order.created", **data))


def running(plant: PlantState, order: str = "SHAFT-1", remaining: int = 50) -> PlantState:
    return replace(plant, progress={(order, 20): Progress(order, 20, "running", "lathe", at(0, 6), None, remaining)})


def with_family(plant: PlantState, family: str) -> PlantState:
    saw, turn = plant.routings["shaft"].operations
    shaft = Routing("shaft", (saw, replace(turn, setup_family=family)))
    return replace(plant, routings={**plant.routings, "shaft": shaft})


def test_a_rush_order_joins_by_its_materials_routing() -> None:
    order = created(**RUSH, priority=16, customer="Arno").orders["RUSH-1"]
    assert order == Order("RUSH-1", "pin", 4.0, at(1, 14), "pin", priority=16.0, customer="Arno")


def test_an_order_name_cannot_be_taken_twice() -> None:
    with pytest.raises(InvalidEvent, match="there already") as caught:
        created(**{**RUSH, "order": "SHAFT-1"})
    assert caught.value.field == "data.order"


def test_an_unknown_routing_is_refused_with_the_nearest() -> None:
    with pytest.raises(InvalidEvent, match="did you mean 'shaft'") as caught:
        created(**RUSH, routing="shafts")
    assert caught.value.field == "data.routing"


def test_an_order_may_bring_its_routing() -> None:
    state = created(**NEW_ROUTING)
    assert state.routings["cap"] == Routing(
        "cap",
        (
            Operation(10, "saw off", machines=(EligibleMachine("saw", 1.5),), components=(Component("bar", 0.5),)),
            Operation(
                20,
                predecessors=(10,),
                pausable=False,
                min_wait=5,
                max_wait=60,
                machines=(EligibleMachine("lathe", 2.0, 10, 3.0),),
            ),
        ),
    )
    assert state.run_minutes("CAP-1", 20, "lathe") == 7


def test_a_routing_brought_again_must_say_the_same() -> None:
    state = created(**NEW_ROUTING)
    again = {**NEW_ROUTING, "order": "CAP-2"}
    assert "CAP-2" in fold_event(state, event("2", "order.created", **again)).orders
    again["bom_rows"] = []
    with pytest.raises(InvalidEvent, match="differs"):
        fold_event(state, event("2", "order.created", **again))


def test_a_brought_routing_may_need_a_pool() -> None:
    rows = [{"operation": 10, "pool": "setters", "quantity": 2}]
    state = fold_event(full_plant(), event("1", "order.created", **NEW_ROUTING, pool_rows=rows))
    assert state.routings["cap"].operations[0].pools == (PoolNeed("setters", 2.0),)


@pytest.mark.parametrize(
    ("field", "rows", "at_fault"),
    [
        ("machine_rows", [{"operation": 10, "machine": "sow", "run_minutes_per_unit": 1}], "machine_rows[0].machine"),
        ("machine_rows", [{"operation": 30, "machine": "saw", "run_minutes_per_unit": 1}], "machine_rows[0].operation"),
        ("machine_rows", [{"operation": 10, "machine": "saw"}], "machine_rows[0].run_minutes_per_unit"),
        ("routing_rows", [{"operation": 10}, {"operation": 10}], "routing_rows[1].operation"),
        ("routing_rows", [{"operation": 10, "predecessors": "40"}], "routing_rows[0].predecessors"),
        ("routing_rows", [{"operation": 10, "pausable": "maybe"}], "routing_rows[0].pausable"),
        ("routing_rows", [{"operation": 10, "min_wait": 9, "max_wait": 5}], "routing_rows[0].max_wait"),
        ("routing_rows", [{"operation": 10, "routing": "lid"}], "routing_rows[0].routing"),
        ("routing_rows", [{"operation": 10, "predecessors": "20"}, {"operation": 20}], "routing_rows"),
        (
            "bom_rows",
            [{"operation": 10, "component": "bar", "quantity_per_unit": "x"}],
            "bom_rows[0].quantity_per_unit",
        ),
        ("pool_rows", [{"operation": 10, "pool": "welders"}], "pool_rows[0].pool"),
    ],
)
def test_a_brought_row_at_fault_is_named(field: str, rows: list[dict[str, Any]], at_fault: str) -> None:
    data = {**NEW_ROUTING, "machine_rows": [], "bom_rows": [], field: rows}
    with pytest.raises(InvalidEvent) as caught:
        created(**data)
    assert caught.value.field == f"data.{at_fault}"


def test_a_brought_family_without_a_changeover_is_refused() -> None:
    matrix = SetupMatrix("turning", {("brass", "steel"): 30, ("steel", "brass"): 30})
    plant = with_family(tiny_plant(setup_matrices={"turning": matrix}), "steel")
    rows = [{"operation": 10}, {"operation": 20, "setup_family": "copper"}]
    with pytest.raises(InvalidEvent, match="no changeover from 'steel' to 'copper'"):
        fold_event(plant, event("1", "order.created", **{**NEW_ROUTING, "routing_rows": rows}))
    rows[1]["setup_family"] = "brass"
    assert "CAP-1" in fold_event(plant, event("1", "order.created", **{**NEW_ROUTING, "routing_rows": rows})).orders


def test_an_order_changes_in_what_is_said_and_nothing_else() -> None:
    change = event("1", "order.changed", order="SHAFT-2", due="2026-03-04T14:00+00:00", priority=8)
    state = fold_event(tiny_plant(), change)
    assert state.orders["SHAFT-2"] == replace(tiny_plant().orders["SHAFT-2"], due=at(2, 14), priority=8.0)


def test_a_larger_order_makes_running_work_longer_by_the_pieces_that_are_more() -> None:
    # 20 of 50 minutes are left; 15 instead of 10 pieces take 25 more, so 45 are left.
    state = fold_event(running(tiny_plant(), remaining=20), event("1", "order.changed", order="SHAFT-1", quantity=15))
    assert state.progress["SHAFT-1", 20].remaining_minutes == 45


def test_a_release_can_be_taken_back() -> None:
    change = event("1", "order.changed", order="PIN-1", release=None)
    assert fold_event(tiny_plant(), change).orders["PIN-1"].release is None


def test_a_cancelled_order_goes_with_what_was_said_of_it() -> None:
    done = {("SHAFT-1", 10): Progress("SHAFT-1", 10, "done", "saw", at(0, 5), at(0, 6))}
    state = fold_event(tiny_plant(progress=done), event("1", "order.cancelled", order="SHAFT-1"))
    assert "SHAFT-1" not in state.orders
    assert state.progress == {}


def test_a_cancelled_order_stays_until_its_running_work_has_finished() -> None:
    state = fold_event(running(tiny_plant()), event("1", "order.cancelled", order="SHAFT-1"))
    assert state.orders["SHAFT-1"].cancelled
    assert state.orders["SHAFT-1"].status == "hold"
    finish = event("2", "operation.finished", at(0, 6, 40), order="SHAFT-1", operation=20, quantity_good=9)
    state = fold_event(state, finish)
    assert "SHAFT-1" not in state.orders
    assert state.progress == {}
    assert state.materials["shaft"].on_hand == 9


def test_a_cancelled_order_cannot_be_released() -> None:
    state = fold_event(running(tiny_plant()), event("1", "order.cancelled", order="SHAFT-1"))
    for again in (
        event("2", "quality.released", order="SHAFT-1"),
        event("3", "order.changed", order="SHAFT-1", status="released"),
    ):
        with pytest.raises(InvalidEvent, match="is cancelled"):
            fold_event(state, again)
    assert fold_event(state, event("6", "order.cancelled", order="SHAFT-1")) == state


def test_a_held_order_is_on_hold_until_released() -> None:
    held = fold_event(tiny_plant(), event("1", "quality.held", order="PIN-1", reason="scratches"))
    assert held.orders["PIN-1"].status == "hold"
    assert fold_event(held, event("2", "quality.released", order="PIN-1")) == tiny_plant()


def test_releasing_what_is_not_held_changes_nothing() -> None:
    assert fold_event(tiny_plant(), event("1", "quality.released", order="PIN-1")) == tiny_plant()


@pytest.mark.parametrize(
    "hold",
    [
        event("1", "quality.held", order="SHAFT-1"),
        event("1", "order.changed", order="SHAFT-1", status="hold"),
        event("1", "order.cancelled", order="SHAFT-1"),
    ],
)
def test_a_machine_remembers_the_family_of_running_work_that_is_held(hold: Any) -> None:
    state = fold_event(running(with_family(tiny_plant(), "steel")), hold)
    assert state.machines["lathe"].initial_setup == "steel"
    assert fold_event(running(tiny_plant()), hold).machines["lathe"].initial_setup == ""


@pytest.mark.parametrize("type_", ["order.changed", "order.cancelled", "quality.held", "quality.released"])
def test_an_unknown_order_is_refused_with_the_nearest(type_: str) -> None:
    with pytest.raises(InvalidEvent, match="did you mean 'SHAFT-1'") as caught:
        fold_events(tiny_plant(), [event("1", type_, order="SHAFT-11", priority=1)])
    assert caught.value.field == "data.order"


def test_orders_that_come_in_a_row_are_folded_as_one_by_one_and_touch_no_state_before() -> None:
    plant = tiny_plant()
    routing = {
        "routing_rows": [{"operation": 10}],
        "machine_rows": [{"operation": 10, "machine": "saw", "run_minutes_per_unit": 1}],
    }
    new: list[Any] = [
        {"order": "A", "material": "pin", "quantity": 5, "due": "2026-03-05T14:00+00:00"},
        {"order": "A", "material": "pin", "quantity": 6, "due": "2026-03-05T14:00+00:00"},
        {"order": "B", "material": "ring", "quantity": 5, "due": "2026-03-05T14:00+00:00", **routing},
        {"order": "C", "material": "ring", "quantity": 7, "due": "2026-03-06T14:00+00:00"},
    ]
    told = [event(f"{n}", "order.created", plant.now + n, **data) for n, data in enumerate(new)]
    told.insert(2, event("m", "order.changed", plant.now + 1, order="A", quantity=9))
    one_by_one, folder, refused = plant, Folder(plant), 0
    for each in told:
        try:
            one_by_one = fold_event(one_by_one, each)
        except InvalidEvent as fault:
            refused += 1
            with pytest.raises(InvalidEvent, match=re.escape(str(fault))):
                folder.fold(each)
        else:
            assert folder.fold(each) == one_by_one
    assert refused == 1
    assert list(folder.state.orders) == list(one_by_one.orders)
    assert plant == tiny_plant()
