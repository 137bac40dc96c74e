"""A machine's states in time: what becomes a breakdown, and what does not."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from scheduler.errors import BadRequest
from scheduler.signals.codes import MACHINERY, PACKML, PLAIN, Codes, decode, own_codes
from scheduler.signals.interpreter import Interpreter
from scheduler.signals.rules import SignalRules
from scheduler.signals.signal import Change, Signal, link_lost
from scheduler.signals.track import Openings

RULES = SignalRules(debounce=3, link=20, micro_stop=300, up_after=60, late=0)


class Closed:
    """Not to work from 1000 to 5000."""

    def opening(self, machine: str, at: float) -> float:  # noqa: ARG002
        return 5000.0 if 1000 <= at < 5000 else at


class Line:
    """One machine; each signal a tenth of a second on its way."""

    def __init__(self, rules: SignalRules = RULES, codes: Codes = PLAIN, openings: Openings | None = None) -> None:
        self.interpreter = Interpreter(lambda _m: rules, lambda _m: codes, openings)
        self.changes: list[Change] = []

    def say(self, value: object, at: float, **more: object) -> str:
        signal = Signal("plc", "M1", "state", value, at + 0.1, at, **more)  # type: ignore[arg-type]
        return self.take(signal)

    def take(self, signal: Signal) -> str:
        self.wait(signal.received)
        outcome, changes = self.interpreter.take(signal)
        self.changes += changes
        return outcome

    def wait(self, until: float) -> None:
        self.changes += self.interpreter.tick(until)

    def told(self) -> list[tuple[str, float]]:
        return [(c.kind, c.at) for c in self.changes]


def played(line: Line, states: Iterable[tuple[str, float]], until: float) -> list[tuple[str, float]]:
    for state, at in states:
        line.say(state, at)
    line.wait(until)
    return line.told()


@pytest.mark.parametrize(("seconds", "told"), [(299.0, []), (303.0, [("down", 100.0)])])
def test_a_stop_is_a_breakdown_from_the_threshold_on(seconds: float, told: list[tuple[str, float]]) -> None:
    line = Line()
    assert played(line, [("RUNNING", 0), ("DOWN", 100), ("RUNNING", 100 + seconds)], 101 + seconds) == told
    line.wait(110 + seconds)
    assert line.interpreter.tally().verdicts["micro_stop"] == (not told)


def test_it_is_told_when_the_threshold_has_passed_and_no_sooner() -> None:
    line = Line()
    assert played(line, [("RUNNING", 0), ("DOWN", 100)], 399.9) == []
    line.wait(400.0)
    assert line.told() == [("down", 100.0)]


def test_a_decision_waits_for_what_is_still_on_its_way() -> None:
    line = Line(SignalRules(debounce=3, micro_stop=300, late=5))
    line.say("RUNNING", 0)
    line.say("DOWN", 100)
    line.take(Signal("plc", "M1", "state", "RUNNING", 404.0, 399.0))
    line.wait(1000)
    assert line.told() == []


def test_a_bounce_does_not_interrupt_a_stop_nor_begin_one() -> None:
    line = Line()
    bounces = [("RUNNING", 0), ("DOWN", 50), ("RUNNING", 52), ("DOWN", 100), ("RUNNING", 200), ("DOWN", 202.8)]
    assert played(line, bounces, 401) == [("down", 100.0)]
    assert line.interpreter.tally().signals["bounce"] == 2


def test_a_repair_that_does_not_hold_is_the_same_breakdown() -> None:
    line = Line()
    states = [("RUNNING", 0), ("DOWN", 100), ("RUNNING", 1000), ("DOWN", 1059), ("RUNNING", 2000)]
    assert played(line, states, 2059.9) == [("down", 100.0)]
    assert line.interpreter.tally().verdicts["hysteresis"] == 1
    line.wait(2060)
    assert line.told() == [("down", 100.0), ("up", 2000.0)]


def test_a_machine_that_waits_for_work_after_its_breakdown_is_up() -> None:
    assert played(Line(), [("DOWN", 100), ("IDLE", 1000), ("RUNNING", 1050)], 1100) == [("down", 100.0), ("up", 1000.0)]


def test_a_breakdown_that_was_told_lasts_its_least_time() -> None:
    line = Line(SignalRules(debounce=0, micro_stop=10, up_after=0, least_down=600, late=0))
    assert played(line, [("DOWN", 100), ("RUNNING", 150)], 699) == [("down", 100.0)]
    line.wait(700)
    assert line.told()[1] == ("up", 150.0)


def test_a_lost_link_is_unknown_and_never_a_breakdown() -> None:
    line = Line()
    line.say("RUNNING", 0)
    line.take(link_lost("plc", "M1", 100))
    line.wait(90_000)
    assert line.told() == []
    assert line.interpreter.blind() == {"M1": 100.0}


def test_a_short_loss_does_not_interrupt_a_stop_and_a_long_one_begins_it_anew() -> None:
    short, long = Line(), Line()
    for line, back in ((short, 219.0), (long, 221.0)):
        line.say("RUNNING", 0)
        line.say("DOWN", 100)
        line.take(link_lost("plc", "M1", 200))
        line.take(Signal("plc", "M1", "state", "DOWN", back, back))
        line.wait(401)
    assert short.told() == [("down", 100.0)]
    assert long.told() == []
    long.wait(521)
    assert long.told() == [("down", 221.0)]


def test_a_stop_is_not_told_while_the_link_is_gone() -> None:
    line = Line()
    line.say("RUNNING", 0)
    line.say("DOWN", 100)
    line.take(link_lost("plc", "M1", 390))
    line.wait(5000)
    assert line.told() == []


def test_after_a_loss_the_same_word_counts_again() -> None:
    line = Line()
    line.say("RUNNING", 10)
    line.wait(20)
    line.take(link_lost("plc", "M1", 100))
    line.wait(200)
    assert line.take(Signal("plc", "M1", "state", "RUNNING", 300, 10)) == "taken"
    line.wait(310)
    assert line.interpreter.blind() == {}


def test_a_machine_that_falls_silent_is_unknown() -> None:
    line = Line(SignalRules(debounce=3, link=0, silent=60, micro_stop=300, late=0))
    line.say("RUNNING", 0)
    line.say("DOWN", 50)
    line.wait(110.0)
    assert line.interpreter.blind() == {}
    line.wait(110.2)
    assert line.interpreter.blind() == {"M1": pytest.approx(110.1)}
    line.wait(9000)
    assert line.told() == []
    assert line.interpreter.tally().verdicts["silent"] == 1


def test_bad_quality_is_unknown() -> None:
    line = Line()
    line.say("RUNNING", 0)
    assert line.say("DOWN", 100, quality="bad") == "bad_quality"
    line.wait(9000)
    assert line.told() == []
    assert line.interpreter.blind() == {"M1": 100.0}


def test_outside_its_calendar_a_machine_is_not_down() -> None:
    line = Line(openings=Closed())
    assert played(line, [("RUNNING", 0), ("DOWN", 2000)], 5299) == []
    assert line.interpreter.tally().verdicts["calendar"] == 1
    line.wait(5300)
    assert line.told() == [("down", 5000.0)]


def test_a_machine_that_is_switched_on_in_the_morning_was_never_down() -> None:
    assert played(Line(openings=Closed()), [("RUNNING", 0), ("DOWN", 900), ("RUNNING", 5010)], 9000) == []


def test_the_same_message_counts_once() -> None:
    line = Line()
    line.say("RUNNING", 0, sequence=1)
    assert line.say("DOWN", 100, sequence=2) == "taken"
    assert line.say("DOWN", 100, sequence=2) == "repeat"
    assert line.say("RUNNING", 0) == "late"
    assert line.say("IDLE", 200) == "taken"
    assert line.say("IDLE", 200) == "repeat"


def test_in_a_burst_a_state_must_stand_longer() -> None:
    line = Line(SignalRules(debounce=1, burst_changes=4, burst_seconds=60, burst_hold=15, micro_stop=0, late=0))
    for n in range(6):
        line.say("DOWN" if n % 2 else "RUNNING", n * 0.5)
    line.wait(17.4)
    assert line.told() == []
    assert line.interpreter.tally().verdicts["burst"] == 2
    line.wait(17.5)
    assert line.told() == [("down", 2.5)]


def test_every_signal_is_accounted_for() -> None:
    line = Line()
    for n, value in enumerate(["RUNNING", "DOWN", "RUNNING", "??", None, "IDLE", "IDLE"]):
        line.say(value, n * 10.0)
    assert line.interpreter.tally().signals.total() == 7
    assert line.interpreter.tally().signals["unknown_code"] == 2


def test_what_a_source_told_before_it_may_end() -> None:
    interpreter = Interpreter(lambda _m: RULES, down={("plc", "M1")})
    interpreter.take(Signal("plc", "M1", "state", "RUNNING", 10.0))
    assert interpreter.tick(69.9) == []
    assert [(c.kind, c.at) for c in interpreter.tick(75.0)] == [("up", 10.0)]


@pytest.mark.parametrize(
    ("codes", "value", "state"),
    [
        (MACHINERY, "Executing", "RUNNING"),
        (MACHINERY, "NotExecuting", "IDLE"),
        (MACHINERY, "OutOfService", "DOWN"),
        (MACHINERY, "NotAvailable", "UNKNOWN"),
        (MACHINERY, 3, "RUNNING"),
        (PACKML, "Execute", "RUNNING"),
        (PACKML, 6.0, "RUNNING"),
        (PACKML, "suspended", "IDLE"),
        (PACKML, 9, "DOWN"),
        (own_codes({"7": "SETUP", "true": "RUNNING"}), 7, "SETUP"),
        (own_codes({"true": "RUNNING"}), True, "RUNNING"),
        (own_codes({"6": "PLANNED_STOP"}, PACKML), "6", "PLANNED_STOP"),
    ],
)
def test_codes_mean_states(codes: Codes, value: object, state: str) -> None:
    known = decode(codes, value)
    assert known is not None
    assert known.state == state


def test_a_held_machine_is_down_only_after_its_time() -> None:
    line = Line(codes=PACKML)
    assert played(line, [("Execute", 0), ("Held", 100)], 999) == []
    line.wait(1000)
    assert line.told() == [("down", 100.0)]


def test_maintenance_outweighs_a_state_until_it_ends() -> None:
    line = Line(codes=PACKML)

    def mode(value: object, at: float) -> str:
        return line.take(Signal("plc", "M1", "mode", value, at + 0.1, at))

    line.say("Execute", 0)
    assert mode("Maintenance", 50) == "taken"
    assert line.say("Aborted", 100) == "same"
    line.wait(5000)
    assert line.told() == []
    assert mode(1, 5000) == "taken"
    line.wait(5400)
    assert line.told() == [("down", 5000.0)]


def test_a_mode_alone_says_no_state() -> None:
    line = Line(codes=PACKML)
    line.say("Execute", 0)
    line.wait(10)
    line.take(link_lost("plc", "M1", 20))
    assert line.take(Signal("plc", "M1", "mode", "Production", 30)) == "taken"
    line.wait(100)
    assert line.interpreter.blind() == {"M1": 20.0}


def test_a_word_that_is_no_state_is_refused() -> None:
    with pytest.raises(BadRequest, match="did you mean 'RUNNING'"):
        own_codes({"1": "RUNING"})
