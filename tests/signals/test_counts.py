"""Counters and clocks: pieces that are made, and times that are believed."""

from __future__ import annotations

import pytest

from scheduler.signals.clock import PROOF, SourceClock
from scheduler.signals.counter import PieceCounter
from scheduler.signals.interpreter import Interpreter
from scheduler.signals.rules import SignalRules
from scheduler.signals.signal import Change, Signal
from scheduler.signals.told import AtWork, told


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
