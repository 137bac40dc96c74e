"""What a machine or a work center does next, in sequence, and whether its material is there."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from scheduler.domain.minutes import Minute
from scheduler.domain.orders import Order
from scheduler.domain.plans import PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.domain.routings import Operation
from scheduler.errors import UnknownMachine, did_you_mean
from scheduler.planning.drift import drifting_since
from scheduler.planning.pegging import Missing, missing_components
from scheduler.planning.placed import Placed, PlacedPlan


@dataclass(frozen=True, slots=True)
class DispatchRow:
    """One operation of a dispatch list.

    late_minutes : how long after its due date the plan ends the order; 0: in time, or its end is not planned.
    missing : components not in stock for it, stock going to who starts first.
    drifting_since : when running work should have ended, where that is past and nobody has reported it.
    """

    position: int
    order: str
    operation: int
    description: str
    material: str
    quantity: float
    machine: str
    setup_family: str
    setup_start: Minute | None
    start: Minute
    end: Minute
    status: Literal["running", "next"]
    material_ready: bool
    missing: tuple[Missing, ...]
    customer: str
    due: Minute
    late_minutes: int
    drifting_since: Minute | None = None


@dataclass(frozen=True, slots=True)
class DispatchList:
    """version : changes with the rows, and only with them (the passing of time alone changes nothing)."""

    target: str
    kind: Literal["machine", "work center"]
    rows: tuple[DispatchRow, ...]
    version: str


class Dispatcher:
    """The lists of one plan on one state. What they share is worked out once, then each list is quick.

    The plan may be older than the state: work that is done since, on hold or of orders that are gone is not listed.
    """

    def __init__(self, state: PlantState, operations: Sequence[PlannedOperation]) -> None:
        self._state = state
        self._plan = PlacedPlan(state, operations)
        self._missing = missing_components(self._plan)
        self._ends = self._plan.order_ends
        self._planned = {operation.key: operation for operation in operations}
        self._waiting: dict[str, list[Placed]] = {}
        for placed in self._plan.placed.values():
            if placed.running is None:
                self._waiting.setdefault(placed.machine, []).append(placed)

    def list_of(self, target: str) -> DispatchList:
        """Of a machine, or of every machine of a work center. What runs comes first, where it really runs.

        Raises UnknownMachine where `target` is neither.
        """
        state = self._state
        machines = target_machines(state, target)
        lines = [*self._running(machines)]
        for machine in machines:
            for p in self._waiting.get(machine, ()):
                lines.append((p.order, p.operation, self._planned[p.order.name, p.operation.number], False))
        lines.sort(key=lambda x: (not x[3], x[2].start, x[2].end, x[2].machine, x[2].order, x[2].operation))
        rows = []
        for position, (order, operation, place, running) in enumerate(lines, start=1):
            end = self._ends.get(order.name)
            lacking = self._missing.get(place.key, ())
            rows.append(
                DispatchRow(
                    position=position,
                    order=order.name,
                    operation=operation.number,
                    description=operation.description,
                    material=order.material,
                    quantity=order.quantity,
                    machine=place.machine,
                    setup_family=operation.setup_family,
                    setup_start=None if running else place.setup_start,
                    start=place.start,
                    end=place.end,
                    status="running" if running else "next",
                    material_ready=not lacking,
                    missing=lacking,
                    customer=order.customer,
                    due=order.due,
                    late_minutes=0 if end is None else max(0, end - order.due),
                    drifting_since=drifting_since(state, place.key) if running else None,
                )
            )
        kind: Literal["machine", "work center"] = "machine" if target in state.machines else "work center"
        version = hashlib.sha256(repr((target, rows)).encode()).hexdigest()[:16]
        return DispatchList(target, kind, tuple(rows), version)

    def _running(self, machines: Collection[str]) -> Iterator[tuple[Order, Operation, PlannedOperation, bool]]:
        """What runs, orders on hold or cancelled included, with the plan's end where the plan has it there."""
        state = self._state
        for (name, number), progress in state.progress.items():
            if progress.status != "running" or progress.machine not in machines:
                continue
            operation = state.operation(name, number)
            if operation is None or progress.machine is None:
                continue
            place = self._planned.get((name, number))
            start = progress.started if progress.started is not None else state.now
            if place is not None and place.machine == progress.machine:
                end = place.end
            else:
                end = self._plan.end_of_running(progress, progress.machine) or start
            yield state.orders[name], operation, PlannedOperation(name, number, progress.machine, start, end), True


def dispatch_list(state: PlantState, operations: Sequence[PlannedOperation], target: str) -> DispatchList:
    """One list alone. Raises UnknownMachine."""
    return Dispatcher(state, operations).list_of(target)


def target_machines(state: PlantState, target: str) -> frozenset[str]:
    """The machine of that name, or the machines of that work center. Raises UnknownMachine."""
    if target in state.machines:
        return frozenset((target,))
    found = frozenset(m.name for m in state.machines.values() if m.work_center == target)
    if not found:
        known = {*state.machines, *(m.work_center for m in state.machines.values())}
        raise UnknownMachine(f"no machine or work center '{target}' in the plant; {did_you_mean(target, known)}")
    return found
