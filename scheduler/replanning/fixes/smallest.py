"""The lowest step of a ladder that works: by halving, with the next lower one tried, then all that are lower still.

A search may find with less what it did not find with more, so the steps below are no more than likely not to work
before they have been tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

from scheduler.replanning.fixes.change import Ladder

Smaller: TypeAlias = Literal["all", "next", "some"]
"""Which smaller amounts have been tried, and do not work: all of them, the next smaller one, or not even that."""


class Climb:
    """Which steps of a ladder to try, and what has come of them. `best` is the lowest that works so far."""

    def __init__(self, ladder: Ladder) -> None:
        self.ladder = ladder
        self.tried: dict[int, bool] = {}

    @property
    def best(self) -> int | None:
        return min((step for step, works in self.tried.items() if works), default=None)

    @property
    def smaller(self) -> Smaller:
        """Of the best step; only asked where there is one."""
        best = self.best or 1
        if all(step in self.tried for step in range(1, best)):
            return "all"
        return "next" if best - 1 in self.tried else "some"

    def told(self, step: int, works: bool) -> None:
        self.tried[step] = works

    def whether_at_all(self) -> Iterator[int]:
        """The most of it; where that does not work, half of it."""
        top = self.ladder.steps
        yield top
        if not self.tried[top] and top > 2:
            yield top // 2

    def halving(self) -> Iterator[int]:
        """Between what works and what does not; nothing at all does not. Ends with the next lower one tried."""
        while (best := self.best) is not None:
            low = max((step for step, works in self.tried.items() if not works and step < best), default=0)
            if best - low <= 1:
                return
            yield (low + best) // 2

    def all_below(self) -> Iterator[int]:
        """Every step below the best that has not been tried, the least first: the first that works is the smallest."""
        for step in range(1, self.best or 0):
            if step not in self.tried:
                yield step
                if self.tried[step]:
                    return
