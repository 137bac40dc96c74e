"""What the reader of a page has before him, so that what comes meanwhile is offered and not thrust upon him."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ui.answers import Plan, Plant


@dataclass(frozen=True, slots=True)
class Seen:
    """newest : the newest plan of the plant itself (what-ifs are their askers' own), 0: none yet."""

    plant: str
    revision: int
    in_force: int | None
    newest: int

    def at(self, revision: int) -> Seen:
        """The same plans, at a later revision of the log."""
        return replace(self, revision=revision)

    def newer_than(self, other: Seen) -> int | None:
        """The plan that `other` does not show: the one in force, else the newest; None: it shows both."""
        if self.in_force != other.in_force:
            return self.in_force or (self.newest if self.newest > other.newest else None)
        return self.newest if self.newest > other.newest else None


def seen_of(plant: Plant, plans: Sequence[Plan]) -> Seen:
    newest = max((p["id"] for p in plans if p["what_if"] is None), default=0)
    return Seen(plant["plant"], plant["revision"], plant["plan_in_force"], newest)


def before_reader(plant: Plant, plans: Sequence[Plan], seen: Seen) -> tuple[Plant, list[Plan]]:
    """The plant and its plans without those that are newer; plans of what-ifs stay, as somebody has opened them."""
    kept = [p for p in plans if p["id"] <= seen.newest or p["what_if"] is not None]
    held: Plant = {**plant, "plan_in_force": seen.in_force}
    return held, kept


def with_earlier(plans: Sequence[Plan], earlier: Sequence[Plan]) -> list[Plan]:
    """Both, newest first, each plan once."""
    return sorted({p["id"]: p for p in (*plans, *earlier)}.values(), key=lambda p: -p["id"])
