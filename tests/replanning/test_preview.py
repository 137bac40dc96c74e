"""What a person is shown before a plan goes in force, and when that is no longer what it would do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.domain.orders import Progress
from scheduler.domain.plans import PlannedOperation, Unplanned
from scheduler.domain.plant import PlantState
from scheduler.planning.judge.kpis import plan_kpis
from scheduler.replanning.preview import SLACK, Preview, news, preview_of, what_differs
from tests.builders import at, down, event, tiny_plan, tiny_plant

PLANT = tiny_plant()
BEFORE = tiny_plan().operations
"""SHAFT-1 and SHAFT-2 on Monday from 06:00, PIN-1 on Tuesday at 08:00."""


def moved(order: str, operation: int, minutes: int, machine: str | None = None) -> tuple[PlannedOperation, ...]:
    return tuple(
        replace(o, start=o.start + minutes, end=o.end + minutes, machine=machine or o.machine)
        if o.key == (order, operation)
        else o
        for o in BEFORE
    )


def shown(after: tuple[PlannedOperation, ...], state: PlantState = PLANT, until: int | None = None) -> Preview:
    return preview_of(state, BEFORE, after, (plan_kpis(state, BEFORE), plan_kpis(state, after, BEFORE)), until=until)


def test_what_starts_within_a_day_stands_there_and_what_comes_later_is_counted() -> None:
    found = shown(moved("PIN-1", 10, 60))
    assert (found.starts, found.machines, len(found.comparison.moved)) == ((), ("lathe",), 1), "Tuesday at 08:00"
    (change,) = shown(moved("SHAFT-2", 20, 60)).starts
    assert (change.key, change.start_before, change.start_after) == (("SHAFT-2", 20), at(0, 7, 25), at(0, 8, 25))
    assert found.until == at(1, 6)


def test_the_day_ends_at_its_last_minute() -> None:
    for minute, count in ((at(1, 6) - 1, 1), (at(1, 6), 0)):
        pin = next(o for o in BEFORE if o.order == "PIN-1")
        before = tuple(replace(o, start=minute) if o == pin else o for o in BEFORE)
        after = tuple(replace(o, start=minute + 90) if o == pin else o for o in BEFORE)
        found = preview_of(PLANT, before, after, (plan_kpis(PLANT, before), plan_kpis(PLANT, after)))
        assert len(found.starts) == count, minute - at(1, 6)


def test_orders_that_turn_late_or_on_time_come_and_go_are_named() -> None:
    late = shown(moved("SHAFT-1", 20, 8 * 60))
    assert [o.order for o in late.newly_late] == ["SHAFT-1"]
    kpis = plan_kpis(PLANT, BEFORE)
    without = tuple(o for o in BEFORE if o.order != "PIN-1")
    gone = preview_of(PLANT, BEFORE, without, (kpis, kpis), ((), (Unplanned("PIN-1", 10, "no bar"),)))
    assert (gone.left_out, gone.taken_in) == (("PIN-1",), ())
    back = preview_of(PLANT, without, BEFORE, (kpis, kpis), ((Unplanned("PIN-1", 10, "no bar"),), ()))
    assert (back.left_out, back.taken_in) == ((), ("PIN-1",))


def test_work_that_has_begun_is_no_change_of_the_plan() -> None:
    running = replace(PLANT, progress={("SHAFT-2", 20): Progress("SHAFT-2", 20, "running", "lathe", at(0, 7))})
    assert shown(moved("SHAFT-2", 20, 60), running).starts == ()


@pytest.mark.parametrize(("minutes", "same"), [(SLACK, True), (SLACK + 1, False)])
def test_a_start_that_has_moved_since_by_minutes_is_what_was_shown(minutes: int, same: bool) -> None:
    was, now = shown(moved("SHAFT-2", 20, 60)), shown(moved("SHAFT-2", 20, 60 + minutes))
    assert (what_differs(was, now, PLANT) is None) is same


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (moved("SHAFT-2", 20, 60, "saw"), "SHAFT-2/20 would now start Mon 2 Mar 08:25 on 'saw'"),
        (moved("SHAFT-1", 20, 8 * 60), "SHAFT-1 is late by it now"),
        (moved("SHAFT-1", 20, 60), "SHAFT-1/20 changes by it too"),
        (BEFORE, "SHAFT-2/20 does not change by it any more"),
        (tuple(o for o in BEFORE if o.key != ("SHAFT-2", 20)), "SHAFT-2/20 is in it no longer"),
    ],
)
def test_anything_else_is_not_what_was_shown(after: tuple[PlannedOperation, ...], words: str) -> None:
    was = shown(moved("SHAFT-2", 20, 60))
    assert what_differs(was, shown(after, until=was.until), PLANT) == words


def test_what_was_shown_to_move_and_has_begun_since_is_no_difference() -> None:
    was = shown(moved("SHAFT-2", 20, 60))
    running = replace(PLANT, progress={("SHAFT-2", 20): Progress("SHAFT-2", 20, "running", "lathe", at(0, 7))})
    assert what_differs(was, shown(BEFORE, running, was.until), running) is None


def test_work_that_goes_on_is_no_news_and_a_breakdown_is() -> None:
    going = [event("t"), event("s", "operation.started", order="SHAFT-1", operation=10, machine="saw")]
    assert news(going) is None
    assert news([*going, down("d", "lathe")]) == "machine.down lathe"
