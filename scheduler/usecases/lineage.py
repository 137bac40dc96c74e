"""Where a row of a dispatch list came from: from the machine's signal, or the other system's list, to the plan that put
it there, and the person who decided."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from scheduler.domain.resources import Machine
from scheduler.errors import UnknownOrder
from scheduler.log_ports import LoggedEvent
from scheduler.planning.lists.dispatch_list import DispatchRow
from scheduler.ports import PlanRecord, PlantRecord
from scheduler.usecases.dispatch_lists import list_of
from scheduler.usecases.tools import Tools

EVENTS_SHOWN = 50
PLANS_LOOKED_AT = 200
CONNECTION = "/connections/"
MESSAGE = re.compile(r"(\d+)-\d{8}T\d+/")
"""How the ids of a connection's events begin: the number of the message in its inbox, and when it came."""


@dataclass(frozen=True, slots=True)
class Origin:
    """An event, and the connection and message of its inbox that it was read from; None: it was posted."""

    logged: LoggedEvent
    connection: str | None
    message: int | None


@dataclass(frozen=True, slots=True)
class Lineage:
    """row : as the list has it.   placed : the first plan in force that has it at this place, in a row until now; None:
    it runs there by the floor's word.   in_force : the plan of the list.

    led : events that led to `placed`, by its trigger, the newest EVENTS_SHOWN.   told : what was reported of the order
    or this operation since the plant was loaded, newest first; without any, it is as it was loaded.
    """

    row: DispatchRow
    zone: ZoneInfo
    plant: PlantRecord
    in_force: PlanRecord | None
    placed: PlanRecord | None
    led: tuple[Origin, ...]
    told: tuple[Origin, ...]


def lineage(tools: Tools, plant: str, target: str, order: str, operation: int) -> Lineage:
    """Raises UnknownPlant, UnknownMachine, UnknownOrder where the list has no such row."""
    snapshot = tools.snapshot(plant)
    target, order = _parted(target, order, snapshot.state.machines, snapshot.state.orders)
    listing = list_of(tools, snapshot, target)
    row = next((r for r in listing.rows if (r.order, r.operation) == (order, operation)), None)
    if row is None:
        raise UnknownOrder(
            f"the dispatch list of '{target}' has no row {order}/{operation}; it lists what is still to do"
        )
    record, ledger = snapshot.record, tools.ledger
    in_force, placed = None, None
    if record.plan_in_force is not None:
        in_force = ledger.get_plan(plant, record.plan_in_force)
        placed = _first_with(tools, in_force, (order, operation))
    led: list[LoggedEvent] = []
    if placed is not None and placed.trigger is not None:
        first, last = placed.trigger.after, placed.trigger.until
        led = ledger.events(plant, max(first, last - EVENTS_SHOWN), EVENTS_SHOWN)
        led = [logged for logged in led if logged.revision <= last]
    told = ledger.events_about(plant, order, operation, record.loaded_at, EVENTS_SHOWN)
    origins = tuple(map(_origin, led)), tuple(map(_origin, told))
    return Lineage(row, snapshot.state.zone, record, in_force, placed, *origins)


def _parted(target: str, order: str, machines: Mapping[str, Machine], orders: Container[str]) -> tuple[str, str]:
    """Names of machines and of orders may have slashes in them: where the one ends and the other begins."""
    known = {name for machine in machines.values() for name in (machine.name, machine.work_center)}
    parts = f"{target}/{order}".split("/")
    for cut in range(1, len(parts)):
        left, right = "/".join(parts[:cut]), "/".join(parts[cut:])
        if left in known and right in orders:
            return left, right
    return target, order


def _first_with(tools: Tools, in_force: PlanRecord, key: tuple[str, int]) -> PlanRecord | None:
    """The oldest of the plans that were in force one after the other with the operation at this machine and start."""

    def place(plan: PlanRecord) -> tuple[str, int] | None:
        return next(((o.machine, o.start) for o in plan.plan.operations if o.key == key), None)

    here = place(in_force)
    if here is None:
        return None
    first = in_force
    for earlier in _before(tools, in_force):
        if place(earlier) != here:
            break
        first = earlier
    return first


def _before(tools: Tools, in_force: PlanRecord) -> Iterator[PlanRecord]:
    """Plans that were in force, newest first, without their operations until they are looked at."""
    heads = tools.ledger.plans(in_force.plant, limit=PLANS_LOOKED_AT, before=in_force.number, with_operations=False)
    for head in heads:
        if head.status in ("released", "superseded") and head.decided_at is not None:
            yield tools.ledger.get_plan(head.plant, head.number)


def _origin(logged: LoggedEvent) -> Origin:
    source = logged.event.source
    if not source.startswith(CONNECTION):
        return Origin(logged, None, None)
    read = MESSAGE.match(logged.event.id)
    return Origin(logged, source.removeprefix(CONNECTION), int(read[1]) if read else None)
