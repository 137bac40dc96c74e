"""What the floor reports is true: what each report means, and which doubt is kept.

One lathe, one inspection and one packing bench work around the clock. Orders A (100 pieces), B (20) and C (40) of SHAFT
go over all three: 6 minutes a piece on the lathe, then 1, then 1. It is Monday 2 March, 06:00.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scheduler.domain.calendars import Calendar, WeeklyWindow
from scheduler.domain.events import Event
from scheduler.domain.fold import fold_event, fold_events
from scheduler.domain.material_flow import output_to_come, pieces_short
from scheduler.domain.minutes import DAY
from scheduler.domain.orders import Material, Order, Progress
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Machine, SetupMatrix
from scheduler.domain.routings import Component, EligibleMachine, Operation, Routing
from scheduler.errors import InvalidEvent
from tests.builders import at, event, named, tiny_plant

MES = "/mes"


def mini(**changes: Any) -> PlantState:
    always = Calendar("always", tuple(WeeklyWindow(day, 0, DAY) for day in range(7)))
    steps = tuple(
        Operation(number, predecessors=before, machines=(EligibleMachine(machine, per_unit),))
        for number, before, machine, per_unit in (
            (10, (), "LATHE", 6.0),
            (20, (10,), "QC", 1.0),
            (30, (20,), "PACK", 1.0),
        )
    )
    plant = tiny_plant(
        calendars=named(always),
        machines=named(*(Machine(name, name, "always") for name in ("LATHE", "QC", "PACK"))),
        materials=named(Material("SHAFT")),
        receipts={},
        orders=named(*(Order(name, "SHAFT", pieces, at(4, 6), "SHAFT") for name, pieces in ORDERS)),
        routings=named(Routing("SHAFT", steps)),
    )
    return replace(plant, **changes)


ORDERS = (("A", 100.0), ("B", 20.0), ("C", 40.0))


def say(
    type_: str, hour: int, minute: int = 0, order: str = "A", operation: int = 10, day: int = 0, **data: Any
) -> Event:
    time = at(day, hour, minute)
    return Event(
        f"{type_} {order}/{operation} {time} {sorted(data.items())}",
        data.pop("source", MES),
        f"operation.{type_}",
        time,
        {"order": order, "operation": operation, **data},
    )


def tick(hour: int, minute: int = 0, day: int = 0) -> Event:
    return event(f"t{day}-{hour}-{minute}", time=at(day, hour, minute))


def work(state: PlantState, order: str = "A", operation: int = 10) -> Progress:
    return state.progress[order, operation]


def rules(state: PlantState, status: str = "open") -> list[tuple[str, str, int | None]]:
    return [(d.rule, d.order, d.operation) for d in state.doubts.values() if d.status == status]


BEGUN = say("started", 6, machine="LATHE")

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
    assert work(state) == Progress("A", 10, "done", "LATHE", at(0, 6), at(0, 16), quantity_good=100.0, passed_on=100.0)
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


# -- elsewhere, out of turn, and times -------------------------------------------------------------------------------


def test_work_that_is_moved_by_its_progress_runs_there() -> None:
    state = fold_events(mini(), [BEGUN, say("progressed", 9, quantity_good=50, machine="QC")])
    assert (work(state).machine, work(state).remaining_minutes) == ("QC", 300)
    assert ("other_machine", "A", 10) in rules(state)
    assert state.run_minutes("A", 10, "QC") == 600


def test_a_family_that_the_other_machine_does_not_know_needs_no_changeover() -> None:
    plant = mini(setup_matrices={"QC": SetupMatrix("QC", {("clean", "dirty"): 30, ("dirty", "clean"): 30})})
    first = replace(plant.routings["SHAFT"].operations[0], setup_family="steel")
    plant = replace(plant, routings=named(Routing("SHAFT", (first, *plant.routings["SHAFT"].operations[1:]))))
    state = fold_event(plant, say("started", 7, machine="QC"))
    assert state.changeover("QC", "steel", "clean", 0) == 0
    assert state.changeover("QC", "dirty", "clean", 0) == 30


def test_progress_of_work_whose_machine_is_busy_takes_no_machine() -> None:
    state = fold_events(mini(), [BEGUN, say("progressed", 7, 0, "B", quantity_good=5)])
    assert work(state).status == "running"
    assert (work(state, "B").status, work(state, "B").remaining_minutes) == ("aside", 90)


def test_a_finish_before_its_start_corrects_the_start() -> None:
    state = fold_events(mini(), [say("started", 8, machine="LATHE"), say("finished", 7, quantity_good=100)])
    assert (work(state).started, work(state).finished) == (at(0, 7), at(0, 7))
    assert rules(state) == [("finish_before_start", "A", 10)]


def test_an_unknown_operation_and_machine_are_refused_still() -> None:
    for wrong in (say("started", 6, operation=40, machine="LATHE"), say("started", 6, machine="LATHES")):
        with pytest.raises(InvalidEvent):
            fold_event(mini(), wrong)


def test_work_that_the_routing_lacks_is_added_behind_what_it_follows() -> None:
    rows = [{"machine": "LATHE", "run_minutes_per_unit": 2}]
    rework = say("added", 9, operation=15, predecessors="10", description="rework", machine_rows=rows)
    state = fold_event(mini(), rework)
    own = state.routings[state.orders["A"].routing]
    assert own.name == "SHAFT@A"
    assert [(o.number, o.predecessors) for o in own.operations] == [(10, ()), (15, (10,)), (20, (15,)), (30, (20,))]
    assert state.routings["SHAFT"] == mini().routings["SHAFT"]
    assert fold_event(state, replace(rework, id="again")) == state
    assert work(fold_event(state, say("started", 10, operation=15, machine="LATHE")), "A", 15).remaining_minutes == 200


# -- the clock ------------------------------------------------------------------------------------------------------

FAR = replace(say("started", 9, 55, "B", 20, machine="QC"), time=at(86, 9, 55))


def test_a_report_from_far_ahead_is_held_with_its_reason_and_moves_nothing() -> None:
    state = fold_events(mini(), [BEGUN, FAR])
    assert state.now == at(0, 6)
    assert ("B", 20) not in state.progress
    (doubt,) = state.doubts.values()
    assert (doubt.rule, doubt.order, doubt.operation) == ("leap", "B", 20)
    assert "96 hours" in doubt.words


def test_four_days_ahead_are_believed_and_a_minute_more_is_not() -> None:
    assert fold_event(mini(), replace(BEGUN, time=at(4, 6))).now == at(4, 6)
    assert fold_event(mini(), replace(BEGUN, time=at(4, 6, 1))).now == at(0, 6)


def test_a_second_source_at_that_time_lets_both_in() -> None:
    other = replace(FAR, source="/erp", id="x", time=FAR.time + 60)
    state = fold_events(mini(), [FAR, other])
    assert state.now == FAR.time + 60
    assert work(state, "B", 20).started == FAR.time
    assert rules(state) == []
    same = fold_events(mini(), [FAR, replace(other, source=MES)])
    assert (same.now, len(rules(same))) == (at(0, 6), 2)


def test_a_person_lets_it_in_and_a_person_drops_it() -> None:
    held = fold_event(mini(), FAR)
    yes = fold_event(held, event("y", "doubt.confirmed", at(0, 6), doubts=["1"], by="anna"))
    assert yes.now == FAR.time
    assert work(yes, "B", 20).status == "running"
    no = fold_event(held, event("n", "doubt.corrected", at(0, 6), doubts=["1"], by="anna"))
    assert no.now == at(0, 6)
    assert not no.progress
    assert rules(no, "corrected") == [("leap", "B", 20)]


def test_a_report_that_nobody_could_take_in_is_refused_and_not_held() -> None:
    with pytest.raises(InvalidEvent, match="no order 'X'"):
        fold_event(mini(), replace(FAR, data={**FAR.data, "order": "X"}))


def test_a_corrected_clock_gives_back_what_was_counted() -> None:
    state = fold_events(mini(), [BEGUN, tick(8), FAR])
    back = event("c", "clock.corrected", at(0, 8), now="2026-03-02T08:00Z", reason="wrong year")
    confirmed = fold_event(state, event("y", "doubt.confirmed", at(0, 8), rule="leap", by="anna"))
    assert work(confirmed).remaining_minutes == 0
    corrected = fold_event(confirmed, back)
    assert corrected.now == at(0, 8)
    assert work(corrected).remaining_minutes == 480
    assert (work(corrected, "B", 20).started, work(corrected, "B", 20).remaining_minutes) == (at(0, 8), 20)


# -- doubts ---------------------------------------------------------------------------------------------------------


def test_a_doubt_that_nobody_knows_cannot_be_answered() -> None:
    with pytest.raises(InvalidEvent, match="no doubt '7'"):
        fold_event(mini(), event("y", "doubt.confirmed", doubts=["7"], by="anna"))
    with pytest.raises(InvalidEvent, match="at least one"):
        fold_event(mini(), event("y", "doubt.confirmed", by="anna"))


def test_doubts_are_answered_in_bulk() -> None:
    state = fold_event(mini(), say("finished", 9, operation=30, quantity_good=100))
    state = fold_event(state, event("y", "doubt.confirmed", at(0, 9), rule="successor_finished", by="anna"))
    assert rules(state) == []
    assert len(rules(state, "confirmed")) == 2
    assert work(state).status == "done"


def test_closed_doubts_are_forgotten_in_the_end_and_open_ones_never() -> None:
    state = fold_event(mini(), say("started", 6, machine="QC"))
    turns = [
        say(
            "progressed" if n % 2 else "started",
            7,
            0,
            "BC"[n % 2],
            **({"machine": "LATHE"} if n % 2 == 0 else {"quantity_good": 1}),
        )
        for n in range(1300)
    ]
    state = fold_events(state, [replace(t, id=str(n)) for n, t in enumerate(turns)])
    closed = [d for d in state.doubts.values() if d.status != "open"]
    assert 500 <= len(closed) < 550
    assert "other_machine" in {d.rule for d in state.doubts.values() if d.status == "open"}
    assert [int(id) for id in state.doubts] == sorted(int(id) for id in state.doubts)
