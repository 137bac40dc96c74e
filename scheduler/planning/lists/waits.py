"""What fills a stretch of an order's time between release and delivery."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from scheduler.domain.minutes import Minute
from scheduler.domain.plans import OperationKey

Cause: TypeAlias = Literal[
    "processing",
    "machine",
    "changeover",
    "closed",
    "breakdown",
    "maintenance",
    "material",
    "pool",
    "frozen",
    "pin",
    "min_wait",
    "max_wait",
    "release",
    "unused",
]
"""processing: its own work.   machine: it is busy with other work.   unused: nothing forbids an earlier start.

A component order has no cause of its own: the chain leads through its operations.
"""


@dataclass(frozen=True, slots=True)
class Wait:
    """A stretch [start, end) of the chain, and what fills it.

    order, operation : of the chain, a component order's where the chain leads through it.
    machine : where it is worked, or the machine that it waits for.
    other : the work in the way, or with which it cannot part (max_wait).   held : why that work keeps its place.
    name : the pool, or the material.   supply : the delivery that brings the material.
    reason : what was said of the closing or the outage; "" for hours that are closed every week.
    """

    start: Minute
    end: Minute
    cause: Cause
    order: str
    operation: int
    machine: str | None = None
    other: OperationKey | None = None
    held: Literal["running", "frozen", "pinned"] | None = None
    name: str = ""
    supply: str = ""
    reason: str = ""

    @property
    def minutes(self) -> int:
        return self.end - self.start

    @property
    def regular(self) -> bool:
        """Whether it is no more than the hours that are closed every week."""
        return self.cause == "closed" and not self.reason


def joined(waits: list[Wait]) -> tuple[Wait, ...]:
    """In the order of time, touching stretches that say the same as one."""
    found: list[Wait] = []
    for wait in sorted(waits, key=lambda w: w.start):
        if found and replace(found[-1], start=wait.start, end=wait.end) == wait and found[-1].end == wait.start:
            found[-1] = replace(found[-1], end=wait.end)
        else:
            found.append(wait)
    return tuple(found)
