"""Production orders, the materials they make and take, and how far their work has come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scheduler.domain.minutes import Minute

OrderStatus = Literal["planned", "released", "hold"]


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


@dataclass(frozen=True, slots=True)
class Progress:
    """What the floor has said of an operation. Done, running and paused work has taken its components.

    remaining_minutes : working minutes left counted from the plant's now, for running and paused work.
    quantity_good, quantity_scrap : pieces reported so far (totals, not increments).
    drifting_since : when running work should have ended and nobody has reported that it did; then `remaining_minutes`
    is only assumed. None: it is not due yet.
    """

    order: str
    operation: int
    status: Literal["done", "running", "paused"]
    machine: str | None = None
    started: Minute | None = None
    finished: Minute | None = None
    remaining_minutes: int | None = None
    quantity_good: float = 0.0
    quantity_scrap: float = 0.0
    drifting_since: Minute | None = None

    @property
    def keeps_machine(self) -> bool:
        """Running, or paused and planned as if it were resumed now."""
        return self.status in ("running", "paused")


@dataclass(frozen=True, slots=True)
class Issued:
    """What has been taken from stock for an operation by its own report, not by its start.

    quantity : in all, what was put back taken off.
    quantity_per_unit : what the routing asks for a piece of the order before any of it was issued.
    """

    order: str
    operation: int
    material: str
    quantity: float
    quantity_per_unit: float
