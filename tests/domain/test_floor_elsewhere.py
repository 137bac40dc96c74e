"""Work elsewhere, out of turn or with a wrong time is taken too, and doubts are answered: the plant of `mini.py`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.domain.events import Event
from scheduler.domain.fold import fold_event, fold_events
from scheduler.domain.minutes import Minute
from scheduler.domain.resources import Downtime, SetupMatrix
from scheduler.domain.routings import Routing
from scheduler.errors import InvalidEvent
from tests.builders import at, event, named
from tests.domain.mini import BEGUN, MES, mini, rules, say, tick, work

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


@pytest.mark.parametrize(("minutes", "let_in"), [(15, True), (16, False)])
def test_two_wrong_clocks_do_not_agree_while_the_plants_own_goes_on(minutes: int, let_in: bool) -> None:
    other = replace(FAR, source="/erp", id="x", time=FAR.time + 60)
    state = fold_events(mini(), [FAR, event("t", "clock.ticked", at(0, 6, minutes)), other])
    assert (state.now == other.time) is let_in
    assert len(rules(state)) == (0 if let_in else 2)


def test_a_person_lets_it_in_and_a_person_drops_it() -> None:
    held = fold_event(mini(), FAR)
    yes = fold_event(held, event("y", "doubt.confirmed", at(0, 6), doubts=["1"], by="anna"))
    assert yes.now == FAR.time
    assert work(yes, "B", 20).status == "running"
    no = fold_event(held, event("n", "doubt.corrected", at(0, 6), doubts=["1"], by="anna"))
    assert no.now == at(0, 6)
    assert not no.progress
    assert rules(no, "corrected") == [("leap", "B", 20)]


def test_a_held_report_outlasts_other_words_on_its_operation() -> None:
    """B/20 is held for its far time; its start by the right clock settles what was inferred, and drops no report."""
    begun = say("progressed", 6, 0, "B", 20, quantity_good=1, machine="QC")
    state = fold_events(mini(), [FAR, begun, say("progressed", 6, 5, "B", 20, quantity_good=2)])
    assert rules(state, "settled") == [("begun", "B", 20)]
    (held,) = state.known_doubts.open("B")
    assert (held.rule, held.id) == ("leap", "1")
    assert "operation.started" in held.report
    yes = fold_event(state, event("y", "doubt.confirmed", at(0, 7), doubts=["1"], by="anna"))
    assert yes.now == FAR.time


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


# By a clock three days ahead; at 8 a person sets it back.
SET_BACK = event("c", "clock.corrected", at(3, 9), now="2026-03-02T08:00Z", reason="three days ahead")


def broken(start: Minute, **more: str) -> Event:
    return event("d", "machine.down", start, machine="LATHE", **more)


def test_a_breakdown_of_the_wrong_time_starts_at_the_corrected_now_and_takes_as_long() -> None:
    state = fold_events(mini(), [broken(at(3, 8), expected_up="2026-03-05T11:00Z"), SET_BACK])
    assert state.downtimes == (Downtime("LATHE", at(0, 8), at(0, 11), "breakdown"),)
    state = fold_events(mini(), [broken(at(3, 8)), SET_BACK])
    assert state.downtimes == (Downtime("LATHE", at(0, 8), None, "breakdown"),)


@pytest.mark.parametrize(
    "known",
    [
        Downtime("LATHE", at(0, 8), at(0, 11), "breakdown"),
        Downtime("LATHE", at(3, 10), at(3, 11), "breakdown"),
        Downtime("LATHE", at(3, 8), at(3, 11), "maintenance"),
    ],
)
def test_outages_that_no_wrong_time_has_begun_stay_where_they_are(known: Downtime) -> None:
    assert fold_events(mini(downtimes=(known,)), [tick(9, day=3), SET_BACK]).downtimes == (known,)


def test_an_end_that_is_past_again_after_the_clock_was_set_back_is_one_doubt() -> None:
    """A should end at 16:00 and nobody reports: a doubt at midnight, by the wrong clock and by the right one."""
    wrong = fold_events(mini(), [BEGUN, tick(9, day=3)])
    assert rules(wrong) == [("lost_report", "A", 10)]
    back = fold_event(wrong, SET_BACK)
    assert work(back).remaining_minutes == 480
    assert rules(fold_event(back, tick(0, 1, day=1))) == [("lost_report", "A", 10)]
    answered = fold_event(back, event("y", "doubt.corrected", at(0, 8), doubts=["1"], by="anna"))
    assert rules(fold_event(answered, tick(0, 1, day=1))) == [("lost_report", "A", 10)]


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
