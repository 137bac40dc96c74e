"""What the lathe and the saw of the tiny plant do next, and whether the bars are there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scheduler.domain.fold import fold_event, fold_events
from scheduler.domain.orders import Material, Receipt
from scheduler.domain.plant import PlantState
from scheduler.errors import UnknownMachine
from scheduler.planning.lists.dispatch_list import DispatchRow, dispatch_list
from scheduler.planning.lists.pegging import Missing
from tests.builders import at, event, named, tiny_plan, tiny_plant

GOOD = tiny_plan().operations


def lines(state: PlantState, target: str = "lathe") -> list[tuple[str, int]]:
    return [(row.order, row.operation) for row in dispatch_list(state, GOOD, target).rows]


def version(state: PlantState, target: str = "lathe") -> str:
    return dispatch_list(state, GOOD, target).version


def begin(order: str, operation: int, machine: str, time: int = at(0, 6)) -> Any:
    return event(f"s-{order}", "operation.started", time, order=order, operation=operation, machine=machine)


def finish(order: str, operation: int, time: int) -> Any:
    return event(f"f-{order}", "operation.finished", time, order=order, operation=operation)


def test_a_changeover_that_should_be_under_way_is_told_and_is_no_new_list() -> None:
    """The lathe changes over from 06:05 for SHAFT-1/20, which begins at 06:20; nobody reports a changeover."""
    state = fold_event(tiny_plant(), begin("SHAFT-1", 10, "saw"))
    versions = set()
    for minute, said in ((4, "next"), (5, "setting up"), (12, "setting up"), (19, "setting up"), (20, "next")):
        then = fold_event(state, event(f"t{minute}", time=at(0, 6, minute)))
        listed = dispatch_list(then, GOOD, "lathe")
        assert [row.state for row in listed.rows] == [said, "next", "next"]
        versions.add(listed.version)
    assert len(versions) == 1


def test_a_machine_that_works_changes_over_for_nothing() -> None:
    state = fold_events(tiny_plant(), [begin("PIN-1", 10, "lathe"), event("t", time=at(0, 6, 10))])
    assert [row.state for row in dispatch_list(state, GOOD, "lathe").rows] == ["running", "next", "next"]


def test_work_that_stands_still_is_told_as_paused() -> None:
    running = fold_event(tiny_plant(), begin("SHAFT-1", 10, "saw"))
    pause = event("p", "operation.paused", at(0, 6, 5), order="SHAFT-1", operation=10)
    resume = event("r", "operation.resumed", at(0, 6, 7), order="SHAFT-1", operation=10)
    said = []
    for state in (running, fold_event(running, pause), fold_events(running, [pause, resume])):
        listed = dispatch_list(state, GOOD, "saw")
        said.append((listed.rows[0].state, listed.rows[0].status))
    assert said == [("running", "running"), ("paused", "running"), ("running", "running")]
    assert version(running, "saw") != version(fold_event(running, pause), "saw")


def test_a_machine_gets_its_operations_in_sequence() -> None:
    listed = dispatch_list(tiny_plant(), GOOD, "lathe")
    assert listed.kind == "machine"
    assert [row.position for row in listed.rows] == [1, 2, 3]
    assert listed.rows[0] == DispatchRow(
        position=1,
        order="SHAFT-1",
        operation=20,
        description="turn",
        material="shaft",
        quantity=10.0,
        machine="lathe",
        setup_family="",
        setup_start=at(0, 6, 5),
        start=at(0, 6, 20),
        end=at(0, 7, 10),
        status="next",
        material_ready=True,
        missing=(),
        customer="",
        due=at(0, 14),
        late_minutes=0,
    )


def test_a_work_center_gets_what_all_its_machines_do() -> None:
    plant = tiny_plant()
    plant = replace(plant, machines={n: replace(m, work_center="hall") for n, m in plant.machines.items()})
    listed = dispatch_list(plant, GOOD, "hall")
    assert listed.kind == "work center"
    assert [(r.order, r.operation, r.machine) for r in listed.rows] == [
        ("SHAFT-1", 10, "saw"),
        ("SHAFT-2", 10, "saw"),
        ("SHAFT-1", 20, "lathe"),
        ("SHAFT-2", 20, "lathe"),
        ("PIN-1", 10, "lathe"),
    ]


def test_an_unknown_machine_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownMachine, match="did you mean 'lathe'"):
        dispatch_list(tiny_plant(), GOOD, "lath")


def test_running_work_comes_first_and_done_work_leaves() -> None:
    state = fold_event(tiny_plant(), begin("SHAFT-2", 10, "saw"))
    assert lines(state, "saw") == [("SHAFT-2", 10), ("SHAFT-1", 10)]
    assert [row.status for row in dispatch_list(state, GOOD, "saw").rows] == ["running", "next"]
    assert lines(fold_event(state, finish("SHAFT-2", 10, at(0, 6, 20))), "saw") == [("SHAFT-1", 10)]


def test_held_and_cancelled_orders_leave_unless_they_run() -> None:
    held = event("1", "quality.held", order="SHAFT-2")
    assert lines(fold_event(tiny_plant(), held), "saw") == [("SHAFT-1", 10)]
    gone = event("2", "order.cancelled", at(0, 6, 5), order="SHAFT-1")
    assert lines(fold_event(tiny_plant(), gone)) == [("SHAFT-2", 20), ("PIN-1", 10)]
    running = fold_events(tiny_plant(), [begin("SHAFT-1", 10, "saw"), gone])
    assert lines(running, "saw") == [("SHAFT-1", 10), ("SHAFT-2", 10)]


def test_work_is_listed_where_it_really_runs() -> None:
    plant = tiny_plant()
    two = {**plant.machines, "saw 2": replace(plant.machines["saw"], name="saw 2")}
    shaft = plant.routings["shaft"]
    rows = (*shaft.operations[0].machines, replace(shaft.operations[0].machines[0], machine="saw 2"))
    shaft = replace(shaft, operations=(replace(shaft.operations[0], machines=rows), shaft.operations[1]))
    plant = replace(plant, machines=two, routings={**plant.routings, "shaft": shaft})
    state = fold_event(plant, begin("SHAFT-1", 10, "saw 2", at(0, 6, 3)))
    assert lines(state, "saw") == [("SHAFT-2", 10)]
    (row,) = dispatch_list(state, GOOD, "saw 2").rows
    assert (row.start, row.end, row.status) == (at(0, 6, 3), at(0, 6, 23), "running")


def test_a_late_order_says_how_late() -> None:
    plant = tiny_plant()
    orders = {**plant.orders, "SHAFT-2": replace(plant.orders["SHAFT-2"], due=at(0, 8))}
    rows = dispatch_list(replace(plant, orders=orders), GOOD, "saw").rows
    assert [row.late_minutes for row in rows] == [0, 15]


def test_what_is_missing_is_told_with_its_delivery() -> None:
    pin = dispatch_list(tiny_plant(), GOOD, "lathe").rows[-1]
    assert not pin.material_ready
    assert pin.missing == (Missing("bar", 5.0, at(1, 8), "PO-7"),)


def test_what_nobody_delivers_is_missing_without_a_date() -> None:
    pin = dispatch_list(tiny_plant(receipts={}), GOOD, "lathe").rows[-1]
    assert pin.missing == (Missing("bar", 5.0, None),)


def test_stock_goes_to_who_starts_first() -> None:
    plant = tiny_plant(
        materials=named(Material("bar", on_hand=15.0)), receipts=named(Receipt("PO-7", "bar", 20.0, at(1, 8)))
    )
    second = replace(plant.orders["PIN-1"], name="PIN-2")
    plant = replace(plant, orders={**plant.orders, "PIN-2": second})
    plan = (*GOOD, replace(GOOD[-1], order="PIN-2", start=at(1, 9), end=at(1, 9, 30)))
    first, last = dispatch_list(plant, plan, "lathe").rows[-2:]
    assert (first.order, first.material_ready) == ("PIN-1", True)
    assert (last.order, last.missing) == ("PIN-2", (Missing("bar", 5.0, at(1, 8), "PO-7"),))
    # Once the first has taken its bars the rest of the stock is the other's.
    state = fold_events(plant, [begin("PIN-1", 10, "lathe")])
    assert dispatch_list(state, plan, "lathe").rows[-1].missing == (Missing("bar", 5.0, at(1, 8), "PO-7"),)


def test_what_another_order_makes_is_expected_at_its_planned_end() -> None:
    plant = tiny_plant(receipts=named(Receipt("PO-7", "bar", 0.0, at(1, 8))))
    bars = replace(plant.orders["SHAFT-1"], material="bar")
    plant = replace(plant, orders={**plant.orders, "SHAFT-1": bars})
    assert dispatch_list(plant, GOOD, "lathe").rows[-1].missing == (Missing("bar", 5.0, at(0, 7, 10), "SHAFT-1"),)


def test_the_version_changes_with_the_list_and_only_with_it() -> None:
    assert version(tiny_plant()) == version(fold_event(tiny_plant(), event("1", time=at(0, 7))))
    assert version(tiny_plant()) == version(fold_event(tiny_plant(), begin("SHAFT-1", 10, "saw")))
    assert version(tiny_plant()) != version(tiny_plant(), "saw")
    begun = fold_event(tiny_plant(), begin("SHAFT-1", 20, "lathe"))
    assert version(begun) != version(tiny_plant())
    assert version(begun) == version(fold_event(begun, event("1", time=at(0, 6, 30))))
    moved = [replace(o, start=o.start + 1, end=o.end + 1) if o.order == "PIN-1" else o for o in GOOD]
    assert dispatch_list(tiny_plant(), moved, "lathe").version != version(tiny_plant())


def test_without_a_plan_only_what_runs_is_listed() -> None:
    state = fold_event(tiny_plant(), begin("SHAFT-1", 10, "saw"))
    assert [(r.order, r.end) for r in dispatch_list(state, (), "saw").rows] == [("SHAFT-1", at(0, 6, 20))]
    assert dispatch_list(state, (), "lathe").rows == ()
