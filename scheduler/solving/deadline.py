"""When a search ends: after so long by its own clock, or when somebody asks it to stop."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeAlias

from scheduler.ports import ShouldStop

Clock: TypeAlias = Callable[[], float]
"""Seconds since whenever. All that a search measures of time, it measures by the one clock of its deadline."""


class Deadline:
    """A time limit that begins when it is made. Safe from any thread.

    seconds : until it is over; inf: never, as for a search by budget.
    should_stop : asked at each look; once it has said yes that is remembered.
    clock : whose seconds these are. A test brings one that moves with the work done, whatever the machine has to do.
    """

    def __init__(
        self, seconds: float = float("inf"), should_stop: ShouldStop | None = None, clock: Clock = time.perf_counter
    ) -> None:
        self.seconds = seconds
        self.clock = clock
        self._should_stop = should_stop
        self._began = clock()
        self._asked = False

    @property
    def endless(self) -> bool:
        return self.seconds == float("inf")

    def elapsed(self) -> float:
        """Seconds since it was made."""
        return self.clock() - self._began

    def left(self) -> float:
        """Seconds; none or fewer: it is over."""
        return self.seconds - self.elapsed()

    def over(self) -> bool:
        """The time is, or somebody wants it to be. Raises what asking raises."""
        if self._asked or self.left() <= 0:
            return True
        if self._should_stop is not None:
            self._asked = self._should_stop() or self._asked
        return self._asked
