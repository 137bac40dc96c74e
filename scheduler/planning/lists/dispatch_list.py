"""What a machine or a work center does next, in sequence, and whether its material is there."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from scheduler.domain.machine_times import MachineTimes, end_of_running
from scheduler.domain.minutes import Minute
from scheduler.domain.orders import Order
from scheduler.domain.plans import OperationKey, PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.domain.routings import Operation
from scheduler.errors import UnknownMachine, did_you_mean
from scheduler.planning.judge.placed import END, KEY
from scheduler.planning.lists.drift import drifting_since
from scheduler.planning.lists.pegging import Consumer, Missing, shortages


@dataclass(frozen=True, slots=True)
class DispatchRow:
    """One operation of a dispatch list.

    late_minutes : how long after its due date the plan ends the order; 0: in time, or its end is not planned.
    missing : components not in stock for it, stock going to who starts first.
    drifting_since : when running work should have ended, where that is past and nobody has reported it.
    paused : it runs, and stands still.   setting_up : its changeover should be under way by the plan, which nobody
    reports; its machine does nothing else.
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
    paused: bool = False
    setting_up: bool = False

    @property
    def state(self) -> Literal["running", "paused", "setting up", "next"]:
        """In one word."""
        if self.status == "running":
            return "paused" if self.paused else "running"
        return "setting up" if self.setting_up else "next"


@dataclass(frozen=True, slots=True)
class DispatchList:
    """version : changes with the rows, and only with them (the passing of time alone changes nothing)."""

    target: str
    kind: Literal["machine", "work center"]
    rows: tuple[DispatchRow, ...]
    version: str


class Dispatcher:
    """The lists of one plan on one state. What they share is worked out once and when it is asked for; right after a
    new plan the first list must be quick.

    The plan may be older than the state: work that is done since, on hold or of orders that are gone is not listed. Nor
    is the work of a reservation: there is no order yet that anybody could begin.
    """

    def __init__(self, state: PlantState, operations: Sequence[PlannedOperation]) -> None:
        self._state = state
        self._planned = dict(zip(map(KEY, operations), operations, strict=True))
        self._waiting: dict[str, list[PlannedOperation]] = {}
        for place in self._planned.values():
            self._waiting.setdefault(place.machine, []).append(place)
        self._ends: dict[str, Minute | None] = {}

    def list_of(self, target: str) -> DispatchList:
        """Of a machine, or of every machine of a work center. What runs comes first, where it really runs.

        Raises UnknownMachine where `target` is neither.
        """
        state = self._state
        machines = target_machines(state, target)
        lines = [*self._running(machines)]
        for machine in machines:
            for place in self._waiting.get(machine, ()):
                step = self._open_step(place)
                if step is not None:
                    lines.append((state.orders[place.order], step, place, False))
        lines.sort(key=lambda x: (not x[3], x[2].start, x[2].end, x[2].machine, x[2].order, x[2].operation))
        rows, state = [], self._state
        kept = {place.machine for _, _, place, running in lines if running}
        for position, (order, operation, place, running) in enumerate(lines, start=1):
            end = self._end_of(order.name)
            lacking = self._missing.get(place.key, ()) if operation.components else ()
            rows.append(
                DispatchRow(
                    position=position,
                    order=order.name,
                    operation=operation.number,
                    description=operation.description,
                    material=order.material,
                    quantity=state.quantity_of(order.name, operation.number),
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
                    paused=running and state.progress[place.key].status == "paused",
                    setting_up=place.machine not in kept and _sets_up(state, place),
                )
            )
        kind: Literal["machine", "work center"] = "machine" if target in state.machines else "work center"
        said = [replace(row, setting_up=False) for row in rows]
        version = hashlib.sha256(repr((target, said)).encode()).hexdigest()[:16]
        return DispatchList(target, kind, tuple(rows), version)

    def _open_step(self, place: PlannedOperation) -> Operation | None:
        """The step of an operation that is still to start; None for any other."""
        state = self._state
        order = state.orders.get(place.order)
        if order is None or order.status == "hold" or not state.waits(*place.key):
            return None
        kept = state.reservations.get(place.order)
        if kept is not None and kept.until is not None:
            return None
        return state.operation(place.order, place.operation)

    @cached_property
    def _times(self) -> MachineTimes:
        return MachineTimes(self._state, max(map(END, self._planned.values()), default=self._state.now))

    @cached_property
    def _missing(self) -> Mapping[OperationKey, tuple[Missing, ...]]:
        state, planned, progress = self._state, self._planned, self._state.progress
        consumers, makers = [], []
        for order in state.orders.values():
            if order.status == "hold":
                continue
            makers.append(order.name)
            for step in state.routings[order.routing].operations:
                key = (order.name, step.number)
                if step.components and key in planned and key not in progress:
                    consumers.append(Consumer(planned[key].start, order, step))
        return shortages(state, consumers, makers, self._end_of_open)

    def _end_of_open(self, name: str) -> Minute | None:
        """The same, but only of an order with work in the plan: of any other nothing more comes."""
        state = self._state
        steps = state.routings[state.orders[name].routing].operations
        here = (step.number for step in steps if (name, step.number) in self._planned)
        there = any(state.status_of(name, number) != "done" for number in here)
        return self._end_of(name) if there else None

    def _end_of(self, name: str) -> Minute | None:
        """When an order that is not on hold ends, all of its operations being planned or reported finished."""
        if name not in self._ends:
            self._ends[name] = self._found_end(name)
        return self._ends[name]

    def _found_end(self, name: str) -> Minute | None:
        order, last = self._state.orders.get(name), None
        if order is None or order.status == "hold":
            return None
        for step in self._state.routings[order.routing].operations:
            progress = self._state.progress.get((name, step.number))
            if progress is not None and progress.status == "done":
                end = progress.finished
            else:
                place = self._planned.get((name, step.number))
                end = None if place is None else place.end
            if end is None:
                return None
            last = end if last is None or end > last else last
        return last

    def _running(self, machines: Collection[str]) -> Iterator[tuple[Order, Operation, PlannedOperation, bool]]:
        """What runs, orders on hold or cancelled included, with the plan's end where the plan has it there."""
        state = self._state
        for (name, number), progress in state.progress.items():
            if not progress.keeps_machine or progress.machine not in machines:
                continue
            operation = state.operation(name, number)
            if operation is None or progress.machine is None:
                continue
            place = self._planned.get((name, number))
            start = progress.started if progress.started is not None else state.now
            if place is not None and place.machine == progress.machine:
                end = place.end
            else:
                end = end_of_running(state, self._times, progress, progress.machine) or start
            yield state.orders[name], operation, PlannedOperation(name, number, progress.machine, start, end), True


def _sets_up(state: PlantState, place: PlannedOperation) -> bool:
    return place.setup_start is not None and place.setup_start <= state.now < place.start


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
