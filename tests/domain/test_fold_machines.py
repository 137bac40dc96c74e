"""What machine.down, machine.up and machine.speed do to a plant, and what the clock does to running work.

SHAFT-1 runs on the lathe (operation 20, 10 pieces of 5 minutes) since Monday 06:00; the shift is 06:00 to 14:00.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.domain.events import Event
from scheduler.domain.fold import fold_event, fold_events
from scheduler.domain.minutes import DAY, Minute
from scheduler.domain.orders import Progress
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Downtime
from scheduler.errors import InvalidEvent
from tests.builders import at, down, event, tiny_plant


def turning(remaining: int = 50, pausable: bool = True) -> PlantState:
    plant = tiny_plant(
        progress={("SHAFT-1", 20): Progress("SHAFT-1", 20, "running", "lathe", at(0, 6), None, remaining)}
    )
    if pausable:
        return plant
    shaft = plant.routings["shaft"]
    saw, turn = shaft.operations
    shaft = replace(shaft, operations=(saw, replace(turn, pausable=False)))
    return replace(plant, routings={**plant.routings, "shaft": shaft})


def left(state: PlantState) -> int | None:
    return state.progress["SHAFT-1", 20].remaining_minutes


def up(time: Minute, machine: str = "lathe") -> Event:
    return event(f"up-{time}", "machine.up", time, machine=machine)


def test_running_work_loses_the_minutes_that_pass() -> None:
    assert left(fold_event(turning(), event("1", time=at(0, 6, 20)))) == 30


def test_closed_time_costs_running_work_nothing() -> None:
    # 470 minutes to 13:50, ten more to the end of the shift, five on Tuesday.
    assert left(fold_event(turning(500), event("1", time=at(1, 6, 5)))) == 15


def test_work_past_its_end_still_runs_and_is_taken_to_end_now_each_time_anew() -> None:
    assert left(fold_event(turning(), event("1", time=at(0, 6, 49)))) == 1
    for minute in (50, 51, 59):
        state = fold_event(turning(), event("1", time=at(0, 6, minute)))
        assert left(state) == 0
        assert state.progress["SHAFT-1", 20].drifting_since == at(0, 6, 50)
    assert not fold_event(turning(), event("1", time=at(0, 14, 49))).doubts


def test_work_that_nobody_reports_for_eight_hours_after_its_end_is_one_doubt() -> None:
    once = fold_event(turning(), event("1", time=at(0, 14, 50)))
    (doubt,) = once.doubts.values()
    assert (doubt.rule, doubt.since, doubt.order, doubt.operation, doubt.machine) == (
        "lost_report",
        at(0, 14, 50),
        "SHAFT-1",
        20,
        "lathe",
    )
    assert fold_event(once, event("2", time=at(2, 12))).doubts == once.doubts


def test_an_hour_in_sixty_ticks_is_an_hour_in_one() -> None:
    begin, end = at(0, 14, 20), at(0, 15, 20)
    plant = fold_event(turning(), event("1", time=begin))
    ticks = [event(str(minute), time=minute) for minute in range(begin + 1, end + 1)]
    assert fold_events(plant, ticks) == fold_event(plant, event("2", time=end))


def test_now_never_goes_back() -> None:
    state = fold_event(turning(), event("1", time=at(0, 7)))
    assert fold_event(state, event("2", time=at(0, 6, 30))).now == at(0, 7)


def test_a_breakdown_opens_an_outage_with_its_expected_end() -> None:
    state = fold_event(tiny_plant(), down("1", "saw", at(0, 7), expected_up="2026-03-02T09:00+00:00"))
    assert state.now == at(0, 7)
    assert state.downtimes == (Downtime("saw", at(0, 7), at(0, 9), "breakdown", "spindle"),)


def test_paused_work_keeps_its_minutes_while_the_machine_is_down() -> None:
    state = fold_events(turning(), [down("1", "lathe", at(0, 6, 20)), event("2", time=at(0, 10))])
    assert left(state) == 30
    state = fold_events(state, [up(at(0, 10, 30)), event("3", time=at(0, 10, 40))])
    assert left(state) == 20


def test_work_that_cannot_pause_starts_again_with_its_changeover() -> None:
    # 15 minutes of changeover and 50 of turning.
    state = fold_event(turning(pausable=False), down("1", "lathe", at(0, 6, 20)))
    assert left(state) == 65
    assert left(fold_events(state, [up(at(0, 8)), event("2", time=at(0, 8, 10))])) == 55


def test_a_breakdown_on_another_machine_leaves_running_work_alone() -> None:
    assert left(fold_event(turning(), down("1", "saw", at(0, 6, 20)))) == 30


def test_a_late_breakdown_gives_back_the_minutes_since() -> None:
    # By 06:40 it had 10 minutes left; the machine stands since 06:30.
    state = fold_events(turning(), [event("1", time=at(0, 6, 40)), down("2", "lathe", at(0, 6, 30))])
    assert left(state) == 20


def test_a_late_breakdown_gives_back_only_what_it_lasted() -> None:
    late = down("2", "lathe", at(0, 6, 10), expected_up="2026-03-02T06:20+00:00")
    assert left(fold_events(turning(), [event("1", time=at(0, 6, 40)), late])) == 20


def test_a_late_breakdown_restarts_unpausable_work_at_its_end() -> None:
    late = down("2", "lathe", at(0, 6, 10), expected_up="2026-03-02T06:20+00:00")
    # 15 of changeover and 50 minutes from 06:20 on, of which 20 have passed.
    assert left(fold_events(turning(pausable=False), [event("1", time=at(0, 6, 40)), late])) == 45


def test_a_late_all_clear_counts_the_minutes_worked_since() -> None:
    state = fold_events(turning(), [down("1", "lathe", at(0, 6, 20)), event("2", time=at(0, 7)), up(at(0, 6, 45))])
    assert left(state) == 15
    assert state.downtimes[0].end == at(0, 6, 45)


def test_a_second_breakdown_while_down_replaces_the_expected_end() -> None:
    first = down("1", "saw", at(0, 7), expected_up="2026-03-02T09:00+00:00")
    second = down("2", "saw", at(0, 8), expected_up="2026-03-02T12:00+00:00", reason="bearing")
    state = fold_events(tiny_plant(), [first, second])
    assert state.downtimes == (Downtime("saw", at(0, 7), at(0, 12), "breakdown", "bearing"),)
    assert fold_event(state, down("3", "saw", at(0, 9))).downtimes[0].end is None


def test_a_machine_that_comes_up_ends_every_outage_that_lasts() -> None:
    maintenance = Downtime("saw", at(0, 6), at(0, 12))
    tomorrow = Downtime("saw", at(1, 6), at(1, 8))
    other = Downtime("lathe", at(0, 6), None, "breakdown")
    plant = tiny_plant(downtimes=(maintenance, tomorrow, other))
    state = fold_events(plant, [down("1", "saw", at(0, 7)), up(at(0, 9), "saw")])
    assert state.downtimes == (
        replace(maintenance, end=at(0, 9)),
        tomorrow,
        other,
        Downtime("saw", at(0, 7), at(0, 9), "breakdown", "spindle"),
    )


def test_an_outage_that_ends_at_its_own_start_never_was() -> None:
    assert fold_events(tiny_plant(), [down("1", "saw", at(0, 7)), up(at(0, 7), "saw")]).downtimes == ()


def open_rules(state: PlantState) -> list[tuple[str, str]]:
    return [(d.rule, d.machine) for d in state.known_doubts.open()]


def test_an_expected_end_before_the_breakdown_is_a_doubt_and_the_end_is_not_known() -> None:
    state = fold_event(tiny_plant(), down("1", "saw", at(0, 7), expected_up="2026-03-02T07:00+00:00"))
    assert state.downtimes == (Downtime("saw", at(0, 7), None, "breakdown", "spindle"),)
    assert open_rules(state) == [("end_before_down", "saw")]
    told = fold_event(state, down("2", "saw", at(0, 7, 10), expected_up="2026-03-02T09:00+00:00"))
    assert told.downtimes[0].end == at(0, 9)
    assert open_rules(told) == []


def test_a_machine_that_was_up_before_it_went_down_is_up_since_the_report_came() -> None:
    """The terminal that says so is an hour slow."""
    state = fold_events(turning(), [down("1", "lathe", at(0, 6, 20)), event("t", time=at(0, 6, 50))])
    state = fold_event(state, up(at(0, 5, 50)))
    assert state.now == at(0, 6, 50)
    assert state.downtimes == (Downtime("lathe", at(0, 6, 20), at(0, 6, 50), "breakdown", "spindle"),)
    assert open_rules(state) == [("up_before_down", "lathe")]
    assert left(fold_event(state, event("later", time=at(0, 7)))) == 20
    assert open_rules(fold_event(state, down("2", "lathe", at(0, 7)))) == []


def test_a_machine_up_at_the_minute_in_which_it_went_down_was_never_down() -> None:
    state = fold_events(tiny_plant(), [down("1", "saw", at(0, 7)), up(at(0, 6, 59), "saw")])
    assert state.downtimes == ()
    assert open_rules(state) == [("up_before_down", "saw")]


def test_the_end_of_an_outage_before_told_again_ends_no_other() -> None:
    story = [down("1", "saw", at(0, 7)), up(at(0, 7, 30), "saw"), down("2", "saw", at(0, 8))]
    state = fold_events(tiny_plant(), story)
    again = fold_event(state, event("again", "machine.up", at(0, 7, 30), machine="saw"))
    assert again.downtimes == state.downtimes
    assert open_rules(again) == []


def test_a_machine_up_far_ahead_waits_and_the_machine_stays_down() -> None:
    state = fold_event(tiny_plant(), down("1", "saw", at(0, 7)))
    held = fold_event(state, up(at(90, 7), "saw"))
    assert (held.now, held.downtimes) == (state.now, state.downtimes)
    assert open_rules(held) == [("leap", "saw")]
    again = fold_event(held, up(at(0, 9), "saw"))
    assert again.downtimes[0].end == at(0, 9)


def test_a_slower_machine_stretches_what_is_left() -> None:
    slow = event("1", "machine.speed", at(0, 6, 20), machine="lathe", efficiency=0.8)
    state = fold_event(turning(), slow)
    assert state.machines["lathe"].efficiency == 0.8
    assert left(state) == 38  # 30 / 0.8 = 37.5
    assert left(fold_event(state, event("2", "machine.speed", at(0, 6, 20), machine="lathe", efficiency=1.6))) == 19


@pytest.mark.parametrize("type_", ["machine.down", "machine.up", "machine.speed"])
def test_an_unknown_machine_is_refused_with_the_nearest_name(type_: str) -> None:
    with pytest.raises(InvalidEvent, match="did you mean 'lathe'") as caught:
        fold_event(tiny_plant(), event("1", type_, machine="lathes", efficiency=1.0))
    assert caught.value.field == "data.machine"


def test_a_clock_that_runs_ten_years_ahead_is_not_believed() -> None:
    """For the plant's now never goes back."""
    plant = tiny_plant()
    assert fold_event(plant, event("t", time=plant.now + 3650 * DAY)).now == plant.now + 3650 * DAY
    with pytest.raises(
        InvalidEvent, match=r"expected at most 3650 days after the plant's now, 2026-03-02T06:00\+00:00"
    ):
        fold_event(plant, event("t", time=plant.now + 3650 * DAY + 1))


