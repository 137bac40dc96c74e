"""The dispatch rule ATC on the floor: no plan; whenever a machine is free, the most urgent waiting work takes it."""

from __future__ import annotations

import math

from scheduler.domain.events import Event
from scheduler.domain.minutes import Minute
from scheduler.domain.orders import Order
from scheduler.domain.plans import OperationKey
from scheduler.simulation.shop import Shop

LOOKAHEAD = 6.0
"""In mean run times: what the plain list scheduler beside the referee takes."""


class Atc:
    """Apparent tardiness cost with changeovers, as the plain list scheduler does it, but on the real floor.

        priority / work of the operation * exp(-max(0, due - work left in the order - now) / (6 * mean work))

    Most urgent first, an operation takes the machine where it would end first, changeover included; where that one is
    busy, it waits for it. Source: Vepsalainen and Morton (1987), Management Science 33(8), 1035-1047.
    """

    def __init__(self) -> None:
        self._shortest: dict[OperationKey, int] = {}

    def hear(self, reports: list[Event]) -> None:
        """It looks at the floor itself."""

    def next_moment(self, _shop: Shop) -> Minute | None:
        return None

    def direct(self, shop: Shop) -> None:
        if not shop.free():
            return
        value = self._values(shop)
        for key in sorted(value, key=lambda k: (-value[k], k)):
            machine = self._where(shop, key)
            if machine is not None:
                shop.take_on(machine, key)

    def _values(self, shop: Shop) -> dict[OperationKey, float]:
        """How urgent each operation is that could start now."""
        left: dict[str, int] = {}
        for key in shop.waiting:
            left[key[0]] = left.get(key[0], 0) + self._work(shop, key)
        mean = sum(left.values()) / max(1, len(shop.waiting))
        values = {}
        for key in shop.waiting:
            ready = shop.ready_at(key)
            order = shop.orders[key[0]]
            if ready is None or ready > shop.now or order.status == "hold" or shop.claimed(key):
                continue
            values[key] = urgency(order, self._work(shop, key), left[key[0]], mean, shop.now)
        return values

    def _work(self, shop: Shop, key: OperationKey) -> int:
        if key not in self._shortest:
            self._shortest[key] = min(shop.planned_minutes(key, row.machine) for row in shop.step(key).machines)
        return self._shortest[key]

    def _where(self, shop: Shop, key: OperationKey) -> str | None:
        """The machine on which it ends first, if that one is free and it could start; None: it waits."""
        best: tuple[Minute, str] | None = None
        for row in shop.step(key).machines:
            name = row.machine
            at = max(shop.now, self._free_at(shop, name))
            minutes = shop.changeover(key, name) + shop.planned_minutes(key, name)
            end = shop.works[name].after(at, minutes)
            if end is not None and (best is None or (end, name) < best):
                best = end, name
        if best is None or best[1] in shop.jobs or not shop.can_start(key, best[1]):
            return None
        return best[1]

    @staticmethod
    def _free_at(shop: Shop, machine: str) -> Minute:
        """As far as the floor can tell."""
        at = shop.now
        if machine in shop.jobs:
            at = max(at + 1, shop.jobs[machine].expected)
        if machine in shop.down:
            expected = shop.down[machine]
            at = max(at, shop.now + shop.state.default_repair_minutes if expected is None else expected)
        return at


def urgency(order: Order, work: int, left: int, mean: float, now: Minute) -> float:
    """The ATC index. work : minutes of the operation; left : of all that is left of its order; mean : of all work."""
    slack = max(0, order.due - now - left)
    return order.priority / work * math.exp(-slack / (LOOKAHEAD * max(1.0, mean)))
