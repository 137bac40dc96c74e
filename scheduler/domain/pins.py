"""Pins: operations whose machine or start a person has fixed (contract, rule 9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from scheduler.domain.minutes import Minute, spoken
from scheduler.domain.plans import OperationKey, PlannedOperation

if TYPE_CHECKING:
    from scheduler.domain.plant import PlantState


@dataclass(frozen=True, slots=True)
class Pin:
    """What a person has fixed of an operation; what is None is free. At least one of the four is given.

    start : exactly then.   not_before, not_after : bounds of its start.   by : who says so.
    """

    order: str
    operation: int
    machine: str | None = None
    start: Minute | None = None
    not_before: Minute | None = None
    not_after: Minute | None = None
    by: str = ""
    reason: str = ""

    @property
    def key(self) -> OperationKey:
        return self.order, self.operation

    @property
    def earliest(self) -> Minute | None:
        """It starts no earlier; None: as early as one likes."""
        return max((t for t in (self.start, self.not_before) if t is not None), default=None)

    @property
    def latest(self) -> Minute | None:
        """It starts no later; None: as late as one likes."""
        return min((t for t in (self.start, self.not_after) if t is not None), default=None)

    def said(self, zone: ZoneInfo) -> str:
        """What is fixed, in words: "to 'lathe', at Mon 2 Mar 09:30, by m.keller (first article)"."""
        words = [] if self.machine is None else [f"to '{self.machine}'"]
        for name, moment in (("at", self.start), ("not before", self.not_before), ("not after", self.not_after)):
            if moment is not None:
                words.append(f"{name} {spoken(moment, zone)}")
        if self.by:
            words.append(f"by {self.by}")
        return ", ".join(words) + (f" ({self.reason})" if self.reason else "")

    def holds(self, machine: str, start: Minute) -> bool:
        """Whether an operation that stands there keeps it."""
        return (
            (self.machine is None or self.machine == machine)
            and (self.start is None or self.start == start)
            and (self.not_before is None or self.not_before <= start)
            and (self.not_after is None or start <= self.not_after)
        )


def lost_pins(state: PlantState, operations: Iterable[PlannedOperation]) -> Iterator[tuple[Pin, PlannedOperation]]:
    """The pins that a plan does not keep, each with where it has the operation; running and done work needs none."""
    if not state.pins:
        return
    for planned in operations:
        pin = state.pins.get(planned.key)
        if pin is None or pin.holds(planned.machine, planned.start):
            continue
        if state.status_of(planned.order, planned.operation) not in ("running", "done"):
            yield pin, planned