def test_an_outage_until_the_year_9999_is_refused_with_the_remedy() -> None:
    with pytest.raises(InvalidEvent, match=r"found 9999-12-31T00:00Z, .* leave it out where it is not known"):
        fold_event(tiny_plant(), down("d", "saw", expected_up="9999-12-31T00:00Z"))


def test_a_new_machine_may_do_what_its_twin_may_in_the_same_times() -> None:
    plant = tiny_plant()
    after = fold_event(plant, event("1", "machine.added", machine="lathe-2", like="lathe"))
    assert after.machines["lathe-2"] == replace(plant.machines["lathe"], name="lathe-2")
    turn = after.routings["shaft"].operations[1]
    assert [(m.machine, m.run_minutes_per_unit, m.setup_minutes) for m in turn.machines] == [
        ("lathe", 5.0, 15), ("lathe-2", 5.0, 15),
    ]  # fmt: skip
    assert [m.machine for m in after.routings["shaft"].operations[0].machines] == ["saw"]
    assert fold_event(after, event("2", "machine.added", machine="lathe-2", like="saw")) == after, "it is there"


@pytest.mark.parametrize(("name", "like"), [("lathe-2", "laser"), ("sawing", "saw"), ("a//b", "saw")])
def test_a_machine_is_not_added_like_none_or_under_a_name_that_is_taken(name: str, like: str) -> None:
    with pytest.raises(InvalidEvent):
        fold_event(tiny_plant(), event("1", "machine.added", machine=name, like=like))
