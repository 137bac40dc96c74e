"""Production orders, the materials they make and take, and how far their work has come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scheduler.domain.minutes import Minute

OrderStatus = Literal["planned", "released", "hold"]
WorkStatus = Literal["done", "running", "paused", "aside"]


@dataclass(frozen=True, slots=True)
class Material:
    name: str
    description: str = ""
    unit: str = ""
    on_hand: float = 0.0


@dataclass(frozen=True, slots=True)
class Receipt:
    """An expected delivery; quantity 0 is a shortage."""

    name: str
    material: str
    quantity: float
    expected: Minute


@dataclass(frozen=True, slots=True)
class Order:
    """An instruction to make a quantity of a material by its due date.

    priority : weight of one minute late.   release : not to be started before, None: at once.
    cancelled : taken out while work of it runs; it stays on hold until that work has finished.
    reservation : whose place it took when it came (`domain/reservations.py`); "": of none.
    """

    name: str
    material: str
    quantity: float
    due: Minute
    routing: str
    release: Minute | None = None
    priority: float = 1.0
    status: OrderStatus = "released"
    customer: str = ""
    cancelled: bool = False
    reservation: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """What the floor has said of an operation. Work that has begun, done or not, has taken its components.

    status : `paused` keeps its machine and is planned as if it went on now; `aside` is begun and taken off its machine
    for something else, and is planned like work not started.
    remaining_minutes : working minutes left, of running and paused work counted from the plant's now, of work put aside
    on the machine it was on.
    quantity_good, quantity_scrap : pieces reported so far (totals, not increments).
    drifting_since : when running work should have ended and nobody has reported that it did; it is then taken to end
    now, each time anew (`remaining_minutes` 0). None: it is not due yet.
    passed_on : pieces that done work hands to what follows.   None: its own quantity.
    told_minutes : what a report said is left in so many minutes, as of that report; None: pieces say what is left.
    pieces_taken : for how many pieces it has taken its components; None: for its own quantity.
    counted : the time of the last report of its pieces; one from before that no longer lowers a total.
    """

    order: str
    operation: int
    status: WorkStatus
    machine: str | None = None
    started: Minute | None = None
    finished: Minute | None = None
    remaining_minutes: int | None = None
    quantity_good: float = 0.0
    quantity_scrap: float = 0.0
    drifting_since: Minute | None = None
    passed_on: float | None = None
    told_minutes: int | None = None
    pieces_taken: float | None = None
    counted: Minute | None = None

    @property
    def keeps_machine(self) -> bool:
        """Running, or paused and planned as if it were resumed now."""
        return self.status in ("running", "paused")

    def ends(self, worked: Minute) -> Minute:
        """When running work ends, for the moment by which its machine has worked what remains.

        Of work past its end on a closed machine that is the end of the last shift; where it began behind that, its own
        start: the same however long the machine stays closed.
        """
        return worked if self.started is None else max(worked, self.started)


@dataclass(frozen=True, slots=True)
class Issued:
    """What has been taken from stock for an operation by its own report, not by its start.

    quantity : in all, what was put back taken off.
    quantity_per_unit : what the routing asks for a piece of the operation before any of it was issued.
    """

    order: str
    operation: int
    material: str
    quantity: float
    quantity_per_unit: float
