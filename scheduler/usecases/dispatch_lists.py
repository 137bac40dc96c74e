"""Dispatch lists as served: by the plan in force, with what has changed since the floor last confirmed one."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast
from zoneinfo import ZoneInfo

from scheduler.domain.minutes import Minute
from scheduler.errors import UnknownPlan
from scheduler.messages import Acknowledgement
from scheduler.planning.lists.dispatch_list import Dispatcher, DispatchList
from scheduler.planning.lists.floor_said import FloorSaid, floor_said
from scheduler.planning.lists.list_changes import Placing, RowChange, blame_among, changed_keys, list_changes
from scheduler.ports import PlantRecord
from scheduler.usecases.snapshots import Snapshot
from scheduler.usecases.tools import Tools

PLANS_LOOKED_AT = 20
"""Of the plans since a confirmation; what the older ones changed counts as the oldest of these one's doing."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What fixes every list of a plant at one moment.   said : when each target last confirmed its list."""

    record: PlantRecord
    said: Mapping[str, dt.datetime]

    def key(self, target: str) -> tuple[object, ...]:
        """Two answers about the target with the same key are the same in everything."""
        return list_key(self.record, self.record.revision, target, self.said.get(target))


def list_key(record: PlantRecord, revision: int, target: str, said: dt.datetime | None) -> tuple[object, ...]:
    return record.plant, record.loaded_at, revision, record.plan_in_force, target, said


def heading(tools: Tools, plant: str) -> Heading:
    """As it is now, by one short look at the storage. Raises UnknownPlant."""
    writes = tools.ledger.writes()  # before the look: what is written meanwhile makes it old at once
    record = tools.ledger.plant(plant)
    # A confirmation is told in its own transaction, so the newest message's number says whether there is another.
    told = (plant, record.loaded_at, record.last_message)
    found = Heading(record, tools.lists.remember("said by target", told, lambda: _said(tools, plant), most=8))
    return found if writes is None else tools.lists.remember("heading", (plant, writes), lambda: found, most=8)


def known_heading(tools: Tools, plant: str) -> Heading | None:
    """As it is now, without a look; None where somebody may have written since the last one."""
    writes = tools.ledger.writes()
    return None if writes is None else cast(Heading | None, tools.lists.known("heading", (plant, writes)))


def _said(tools: Tools, plant: str) -> dict[str, dt.datetime]:
    return {a.target: a.at for a in tools.ledger.acknowledgements(plant)}


@dataclass(frozen=True, slots=True)
class ServedList:
    """`listing.version` changes with its rows, and only with them.

    key : the same for two answers that are the same in everything.   plan : the number of the plan in force, if any.
    changes : against what was confirmed last; None: nothing was, or nobody here knows those rows any more.
    said : what the floor has said so far of what stands on the list.
    """

    key: tuple[object, ...]
    listing: DispatchList
    plan: int | None
    now: Minute
    zone: ZoneInfo
    acknowledged: str | None
    acknowledged_by: str | None
    changes: tuple[RowChange, ...] | None
    said: FloorSaid


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
    state, record = snapshot.state, snapshot.record
    listing = list_of(tools, snapshot, target)
    asked = (plant, record.loaded_at, target, record.last_message)
    (said,) = tools.lists.remember("said", asked, lambda: (tools.ledger.acknowledgement(plant, target),))
    key = list_key(record, snapshot.revision, target, said.at if said else None)
    return ServedList(
        key=key,
        listing=listing,
        plan=record.plan_in_force,
        now=state.now,
        zone=state.zone,
        acknowledged=said.version if said else None,
        acknowledged_by=said.by if said else None,
        changes=tools.lists.remember("changes", key, lambda: _changes(tools, snapshot, listing, said)),
        said=floor_said(state, listing),
    )


def list_of(tools: Tools, snapshot: Snapshot, target: str) -> DispatchList:
    """The list by the plan in force, remembered by its version too, so that it can be confirmed when it is old."""
    record = snapshot.record
    key = (record.plant, record.loaded_at, snapshot.revision, record.plan_in_force, target)
    state = snapshot.state

    def work_out() -> DispatchList:
        shared = tools.lists.remember("dispatcher", key[:-1], lambda: Dispatcher(state, state.plan), most=8)
        return shared.list_of(target)

    listing = tools.lists.remember("list", key, work_out)
    version = (record.plant, record.loaded_at, target, listing.version)
    tools.lists.remember("version", version, lambda: (listing, record.plan_in_force))
    return listing


def _changes(
    tools: Tools, snapshot: Snapshot, listing: DispatchList, said: Acknowledgement | None
) -> tuple[RowChange, ...] | None:
    if said is None or said.rows is None:
        return None
    if said.version == listing.version:
        return ()
    placings = _placings(tools, snapshot, said.plan)
    return list_changes(snapshot.state, said.rows, listing, blame_among(placings, changed_keys(said.rows, listing)))


def _placings(tools: Tools, snapshot: Snapshot, since: int | None) -> list[Placing]:
    """The plan of the confirmed list and every one that came into force after it, oldest first."""
    ledger, plant = tools.ledger, snapshot.record.plant
    last = snapshot.record.plan_in_force
    if last is None or since == last:
        return []
    most = min(10 * PLANS_LOOKED_AT, last - (since or 0))
    heads = ledger.plans(plant, limit=most, before=last + 1, with_operations=False)
    ran = [p for p in heads if p.status in ("released", "superseded") and (since is None or p.number > since)]
    found = [Placing(p.number, p.cause, ledger.get_plan(plant, p.number).plan.operations) for p in ran]
    found = found[:PLANS_LOOKED_AT][::-1]
    try:
        first = ledger.get_plan(plant, since).plan.operations if since is not None else ()
    except UnknownPlan:
        first = ()
    return [Placing(since or 0, "", first), *found]


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
