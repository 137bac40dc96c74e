"""What engines raise costs their share of the search only: it is kept here, and told with the plan."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from scheduler.domain.plans import EngineFailure

MOST_FAILURES = 20
"""Of one engine: then it is not begun again."""
LONGEST_REASON, LONGEST_TRACE = 500, 8000
"""Letters."""


class Failures:
    """The failures of one search, alike ones counted; safe from any thread. Its clock begins with it."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._began = clock()
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, str], EngineFailure] = {}

    def share_of(self, engine: str) -> Share:
        """A `with` block that ends, and no more, where an exception is raised in it."""
        return Share(self, engine)

    def add(self, engine: str, fault: Exception) -> None:
        reason = said(fault)
        with self._lock:
            known = self._kept.get((engine, reason))
            if known is not None:
                self._kept[engine, reason] = replace(known, times=known.times + 1)
                return
            trace = "".join(traceback.format_exception(fault))[-LONGEST_TRACE:]
            seconds = round(self._clock() - self._began, 3)
            self._kept[engine, reason] = EngineFailure(engine, reason, seconds, trace=trace)

    def reported(self) -> tuple[EngineFailure, ...]:
        """The first first."""
        with self._lock:
            return tuple(self._kept.values())

    def many(self, engine: str) -> bool:
        """True where an engine has failed so often that it should be left."""
        with self._lock:
            return sum(f.times for f in self._kept.values() if f.engine == engine) >= MOST_FAILURES


class Share:
    """See `Failures.share_of`. What ends the process (an interrupt, an exit) passes."""

    def __init__(self, failures: Failures, engine: str) -> None:
        self._failures, self._engine = failures, engine

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(fault, Exception):
            return False
        self._failures.add(self._engine, fault)
        return True


def said(fault: Exception) -> str:
    """What was raised and where, in one line."""
    words = f"{type(fault).__name__}: {' '.join(str(fault).split())}"[:LONGEST_REASON]
    frames = traceback.extract_tb(fault.__traceback__)
    return f"{words} ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else words
