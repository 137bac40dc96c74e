"""What the product asks of who carries dispatch lists to machines: a broker, an edge node, a webhook."""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ListSetup:
    """Where lists go. machines : whose; empty: all of the plant.   rows : so many of each list at most.

    answers : whether the other side is to say which list it works by.
    patience_minutes : a machine that has not confirmed a list for so long is told of.
    """

    name: str
    kind: str
    plant: str
    address: str
    machines: tuple[str, ...] = ()
    rows: int = 50
    answers: bool = False
    patience_minutes: float = 10.0


@dataclass(frozen=True, slots=True)
class MachineList:
    """A machine's list as it is to be carried.

    revision : rises with whatever happens in the plant, so of two lists the one with the larger is the newer.
    version : changes with the rows, and only with them; what is confirmed.   body : JSON, with all of these in it.
    """

    machine: str
    revision: int
    version: str
    body: str


class ListDesk(Protocol):
    """What a carrier takes lists from. Safe from any thread."""

    def newer(self, than: int, wait: float) -> tuple[int, list[MachineList]]:
        """(a number to ask with next, the newest list of each machine that has changed since that number; 0: of all).

        Waits so many seconds for one at most.
        """
        ...

    def carried(self, machine: str, version: str) -> None:
        """The other side has it."""
        ...

    def kept_back(self, machine: str, why: str) -> None:
        """It was not carried, in words."""
        ...

    def confirmed(self, machine: str, version: str, by: str) -> None:
        """The machine works by it."""
        ...

    def refused(self, machine: str, version: str, by: str, why: str) -> None:
        """The machine will not work by it."""
        ...

    def machines(self) -> Collection[str]:
        """Whose lists there are."""
        ...


class ListCarrier(Protocol):
    """It only brings lists; never an older one over a newer."""

    @property
    def setup(self) -> ListSetup: ...

    def carry(self, desk: ListDesk, closing: threading.Event) -> None:
        """Bring each list as it changes until `closing`; all of them first. Raises ConnectionAway; may be called
        again."""
        ...
