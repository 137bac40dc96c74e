"""All machines' signals, one after the other, and the clock that makes silence count too."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Mapping, Sequence

from scheduler.signals.clock import SourceClock
from scheduler.signals.codes import PACKML_MODES, PLAIN, Codes, decode
from scheduler.signals.rules import Outcome, SignalRules, Tally
from scheduler.signals.signal import Change, Reading, Signal
from scheduler.signals.track import NEVER, AlwaysOpen, MachineTrack, Openings

MOST = 1e15
"""A larger number counts no pieces."""


class Interpreter:
    """`take` each signal as it comes, and `tick` at least once a second.

    rules_of : by machine.   codes_of : by machine; signals that come as states of ours need none.
    down : machines whose breakdown was told before, by (source, machine).
    counted : where counters stood when their pieces were told last, by (source, machine).
    """

    def __init__(
        self,
        rules_of: Callable[[str], SignalRules] = lambda _machine: SignalRules(),
        codes_of: Callable[[str], Codes] = lambda _machine: PLAIN,
        openings: Openings | None = None,
        down: Collection[tuple[str, str]] = (),
        counted: Mapping[tuple[str, str], Sequence[Reading]] | None = None,
    ) -> None:
        self._rules_of, self._codes_of = rules_of, codes_of
        self._openings = openings or AlwaysOpen()
        self._down = frozenset(down)
        self._counted = counted or {}
        self._tracks: dict[tuple[str, str], MachineTrack] = {}
        self._codes: dict[str, Codes] = {}
        self._clocks: dict[str, SourceClock] = {}
        self._due: list[tuple[float, tuple[str, str]]] = []

    def take(self, signal: Signal) -> tuple[Outcome, list[Change]]:
        """What became of it, and what is worth an event now."""
        key = signal.source, signal.machine
        track = self._tracks.get(key)
        if track is None:
            track = self._begin(key)
        changes: list[Change] = []
        outcome = self._sort_in(track, signal, changes)
        track.tally.signals[outcome] += 1
        self._schedule(track)
        return outcome, changes

    def tick(self, now: float) -> list[Change]:
        """What has fallen due without a further signal."""
        changes: list[Change] = []
        while self._due and self._due[0][0] <= now:
            _, key = heapq.heappop(self._due)
            track = self._tracks[key]
            track.scheduled = NEVER
            changes += track.advance(now - track.rules.late)
            self._schedule(track)
        return changes

    def pieces_so_far(self) -> list[Change]:
        """What has been counted and not told yet, before nobody counts on from here."""
        return [change for track in self._tracks.values() for change in track.pieces_so_far()]

    def tally(self) -> Tally:
        """Of all machines together."""
        total = Tally()
        for track in self._tracks.values():
            total.add(track.tally)
        return total

    @property
    def tracks(self) -> Mapping[tuple[str, str], MachineTrack]:
        """By (source, machine)."""
        return self._tracks

    def blind(self) -> dict[str, float]:
        """Machines of which nothing is known, and since when."""
        return {track.machine: track.since for track in self._tracks.values() if track.state == "UNKNOWN"}

    def _begin(self, key: tuple[str, str]) -> MachineTrack:
        source, machine = key
        rules = self._rules_of(machine)
        track = MachineTrack(source, machine, rules, self._openings, key in self._down)
        for reading in self._counted.get(key, ()):
            track.resume(reading)
        self._tracks[key] = track
        self._codes[machine] = self._codes_of(machine)
        self._clocks.setdefault(source, SourceClock(rules.clock_tolerance))
        return track

    def _sort_in(self, track: MachineTrack, signal: Signal, changes: list[Change]) -> Outcome:
        if not signal.lost:
            track.heard = max(track.heard, signal.received)
        else:
            changes += track.advance(signal.received - track.rules.late)
            return track.lose(signal.received, "link_lost")
        if track.is_repeat(signal):
            return "repeat"
        at = signal.received
        if signal.at is not None:
            at, wrong = self._clocks[signal.source].ours(signal.at, signal.received)
            if wrong:
                track.tally.verdicts["wrong_clock"] += 1
        if signal.meaning != "reason" and track.is_late(signal.meaning, at if signal.at is None else signal.at):
            return "late"
        if signal.meaning == "state":
            if signal.quality == "bad":
                changes += track.advance(at)
                return track.lose(at, "bad_quality")
            coded = decode(self._codes[signal.machine], signal.value)
            if coded is None:
                return "unknown_code"
            changes += track.advance(at)
            track.coded = coded
            return track.say(track.mode or coded, at)
        if signal.quality == "bad":
            return "bad_quality"
        if signal.meaning == "mode":
            track.mode = decode(PACKML_MODES, signal.value)
            changes += track.advance(at)
            return track.say(track.mode or track.coded, at) if track.coded else "taken"
        if signal.meaning == "reason":
            track.reason = "" if signal.value is None else str(signal.value)
            return "taken"
        value = signal.value
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= MOST:  # NaN is not
            return "no_number"
        outcome = track.count(signal.meaning, float(value), at)
        changes += track.advance(at)
        return outcome

    def _schedule(self, track: MachineTrack) -> None:
        due = track.wake + track.rules.late
        if due < track.scheduled:
            track.scheduled = due
            heapq.heappush(self._due, (due, (track.source, track.machine)))
