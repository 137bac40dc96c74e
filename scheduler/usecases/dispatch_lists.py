"""Dispatch lists as served: the list by the plan in force, its version, and what the floor last confirmed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from scheduler.domain.minutes import Minute
from scheduler.planning.dispatch_list import DispatchList, dispatch_list
from scheduler.usecases.tools import Tools


@dataclass(frozen=True, slots=True)
class ServedList:
    """`listing.version` changes with its rows, and only with them. plan : the number of the plan in force, if any."""

    listing: DispatchList
    plan: int | None
    now: Minute
    zone: ZoneInfo
    acknowledged: str | None
    acknowledged_by: str | None


@dataclass(frozen=True, slots=True)
class TargetLoad:
    """A machine or work center, the operations left on it in the plan in force, and what it last confirmed."""

    target: str
    kind: Literal["machine", "work center"]
    work_center: str
    operations: int
    acknowledged: str | None


def serve_list(tools: Tools, plant: str, target: str) -> ServedList:
    """Worked out once per revision and plan. Raises UnknownPlant, UnknownMachine."""
    snapshot = tools.snapshot(plant)
    state = snapshot.state
    listing = tools.lists.get(snapshot, target, lambda: dispatch_list(state, state.plan, target))
    said = next((a for a in tools.ledger.acknowledgements(plant) if a.target == target), None)
    return ServedList(
        listing=listing,
        plan=snapshot.record.plan_in_force,
        now=state.now,
        zone=state.zone,
        acknowledged=said.version if said else None,
        acknowledged_by=said.by if said else None,
    )


def dispatch_targets(tools: Tools, plant: str) -> list[TargetLoad]:
    """Work centers, then machines, by name."""
    state = tools.snapshot(plant).state
    left = Counter(o.machine for o in state.plan if state.status_of(o.order, o.operation) != "done")
    said = {a.target: a.version for a in tools.ledger.acknowledgements(plant)}
    centers: Counter[str] = Counter()
    for machine in state.machines.values():
        centers[machine.work_center] += left[machine.name]
    targets = [
        TargetLoad(name, "work center", name, count, said.get(name))
        for name, count in sorted(centers.items())
        if name not in state.machines
    ]
    for machine in sorted(state.machines.values(), key=lambda m: m.name):
        targets.append(
            TargetLoad(machine.name, "machine", machine.work_center, left[machine.name], said.get(machine.name))
        )
    return targets
