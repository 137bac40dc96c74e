"""A plan laid beside the plant's state: what stands where, when machines work, in which order, and when orders end.

The check and the figures read it. It shares nothing with the Problem that the search works on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

from scheduler.domain.machine_times import MachineTimes, end_of_running
from scheduler.domain.minutes import Minute
from scheduler.domain.orders import Order, Progress
from scheduler.domain.plans import OperationKey, PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.domain.routings import EligibleMachine, Operation, Routing

KEY, END = attrgetter("order", "operation"), attrgetter("end")


class Placed(NamedTuple):
    """An operation at its place. `row`: its own times there, None where the machine is not eligible.

    running : its progress, where it runs now.
    """

    order: Order
    operation: Operation
    row: EligibleMachine | None
    machine: str
    start: Minute
    end: Minute
    running: Progress | None

    def __str__(self) -> str:
        return f"operation {self.operation.number} of order '{self.order.name}'"


class Succession(NamedTuple):
    """An operation that follows on its machine: from `free` on, after `before`, with so many minutes of changeover."""

    placed: Placed
    free: Minute
    changeover: int


class PlacedPlan:
    """A plan's operations beside the state.

    operations : as planned; where a key stands twice the last one counts (as `twice` tells).
    left_out : orders that are not demanded; of them, only what runs already is.
    """

    def __init__(
        self, state: PlantState, operations: Sequence[PlannedOperation], left_out: Collection[str] = ()
    ) -> None:
        self.state = state
        self.times = MachineTimes(state, max(map(END, operations), default=state.now))
        keys = list(map(KEY, operations))
        planned = dict(zip(keys, operations, strict=True))
        self.twice: list[OperationKey] = []
        if len(planned) < len(keys):
            seen: set[OperationKey] = set()
            for key in keys:
                if key in seen:
                    self.twice.append(key)
                seen.add(key)
        self.missing: list[OperationKey] = []
        self.placed: dict[OperationKey, Placed] = {}
        for order, step, progress in demanded(state, left_out):
            key = (order.name, step.number)
            found = planned.pop(key, None)
            if found is None:
                self.missing.append(key)
                continue
            machine, row = found.machine, None
            for candidate in step.machines:
                if candidate.machine == machine:
                    row = candidate
                    break
            self.placed[key] = Placed(order, step, row, machine, found.start, found.end, progress)
        self.not_demanded: list[OperationKey] = list(planned)

    @cached_property
    def _odd(self) -> set[str]:
        """Orders whose operations do not all work on the pieces ordered from the beginning."""
        orders = self.state.orders
        return {
            name
            for (name, _), p in self.state.progress.items()
            if p.status == "aside"
            or (p.passed_on is not None and name in orders and p.passed_on != orders[name].quantity)
        }

    def pieces(self, placed: Placed) -> float:
        """What the operation works on (contract, rule 3)."""
        name = placed.order.name
        if name not in self._odd:
            return placed.order.quantity
        return self.state.quantity_of(name, placed.operation.number)

    def minutes(self, placed: Placed, row: EligibleMachine) -> int:
        """Working minutes that are still to be planned where it stands; of work put aside, what is left."""
        if placed.order.name in self._odd:
            return self.state.planned_minutes(placed.order.name, placed.operation.number, placed.machine) or 1
        return row.run_minutes(placed.order.quantity, self.state.machines[placed.machine].efficiency)

    @cached_property
    def by_machine(self) -> Mapping[str, list[Placed]]:
        """What each machine works, in order of start; only where it is eligible."""
        found: dict[str, list[Placed]] = {}
        for placed in self.placed.values():
            if placed.row is not None:
                found.setdefault(placed.machine, []).append(placed)
        for sequence in found.values():
            sequence.sort(key=lambda p: (p.start, p.end, p.order.name, p.operation.number))
        return found

    @cached_property
    def successions(self) -> list[Succession]:
        """Every operation that is still to start, with what its machine does before it (contract, rule 4).

        Held work that runs keeps its machine until its end, though it stands in no plan.
        """
        state, found = self.state, []
        for name, sequence in self.by_machine.items():
            before: str | None = state.machines[name].initial_setup or None
            free = max(state.now, self.held_until.get(name, state.now))
            matrix = state.setup_matrices.get(state.machines[name].work_center)
            for placed in sequence:
                _, operation, row, _, _, end, running = placed
                family = operation.setup_family
                if running is None and row is not None:
                    need = row.setup_minutes if matrix is None else matrix.changeover(before, family)
                    found.append(Succession(placed, free, need))
                before = family
                if end > free:
                    free = end
        return found

    @cached_property
    def held_until(self) -> Mapping[str, Minute]:
        """Until when machines finish running work of orders on hold or cancelled."""
        found: dict[str, Minute] = {}
        for progress in self.state.progress.values():
            if progress.keeps_machine and progress.machine is not None:
                order = self.state.orders.get(progress.order)
                if order is not None and order.status == "hold":
                    found[progress.machine] = self.end_of_running(progress, progress.machine) or self.times.last
        return found

    def end_of_running(self, running: Progress, machine: str) -> Minute | None:
        return end_of_running(self.state, self.times, running, machine)

    @cached_property
    def order_ends(self) -> Mapping[str, Minute]:
        """The end of each order that is not on hold and whose operations are all planned or reported finished."""
        ends: dict[str, Minute] = {}
        placed_of = self.placed
        for name, order in self.state.orders.items():
            if order.status == "hold":
                continue
            last: Minute | None = None
            for step in self.state.routings[order.routing].operations:
                placed = placed_of.get((name, step.number))
                end = self.end_of(name, step.number) if placed is None else placed.end
                if end is None:
                    break
                last = end if last is None or end > last else last
            else:
                if last is not None:
                    ends[name] = last
        return ends

    def end_of(self, order: str, number: int) -> Minute | None:
        """When an operation ends by the plan, or ended as reported."""
        placed = self.placed.get((order, number))
        if placed is not None:
            return placed.end
        progress = self.state.progress.get((order, number))
        return progress.finished if progress is not None and progress.status == "done" else None


def demanded(state: PlantState, left_out: Collection[str] = ()) -> Iterator[tuple[Order, Operation, Progress | None]]:
    """Every operation that a complete plan holds, with its progress where it runs (contract, rule 1)."""
    progress_of, routings = state.progress, state.routings
    for order in state.orders.values():
        if order.status == "hold":
            continue
        routing: Routing = routings[order.routing]
        only_running = order.name in left_out
        for step in routing.operations:
            progress = progress_of.get((order.name, step.number))
            if progress is None or progress.status == "aside":
                if not only_running:
                    yield order, step, None
            elif progress.keeps_machine:
                yield order, step, progress
