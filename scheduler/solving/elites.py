"""The best plans of a makespan shop that differ, to be mixed with each other."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np

from scheduler.planning.problem import Ints
from scheduler.solving.parameters import DEFAULTS


@dataclass(frozen=True, slots=True, eq=False)
class Elite:
    """A plan worth keeping: operations by start, the mode of each, and the operation before it on its machine.

    Equal to itself alone; `distance` tells how alike two are.
    """

    span: int
    order: Ints
    row: Ints
    before: Ints

    def distance(self, other: Elite) -> int:
        """How many operations follow another operation, or stand on another machine, in the other plan."""
        return int(((self.before != other.before) | (self.row != other.row)).sum())


class Elites:
    """The best plans that differ, shared by all threads that may see each other's."""

    def __init__(self, size: int = DEFAULTS.tabu.elites) -> None:
        self.size = size
        self._lock = threading.Lock()
        self._kept: list[Elite] = []

    def add(self, elite: Elite) -> None:
        """Keep it, unless all that are kept are better, or one that is nearly the same plan is as good."""
        with self._lock:
            near = max(1, len(elite.order) // 50)
            alike = [e for e in self._kept if e.distance(elite) < near]
            if any(e.span <= elite.span for e in alike):
                return
            self._kept = [e for e in self._kept if e not in alike]
            self._kept.append(elite)
            self._kept.sort(key=lambda e: e.span)
            del self._kept[self.size :]

    def kept(self) -> tuple[Elite, ...]:
        """The shortest first."""
        with self._lock:
            return tuple(self._kept)

    def full(self) -> bool:
        return len(self._kept) >= self.size

    def pair(self, rng: np.random.Generator) -> tuple[Elite, Elite] | None:
        """Two of them, drawn at random; None where there are not two."""
        with self._lock:
            if len(self._kept) < 2:
                return None
            i, j = rng.choice(len(self._kept), 2, replace=False).tolist()
            return self._kept[i], self._kept[j]
