"""Sources of signals at work: what comes goes through the rules, and what is worth an event is posted as any other.

One process listens, by a lease. A source that is away is tried again, and its machines are UNKNOWN meanwhile.
"""

from __future__ import annotations

import datetime as dt
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from scheduler.domain.minutes import to_datetime, to_minute
from scheduler.domain.plant import PlantState
from scheduler.errors import RejigError, UnknownPlant
from scheduler.signals.context import stop_context
from scheduler.signals.interpreter import Interpreter
from scheduler.signals.reasons import unmarked
from scheduler.signals.rules import Figure, figures_of
from scheduler.signals.signal import Change, Signal, State, link_lost
from scheduler.signals.told import (
    AtWork,
    at_work,
    counted_by,
    down_by,
    finished,
    is_of,
    source_of,
    stopped_by_others,
    told,
)
from scheduler.source_ports import SignalSource
from scheduler.usecases.leased_loop import LeasedLoop
from scheduler.usecases.machine_openings import MachineOpenings
from scheduler.usecases.post_events import post_events
from scheduler.usecases.tools import Tools

log = structlog.get_logger("rejig.sources")

BREATH_SECONDS = 0.02
AT_ONCE = 20_000
"""Signals taken in one look, so that no flood keeps a decision waiting."""
LONGEST_PAUSE = 30.0
RENEWED_BEFORE = 2
"""Minutes before its expected end a breakdown that lasts is told again."""
COUNTS_LOOKED_AT = 5_000
"""Of a source's newest counts, to know at the start from where to count on."""
TALLY_SECONDS = 5.0
"""The rules' figures of all machines are added up so often."""


class Sources:
    """`start` once, `close` once."""

    def __init__(self, tools: Tools, sources: Sequence[SignalSource]) -> None:
        self._tools = tools
        self._desks = [SourceDesk(tools, source, self._wake) for source in sources]
        self._loop = LeasedLoop(
            tools, "sources", self._look, errors="source_loop_errors", breath=BREATH_SECONDS, stand_by=self._stop
        )

    def start(self) -> None:
        self._loop.start()

    def close(self) -> None:
        """What has come is taken in; then nobody listens any more."""
        self._loop.end()
        self._stop()
        self._loop.release()

    @property
    def desks(self) -> list[SourceDesk]:
        return self._desks

    def _wake(self) -> None:
        self._loop.wake()

    def _look(self) -> None:
        first: Exception | None = None
        for desk in self._desks:
            try:
                desk.look()
            except Exception as fault:
                log.exception("sources.failed", source=desk.source.setup.name)
                first = first or fault
        if first is not None:
            raise first

    def _stop(self) -> None:
        for desk in self._desks:
            desk.stop()


@dataclass(frozen=True, slots=True)
class MachineSeen:
    """A machine as its signals have it, and since when (seconds since 1970)."""

    machine: str
    state: State
    since: float


@dataclass(frozen=True, slots=True)
class SourceSeen:
    """What a source has come to, a few seconds old. signals : by what became of them.   rules : what each decided.

    figures : both, with the reason of each.
    """

    machines: tuple[MachineSeen, ...] = ()
    signals: Mapping[str, int] = field(default_factory=dict)
    rules: Mapping[str, int] = field(default_factory=dict)
    figures: tuple[Figure, ...] = ()


