"""The best plan so far, shared by all engines: safe to offer from several threads, told to whoever listens."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np

from scheduler.domain.plans import Milestone
from scheduler.errors import InternalFault
from scheduler.planning import layout as c
from scheduler.planning.builder import OK, Builder, Timing
from scheduler.ports import OnProgress, SolveProgress
from scheduler.solving.deadline import Deadline
from scheduler.solving.failures import Failures, Share


@dataclass(frozen=True, slots=True)
class Found:
    """A plan, with the builder that timed it (and so the pegs). rank : of the thread that found it, see `offer`."""

    builder: Builder
    timing: Timing
    engine: str
    rank: int = 0


class Incumbent:
    """Keeps the cheapest plan offered; a plan pays for each pin that it does not keep. Cost and bound only get better.

    deadline : of the search that it is for.
    stop() is true once the deadline is over or the best is proven. Where the deadline is endless (a search by budget) a
    proof by one of several threads (rank > 0) stops nobody: how far the others have come by then is chance.

    failures : of what works on it; whoever listens or asks to stop counts among them, under "listener".
    """

    def __init__(
        self,
        deadline: Deadline,
        on_progress: OnProgress | None = None,
        failures: Failures | None = None,
    ) -> None:
        self.deadline = deadline
        self._on_progress = on_progress
        self._lock = threading.Lock()
        self.best: Found | None = None
        self.lower_bound: float | None = None
        self.history: list[Milestone] = []
        self.failures = failures or Failures(deadline.clock)
        self._by_engine: dict[str, Found] = {}

    def part(self, seconds: float) -> Incumbent:
        """An incumbent for a part of the search. That part ends after `seconds`, or when the whole search ends."""
        return Incumbent(Deadline(seconds, self.stop, self.deadline.clock), failures=self.failures)

    def share_of(self, engine: str) -> Share:
        """An engine's share of the search, see `Failures.share_of`."""
        return self.failures.share_of(engine)

    @property
    def cost(self) -> float:
        return self.best.timing.cost if self.best else float("inf")

    def offer(self, builder: Builder, timing: Timing, engine: str, rank: int = 0) -> bool:
        """True where it is now the best.

        rank : of two plans of one cost the one with the lower rank stays, whichever thread comes first.
        """
        if timing.status != OK:
            return False
        if fault := _broken(builder, timing):
            self.failures.add(engine, fault)
            return False
        with self._lock:
            if timing.cost >= self.cost - 1e-9:
                if self.best is None or timing.cost > self.cost + 1e-9 or rank >= self.best.rank:
                    return False
                self.best = self._by_engine[engine] = Found(builder, timing, engine, rank)
                return True
            self.best = self._by_engine[engine] = Found(builder, timing, engine, rank)
            self.history.append(Milestone(round(self.deadline.elapsed(), 4), timing.plain_cost, engine))
            progress = self._progress()
        self._tell(progress)
        return True

    def best_of_each(self) -> list[Found]:
        """The best plan, then the last that each other engine had put in its place, the cheapest first."""
        with self._lock:
            return sorted(self._by_engine.values(), key=lambda f: (f is not self.best, f.timing.cost))

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
        if self.proven() and self._heeds_proof():
            return True
        with self.share_of("listener"):
            return self.deadline.over()
        return False

    def _heeds_proof(self) -> bool:
        return not self.deadline.endless or self.best is None or self.best.rank == 0

    def _progress(self) -> SolveProgress:
        assert self.best is not None
        return SolveProgress(self.deadline.elapsed(), self.best.timing.plain_cost, self.lower_bound, self.best.engine)

    def _tell(self, progress: SolveProgress) -> None:
        if self._on_progress is not None:
            with self.share_of("listener"):
                self._on_progress(progress)


def _broken(builder: Builder, timing: Timing) -> InternalFault | None:
    """What is wrong with a plan that no engine may offer: without a cost, or not of all its operations."""
    if not np.isfinite(timing.cost):
        return InternalFault(f"a plan was offered whose cost is {timing.cost}")
    rows = len(timing.times)
    if rows != builder.problem.operations:
        return InternalFault(f"a plan of {rows} operations was offered, where there are {builder.problem.operations}")
    if bool((timing.times[:, c.PLACED_END] < timing.times[:, c.PLACED_START]).any()):
        return InternalFault("a plan was offered in which an operation ends before it starts")
    return None
