"""PlantState: everything that is known of a plant at one moment. Frozen; `fold_event` makes the next from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from zoneinfo import ZoneInfo

from scheduler.domain.calendars import Calendar, WorkingTime, working_time
from scheduler.domain.minutes import DAY, Minute
from scheduler.domain.orders import Material, Order, Progress, Receipt
from scheduler.domain.plans import Objective, OperationKey, PlannedOperation
from scheduler.domain.resources import Downtime, Machine, Pool, SetupMatrix
from scheduler.domain.routings import Operation, Routing


@dataclass(frozen=True, slots=True)
class PlantState:
    """A plant at `now`. Mappings are by name and are never changed in place; a new state copies what it changes.

    frozen_minutes : the plan in force is not changed before now + this, unless it has become impossible.
    frozen_machines : those where all of the plan in force is frozen in the same way.
    plan : the plan in force, as last released (or as plan.csv brought it).
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
    plan: tuple[PlannedOperation, ...] = ()
    frozen_machines: tuple[str, ...] = ()

    def operation(self, order: str, number: int) -> Operation | None:
        """The routing step behind an order's operation, None where there is none."""
        known = self.orders.get(order)
        routing = self.routings.get(known.routing) if known else None
        return routing.operation(number) if routing else None

    def status_of(self, order: str, number: int) -> Literal["waiting", "running", "done"]:
        progress = self.progress.get((order, number))
        return progress.status if progress else "waiting"

    def unfinished(self, operations: Sequence[PlannedOperation]) -> tuple[PlannedOperation, ...]:
        """Those that the floor has not finished; the rest of a plan is history."""
        done = {key for key, progress in self.progress.items() if progress.status == "done"}
        return tuple(o for o in operations if o.key not in done) if done else tuple(operations)

    def run_minutes(self, order: str, number: int, machine: str) -> int | None:
        """Working minutes of the operation on that machine at its present efficiency; None: not eligible."""
        operation = self.operation(order, number)
        row = operation.on(machine) if operation else None
        if row is None:
            return None
        return row.run_minutes(self.orders[order].quantity, self.machines[machine].efficiency)

    def changeover(self, machine: str, before: str | None, after: str, own_setup_minutes: int) -> int:
        """Changeover minutes on a machine (contract, rule 4); before None: an unknown state."""
        matrix = self.setup_matrices.get(self.machines[machine].work_center)
        return own_setup_minutes if matrix is None else matrix.changeover(before, after)

    def outages(self, machine: str) -> list[tuple[Minute, Minute]]:
        """Its outages with assumed ends where the real one is not known."""
        return [
            (d.start, d.until(self.now, self.default_repair_minutes)) for d in self.downtimes if d.machine == machine
        ]

    def horizon_end(self) -> Minute:
        return self.now + self.horizon_days * DAY

    def machine_time(self, machine: str, first: Minute, last: Minute) -> WorkingTime:
        """When the machine works between two moments: its calendar less its outages."""
        calendar = self.calendars[self.machines[machine].calendar]
        return working_time(calendar, self.zone, first, last).minus(self.outages(machine))
