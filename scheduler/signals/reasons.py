"""Why a machine stands: a plant's reason codes as a tree, and how long such a stop is expected to take."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from scheduler.domain.minutes import Minute
from scheduler.domain.plant import PlantState

LEAST_STOPS = 3
"""So many past stops make a history; fewer may all have been odd."""
STOPS_LOOKED_AT = 20
"""Of the newest of them; a machine gets older, and repair crews better."""
BETWEEN = "/"


@dataclass(frozen=True, slots=True)
class StopReason:
    """A leaf or branch of the tree.

    under : where it hangs, from the root, like "unplanned/tooling".   owner : whose it is to end it.
    minutes : that it takes as a rule; None: nobody has said.   codes : what machines call it; * stands for anything.
    """

    code: str
    words: str
    under: str = ""
    planned: bool = False
    owner: str = ""
    cost_centre: str = ""
    minutes: float | None = None
    codes: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        return BETWEEN.join(part for part in (self.under, self.code) if part)

    def means(self, said: str) -> bool:
        """Whether a machine's or a person's words say that."""
        words = said.casefold()
        known = (self.code.casefold(), self.words.casefold(), *(code.casefold() for code in self.codes))
        return any(words == one or fnmatchcase(words, one) for one in known)


@dataclass(frozen=True, slots=True)
class ReasonTree:
    """The reasons of a plant; the first that fits counts."""

    reasons: tuple[StopReason, ...] = ()

    def find(self, said: str) -> StopReason | None:
        """What words mean, with or without the mark of the source that told them; None: no reason fits."""
        bare = unmarked(said)
        return next((reason for reason in self.reasons if reason.means(bare)), None) if bare else None


NO_REASONS = ReasonTree()


@dataclass(frozen=True, slots=True)
class Expected:
    """How long a stop takes from its start, in minutes, and why that is thought."""

    minutes: int
    why: str


def unmarked(reason: str) -> str:
    """Without the source that stands behind it: "spindle [hall]" -> "spindle"."""
    words = reason.strip()
    if words.endswith("]") and " [" in words:
        words = words[: words.rindex(" [")]
    return words.strip()


def expected_stop(
    state: PlantState, tree: ReasonTree, machine: str, said: str, start: Minute, now: Minute
) -> Expected | None:
    """By the machine's past stops for that reason, else all machines' for it, else what is configured for it.

    The middle of those that took longer than this one already has: a stop that has outlived its median is none of the
    short ones. Where it has outlived all of them, or nothing is known: None.
    """
    reason = tree.find(said)
    same = [
        d
        for d in state.downtimes
        if d.kind == "breakdown" and d.end is not None and d.end <= start and _is(tree, reason, d.reason, said)
    ]
    elapsed = max(0, now - start)
    named = reason.words if reason is not None else unmarked(said)
    for stops, whose in (([d for d in same if d.machine == machine], machine), (same, "all machines")):
        took = [d.end - d.start for d in stops[-STOPS_LOOKED_AT:] if d.end is not None]
        if len(took) >= LEAST_STOPS:
            return _middle(took, elapsed, f"'{named}' on {whose}")
    if reason is not None and reason.minutes is not None and reason.minutes > elapsed:
        return Expected(round(reason.minutes), f"as configured for '{named}'")
    return None


def _is(tree: ReasonTree, reason: StopReason | None, other: str, said: str) -> bool:
    if reason is not None:
        return tree.find(other) is reason
    return bool(unmarked(said)) and unmarked(other).casefold() == unmarked(said).casefold()


def _middle(took: Sequence[int], elapsed: int, of_what: str) -> Expected | None:
    longer = [minutes for minutes in took if minutes > elapsed]
    if not longer:
        return None
    beyond = f" that took longer than {elapsed} min" if elapsed and len(longer) < len(took) else ""
    count = f"{len(longer)} stop{'s' if len(longer) > 1 else ''}"
    return Expected(max(1, round(statistics.median(longer))), f"median of {count}{beyond} for {of_what}")
