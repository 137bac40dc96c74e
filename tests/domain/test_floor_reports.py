"""What the floor reports of pieces and ends is true, and which doubt is kept: the plant of `mini.py`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.domain.events import Event
from scheduler.domain.fold import fold_event, fold_events
from scheduler.domain.material_flow import output_to_come, pieces_short
from scheduler.domain.orders import Material, Order, Progress
from scheduler.domain.routings import Component, Routing
from tests.builders import at, event, named
from tests.domain.mini import BEGUN, MES, mini, rules, say, tick, work

# -- pieces ---------------------------------------------------------------------------------------------------------


def test_pieces_say_how_long_it_still_takes() -> None:
    state = fold_events(mini(), [BEGUN, say("progressed", 11, quantity_good=25)])
    assert work(state).remaining_minutes == 450  # 75 x 6
    state = fold_event(state, say("progressed", 21, quantity_good=75))
    assert work(state).remaining_minutes == 150


def test_a_late_report_of_pieces_has_lost_the_minutes_since() -> None:
    state = fold_events(mini(), [BEGUN, tick(11, 30), say("progressed", 11, quantity_good=25)])
    assert work(state).remaining_minutes == 420


def test_scrap_is_made_as_well() -> None:
    state = fold_events(mini(), [BEGUN, say("progressed", 11, quantity_good=25, quantity_scrap=5)])
    assert work(state).remaining_minutes == 420  # 70 x 6


def test_minutes_that_are_reported_count_before_pieces() -> None:
    state = fold_events(mini(), [BEGUN, say("progressed", 11, quantity_good=25, remaining_minutes=90)])
    assert work(state).remaining_minutes == 90


def test_when_all_is_made_it_is_over() -> None:
    state = fold_events(mini(), [BEGUN, say("progressed", 16, quantity_good=100)])
    assert work(state) == Progress(
        "A", 10, "done", "LATHE", at(0, 6), at(0, 16), quantity_good=100.0, passed_on=100.0, counted=at(0, 16)
    )
    assert rules(state) == [("all_made", "A", 10)]
    state = fold_event(state, say("finished", 16, 20, quantity_good=100))
    assert work(state).finished == at(0, 16, 20)
    assert rules(state) == []
    assert rules(state, "settled") == [("all_made", "A", 10)]


def test_it_is_not_over_where_minutes_are_left_or_a_piece_is() -> None:
    state = fold_events(mini(), [BEGUN, say("progressed", 16, quantity_good=100, remaining_minutes=20)])
    assert work(state).status == "running"
    state = fold_events(mini(), [BEGUN, say("progressed", 16, quantity_good=99)])
    assert (work(state).status, work(state).remaining_minutes) == ("running", 6)


def test_a_lower_total_corrects_and_says_how_increments_are_set() -> None:
    state = fold_events(
        mini(), [BEGUN, say("progressed", 11, quantity_good=50), say("progressed", 12, quantity_good=30)]
    )
    assert (work(state).quantity_good, work(state).remaining_minutes) == (30, 420)
    assert rules(state) == [("lower_total", "A", 10)]
    assert "increment_sources" in next(iter(state.doubts.values())).words


@pytest.mark.parametrize("good", [25, 49])
def test_a_total_from_before_the_last_one_came_late_and_corrects_nothing(good: int) -> None:
    said = [BEGUN, say("progressed", 11, quantity_good=50), say("progressed", 10, 59, quantity_good=good)]
    state = fold_events(mini(), said)
    assert (work(state).quantity_good, work(state).remaining_minutes) == (50, 300)
    assert rules(state) == []
    more = fold_event(state, say("progressed", 10, 59, quantity_good=51))
    assert work(more).quantity_good == 51


def test_progress_told_again_after_the_end_takes_no_pieces_from_what_follows() -> None:
    said = [BEGUN, say("progressed", 11, quantity_good=50), say("finished", 16, quantity_good=100)]
    state = fold_events(mini(), [*said, tick(17), say("progressed", 11, quantity_good=50)])
    assert (work(state).status, state.quantity_of("A", 20)) == ("done", 100)
    corrected = fold_event(state, say("progressed", 17, quantity_good=90))
    assert corrected.quantity_of("A", 20) == 90


def test_a_source_may_send_increments() -> None:
    said = [BEGUN, say("progressed", 11, quantity_good=20), say("progressed", 12, quantity_good=30)]
    state = fold_events(mini(increment_sources=(MES,)), said)
    assert work(state).quantity_good == 50
    assert not state.doubts
    assert work(fold_event(state, say("finished", 16, quantity_good=50))).passed_on == 100


# -- put aside ------------------------------------------------------------------------------------------------------

ASIDE = [
    say("started", 6, 10, machine="LATHE"),
    say("progressed", 8, 10, quantity_good=20),
    say("started", 8, 15, "B", machine="LATHE"),
]


def test_a_start_puts_aside_what_runs_there() -> None:
    state = fold_events(mini(), ASIDE)
    assert (work(state).status, work(state).quantity_good, work(state).remaining_minutes) == ("aside", 20, 480)
    assert work(state, "B") == Progress("B", 10, "running", "LATHE", at(0, 8, 15), None, 120)
    assert rules(state) == [("put_aside", "A", 10)]


def test_work_put_aside_earns_no_minutes() -> None:
    assert work(fold_events(mini(), [*ASIDE, tick(12)])).remaining_minutes == 480


@pytest.mark.parametrize("word", [say("started", 10, 30, machine="LATHE"), say("progressed", 10, 30, quantity_good=20)])
def test_its_next_report_brings_it_back_and_puts_the_other_aside(word: Event) -> None:
    state = fold_events(mini(), [*ASIDE, say("progressed", 9, 15, "B", quantity_good=10), word])
    assert (work(state).status, work(state).started, work(state).remaining_minutes) == ("running", at(0, 10, 30), 480)
    assert (work(state, "B").status, work(state, "B").remaining_minutes) == ("aside", 60)
    assert rules(state) == [("put_aside", "B", 10)]


def test_a_finish_without_a_start_puts_aside_what_ran_there() -> None:
    end = say("finished", 9, 0, "B", machine="LATHE", quantity_good=20)
    state = fold_events(mini(), [BEGUN, end])
    assert (work(state).status, work(state, "B").status) == ("aside", "done")
    assert rules(state) == [("put_aside", "A", 10)]
    later = fold_events(mini(), [say("started", 9, machine="LATHE"), end])  # A began when B had ended
    assert (work(later).status, work(later, "B").status) == ("running", "done")
    elsewhere = fold_events(mini(), [BEGUN, say("finished", 9, 0, "B", quantity_good=20)])  # nobody says where
    assert work(elsewhere).status == "running"


def test_a_report_from_before_the_other_began_leaves_it_aside() -> None:
    state = fold_events(mini(), [*ASIDE, say("progressed", 8, 14, quantity_good=22)])
    assert (work(state).status, work(state).remaining_minutes) == ("aside", 468)
    assert work(state, "B").status == "running"


def test_a_start_that_comes_late_was_put_aside_by_what_began_after_it() -> None:
    state = fold_events(mini(), [say("started", 8, 0, "B", machine="LATHE"), say("started", 7, machine="LATHE")])
    assert (work(state).status, work(state).started) == ("aside", at(0, 7))
    assert work(state, "B").status == "running"
    assert rules(state) == [("late_report", "A", 10)]


def test_a_stale_start_takes_no_minutes_of_others() -> None:
    said = [BEGUN, say("started", 6, 30, "B", machine="LATHE"), say("finished", 16, quantity_good=100, machine="LATHE")]
    state = fold_events(mini(), [*said, say("started", 16, 0, "C", machine="LATHE")])
    assert work(state).status == "done"
    assert (work(state, "B").status, work(state, "B").remaining_minutes) == ("aside", 120)
    assert (work(state, "C").status, work(state, "C").remaining_minutes) == ("running", 240)


def test_a_start_retried_hours_later_counts_from_when_the_machine_was_free() -> None:
    # B began at 15:00 by the retried report, but A was finished there at 16:00; at 16:30 it has worked 30 minutes.
    said = [BEGUN, say("finished", 16, quantity_good=100), tick(16, 30), say("started", 15, 0, "B", machine="LATHE")]
    assert work(fold_events(mini(), said), "B").remaining_minutes == 90


def test_work_may_be_put_aside_outright() -> None:
    state = fold_events(mini(), [BEGUN, say("progressed", 8, quantity_good=20), say("put_aside", 8, 5, reason="tool")])
    assert (work(state).status, work(state).remaining_minutes) == ("aside", 480)
    assert not state.doubts


@pytest.mark.parametrize(
    "late",
    [
        say("started", 8, machine="QC"),
        say("paused", 8, machine="QC"),
        say("resumed", 8, machine="QC"),
    ],
)
def test_a_cancelled_order_goes_when_a_late_report_puts_its_own_work_aside(late: Event) -> None:
    """A runs on the lathe and is cancelled; by a late report it was on QC at 8, where C began at 9."""
    cancelled = event("c", "order.cancelled", at(0, 7), order="A")
    held = fold_events(mini(), [BEGUN, cancelled, say("started", 9, order="C", operation=20, machine="QC")])
    assert held.orders["A"].cancelled
    state = fold_event(held, late)
    assert "A" not in state.orders
    assert [*state.progress] == [("C", 20)]
    assert [d for d in rules(state) if d[1] == "A"] == []


@pytest.mark.parametrize("word", [say("started", 8, machine="QC"), say("paused", 8), say("resumed", 8)])
def test_a_cancelled_order_stays_while_its_work_keeps_a_machine(word: Event) -> None:
    cancelled = event("c", "order.cancelled", at(0, 7), order="A")
    assert "A" in fold_events(mini(), [BEGUN, cancelled, word]).orders


# -- ends that nobody reported --------------------------------------------------------------------------------------


def test_a_forgotten_finish_is_over_by_its_pieces_and_does_not_block_its_machine() -> None:
    said = [
        BEGUN,
        say("progressed", 16, quantity_good=100),
        say("started", 16, 30, operation=20, machine="QC"),
        say("finished", 18, 10, operation=20, machine="QC", quantity_good=100),
        say("started", 18, 15, operation=30, machine="PACK"),
        say("finished", 19, 55, operation=30, machine="PACK", quantity_good=100),
    ]
    state = fold_events(mini(), [*said, tick(12, day=1)])
    assert [work(state, "A", n).status for n in (10, 20, 30)] == ["done"] * 3
    assert rules(state) == [("all_made", "A", 10)]
    assert state.materials["SHAFT"].on_hand == 100


def test_the_successor_finished_with_all_its_pieces_ends_what_is_before_it() -> None:
    said = [BEGUN, say("progressed", 15, quantity_good=90), say("started", 15, 30, operation=20, machine="QC")]
    state = fold_events(mini(), [*said, say("finished", 18, operation=20, quantity_good=100)])
    assert (work(state).status, work(state).finished, work(state).passed_on) == ("done", at(0, 15, 30), 100)
    assert rules(state) == [("successor_finished", "A", 10)]
    short = fold_events(mini(), [*said, say("finished", 18, operation=20, quantity_good=99)])
    assert work(short).status == "running"


def test_the_last_operation_finished_ends_all_that_stands_open_before_it() -> None:
    state = fold_event(mini(), say("finished", 9, operation=30, quantity_good=100))
    assert [work(state, "A", n).status for n in (10, 20, 30)] == ["done"] * 3
    assert sorted(rules(state)) == [("successor_finished", "A", 10), ("successor_finished", "A", 20)]
    assert state.materials["SHAFT"].on_hand == 100


def test_a_person_says_that_it_is_not_over() -> None:
    state = fold_events(mini(), [BEGUN, say("progressed", 15, quantity_good=90), say("finished", 18, operation=30)])
    assert work(state).passed_on == 100
    state = fold_event(state, event("d", "doubt.corrected", at(0, 18), order="A", by="anna", reason="seen it"))
    assert (work(state).status, work(state, "A", 20).status) == ("aside", "aside")
    assert {d.by for d in state.doubts.values()} == {"anna"}
    assert rules(state) == []


# -- short, over, and again -----------------------------------------------------------------------------------------

SHORT = [BEGUN, say("finished", 9, 10, machine="LATHE", quantity_good=60)]


def test_what_came_short_sizes_what_follows() -> None:
    state = fold_events(mini(), SHORT)
    assert [state.quantity_of("A", n) for n in (10, 20, 30)] == [100, 60, 60]
    assert state.run_minutes("A", 20, "QC") == 60
    assert pieces_short(state, state.orders["A"]) == 40
    assert output_to_come(state, state.orders["A"]) == 60


def test_what_came_over_sizes_what_follows() -> None:
    state = fold_events(mini(), [BEGUN, say("finished", 16, quantity_good=110)])
    assert state.quantity_of("A", 20) == 110
    assert pieces_short(state, state.orders["A"]) == 0


def test_a_new_start_opens_it_again_for_the_rest() -> None:
    state = fold_events(mini(), [*SHORT, say("started", 9, 20, machine="LATHE")])
    assert (work(state).status, work(state).remaining_minutes, work(state).passed_on) == ("running", 240, None)
    assert state.quantity_of("A", 20) == 100
    assert not state.doubts


def test_a_raised_quantity_opens_it_again_for_the_rest() -> None:
    done = [BEGUN, say("finished", 16, quantity_good=100)]
    raise_ = event("q", "order.changed", at(0, 17), order="A", quantity=120)
    state = fold_events(mini(), [*done, raise_])
    assert (work(state).status, work(state).machine, work(state).remaining_minutes) == ("aside", "LATHE", 120)
    assert state.quantity_of("A", 20) == 120
    lower = fold_events(mini(), [*done, event("q", "order.changed", at(0, 17), order="A", quantity=80)])
    assert (work(lower).status, lower.quantity_of("A", 20)) == ("done", 100)


def test_a_raised_quantity_counts_in_pieces() -> None:
    # 10 pieces of 6 minutes, 5 made and 30 minutes left: 15 pieces of 20 need 90.
    plant = mini(orders=named(Order("A", "SHAFT", 10.0, at(4, 6), "SHAFT")))
    said = [
        BEGUN,
        say("progressed", 6, 30, quantity_good=5),
        event("q", "order.changed", at(0, 6, 30), order="A", quantity=20),
    ]
    assert work(fold_events(plant, said)).remaining_minutes == 90


def test_a_lowered_quantity_may_be_made_already() -> None:
    lower = event("q", "order.changed", at(0, 9), order="A", quantity=20)
    state = fold_events(mini(), [BEGUN, say("progressed", 9, quantity_good=25), lower])
    assert (work(state).status, work(state).passed_on) == ("done", 25)


def test_the_components_of_pieces_that_are_more_are_taken_too() -> None:
    plant = mini(materials=named(Material("SHAFT"), Material("bar", on_hand=200.0)))
    first = replace(plant.routings["SHAFT"].operations[0], components=(Component("bar", 1.0),))
    plant = replace(plant, routings=named(Routing("SHAFT", (first, *plant.routings["SHAFT"].operations[1:]))))
    state = fold_event(plant, BEGUN)
    assert state.materials["bar"].on_hand == 100
    state = fold_event(state, event("q", "order.changed", at(0, 7), order="A", quantity=120))
    assert state.materials["bar"].on_hand == 80
    state = fold_events(state, [say("finished", 9, quantity_good=60), say("started", 10, machine="LATHE")])
    assert state.materials["bar"].on_hand == 80
