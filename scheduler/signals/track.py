"""One machine's signals in time: what it is believed to do, what was told of it, and when something falls due."""

from __future__ import annotations

import math
from collections import deque
from typing import Protocol

from scheduler.signals.clock import PROOF
from scheduler.signals.codes import Coded
from scheduler.signals.counter import PieceCounter
from scheduler.signals.rules import Outcome, SignalRules, Tally
from scheduler.signals.signal import AVAILABLE, Change, Reading, Signal, State

NEVER = math.inf
REMEMBERED = 64
"""Of a machine's newest signals: a repeat is known among them."""
PACE_SECONDS = 3600.0
"""A machine's real rate is that of its last hour."""
LEAST_PACE_SECONDS, LEAST_PACE_PIECES = 600.0, 10.0
"""And unknown until it has made so many pieces in so long."""


class Openings(Protocol):
    """When machines are to work."""

    def opening(self, machine: str, at: float) -> float:
        """`at` itself where the machine is to work then, else when it next is; infinity: not in sight."""
        ...


class AlwaysOpen:
    """Machines that are always to work."""

    def opening(self, machine: str, at: float) -> float:  # noqa: ARG002
        return at


class MachineTrack:
    """state : the one believed, since `since`.   is_down : a breakdown was told, and not its end.

    coded : the state said last.   mode : one that outweighs it.   heard : when a signal came last.
    scheduled : for whoever keeps a clock of many machines.
    """

    def __init__(self, source: str, machine: str, rules: SignalRules, openings: Openings, is_down: bool) -> None:
        self.source, self.machine, self.rules, self.tally = source, machine, rules, Tally()
        self.state: State = "UNKNOWN"
        self.since = -NEVER
        self.is_down = is_down
        self.scheduled = NEVER
        self.heard = -NEVER
        self.reason = ""
        self.coded: Coded | None = None
        self.mode: Coded | None = None
        self._openings = openings
        self._raw: State = "UNKNOWN"
        self._raw_since = -NEVER
        self._raw_patience = self._patience = 0.0
        self._told_since = self._up_since = -NEVER
        self._confirm_due = self._down_due = self._up_due = self._count_due = NEVER
        self._newest = {"state": -NEVER, "mode": -NEVER, "good": -NEVER, "scrap": -NEVER}
        self._behind = 0
        self._changes: deque[float] = deque(maxlen=rules.burst_changes)
        self._seen: dict[tuple[object, ...], None] = {}
        self._counters = {"good": PieceCounter(rules), "scrap": PieceCounter(rules)}
        self._pieces = {"good": 0.0, "scrap": 0.0}
        self._count_at = -NEVER
        self._made: deque[tuple[float, float]] = deque()

    def is_repeat(self, signal: Signal) -> bool:
        """Whether it came before: by sequence, else by time and value. Without either nobody can tell."""
        if signal.sequence is not None:
            key: tuple[object, ...] = (signal.meaning, signal.sequence, signal.at)
        elif signal.at is not None:
            key = (signal.meaning, signal.at, signal.value)
        else:
            return False
        if key in self._seen:
            return True
        self._seen[key] = None
        if len(self._seen) > REMEMBERED:
            del self._seen[next(iter(self._seen))]
        return False

    def is_late(self, meaning: str, at: float) -> bool:
        """Whether something newer is known, by its source's clock; where PROOF in succession are, that was set back."""
        if at < self._newest[meaning] and self._behind < PROOF:
            self._behind += 1
            return True
        self._newest[meaning], self._behind = at, 0
        return False

    def lose(self, at: float, outcome: Outcome) -> Outcome:
        """Nothing is known any more. What comes next counts, though it may have come before."""
        self._seen.clear()
        self.coded = None
        said = self.say(Coded("UNKNOWN"), at)
        return outcome if said == "taken" else said

    def say(self, coded: Coded, at: float) -> Outcome:
        """A state that the machine has had since `at`, by its own word."""
        if coded.state == self._raw:
            self._raw_patience = coded.patience
            return "same"
        self._raw, self._raw_since, self._raw_patience = coded.state, max(at, self.since), coded.patience
        if coded.state == self.state:
            self._confirm_due = NEVER
            return "bounce"
        self._confirm_due = self._raw_since + self._hold(at)
        return "taken"

    def _hold(self, at: float) -> float:
        changes, rules = self._changes, self.rules
        burst = len(changes) == changes.maxlen and at - changes[0] <= rules.burst_seconds
        changes.append(at)
        if self._raw == "UNKNOWN":
            return rules.link
        if burst:
            self.tally.verdicts["burst"] += 1
            return max(rules.burst_hold, rules.debounce)
        return rules.debounce

    def resume(self, reading: Reading) -> None:
        """Count on from what was told before a restart."""
        self._counters[reading.meaning].resume(reading.total, reading.at)
        self._newest[reading.meaning] = reading.at

    def count(self, meaning: str, value: float, at: float) -> Outcome:
        """A counter's reading."""
        outcome, pieces = self._counters[meaning].read(value, at)
        if pieces:
            self._pieces[meaning] += pieces
            self._count_at = at
            enough = self._pieces["good"] + self._pieces["scrap"] >= self.rules.grain
            self._count_due = at if enough else min(self._count_due, at + self.rules.count_seconds)
        return outcome

    @property
    def wake(self) -> float:
        """When the next decision falls due."""
        due = min(self._confirm_due, self._count_due, self._silent_due)
        if self._raw == self.state:
            due = min(due, self._down_due, self._up_due)
        return due

    @property
    def _silent_due(self) -> float:
        silent = self.rules.silent
        return self.heard + silent if silent and self._raw != "UNKNOWN" else NEVER

    def advance(self, now: float) -> list[Change]:
        """Decide what has fallen due by then, in the order of time."""
        changes: list[Change] = []
        while (due := self.wake) <= now:
            if due == self._count_due:
                changes.append(self._told_count())
            elif due == self._confirm_due:
                self._believe()
            elif due == self._silent_due:
                self.tally.verdicts["silent"] += 1
                self.lose(due, "link_lost")
            elif due == self._down_due:
                changes += self._told_down(due)
            else:
                changes.append(self._told_up())
        return changes

    def pieces_so_far(self) -> list[Change]:
        """What has been counted and not told yet, told now."""
        return [self._told_count()] if any(self._pieces.values()) else []

    def _believe(self) -> None:
        before, self.state = self.state, self._raw
        self.since, self._patience = self._raw_since, self._raw_patience
        self._confirm_due = self._down_due = NEVER
        if before == "DOWN" and not self.is_down and self.state != "UNKNOWN":
            self.tally.verdicts["micro_stop"] += 1
        if self.state == "DOWN":
            if self.is_down and self._up_due < NEVER:
                self.tally.verdicts["hysteresis"] += 1
            self._up_due = NEVER
            if not self.is_down:
                self._down_due = self.since + max(self.rules.micro_stop, self._patience)
        elif self.state in AVAILABLE and self.is_down and self._up_due == NEVER:
            self._up_since = self.since
            self._up_due = max(self.since + self.rules.up_after, self._told_since + self.rules.least_down)
        elif self.state == "UNKNOWN":
            self._up_due = NEVER

    def _told_down(self, due: float) -> list[Change]:
        """Unless it is not to work then: it must stand as long again once it is."""
        opens = self._openings.opening(self.machine, due)
        began = self._openings.opening(self.machine, self.since)
        wait = max(self.rules.micro_stop, self._patience)
        if opens > due or began + wait > due:
            self.tally.verdicts["calendar"] += 1
            self._down_due = max(opens, began) + wait
            return []
        self._down_due, self.is_down, self._told_since = NEVER, True, began
        self._made.clear()
        self.tally.verdicts["told_down"] += 1
        return [Change("down", self.source, self.machine, began, reason=self.reason)]

    def _told_up(self) -> Change:
        self._up_due, self.is_down = NEVER, False
        self.tally.verdicts["told_up"] += 1
        return Change("up", self.source, self.machine, self._up_since)

    def _told_count(self) -> Change:
        good, scrap = self._pieces["good"], self._pieces["scrap"]
        self._pieces = {"good": 0.0, "scrap": 0.0}
        self._count_due = NEVER
        self.tally.verdicts["told_count"] += 1
        readings = tuple(
            Reading(meaning, counter.last, self._newest[meaning])  # type: ignore[arg-type]
            for meaning, counter in self._counters.items()
            if counter.last is not None
        )
        pace = self._pace(good + scrap)
        return Change("progressed", self.source, self.machine, self._count_at, good, scrap, "", readings, pace)

    def _pace(self, pieces: float) -> float:
        """Pieces a minute from the first count of the last hour to this one; a breakdown begins anew. 0: unknown."""
        self._made.append((self._count_at, pieces))
        while self._made[0][0] < self._count_at - PACE_SECONDS:
            self._made.popleft()
        spent = self._count_at - self._made[0][0]
        made = sum(pieces for _, pieces in self._made) - self._made[0][1]
        return 60.0 * made / spent if spent >= LEAST_PACE_SECONDS and made >= LEAST_PACE_PIECES else 0.0
