"""What will happen on the floor, drawn from a seed: the same whoever decides there, and known to nobody beforehand.

Each draw has a generator of its own, named by the seed and by what it is about. So nothing that one policy does or
leaves undone shifts what another one meets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from random import Random

from scheduler.domain.calendars import WorkingTime
from scheduler.domain.minutes import DAY, Minute
from scheduler.domain.orders import Order, Receipt
from scheduler.domain.plant import PlantState

REASONS = ("spindle bearing", "hydraulic leak", "tool changer jammed", "drive fault", "coolant pump", "sensor fault")
HOUR = 60


@dataclass(frozen=True, slots=True)
class Dials:
    """How rough life is.

    spread : standard deviation of the logarithm of real / planned run time.   trouble : share of operations that meet
    trouble besides and take half as long again.   up_minutes : mean working minutes of a machine between failures, 0:
    it never fails.   repair_minutes : mean length of an outage.   rush : rush orders, as a share of the orders.
    late : share of the deliveries that slip.   scrap : share of the orders that lose pieces at their last operation.
    """

    spread: float = 0.2
    trouble: float = 0.05
    up_minutes: float = 4000.0
    repair_minutes: float = 150.0
    rush: float = 0.1
    late: float = 0.25
    scrap: float = 0.08


AS_PLANNED = Dials(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
"""Nothing unforeseen happens."""


@dataclass(frozen=True, slots=True)
class Outage:
    """A machine stands still from `start` to `end`. expected : what the floor believes at first, None: no idea."""

    start: Minute
    end: Minute
    expected: Minute | None
    reason: str


@dataclass(frozen=True, slots=True)
class Slip:
    """A delivery comes later than promised; the supplier says so at `told`."""

    told: Minute
    expected: Minute


@dataclass(frozen=True, slots=True)
class Arrival:
    """An order that nobody knew of, with the bought parts that come along with it."""

    at: Minute
    order: Order
    deliveries: tuple[Receipt, ...] = ()


@dataclass(frozen=True, slots=True)
class Future:
    """One future of a plant. `state` is only read: its present, from which everything is drawn."""

    state: PlantState
    seed: int
    dials: Dials = field(default_factory=Dials)

    def _random(self, *about: object) -> Random:
        return Random("|".join(map(str, (self.seed, *about))))

    def minutes(self, order: str, operation: int, machine: str, planned: int) -> int:
        """What the work really takes, in working minutes of the machine."""
        random = self._random("minutes", order, operation, machine)
        factor = random.lognormvariate(0.0, self.dials.spread) if self.dials.spread else 1.0
        if random.random() < self.dials.trouble:
            factor *= 1.5
        return max(1, round(planned * factor))

    def scrap(self, order: Order) -> int:
        """Whole pieces that are lost at the order's last operation."""
        random = self._random("scrap", order.name)
        if random.random() >= self.dials.scrap or order.quantity < 2:
            return 0
        return min(int(order.quantity) - 1, max(1, round(order.quantity * random.uniform(0.03, 0.12))))

    def outages(self, machine: str, works: WorkingTime) -> Iterator[Outage]:
        """The machine's failures, one after the other. works : its calendar, as far as the future reaches."""
        random = self._random("outages", machine)
        at = self.state.now
        for known in self.state.downtimes:
            if known.machine == machine and known.kind == "breakdown" and known.start <= at:
                end = known.end or at + max(1, round(self.state.default_repair_minutes * random.uniform(0.6, 1.6)))
                if end > at:
                    yield Outage(known.start, end, known.end, known.reason)
                    at = end
        while self.dials.up_minutes > 0:
            fails = works.after(at, max(1, round(random.expovariate(1.0 / self.dials.up_minutes))))
            if fails is None:
                return
            repair = max(15, round(random.gammavariate(2.0, self.dials.repair_minutes / 2.0)))
            believed = fails + max(15, round(repair * random.uniform(0.6, 1.4) / 15) * 15)
            yield Outage(fails, fails + repair, believed if random.random() < 0.8 else None, random.choice(REASONS))
            at = fails + repair

    def slips(self) -> Mapping[str, Slip]:
        """The deliveries that come late, by name."""
        found = {}
        for receipt in self.state.receipts.values():
            random = self._random("receipt", receipt.name)
            if receipt.quantity > 0 and receipt.expected > self.state.now and random.random() < self.dials.late:
                told = random.randint(self.state.now + 1, receipt.expected)
                late = max(4, round(random.expovariate(1.0 / 24.0))) * HOUR
                found[receipt.name] = Slip(told, receipt.expected + late)
        return found

    def rush_orders(self) -> tuple[Arrival, ...]:
        """Half of a known order again, at a high priority, promised a day or more later than an empty shop could make
        it; what it takes is bought along with it."""
        state = self.state
        known = sorted((o for o in state.orders.values() if o.status != "hold"), key=lambda o: o.name)
        if not known or self.dials.rush <= 0:
            return ()
        span = max(DAY, max(o.due for o in known) - state.now)
        arrivals = []
        for number in range(1, max(1, round(self.dials.rush * len(known))) + 1):
            random = self._random("rush", number)
            at = state.now + random.randint(HOUR, max(HOUR + 1, round(0.6 * span)))
            arrivals.append(self._rush_order(number, at, random))
        return tuple(sorted(arrivals, key=lambda a: (a.at, a.order.name)))

    def _rush_order(self, number: int, at: Minute, random: Random) -> Arrival:
        state = self.state
        model = random.choice(sorted((o for o in state.orders.values() if o.status != "hold"), key=lambda o: o.name))
        soonest = self._soonest(model, at)
        due = soonest + round(random.uniform(0.5, 1.0) * max(2 * DAY, soonest - at))
        order = replace(
            model,
            name=f"RUSH-{number:02d}",
            quantity=float(max(1, round(model.quantity / 2))),
            due=-(-due // HOUR) * HOUR,
            release=None,
            priority=8.0,
            status="released",
        )
        return Arrival(at, order, brought_along(state, order, at))

    def _soonest(self, order: Order, at: Minute) -> Minute:
        """When half the order would be made by an empty shop, each operation where it ends first."""
        state, last = self.state, at + 60 * DAY
        ends: dict[int, Minute] = {}
        for step in state.routings[order.routing].operations:
            begin = max([at, *(ends.get(p, at) + step.min_wait for p in step.predecessors)])
            found = [last]
            for row in step.machines:
                works = state.machine_time(row.machine, begin, last)
                minutes = row.setup_minutes + row.run_minutes(
                    order.quantity / 2, state.machines[row.machine].efficiency
                )
                end = works.after(begin, minutes)
                found += [] if end is None else [end]
            ends[step.number] = min(found)
        return max(ends.values(), default=at)


def brought_along(state: PlantState, order: Order, at: Minute) -> tuple[Receipt, ...]:
    """Deliveries of everything that an order takes, so that it takes nothing from the others."""
    steps = state.routings[order.routing].operations
    needs: dict[str, float] = {}
    for component in (c for step in steps for c in step.components):
        needs[component.material] = needs.get(component.material, 0.0) + component.quantity_per_unit * order.quantity
    return tuple(Receipt(f"FOR-{order.name}-{m}", m, quantity, at) for m, quantity in sorted(needs.items()))
