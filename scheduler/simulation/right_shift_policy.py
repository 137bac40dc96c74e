"""The first plan, right-shifted only: every machine keeps its sequence, whatever happens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from scheduler.domain.events import Event
from scheduler.domain.fold import fold_events
from scheduler.domain.minutes import Minute
from scheduler.domain.plans import Kpis, OperationKey, Plan, PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.ports import Planner
from scheduler.simulation.shop import Shop


def ends_of(operations: Iterable[PlannedOperation]) -> dict[str, Minute]:
    """When each order of a plan ends."""
    ends: dict[str, Minute] = {}
    for operation in operations:
        ends[operation.order] = max(operation.end, ends.get(operation.order, operation.end))
    return ends


class RightShiftPolicy:
    """Each machine waits for the next operation of its sequence. New work is inserted where a repair would insert it.

    Stock goes to the operation that the plan starts first, so that no machine waits for parts that later work took.
    """

    def __init__(self, state: PlantState, plan: Sequence[PlannedOperation], planner: Planner) -> None:
        self._twin = state
        self._planner = planner
        self._start: dict[OperationKey, Minute] = {}
        self._sequences: dict[str, list[OperationKey]] = {name: [] for name in state.machines}
        for operation in sorted(plan, key=lambda o: (o.start, o.end)):
            self._start[operation.key] = operation.start
            self._sequences[operation.machine].append(operation.key)
        self._plan = {o.key: o for o in plan}

    def hear(self, reports: list[Event]) -> None:
        self._twin = fold_events(self._twin, reports)
        if any(event.type == "order.created" for event in reports):
            self._put_in()

    def next_moment(self, _shop: Shop) -> Minute | None:
        return None

    def direct(self, shop: Shop) -> None:
        for machine in shop.free():
            waiting = [key for key in self._sequences[machine] if key in shop.waiting]
            self._sequences[machine] = waiting
            if not waiting or shop.claimed(waiting[0]) or shop.orders[waiting[0][0]].status == "hold":
                continue
            first = waiting[0]
            if shop.changeover(first, machine) or (shop.can_start(first, machine) and self._leaves_enough(shop, first)):
                shop.take_on(machine, first)

    def _leaves_enough(self, shop: Shop, key: OperationKey) -> bool:
        """Whether everything that starts before it by the plan still finds its parts in stock."""
        parts = {c.material for c in shop.step(key).components}
        if not parts:
            return True
        need = dict.fromkeys(parts, 0.0)
        for other, step in shop.waiting.items():
            if other == key or self._start.get(other, self._start[key]) >= self._start[key]:
                continue
            for component in step.components:
                if component.material in parts:
                    need[component.material] += component.quantity_per_unit * shop.orders[other[0]].quantity
        quantity = shop.orders[key[0]].quantity
        own = {c.material: c.quantity_per_unit * quantity for c in shop.step(key).components}
        return all(shop.stock.get(m, 0.0) + 1e-6 >= need[m] + own[m] for m in parts)

    def figures(self, now: Minute) -> Kpis:
        """Of what was delivered until `now`, and of the rest pushed back as far as it must be."""
        return self._pushed_back(max(now, self._twin.now)).kpis

    def expected(self, now: Minute) -> dict[str, Minute]:
        """When each order ends that has not ended yet, so."""
        return ends_of(self._pushed_back(max(now, self._twin.now)).operations)

    def _pushed_back(self, now: Minute) -> Plan:
        left = tuple(o for o in self._plan.values() if self._twin.status_of(o.order, o.operation) != "done")
        return self._planner.repair(replace(self._twin, plan=left, now=now))

    def _put_in(self) -> None:
        """Operations without a place get that of a repair; nothing else changes its place on its machine.

        All starts are those of the repair from then on: beside the old ones of what it displaces, those of the new
        work would say that it comes later than it does.
        """
        repaired = self._pushed_back(self._twin.now)
        now = {o.key: o for o in repaired.operations}
        for new in sorted((o for o in repaired.operations if o.key not in self._start), key=lambda o: o.start):
            sequence = self._sequences[new.machine]
            before = [i for i, key in enumerate(sequence) if key in now and now[key].start < new.start]
            sequence.insert(before[-1] + 1 if before else 0, new.key)
            self._start[new.key] = new.start
        self._plan |= now
