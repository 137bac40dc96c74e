"""PlantState: everything that is known of a plant at one moment. Frozen; `fold_event` makes the next from it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal
from zoneinfo import ZoneInfo

from scheduler.domain.calendars import Calendar, WorkingTime, working_time
from scheduler.domain.doubts import Doubt, Doubts
from scheduler.domain.minutes import DAY, Minute
from scheduler.domain.orders import Issued, Material, Order, Progress, Receipt
from scheduler.domain.pins import Pin
from scheduler.domain.plans import Objective, OperationKey, PlannedOperation
from scheduler.domain.reservations import Reservation
from scheduler.domain.resources import Downtime, Machine, Pool, SetupMatrix
from scheduler.domain.routings import Operation, Routing


@dataclass(frozen=True, slots=True)
class PlantState:
    """A plant at `now`. Mappings are by name and are never changed in place; a new state copies what it changes.

    frozen_minutes : the plan in force is not changed before now + this, unless it has become impossible.
    frozen_machines : those where all of the plan in force is frozen in the same way.
    issued : what was issued for operations; the routing of an order not started asks for the rest.
    plan : the plan in force, as last released (or as plan.csv brought it).
    lost_report_minutes : minutes after its expected end from which running work without a report is a doubt.
    max_leap_hours : a report further ahead of now waits for a second source or a person.
    increment_sources : sources whose quantities are increments, not totals.
    doubts : by id, in the order in which they came up.
    pins : what persons have fixed, by order and operation.
    reservations : which of the orders are none yet, but places kept for them.
    """

    name: str
    zone: ZoneInfo
    now: Minute
    horizon_days: int = 60
    clock: Literal["events", "wall"] = "events"
    frozen_minutes: int = 0
    default_repair_minutes: int = 120
    objective: Objective = field(default_factory=Objective)
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    machines: Mapping[str, Machine] = field(default_factory=dict)
    downtimes: tuple[Downtime, ...] = ()
    materials: Mapping[str, Material] = field(default_factory=dict)
    receipts: Mapping[str, Receipt] = field(default_factory=dict)
    orders: Mapping[str, Order] = field(default_factory=dict)
    routings: Mapping[str, Routing] = field(default_factory=dict)
    setup_matrices: Mapping[str, SetupMatrix] = field(default_factory=dict)
    pools: Mapping[str, Pool] = field(default_factory=dict)
    progress: Mapping[OperationKey, Progress] = field(default_factory=dict)
    issued: tuple[Issued, ...] = ()
    plan: tuple[PlannedOperation, ...] = ()
    frozen_machines: tuple[str, ...] = ()
    lost_report_minutes: int = 480
    max_leap_hours: int = 96
    increment_sources: tuple[str, ...] = ()
    doubts: Mapping[str, Doubt] = field(default_factory=Doubts)
    pins: Mapping[OperationKey, Pin] = field(default_factory=dict)
    reservations: Mapping[str, Reservation] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.doubts, Doubts):
            object.__setattr__(self, "doubts", Doubts(self.doubts.values()))

    @property
    def known_doubts(self) -> Doubts:
        """`doubts`, with those that are open found by their order."""
        assert isinstance(self.doubts, Doubts)
        return self.doubts

    def operation(self, order: str, number: int) -> Operation | None:
        """The routing step behind an order's operation, None where there is none."""
        known = self.orders.get(order)
        routing = self.routings.get(known.routing) if known else None
        return routing.operation(number) if routing else None

    def status_of(self, order: str, number: int) -> Literal["waiting", "running", "aside", "done"]:
        """Paused work counts as running: it keeps its machine, and is planned as if it went on now."""
        progress = self.progress.get((order, number))
        if progress is None:
            return "waiting"
        return "running" if progress.status == "paused" else progress.status

    def unfinished(self, operations: Sequence[PlannedOperation]) -> tuple[PlannedOperation, ...]:
        """Those that the floor has not finished; the rest of a plan is history."""
        done = {key for key, progress in self.progress.items() if progress.status == "done"}
        return tuple(o for o in operations if o.key not in done) if done else tuple(operations)

    def waits(self, order: str, number: int) -> bool:
        """Whether it is still to be put on a machine: not begun, or put aside."""
        progress = self.progress.get((order, number))
        return progress is None or progress.status == "aside"

    def quantity_of(self, order: str, number: int) -> float:
        """Pieces that an operation works on: the fewest that its predecessors pass on (contract, rule 3).

        A done one passes on what it says; any other its own quantity. Without predecessors it is the order's.
        """
        known = self.orders[order]
        return _pieces(self, known, self.routings[known.routing], number, {})

    def passed_on(self, order: str, number: int) -> float:
        """Pieces that an operation hands to what follows."""
        progress = self.progress.get((order, number))
        if progress is not None and progress.status == "done" and progress.passed_on is not None:
            return progress.passed_on
        return self.quantity_of(order, number)

    def run_minutes(self, order: str, number: int, machine: str) -> int | None:
        """Working minutes of all its pieces on that machine at its present efficiency; None: not eligible."""
        operation = self.operation(order, number)
        row = operation.on(machine) if operation else None
        if row is None:
            return None
        return row.run_minutes(self.quantity_of(order, number), self.machines[machine].efficiency)

    def planned_minutes(self, order: str, number: int, machine: str) -> int | None:
        """Working minutes that are still to be planned there: of work put aside, what is left (contract, rule 3)."""
        run, progress = self.run_minutes(order, number, machine), self.progress.get((order, number))
        if run is None or progress is None or progress.status != "aside" or progress.remaining_minutes is None:
            return run
        left = progress.remaining_minutes
        if machine != progress.machine:
            there = self.run_minutes(order, number, progress.machine or "")
            return run if there is None else max(1, math.ceil(left * run / there - 1e-9))
        return max(1, left)

    def changeover(self, machine: str, before: str | None, after: str, own_setup_minutes: int) -> int:
        """Changeover minutes on a machine (contract, rule 4); before None: an unknown state."""
        matrix = self.setup_matrices.get(self.machines[machine].work_center)
        return own_setup_minutes if matrix is None else matrix.changeover(before, after)

    def outages(self, machine: str) -> list[tuple[Minute, Minute]]:
        """Its outages with assumed ends where the real one is not known."""
        return [
            (d.start, d.until(self.now, self.default_repair_minutes)) for d in self.downtimes if d.machine == machine
        ]

    def calendar_of(self, machine: str) -> Calendar:
        """When a machine works but for its outages: its calendar, then what was changed for it alone."""
        known = self.machines[machine]
        calendar = self.calendars[known.calendar]
        return replace(calendar, own=known.exceptions) if known.exceptions else calendar

    def horizon_end(self) -> Minute:
        return self.now + self.horizon_days * DAY

    def machine_time(self, machine: str, first: Minute, last: Minute) -> WorkingTime:
        """When the machine works between two moments: its calendar less its outages."""
        return working_time(self.calendar_of(machine), self.zone, first, last).minus(self.outages(machine))


def _pieces(state: PlantState, order: Order, routing: Routing, number: int, known: dict[int, float]) -> float:
    """As `quantity_of`, one operation after those that it waits for: a routing may be longer than Python's stack."""
    steps = {step.number: step for step in routing.operations}
    waiting, patience = [number], 1 + sum(len(step.predecessors) for step in routing.operations)
    while waiting:
        current = waiting[-1]
        step, came, missing = steps.get(current), [], []
        for before in step.predecessors if step else ():
            progress = state.progress.get((order.name, before))
            if progress is not None and progress.status == "done" and progress.passed_on is not None:
                came.append(progress.passed_on)
            elif before in known:
                came.append(known[before])
            elif before in steps:
                missing.append(before)
        if not missing:
            known[current] = min(came, default=order.quantity)
            waiting.pop()
        elif len(waiting) > patience:
            raise RecursionError(f"routing '{routing.name}': operations wait for each other in a circle")
        else:
            waiting += missing
    return known[number]
