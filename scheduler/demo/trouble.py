"""What goes wrong on the simulated floor, and when: breakdowns, a rush order, a late delivery."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from scheduler.demo.floor import Floor, Wait
from scheduler.domain.minutes import DAY, iso, spoken, spoken_duration
from scheduler.domain.orders import Order, Receipt

REASONS = ("spindle bearing", "hydraulic leak", "tool changer jammed", "drive fault", "coolant pump", "sensor fault")
FIRST_BREAKDOWN_SECONDS = 15
RUSH_ORDER_SECONDS = 32
LATE_DELIVERY_SECONDS = 47
BETWEEN_BREAKDOWNS_SECONDS = (45, 75)

Announce = Callable[[str], None]


class Trouble:
    """Starts everything that goes wrong. speed : plant minutes per second of the onlooker, who is not to wait long.

    announce : called in words, right before the event is posted.
    """

    def __init__(self, floor: Floor, random: Random, speed: float, announce: Announce) -> None:
        self._floor = floor
        self._random = random
        self._speed = speed
        self._announce = announce
        for process in (self._breakdowns(), self._rush_orders(), self._late_deliveries()):
            floor.env.process(process)
        for name in sorted(floor.twin.receipts):
            floor.env.process(self._delivery(name))

    # -- machines -----------------------------------------------------------------------------------------------------

    def _breakdowns(self) -> Wait:
        yield self._floor.env.timeout(FIRST_BREAKDOWN_SECONDS * self._speed)
        while True:
            while (machine := self._victim()) is None:
                yield self._floor.env.timeout(10)
            self._floor.env.process(self._breakdown(machine))
            yield self._floor.env.timeout(self._random.uniform(*BETWEEN_BREAKDOWNS_SECONDS) * self._speed)

    def _victim(self) -> str | None:
        """A machine at work with much before it: that hurts most."""
        floor = self._floor
        busy = sorted({p.machine for p in floor.running() if p.machine and p.machine not in floor.down})
        if not busy or not floor.is_open():
            return None
        busy.sort(key=lambda m: len(floor.mes.lists.get(m, ())), reverse=True)
        return self._random.choice(busy[:3])

    def _breakdown(self, machine: str) -> Wait:
        floor = self._floor
        estimate = self._random.randrange(90, 240, 15)
        reason = self._random.choice(REASONS)
        up = floor.now + estimate
        back = spoken(up, floor.twin.zone)
        self._announce(f"{machine} breaks down ({reason}), expected back {back}")
        floor.report("machine.down", machine=machine, expected_up=iso(up, floor.twin.zone), reason=reason)
        floor.breaks(machine)
        yield floor.env.timeout(max(20, round(estimate * self._random.uniform(0.7, 1.15))))
        early = up - floor.now
        words = "as expected" if abs(early) < 5 else f"{spoken_duration(abs(early))} {'early' if early > 0 else 'late'}"
        self._announce(f"{machine} works again, {words}")
        floor.report("machine.up", machine=machine)
        floor.comes_back(machine)

    # -- orders -------------------------------------------------------------------------------------------------------

    def _rush_orders(self) -> Wait:
        yield self._floor.env.timeout(RUSH_ORDER_SECONDS * self._speed)
        for number in range(1, 100):
            self._rush_order(f"RUSH-{number:02d}")
            yield self._floor.env.timeout(self._random.uniform(150, 240) * self._speed)

    def _rush_order(self, name: str) -> None:
        floor = self._floor
        known = [o for o in floor.twin.orders.values() if o.status != "hold" and not self._takes_material(o)]
        model = self._random.choice(sorted(known or floor.twin.orders.values(), key=lambda o: o.name))
        due = floor.now + self._random.randrange(1440, 2160, 60)
        quantity = max(1, round(model.quantity / 2))
        customer = model.customer or "a good customer"
        self._announce(
            f"rush order {name}: {quantity} {model.material} for {customer}, due {spoken(due, floor.twin.zone)}"
        )
        floor.report(
            "order.created",
            order=name,
            material=model.material,
            quantity=quantity,
            routing=model.routing,
            due=iso(due, floor.twin.zone),
            priority=5,
            customer=model.customer,
        )

    def _takes_material(self, order: Order) -> bool:
        return any(o.components for o in self._floor.twin.routings[order.routing].operations)

    # -- deliveries ---------------------------------------------------------------------------------------------------

    def _late_deliveries(self) -> Wait:
        yield self._floor.env.timeout(LATE_DELIVERY_SECONDS * self._speed)
        while True:
            floor = self._floor
            coming = [r for r in floor.twin.receipts.values() if r.quantity > 0 and r.expected > floor.now + 30]
            if coming:
                self._slips(min(coming, key=lambda r: (r.expected, r.name)))
            yield floor.env.timeout(self._random.uniform(180, 300) * self._speed)

    def _slips(self, receipt: Receipt) -> None:
        floor = self._floor
        late = replace(receipt, expected=receipt.expected + DAY)
        zone = floor.twin.zone
        self._announce(
            f"delivery {receipt.name} ({receipt.quantity:g} {receipt.material}) slips from "
            f"{spoken(receipt.expected, zone)} to {spoken(late.expected, zone)}"
        )
        floor.report("receipt.changed", receipt=receipt.name, expected=iso(late.expected, zone))

    def _delivery(self, name: str) -> Wait:
        """When a delivery comes it is booked in: it is stock now, and no longer expected."""
        floor = self._floor
        while (receipt := floor.twin.receipts[name]).expected > floor.now:
            yield floor.env.timeout(receipt.expected - floor.now)
        if receipt.quantity <= 0:
            return
        stock = floor.twin.materials.get(receipt.material)
        counted = (stock.on_hand if stock else 0.0) + receipt.quantity
        self._announce(f"delivery {name} has come: {receipt.quantity:g} {receipt.material}")
        floor.report("receipt.changed", receipt=name, quantity=0)
        floor.report("material.counted", material=receipt.material, on_hand=counted)
