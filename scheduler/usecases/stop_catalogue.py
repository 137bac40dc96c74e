"""What is configured of stops: each plant's reasons, and what late orders cost it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from scheduler.domain.penalties import Penalty
from scheduler.signals.reasons import NO_REASONS, ReasonTree


@dataclass(frozen=True, slots=True)
class StopCatalogue:
    """By plant; "" stands for every plant, behind what is said of one."""

    trees: Mapping[str, ReasonTree] = field(default_factory=dict)
    owed: Mapping[str, Sequence[Penalty]] = field(default_factory=dict)

    def reasons(self, plant: str) -> ReasonTree:
        return ReasonTree((*self.trees.get(plant, NO_REASONS).reasons, *self.trees.get("", NO_REASONS).reasons))

    def penalties(self, plant: str) -> tuple[Penalty, ...]:
        return (*self.owed.get(plant, ()), *self.owed.get("", ()))