@dataclass(slots=True)
class SourceDesk:
    """One source, its rules, and what it has to tell. trouble : why it cannot be reached; "": it can."""

    tools: Tools
    source: SignalSource
    wake: Callable[[], None]
    trouble: str = ""
    seen: SourceSeen = field(default_factory=SourceSeen)
    _come: queue.SimpleQueue[Signal] = field(default_factory=queue.SimpleQueue)
    _untold: list[Change] = field(default_factory=list)
    _others: set[str] = field(default_factory=set)
    _interpreter: Interpreter | None = None
    _counted: Counter[str] = field(default_factory=Counter)
    _count_next: float = 0.0
    _closing: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def look(self) -> None:
        """Take in what has come, decide what has fallen due, and post what is worth an event."""
        if self._interpreter is None:
            self._interpreter = self._begun()
        if self._interpreter is None:
            return  # its plant is not loaded yet
        if self._thread is None or not self._thread.is_alive():
            self._closing = threading.Event()
            self._thread = threading.Thread(
                target=self._listen, args=(self._closing,), name=f"source-{self.source.setup.name}", daemon=True
            )
            self._thread.start()
        self._take_in(self._interpreter)
        if self._untold:
            self._post()

    @property
    def listens(self) -> bool:
        """Whether this process does; of several one does, and none before the plant is loaded."""
        return self._thread is not None and self._thread.is_alive()

    def stop(self) -> None:
        """Listen no more, and tell what has come; begin anew at the next look."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()
        if self._interpreter is not None:
            try:
                self._take_in(self._interpreter)
                self._untold += self._interpreter.pieces_so_far()
                if self._untold:
                    self._post()
            except Exception:
                log.exception("sources.last_words_lost", source=self.source.setup.name)
            self._count_rules(self._interpreter)
        self._thread = self._interpreter = None
        self._counted.clear()
        self._untold.clear()
        self._others.clear()
        self._come = queue.SimpleQueue()

    def _begun(self) -> Interpreter | None:
        setup = self.source.setup
        try:
            state = self.tools.snapshot(setup.plant).state
        except UnknownPlant:
            return None
        source = source_of(setup.name)
        told = self.tools.ledger.told_by(setup.plant, source, "operation.progressed", COUNTS_LOOKED_AT)
        counted = counted_by(state, setup.name, told)
        openings = MachineOpenings(lambda: self.tools.snapshot(setup.plant).state)
        return Interpreter(setup.rules_of, lambda _machine: setup.codes, openings, down_by(state, setup.name), counted)

    def _take_in(self, interpreter: Interpreter) -> None:
        outcomes = Counter[str]()
        for _ in range(AT_ONCE):
            try:
                signal = self._come.get_nowait()
            except queue.Empty:
                break
            outcome, changes = interpreter.take(signal)
            outcomes[outcome] += 1
            self._untold += changes
        else:
            self.wake()
        self._untold += interpreter.tick(self.tools.clock().timestamp())
        for became, count in outcomes.items():
            self.tools.meters.count("signals", count, source=self.source.setup.name, outcome=became)
        if time.monotonic() >= self._count_next:
            self._count_rules(interpreter)
            self._renew(interpreter)

    def _count_rules(self, interpreter: Interpreter) -> None:
        self._count_next = time.monotonic() + TALLY_SECONDS
        tally = interpreter.tally()
        spoken = Counter[str](tally.verdicts)
        tracks = sorted(interpreter.tracks.values(), key=lambda track: track.machine)
        machines = tuple(MachineSeen(track.machine, track.state, track.since) for track in tracks)
        figures = tuple(figures_of(tally.signals, tally.verdicts))
        self.seen = SourceSeen(machines, {str(n): count for n, count in tally.signals.items()}, {**spoken}, figures)
        for rule, count in (spoken - self._counted).items():
            self.tools.meters.count("signal_rules", count, source=self.source.setup.name, rule=rule)
        self._counted = spoken

    def _post(self) -> None:
        """Where that fails they are told at the next look, under the same ids."""
        setup = self.source.setup
        try:
            state = self.tools.snapshot(setup.plant).state
        except UnknownPlant:
            self._untold.clear()
            return
        events: list[dict[str, Any]] = []
        works: dict[str, AtWork | None] = {}
        for change in self._untold:
            if change.kind == "down" and stopped_by_others(state, change.machine, setup.name):
                self._others.add(change.machine)  # somebody has said more of it than a tag can
                continue
            if change.kind == "up" and change.machine in self._others:
                self._others.discard(change.machine)
                continue
            if change.machine not in works:
                works[change.machine] = at_work(state, setup.name, change.machine)
            work = works[change.machine]
            event = told(change, work, self._context(state, change, work) if change.kind == "down" else None)
            if event is None:
                self.tools.meters.count("signals_of_no_operation", source=setup.name)
                continue
            events.append(event)
            if work is not None and change.kind == "progressed":
                works[change.machine] = work.with_pieces(change)
                over = finished(change, work) if setup.books_finish else None
                if over is not None:
                    events.append(over)
                    works[change.machine] = None
        if events:
            post_events(self.tools, setup.plant, events)
        self._untold.clear()

    def _context(self, state: PlantState, change: Change, work: AtWork | None) -> dict[str, Any]:
        tree = self.tools.stops.reasons(self.source.setup.plant)
        start = to_minute(dt.datetime.fromtimestamp(change.at, dt.UTC), state.zone)
        return stop_context(state, tree, change, work, start, to_minute(self.tools.clock(), state.zone))

    def _renew(self, interpreter: Interpreter) -> None:
        """A breakdown that outlives its expected end is told again before that, with what is expected now."""
        setup = self.source.setup
        try:
            state = self.tools.snapshot(setup.plant).state
        except UnknownPlant:
            return
        now, events = to_minute(self.tools.clock(), state.zone), []
        for outage in state.downtimes:
            track = interpreter.tracks.get((setup.name, outage.machine))
            if track is None or not track.is_down or not is_of(outage, setup.name):
                continue
            if outage.end is None or not outage.start <= now < outage.end <= now + RENEWED_BEFORE:
                continue
            change = Change("down", setup.name, outage.machine, to_datetime(now, state.zone).timestamp())
            change = replace(change, reason=unmarked(outage.reason))
            work = at_work(state, setup.name, outage.machine)
            tree = self.tools.stops.reasons(setup.plant)
            known = stop_context(state, tree, change, work, outage.start, outage.end)
            event = told(change, work, {"expected_up": None, **known})
            if event is not None:
                event["id"] = f"{outage.machine}/down/{outage.start}/{outage.end}"
                events.append(event)
        if events:
            post_events(self.tools, setup.plant, events)

    def heard(self, signals: Sequence[Signal]) -> None:
        """They have come; from any thread."""
        if not all(signal.lost for signal in signals):
            self.trouble = ""
        for signal in signals:
            self._come.put(signal)
        self.wake()

    def _listen(self, closing: threading.Event) -> None:
        name, failures = self.source.setup.name, 0
        while not closing.is_set():
            began = time.monotonic()
            try:
                self.source.run(self.heard, closing)
            except Exception as fault:
                said = str(fault) if isinstance(fault, RejigError) else f"{type(fault).__name__}: {fault}"
                if said != self.trouble:
                    log.warning("sources.away", source=name, reason=said)
                self.trouble = said
                self.tools.meters.count("source_errors", source=name)
            if closing.is_set():
                return
            now = self.tools.clock().timestamp()
            self.heard([link_lost(name, machine, now) for machine in sorted(self.source.machines)])
            failures = 0 if time.monotonic() - began > LONGEST_PAUSE else failures + 1
            closing.wait(min(LONGEST_PAUSE, 0.5 * 2 ** min(failures, 7)))
