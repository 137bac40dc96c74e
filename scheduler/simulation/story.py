"""The demo's future: one trouble after the other, each far enough from the next that a person can follow it.

Like every future it is drawn from its seed and from the plant alone, not from what anybody decides. So the same story
can be told to a floor that works by dispatch lists, to one that keeps its first plan, and in lockstep.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import cycle
from random import Random

from scheduler.domain.calendars import WorkingTime, working_time
from scheduler.domain.minutes import DAY, Minute
from scheduler.domain.orders import Receipt
from scheduler.domain.plant import PlantState
from scheduler.simulation.future import AS_PLANNED, REASONS, Arrival, Future, Outage, Slip

SPREAD = 0.06
"""Of the real run times; a good floor, so that what goes wrong is what the onlooker is told of."""
FIRST_MINUTES = 90
BETWEEN_MINUTES = (210, 300)
"""Minutes of the main shift until the first trouble, and from one to the next."""
KINDS = ("breakdown", "rush order", "breakdown", "late delivery")
OUTAGE_MINUTES = (75, 165)
"""What a repair is expected to take, and takes at most; shorter than the time to the next trouble."""
SOON = 30
"""A delivery that is due within so many minutes is on its way already."""
BUSIEST = 6
"""Machines that break down are among the busiest that work at that time, where it hurts; never one twice running."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something goes wrong. what : the machine, the delivery, or the number of the rush order."""

    at: Minute
    kind: str
    what: str


def story(state: PlantState, seed: int) -> Story:
    return Story(state, seed, replace(AS_PLANNED, spread=SPREAD))


def main_shift(state: PlantState, last: Minute) -> WorkingTime:
    """When the calendar works that most of the machines keep; of equal ones the first by name."""
    kept = Counter(machine.calendar for machine in state.machines.values())
    name = min(kept, key=lambda c: (-kept[c], c))
    return working_time(state.calendars[name], state.zone, state.now, last)


@dataclass(frozen=True, slots=True)
class Story(Future):
    """Breakdowns, rush orders and late deliveries in turn, until the last due date."""

    def troubles(self) -> Iterator[Trouble]:
        """The oldest first."""
        state, random = self.state, self._random("story")
        last = max([state.now, *(order.due for order in state.orders.values())])
        shift = main_shift(state, last)
        slipped: set[str] = set()
        at, rush, broken = shift.after(state.now, FIRST_MINUTES), 0, ""
        for kind in cycle(KINDS):
            if at is None or at >= last:
                return
            if kind == "late delivery" and (receipt := self._next_delivery(at, slipped)) is not None:
                slipped.add(receipt.name)
                yield Trouble(at, kind, receipt.name)
            elif kind == "rush order" and any(o.status != "hold" for o in state.orders.values()):
                rush += 1
                yield Trouble(at, kind, str(rush))
            elif (machine := self._victim(at, broken, random)) is not None:
                broken = machine
                yield Trouble(at, "breakdown", machine)
            at = shift.after(at, random.randint(*BETWEEN_MINUTES))

    def outages(self, machine: str, works: WorkingTime) -> Iterator[Outage]:
        """Those that are known already, then the story's."""
        free = self.state.now
        for outage in Future.outages(self, machine, works):
            free = outage.end
            yield outage
        for trouble in self.troubles():
            if trouble.kind == "breakdown" and trouble.what == machine and trouble.at > free:
                random = self._random("breakdown", machine, trouble.at)
                estimate = random.randrange(*OUTAGE_MINUTES, 15)
                free = trouble.at + round(estimate * random.uniform(0.7, 1.0))
                yield Outage(trouble.at, free, trouble.at + estimate, random.choice(REASONS))

    def slips(self) -> Mapping[str, Slip]:
        """Each by a day."""
        receipts = self.state.receipts
        return {
            t.what: Slip(t.at, receipts[t.what].expected + DAY) for t in self.troubles() if t.kind == "late delivery"
        }

    def rush_orders(self) -> tuple[Arrival, ...]:
        rush = [t for t in self.troubles() if t.kind == "rush order"]
        return tuple(self._rush_order(int(t.what), t.at, self._random("rush", t.what)) for t in rush)

    def _next_delivery(self, at: Minute, slipped: set[str]) -> Receipt | None:
        coming = (r for r in self.state.receipts.values() if r.expected > at + SOON and r.quantity > 0)
        return min((r for r in coming if r.name not in slipped), key=lambda r: (r.expected, r.name), default=None)

    def _victim(self, at: Minute, but: str, random: Random) -> str | None:
        """One of the machines with the most work among those that are to work at this minute."""
        state, load = self.state, self._load()
        able = [m for m in sorted(state.machines) if state.machine_time(m, at, at + DAY).is_open(at) and load[m]]
        able = [m for m in able if m != but] or able
        able.sort(key=lambda m: -load[m])
        return random.choice(able[:BUSIEST]) if able else None

    def _load(self) -> Counter[str]:
        """Minutes of open work per machine; what several machines can do is shared between them."""
        state, load = self.state, Counter[str]()
        for order in state.orders.values():
            for step in state.routings[order.routing].operations:
                if order.status != "hold" and state.status_of(order.name, step.number) == "waiting":
                    for row in step.machines:
                        minutes = row.run_minutes(order.quantity, state.machines[row.machine].efficiency)
                        load[row.machine] += round(minutes / len(step.machines))
        return load
