"""The floor of `flicker` through the rules, and what came of it held against the truth."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace

from benchmarks.flicker import ROLLS_AT, Floor
from scheduler.signals.interpreter import Interpreter
from scheduler.signals.rules import NO_RULES, SignalRules, Tally
from scheduler.signals.signal import Change, Signal
from scheduler.signals.track import AlwaysOpen

NEAR = 900.0
"""A report of a breakdown within so many seconds of its start is that breakdown."""
RULES = SignalRules(rolls_at=ROLLS_AT)


@dataclass(frozen=True, slots=True)
class Outcome:
    """found : true breakdowns that became an event.   false : reports of none.   of_losses : while a link was lost.

    late : by breakdown found, seconds from its start to its report.   ups : ends told.   pieces : told, and made.
    """

    signals: int
    found: int
    false: int
    of_losses: int
    ups: int
    late: list[float]
    pieces: tuple[float, float]
    seconds: float
    tally: Tally


def drawn(floor: Floor) -> list[Signal]:
    """All signals, kept, so that drawing them is not measured."""
    return list(floor.signals())


def run(floor: Floor, signals: Iterable[Signal], rules: SignalRules = RULES) -> Outcome:
    """In fast time: the clock is that of the signals."""
    calendars = AlwaysOpen() if replace(rules, rolls_at=0.0) == NO_RULES else floor
    interpreter = Interpreter(lambda _machine: rules, openings=calendars)
    told: list[tuple[float, Change]] = []
    count, second, now = 0, 0.0, 0.0
    began = time.perf_counter()
    for signal in signals:
        now = signal.received
        if now - second >= 1.0:
            second = now
            told += [(now, change) for change in interpreter.tick(now)]
        _, changes = interpreter.take(signal)
        if changes:
            told += [(now, change) for change in changes]
        count += 1
    told += [(now, change) for change in interpreter.tick(now)]
    return _held_against_the_truth(floor, told, count, time.perf_counter() - began, interpreter.tally())


def _held_against_the_truth(
    floor: Floor, told: list[tuple[float, Change]], count: int, seconds: float, tally: Tally
) -> Outcome:
    downs = [(when, c) for when, c in told if c.kind == "down"]
    late, false, of_losses = dict[str, float](), 0, 0
    true = {b.machine: b for b in floor.true}
    for when, change in downs:
        broken = true.get(change.machine)
        if broken is not None and change.machine not in late and abs(change.at - broken.start) <= NEAR:
            late[change.machine] = when - broken.start
        else:
            false += 1
        of_losses += any(a <= change.at < b and (broken is None or not broken.start <= change.at < broken.end)
                         for a, b in floor.losses[change.machine])  # fmt: skip
    pieces = sum(c.good for _, c in told if c.kind == "progressed"), sum(floor.pieces.values())
    ups = sum(c.kind == "up" for _, c in told)
    return Outcome(count, len(late), false, of_losses, ups, sorted(late.values()), pieces, seconds, tally)
