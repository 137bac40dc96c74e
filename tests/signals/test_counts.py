"""Counters and clocks: pieces that are made, and times that are believed."""

from __future__ import annotations

import pytest

from scheduler.signals.clock import PROOF, SourceClock
from scheduler.signals.counter import AGAIN, PieceCounter
from scheduler.signals.interpreter import Interpreter
from scheduler.signals.rules import SignalRules
from scheduler.signals.signal import Change, Reading, Signal
from scheduler.signals.told import AtWork, finished, minutes_left, told


def read(rules: SignalRules, *values: float) -> list[tuple[str, float]]:
    """A reading each minute."""
    counter = PieceCounter(rules)
    return [counter.read(value, 60.0 * n) for n, value in enumerate(values)]


def test_a_total_becomes_pieces_from_its_first_reading_on() -> None:
    assert read(SignalRules(), 500, 507, 507, 510) == [("baseline", 0), ("taken", 7), ("same", 0), ("taken", 3)]


def test_a_counter_rolls_over_at_its_end_and_else_was_reset() -> None:
    rules = SignalRules(rolls_at=1000)
    assert read(rules, 990, 4) == [("baseline", 0), ("roll_over", 14)]
    assert read(rules, 400, 4) == [("baseline", 0), ("reset", 4)]
    assert read(SignalRules(), 990, 4) == [("baseline", 0), ("reset", 4)]


def test_small_steps_wait_until_they_are_large_enough() -> None:
    rules = SignalRules(deadband=2)
    steps = read(rules, 100, 101, 102, 101)
    assert steps == [("baseline", 0), ("deadband", 0), ("taken", 2), ("deadband", 0)]


def test_a_jump_makes_no_pieces_and_is_believed_when_it_stays() -> None:
    rules = SignalRules(most_per_minute=10)
    assert read(rules, 100, 99_999, 110) == [("baseline", 0), ("rate", 0), ("taken", 10)]
    stays = read(rules, 100, 5000, 5001, 5002, 5004)
    assert stays == [("baseline", 0), ("rate", 0), ("rate", 0), ("rate", 0), ("taken", 2)]


def counted(*values: tuple[float, float], rules: SignalRules) -> list[tuple[float, float]]:
    interpreter, told = Interpreter(lambda _m: rules), []
    for value, at in values:
        told += interpreter.tick(at)
        told += interpreter.take(Signal("plc", "M1", "good", value, at, at))[1]
    told += interpreter.tick(10_000)
    return [(c.good, c.at) for c in told]


def test_pieces_are_told_by_the_grain_or_after_a_time() -> None:
    rules = SignalRules(grain=10, count_seconds=60, late=0)
    assert counted((0, 0), (9, 5), (10, 10), (13, 20), rules=rules) == [(10.0, 10.0), (3.0, 20.0)]


def test_an_overtaken_reading_is_no_reset() -> None:
    rules = SignalRules(grain=1, late=0)
    assert counted((0, 0), (9, 5), (7, 4), (12, 6), rules=rules) == [(9.0, 5.0), (3.0, 6.0)]


@pytest.mark.parametrize("value", ["12", None, True])
def test_what_is_no_number_counts_nothing(value: object) -> None:
    assert Interpreter().take(Signal("plc", "M1", "good", value, 0.0)) == ("no_number", [])


def test_a_clock_within_the_tolerance_is_believed() -> None:
    clock = SourceClock(60)
    assert clock.ours(940.0, 1000.0) == (940.0, False)
    assert clock.ours(1010.0, 1000.0) == (1000.0, False)


@pytest.mark.parametrize("offset", [3600.0, -7200.0])
def test_a_clock_that_is_off_again_and_again_is_set_right(offset: float) -> None:
    clock = SourceClock(60)
    said = [clock.ours(1000.0 + n + offset, 1000.5 + n) for n in range(PROOF + 1)]
    assert said[0] == (1000.5, True)
    assert said[-1] == (1000.5 + PROOF, True)
    assert clock.ours(2000.0 + offset, 2005.0) == (2000.5, True)


def test_one_time_of_a_distant_year_moves_nothing() -> None:
    clock = SourceClock(60)
    assert clock.ours(4e9, 1000.0) == (1000.0, True)
    assert clock.ours(1001.0, 1001.2) == (1001.0, False)


def test_a_clock_that_is_set_back_is_heard_again() -> None:
    interpreter = Interpreter(lambda _m: SignalRules(late=0))
    interpreter.take(Signal("plc", "M1", "state", "RUNNING", 5000.0, 5000.0))
    said = [
        interpreter.take(Signal("plc", "M1", "state", "DOWN", 5001.0 + n, 4000.0 + n, sequence=n))[0]
        for n in range(PROOF + 1)
    ]
    assert said == ["late"] * PROOF + ["taken"]


def test_two_reports_within_a_second_are_two() -> None:
    work = AtWork("PIN-1", 10, 0.0, 0.0)
    ids = {
        told(Change("progressed", "plc", "lathe", 1_772_400_000.0 + moment, good, 0.0), work)["id"]  # type: ignore[index]
        for moment, good in ((0.1, 12.0), (0.3, 12.0), (0.3, 13.0))
    }
    assert len(ids) == 3


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**400, True, "12"])
def test_what_is_no_number_of_pieces_spoils_no_counter(value: object) -> None:
    interpreter = Interpreter(lambda _machine: SignalRules(grain=5, late=0))
    said = [0, value, 5]
    changes: list[Change] = []
    for n, each in enumerate(said):
        changes += interpreter.take(Signal("plc", "lathe", "good", each, 1000.0 + n))[1]
    changes += interpreter.tick(2000.0)
    assert sum(change.good for change in changes) == 5.0


