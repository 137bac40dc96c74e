"""What a tag has said, and what comes of many of them. Moments are seconds since 1970, by source or by us."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

State: TypeAlias = Literal["RUNNING", "IDLE", "SETUP", "DOWN", "PLANNED_STOP", "UNKNOWN"]
Meaning: TypeAlias = Literal["state", "mode", "good", "scrap", "reason"]
Quality: TypeAlias = Literal["good", "bad"]
ChangeKind: TypeAlias = Literal["down", "up", "progressed"]

STATES: tuple[State, ...] = ("RUNNING", "IDLE", "SETUP", "DOWN", "PLANNED_STOP", "UNKNOWN")
AVAILABLE: frozenset[State] = frozenset({"RUNNING", "IDLE", "SETUP", "PLANNED_STOP"})
"""In these a machine is no longer broken, whether it works or not."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One value of one tag.

    received : when it came to us.   at : when its source says that it was so; None: it says no time.
    value : a code of a state or mode, a counter's total, a reason's words.   sequence : its number, if it has one.
    quality : "bad": the source does not vouch for it.   lost : the link is gone, so nothing is known any more.
    """

    source: str
    machine: str
    meaning: Meaning
    value: object
    received: float
    at: float | None = None
    sequence: int | None = None
    quality: Quality = "good"
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """Where a counter stood when its pieces were told. at : by its source's clock."""

    meaning: Meaning
    total: float
    at: float


@dataclass(frozen=True, slots=True)
class Change:
    """What is worth an event. at : since when it is so.   good, scrap : pieces more than told before.

    readings : where the counters stood then, so that whoever counts on knows what was told.
    per_minute : pieces that the machine has really made of late, stops that were no breakdown included; 0: unknown.
    """

    kind: ChangeKind
    source: str
    machine: str
    at: float
    good: float = 0.0
    scrap: float = 0.0
    reason: str = ""
    readings: tuple[Reading, ...] = ()
    per_minute: float = 0.0


def link_lost(source: str, machine: str, now: float) -> Signal:
    """Nobody hears the machine any more: it is UNKNOWN, never DOWN."""
    return Signal(source, machine, "state", None, now, quality="bad", lost=True)
