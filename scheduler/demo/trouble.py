"""What goes wrong on the simulated floor, and when: breakdowns, a rush order, a late delivery."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from scheduler.domain.minutes import DAY, spoken, spoken_duration
from scheduler.domain.orders import Receipt
from scheduler.floor.future import REASONS, Arrival, brought_along
from scheduler.floor.mes import Mes
from scheduler.floor.shop import Shop
from scheduler.floor.work import Wait

FIRST_BREAKDOWN_SECONDS = 15
RUSH_ORDER_SECONDS = 32
LATE_DELIVERY_SECONDS = 47
BETWEEN_BREAKDOWNS_SECONDS = (45, 75)

Announce = Callable[[str], None]


class Trouble:
    """Starts everything that goes wrong. speed : plant minutes per second of the onlooker, who is not to wait long.

    announce : called in words, right before the event is posted.
    """

    def __init__(self, shop: Shop, mes: Mes, random: Random, speed: float, announce: Announce) -> None:
        self._shop = shop
        self._mes = mes
        self._random = random
        self._speed = speed
        self._announce = announce
        for process in (self._breakdowns(), self._rush_orders(), self._late_deliveries()):
            shop.env.process(process)

    # -- machines -----------------------------------------------------------------------------------------------------

    def _breakdowns(self) -> Wait:
        yield self._shop.env.timeout(FIRST_BREAKDOWN_SECONDS * self._speed)
        while True:
            while (machine := self._victim()) is None:
                yield self._shop.env.timeout(10)
            self._shop.env.process(self._breakdown(machine))
            yield self._shop.env.timeout(self._random.uniform(*BETWEEN_BREAKDOWNS_SECONDS) * self._speed)

    def _victim(self) -> str | None:
        """A machine at work with much before it: that hurts most."""
        shop = self._shop
        busy = sorted(m for m, job in shop.jobs.items() if job.started is not None and m not in shop.down)
        if not busy or not shop.is_open():
            return None
        busy.sort(key=lambda m: len(self._mes.lists.get(m, ())), reverse=True)
        return self._random.choice(busy[:3])

    def _breakdown(self, machine: str) -> Wait:
        shop = self._shop
        estimate = self._random.randrange(90, 240, 15)
        reason = self._random.choice(REASONS)
        up = shop.now + estimate
        self._announce(f"{machine} breaks down ({reason}), expected back {spoken(up, shop.state.zone)}")
        shop.goes_down(machine, up, reason)
        yield shop.env.timeout(max(20, round(estimate * self._random.uniform(0.7, 1.15))))
        early = up - shop.now
        words = "as expected" if abs(early) < 5 else f"{spoken_duration(abs(early))} {'early' if early > 0 else 'late'}"
        self._announce(f"{machine} works again, {words}")
        shop.comes_back(machine)

    # -- orders -------------------------------------------------------------------------------------------------------

    def _rush_orders(self) -> Wait:
        yield self._shop.env.timeout(RUSH_ORDER_SECONDS * self._speed)
        for number in range(1, 100):
            self._rush_order(f"RUSH-{number:02d}")
            yield self._shop.env.timeout(self._random.uniform(150, 240) * self._speed)

    def _rush_order(self, name: str) -> None:
        shop = self._shop
        known = [o for o in shop.orders.values() if o.status != "hold"]
        model = self._random.choice(sorted(known or shop.orders.values(), key=lambda o: o.name))
        due = shop.now + self._random.randrange(1440, 2160, 60)
        order = replace(
            model, name=name, quantity=float(max(1, round(model.quantity / 2))), due=due, release=None, priority=5.0,
            status="released",
        )  # fmt: skip
        customer = model.customer or "a good customer"
        words = f"{order.quantity:g} {model.material} for {customer}, due {spoken(due, shop.state.zone)}"
        self._announce(f"rush order {name}: {words}")
        shop.order_comes(Arrival(shop.now, order, brought_along(shop.state, order, shop.now)))

    # -- deliveries ---------------------------------------------------------------------------------------------------

    def _late_deliveries(self) -> Wait:
        yield self._shop.env.timeout(LATE_DELIVERY_SECONDS * self._speed)
        while True:
            shop = self._shop
            coming = [r for r in shop.receipts.values() if r.expected > shop.now + 30]
            if coming:
                self._slips(min(coming, key=lambda r: (r.expected, r.name)))
            yield shop.env.timeout(self._random.uniform(180, 300) * self._speed)

    def _slips(self, receipt: Receipt) -> None:
        shop = self._shop
        late, zone = receipt.expected + DAY, shop.state.zone
        self._announce(
            f"delivery {receipt.name} ({receipt.quantity:g} {receipt.material}) slips from "
            f"{spoken(receipt.expected, zone)} to {spoken(late, zone)}"
        )
        shop.delivery_slips(receipt.name, late)
