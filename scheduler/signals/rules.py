"""What a signal must stand before it counts, per machine or class of machines. Seconds where nothing else is said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Outcome: TypeAlias = Literal[
    "taken", "same", "repeat", "late", "unknown_code", "bad_quality", "link_lost", "bounce", "deadband", "rate",
    "reset", "roll_over", "baseline", "no_number",
]  # fmt: skip
"""What became of one signal."""

Verdict: TypeAlias = Literal[
    "told_down", "told_up", "told_count", "micro_stop", "burst", "hysteresis", "calendar", "wrong_clock", "silent"
]
"""What became of several."""

WORDS: dict[str, str] = {
    "taken": "counts",
    "same": "says what was known",
    "repeat": "came before: same source and sequence, or same time and value",
    "late": "older than what is known already",
    "unknown_code": "a code that no table knows",
    "bad_quality": "its source does not vouch for it: unknown, not down",
    "link_lost": "the link is gone: unknown, not down",
    "bounce": "back before it was believed",
    "deadband": "a smaller change of the counter than counts",
    "rate": "more pieces than the machine can make in that time",
    "reset": "the counter began anew",
    "roll_over": "the counter went over its end",
    "baseline": "the first reading of a counter; pieces count from here",
    "no_number": "no number",
    "told_down": "a breakdown",
    "told_up": "the end of a breakdown",
    "told_count": "pieces",
    "micro_stop": "a stop too short to be a breakdown",
    "burst": "one of many changes in a short time; must stand longer",
    "hysteresis": "ran too short to be repaired; the same breakdown goes on",
    "calendar": "stands while it is not to work",
    "silent": "nothing was heard for too long: unknown, not down",
    "wrong_clock": "its source's time is off, or it was long on its way; our clock counts",
}

Fate: TypeAlias = Literal["taken", "dropped", "told", "kept back", "set right"]
"""What a figure is of: signals that counted or did not; and of several, what was told, kept back or set right."""

_TAKEN: frozenset[Outcome] = frozenset({"taken", "same", "reset", "roll_over", "baseline"})
_VERDICTS: dict[Verdict, Fate] = {
    "told_down": "told", "told_up": "told", "told_count": "told", "wrong_clock": "set right", "silent": "set right",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """How often a rule has spoken, and why."""

    name: str
    count: int
    fate: Fate
    why: str


def figures_of(signals: Mapping[Outcome, int], verdicts: Mapping[Verdict, int]) -> list[Figure]:
    """Of the signals one by one, then of several; the most frequent first."""
    of_one = sorted(signals.items(), key=lambda item: -item[1])
    of_many = sorted(verdicts.items(), key=lambda item: -item[1])
    return [Figure(n, count, "taken" if n in _TAKEN else "dropped", WORDS[n]) for n, count in of_one] + [
        Figure(v, count, _VERDICTS.get(v, "kept back"), WORDS[v]) for v, count in of_many
    ]


@dataclass(frozen=True, slots=True)
class SignalRules:
    """debounce : a state must stand so long to be believed.   link : and so long must a link be gone.
    silent : who is not heard of for so long is UNKNOWN; 0: silence says nothing, as where only changes are told.

    micro_stop : a stop shorter than that is no breakdown.   least_down : one that was told lasts so long at least.
    up_after : a broken machine must be available so long before it is up (hysteresis).
    burst_changes in burst_seconds : more of them, and a state must stand burst_hold instead of debounce.
    late : how long a decision waits for signals that are still on their way.
    clock_tolerance : a source's clock may be off so far.
    grain, count_seconds : so many pieces, or so long after the first, make one report.
    deadband : smaller steps of a counter wait.   rolls_at : the value behind a counter's last; 0: it never rolls over.
    most_per_minute : no machine makes more; 0: any number.
    """

    debounce: float = 3.0
    link: float = 20.0
    silent: float = 0.0
    micro_stop: float = 300.0
    least_down: float = 0.0
    up_after: float = 60.0
    burst_changes: int = 8
    burst_seconds: float = 60.0
    burst_hold: float = 15.0
    late: float = 5.0
    clock_tolerance: float = 60.0
    grain: float = 10.0
    count_seconds: float = 60.0
    deadband: float = 0.0
    rolls_at: float = 0.0
    most_per_minute: float = 0.0


NO_RULES = SignalRules(
    debounce=0.0,
    link=0.0,
    micro_stop=0.0,
    up_after=0.0,
    burst_changes=1_000_000,
    late=0.0,
    grain=0.0,
    count_seconds=0.0,
)
"""Every change at once."""


@dataclass(slots=True)
class Tally:
    """How often each rule has spoken. signals : by what became of them, so that they add up to all that came."""

    signals: Counter[Outcome] = field(default_factory=Counter)
    verdicts: Counter[Verdict] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        self.signals.update(other.signals)
        self.verdicts.update(other.verdicts)