def resumed(rules: SignalRules, total: float, *values: float) -> list[tuple[str, float]]:
    counter = PieceCounter(rules)
    counter.resume(total, 0.0)
    return [counter.read(value, 60.0 * n) for n, value in enumerate(values, start=1)]


def test_after_a_restart_pieces_count_on_from_what_was_told() -> None:
    assert resumed(SignalRules(), 500, 507) == [("taken", 7)]
    assert resumed(SignalRules(), 500, 500, 501) == [("same", 0), ("taken", 1)]


def test_what_a_broker_sends_again_after_a_restart_counts_nothing() -> None:
    assert resumed(SignalRules(), 500, 498, 499, 500, 502) == [("late", 0), ("late", 0), ("same", 0), ("taken", 2)]
    assert resumed(SignalRules(), 500, 503, 4) == [("taken", 3), ("reset", 4)]
    assert resumed(SignalRules(rolls_at=1000), 990, 4) == [("roll_over", 14)]
    anew = resumed(SignalRules(), 500, *[float(n) for n in range(AGAIN + 1)])
    assert anew[AGAIN - 2 :] == [("late", 0), ("baseline", 0), ("taken", 1)]


def test_a_count_says_where_its_counters_stood_and_is_counted_on_from_there() -> None:
    rules = SignalRules(grain=1, late=0)
    first = Interpreter(lambda _m: rules)
    for at, value in ((10.0, 100), (11.0, 103)):
        _, told_ = first.take(Signal("plc", "M1", "good", value, at, at))
    (change,) = told_
    assert change.readings == (Reading("good", 103, 11.0),)
    second = Interpreter(lambda _m: rules, counted={("plc", "M1"): change.readings})
    said = [second.take(Signal("plc", "M1", "good", v, 20.0, at)) for at, v in ((10.5, 102), (11.0, 103), (12.0, 108))]
    assert [outcome for outcome, _ in said] == ["late", "same", "taken"]
    assert [c.good for _, changes in said for c in changes] == [5.0]


WORK = AtWork("A", 10, 20.0, 0.0, quantity=100.0, per_minute=1.0)


@pytest.mark.parametrize(
    ("pace", "work", "left"),
    [
        (0.5, WORK, 140),  # 70 pieces at half a piece a minute
        (1.05, WORK, None),  # as the routing says
        (0.0, WORK, None),  # not known yet
        (0.5, AtWork("A", 10, 20.0, 0.0, quantity=100.0), 140),
        (0.5, AtWork("A", 10, 90.0, 0.0, quantity=100.0, per_minute=1.0), None),  # nothing is left
        (0.5, AtWork("A", 10, increments=True), None),
        (0.4999, WORK, 140),  # it trembles
    ],
)
def test_what_is_left_takes_as_long_as_the_machine_really_needs(pace: float, work: AtWork, left: int | None) -> None:
    change = Change("progressed", "plc", "M1", 1000.0, 10.0, per_minute=pace)
    assert minutes_left(change, work) == left
    event = told(change, work)
    assert event is not None
    assert event["data"].get("remaining_minutes") == left


def test_the_real_rate_is_that_of_the_last_hour_and_begins_anew_after_a_breakdown() -> None:
    rules = SignalRules(grain=5, late=0, debounce=0, micro_stop=60, up_after=0)
    interpreter, paces = Interpreter(lambda _m: rules), []

    def made(since: float, minutes: int, each: float, total: float) -> float:
        for n in range(minutes):
            at = since + 60.0 * n
            total += each
            for change in [*interpreter.tick(at), *interpreter.take(Signal("plc", "M1", "good", total, at, at))[1]]:
                paces.append(round(change.per_minute, 2))
        return total

    total = made(0.0, 21, 5.0, 0.0)
    assert (paces[0], paces[-1]) == (0.0, 5.0)
    total = made(21 * 60.0, 120, 10.0, total)
    assert paces[-1] == 10.0
    interpreter.take(Signal("plc", "M1", "state", "DOWN", 9000.0, 9000.0))
    interpreter.tick(9100.0)
    interpreter.take(Signal("plc", "M1", "state", "RUNNING", 9200.0, 9200.0))
    interpreter.tick(9300.0)
    made(9300.0, 5, 5.0, total)
    assert paces[-1] == 0.0


def test_an_operation_is_over_with_its_last_piece_good_or_scrap() -> None:
    change = Change("progressed", "plc", "M1", 1000.0, 60.0, 19.0)
    assert finished(change, WORK) is None
    over = finished(Change("progressed", "plc", "M1", 1000.0, 60.0, 20.0), WORK)
    assert over is not None
    assert (over["type"], over["data"]["quantity_good"], over["data"]["quantity_scrap"]) == (
        "operation.finished", 80.0, 20.0,
    )  # fmt: skip
    assert finished(change, AtWork("A", 10, increments=True)) is None
    assert finished(change, AtWork("A", 10)) is None
