"""What the floor is told of rows that it has confirmed, and why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.domain.fold import fold_events
from scheduler.domain.plans import PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.planning.lists.dispatch_list import dispatch_list
from scheduler.planning.lists.list_changes import (
    Placing,
    RowChange,
    blame_among,
    changed_keys,
    list_changes,
    shown_rows,
)
from tests.builders import at, event, tiny_plan, tiny_plant

GOOD = tiny_plan().operations
SHAFT_1 = ("SHAFT-1", 20)


def changes(
    state: PlantState, *plans: tuple[PlannedOperation, ...], target: str = "lathe", before: PlantState | None = None
) -> tuple[RowChange, ...]:
    """Against the list of GOOD; each plan was released after the one before, for cause "p2", "p3", ..."""
    shown = shown_rows(dispatch_list(before or tiny_plant(), GOOD, target))
    placings = [Placing(n, f"p{n}", plan) for n, plan in enumerate((GOOD, *plans), start=1)]
    listing = dispatch_list(state, placings[-1].operations, target)
    blame = blame_among(placings, changed_keys(shown, listing))
    return list_changes(replace(state, plan=placings[-1].operations), shown, listing, blame)


def with_start(plan: tuple[PlannedOperation, ...], key: tuple[str, int], start: int) -> tuple[PlannedOperation, ...]:
    return tuple(replace(o, start=start, end=start + o.end - o.start) if o.key == key else o for o in plan)


def told(found: tuple[RowChange, ...]) -> list[tuple[str, int, str, int | None]]:
    return [(c.order, c.operation, c.what, c.plan) for c in found]


def test_nothing_has_changed_where_only_time_has_passed() -> None:
    assert changes(fold_events(tiny_plant(), [event("t", time=at(0, 6, 1))])) == ()


def test_another_start_is_told_with_the_plan_that_set_it() -> None:
    later = with_start(GOOD, ("PIN-1", 10), at(1, 9))
    (change,) = changes(tiny_plant(), later, later)
    assert (change.what, change.start_before, change.start_after) == ("retimed", at(1, 8), at(1, 9))
    assert (change.plan, change.reason) == (2, "plan 2: p2")


def test_who_is_overtaken_is_told_and_not_everyone_around_it() -> None:
    # PIN-1 goes first: it alone has changed its place among the three.
    first = with_start(GOOD, ("PIN-1", 10), at(0, 6, 1))
    (change,) = changes(tiny_plant(), first)
    assert (change.order, change.what, change.position_before, change.position_after) == ("PIN-1", "resequenced", 3, 1)


def test_finished_work_leaves_and_those_behind_it_have_not_changed() -> None:
    story = [
        event("a", "operation.started", order="SHAFT-1", operation=10, machine="saw"),
        event("b", "operation.finished", at(0, 6, 20), order="SHAFT-1", operation=10, machine="saw"),
    ]
    (change,) = changes(fold_events(tiny_plant(), story), target="saw")
    assert (change.order, change.what, change.plan) == ("SHAFT-1", "finished", None)
    assert change.reason == "reported finished on saw"


def test_started_work_is_never_taken_back_by_a_later_plan() -> None:
    state = fold_events(tiny_plant(), [event("a", "operation.started", order="SHAFT-1", operation=20, machine="lathe")])
    # A plan that was made before the report would have had it wait until the afternoon.
    later = with_start(GOOD, SHAFT_1, at(0, 13))
    listing = dispatch_list(state, later, "lathe")
    assert (listing.rows[0].order, listing.rows[0].status, listing.rows[0].start) == ("SHAFT-1", "running", at(0, 6))
    assert told(changes(state, later)) == [("SHAFT-1", 20, "started", None)]


@pytest.mark.parametrize(
    ("type", "reason"),
    [
        ("quality.held", "order SHAFT-1 is on hold"),
        ("order.cancelled", "order SHAFT-1 was finished or cancelled, and is not in the plant any more"),
    ],
)
def test_rows_of_orders_that_are_held_or_cancelled_are_gone_with_the_reason(type: str, reason: str) -> None:
    state = fold_events(tiny_plant(), [event("h", type, order="SHAFT-1")])
    (change,) = changes(state)
    assert (change.what, change.plan, change.reason) == ("gone", None, reason)


def two_lathes() -> PlantState:
    plant = tiny_plant()
    lathe_2 = replace(plant.machines["lathe"], name="lathe 2")
    shaft = plant.routings["shaft"]
    turn = shaft.operations[1]
    turn = replace(turn, machines=(*turn.machines, replace(turn.machines[0], machine="lathe 2")))
    shaft = replace(shaft, operations=(shaft.operations[0], turn))
    return replace(plant, machines={**plant.machines, "lathe 2": lathe_2}, routings={**plant.routings, "shaft": shaft})


def test_work_that_goes_to_another_machine_is_told_on_both_lists_and_on_the_work_centers() -> None:
    there = tuple(replace(o, machine="lathe 2") if o.key == SHAFT_1 else o for o in GOOD)
    plant = two_lathes()
    left = next(c for c in changes(plant, there, before=plant) if c.order == "SHAFT-1")
    assert (left.what, left.machine_before, left.machine_after, left.reason) == (
        "moved",
        "lathe",
        "lathe 2",
        "plan 2: p2",
    )
    came = next(c for c in changes(plant, there, target="lathe 2", before=plant) if c.order == "SHAFT-1")
    assert (came.what, came.machine_before, came.machine_after, came.plan) == ("new", None, "lathe 2", 2)
    center = next(c for c in changes(plant, there, target="turning", before=plant) if c.order == "SHAFT-1")
    assert (center.what, center.position_before, center.position_after) == ("moved", 1, 1)


def test_work_that_the_floor_starts_elsewhere_is_told_as_its_doing() -> None:
    plant = two_lathes()
    state = fold_events(plant, [event("a", "operation.started", order="SHAFT-1", operation=20, machine="lathe 2")])
    change = next(c for c in changes(state, before=plant) if c.order == "SHAFT-1")
    assert (change.what, change.machine_after, change.reason) == ("moved", "lathe 2", "reported started on lathe 2")


def test_the_newest_plan_that_placed_a_row_speaks_for_it() -> None:
    second = with_start(GOOD, ("PIN-1", 10), at(1, 9))
    third = with_start(second, ("SHAFT-2", 20), at(0, 8))
    assert told(changes(tiny_plant(), second, third)) == [("SHAFT-2", 20, "retimed", 3), ("PIN-1", 10, "retimed", 2)]
