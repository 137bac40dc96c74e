"""What it costs in money that an order is late, where that is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from scheduler.domain.minutes import DAY
from scheduler.domain.orders import Order


@dataclass(frozen=True, slots=True)
class Penalty:
    """Of the orders whose name and customer fit; * stands for anything.   most : of one order; None: no limit."""

    per_day: float
    currency: str
    order: str = "*"
    customer: str = "*"
    most: float | None = None

    def is_of(self, order: Order) -> bool:
        return fnmatchcase(order.name, self.order) and fnmatchcase(order.customer, self.customer)

    def money(self, late_minutes: int) -> float:
        """Each begun day counts as the share of it that has passed."""
        owed = self.per_day * max(0, late_minutes) / DAY
        return owed if self.most is None else min(owed, self.most)


def penalty_of(penalties: Sequence[Penalty], order: Order) -> Penalty | None:
    """The first that fits; None: nothing is known to be owed."""
    return next((penalty for penalty in penalties if penalty.is_of(order)), None)
