"""A source that runs in a thread, for tests against real brokers and servers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from benchmarks.killing import until
from scheduler.errors import RejigError
from scheduler.signals.signal import Signal
from scheduler.source_ports import SignalSource


class Listening:
    """heard : all signals so far.   away : what ended it, each time; it is then run again."""

    def __init__(self, source: SignalSource) -> None:
        self.source = source
        self.heard: list[Signal] = []
        self.away: list[str] = []
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Listening:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._thread.join(20)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self.source.run(self._take, self._closing)
            except RejigError as fault:
                self.away.append(str(fault))
            self._closing.wait(0.1)

    def _take(self, signals: Sequence[Signal]) -> None:
        self.heard += signals

    def until(self, true: Callable[[Signal], bool], what: str) -> Signal:
        """The first signal that is so, of those since the last that was asked for."""
        found: list[Signal] = until(lambda: [s for s in self.heard if true(s)], what, 30)
        self.heard = self.heard[self.heard.index(found[0]) + 1 :]
        return found[0]
