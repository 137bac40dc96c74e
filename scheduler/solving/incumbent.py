"""The best plan so far, shared by all engines: safe to offer from several threads, told to whoever listens."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from scheduler.domain.plans import Milestone
from scheduler.planning.builder import OK, Builder, Timing
from scheduler.ports import OnProgress, ShouldStop, SolveProgress


@dataclass(frozen=True, slots=True)
class Found:
    """A plan together with the builder (and so the pegs) that timed it. rank : of who found it, see `offer`."""

    builder: Builder
    timing: Timing
    engine: str
    rank: int = 0


class Incumbent:
    """Keeps the cheapest plan offered. Cost and bound only get better.

    stop() is true once the time is over, somebody asked to stop, or the best is proven. Without a deadline (a search by
    budget) a proof by one of several threads (rank > 0) stops nobody: how far the others have come by then is chance.
    """

    def __init__(
        self,
        deadline: float,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
        clock: Callable[[], float] = time.perf_counter,
        began: float | None = None,
    ) -> None:
        self._clock = clock
        self.began = clock() if began is None else began
        self.deadline = deadline
        self._on_progress = on_progress
        self._should_stop = should_stop
        self._lock = threading.Lock()
        self._asked = False
        self.best: Found | None = None
        self.lower_bound: float | None = None
        self.history: list[Milestone] = []

    @property
    def cost(self) -> float:
        return self.best.timing.cost if self.best else float("inf")

    def elapsed(self) -> float:
        return self._clock() - self.began

    def offer(self, builder: Builder, timing: Timing, engine: str, rank: int = 0) -> bool:
        """True where it is now the best.

        rank : of two plans of one cost the one with the lower rank stays, whichever thread comes first.
        """
        if timing.status != OK:
            return False
        with self._lock:
            if timing.cost >= self.cost - 1e-9:
                if self.best is None or timing.cost > self.cost + 1e-9 or rank >= self.best.rank:
                    return False
                self.best = Found(builder, timing, engine, rank)
                return True
            self.best = Found(builder, timing, engine, rank)
            self.history.append(Milestone(round(self.elapsed(), 4), timing.cost, engine))
            progress = self._progress()
        self._tell(progress)
        return True

    def bound(self, value: float) -> None:
        """A proven lower bound of the cost."""
        with self._lock:
            if self.lower_bound is not None and value <= self.lower_bound + 1e-9:
                return
            self.lower_bound = min(value, self.cost)
            if self.best is None:
                return
            progress = self._progress()
        self._tell(progress)

    def proven(self) -> bool:
        return self.lower_bound is not None and self.cost <= self.lower_bound + 1e-6

    def stop(self) -> bool:
        if self._asked or self.elapsed() >= self.deadline or (self.proven() and self._heeds_proof()):
            return True
        if self._should_stop is not None and self._should_stop():
            self._asked = True
        return self._asked

    def _heeds_proof(self) -> bool:
        return self.deadline < float("inf") or self.best is None or self.best.rank == 0

    def _progress(self) -> SolveProgress:
        assert self.best is not None
        return SolveProgress(self.elapsed(), self.cost, self.lower_bound, self.best.engine)

    def _tell(self, progress: SolveProgress) -> None:
        if self._on_progress is not None:
            self._on_progress(progress)
