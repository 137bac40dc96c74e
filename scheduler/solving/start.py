"""Where a search begins."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.planning.builder import Builder, Timing
from scheduler.planning.problem import Problem
from scheduler.replanning.frozen import FrozenWork


@dataclass(frozen=True, slots=True)
class Start:
    """A plant ready to be searched, with a first plan that keeps every rule."""

    problem: Problem
    builder: Builder
    frozen: FrozenWork
    first: Timing
