"""Pieces from a counter that resets, rolls over, jitters and jumps."""

from __future__ import annotations

from scheduler.signals.rules import Outcome, SignalRules

NEAR_THE_END = 0.5
"""A counter that falls from the upper half of its range rolled over where that is the shorter way, else was reset."""
SAME_JUMP = 3
"""A jump that was too large is believed, without counting its pieces, where so many readings stand by it."""
AGAIN = 64
"""Readings below that of before a restart are what a broker sends again; so many of them, and the counter was reset."""


class PieceCounter:
    """Readings of a total become pieces. Order is kept by whoever calls."""

    __slots__ = ("_at", "_jumped", "_last", "_resumed", "_rules")

    def __init__(self, rules: SignalRules) -> None:
        self._rules = rules
        self._last: float | None = None
        self._at = 0.0
        self._jumped = 0
        self._resumed = 0

    @property
    def last(self) -> float | None:
        """The reading up to which pieces are counted."""
        return self._last

    def resume(self, total: float, at: float) -> None:
        """Count on from a reading that was told before a restart. What a broker sends again may lie before it."""
        self._last, self._at, self._resumed = total, at, AGAIN

    def read(self, value: float, at: float) -> tuple[Outcome, float]:
        """(what became of it, pieces more)."""
        last, rules = self._last, self._rules
        if last is None:
            self._last, self._at = value, at
            return "baseline", 0.0
        if self._resumed and value < last and not self._rolled_over(last, value):
            self._resumed -= 1
            if self._resumed:
                return "late", 0.0
            self._last, self._at = value, at
            return "baseline", 0.0
        self._resumed = 0
        pieces, outcome = value - last, "taken"
        if pieces == 0:
            self._at, self._jumped = at, 0
            return "same", 0.0
        if pieces < 0:
            if abs(pieces) <= rules.deadband:
                return "deadband", 0.0
            if self._rolled_over(last, value):
                pieces, outcome = rules.rolls_at - last + value, "roll_over"
            else:
                pieces, outcome = value, "reset"
        elif pieces < rules.deadband:
            return "deadband", 0.0
        if rules.most_per_minute and pieces > rules.most_per_minute * max(1.0, (at - self._at) / 60.0):
            self._jumped += 1
            if self._jumped >= SAME_JUMP:
                self._last, self._at, self._jumped = value, at, 0
            return "rate", 0.0
        self._last, self._at, self._jumped = value, at, 0
        return outcome, pieces  # type: ignore[return-value]

    def _rolled_over(self, last: float, value: float) -> bool:
        end = self._rules.rolls_at
        return bool(end and last >= end * NEAR_THE_END and end - last + value <= last - value)
