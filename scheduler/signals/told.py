"""A change as an event of ours: CloudEvents JSON whose id is the same however often the signals come."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from scheduler.domain.events import Event
from scheduler.domain.plans import OperationKey
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Downtime
from scheduler.signals.signal import Change, Reading

SLACK = 1e-6
"""Of a piece."""


COUNTERS = "counters"
"""Of the data of a count: where the counters stood, so that the log says from where to count on."""
PACE_DIFFERS = 0.1
"""A real rate that is off the routing's by more says what is left; else the pieces say it."""


@dataclass(frozen=True, slots=True)
class AtWork:
    """What runs on a machine, and what was reported of it so far. increments : its source tells pieces, no totals.

    quantity : pieces that it is to make.   per_minute : by its routing, on this machine as it is; 0: unknown.
    """

    order: str
    operation: int
    good: float = 0.0
    scrap: float = 0.0
    increments: bool = False
    quantity: float = 0.0
    per_minute: float = 0.0

    @property
    def key(self) -> OperationKey:
        return self.order, self.operation

    def with_pieces(self, change: Change) -> AtWork:
        if self.increments:
            return self
        return replace(self, good=self.good + change.good, scrap=self.scrap + change.scrap)


def source_of(name: str) -> str:
    """The source of the events that a source of signals makes."""
    return f"/sources/{name}"


def at_work(state: PlantState, source: str, machine: str) -> AtWork | None:
    """The operation that runs on a machine; None: none is known to. Who tells increments adds to nothing."""
    for progress in state.progress.values():
        if progress.machine == machine and progress.status == "running":
            key = progress.order, progress.operation
            if source_of(source) in state.increment_sources:
                return AtWork(*key, increments=True)
            quantity, run = state.quantity_of(*key), state.run_minutes(*key, machine)
            pace = quantity / run if run else 0.0
            return AtWork(*key, progress.quantity_good, progress.quantity_scrap, quantity=quantity, per_minute=pace)
    return None


def told(change: Change, work: AtWork | None = None, context: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
    """The event. None: pieces of a machine on which no operation is known to run.   context : of a breakdown.

    Quantities are totals, as everywhere: what was reported of the operation, and these pieces; unless its source is
    known to tell increments.
    """
    second = dt.datetime.fromtimestamp(round(change.at), dt.UTC).isoformat(timespec="seconds")
    match change.kind:
        case "down":
            type_, reason = "machine.down", f"{change.reason or 'stopped'} {marked(change.source)}"
            data: dict[str, Any] = {"machine": change.machine, "reason": reason, **(context or {})}
        case "up":
            type_, data = "machine.up", {"machine": change.machine}
        case "progressed":
            if work is None:
                return None
            type_ = "operation.progressed"
            data = {
                "order": work.order,
                "operation": work.operation,
                "machine": change.machine,
                "quantity_good": round(work.good + change.good, 6),
                "quantity_scrap": round(work.scrap + change.scrap, 6),
            }
            if change.readings:
                data[COUNTERS] = {r.meaning: {"total": r.total, "at": r.at} for r in change.readings}
            left = minutes_left(change, work)
            if left is not None:
                data["remaining_minutes"] = left
    id = f"{change.machine}/{change.kind}/{second}"
    if change.kind == "progressed":  # of which there may be several in a second
        id += f"/{change.at:.3f}/{change.good:g}/{change.scrap:g}"
    return {
        "specversion": "1.0",
        "id": id,
        "source": source_of(change.source),
        "type": type_,
        "time": second,
        "data": data,
    }


def minutes_left(change: Change, work: AtWork) -> int | None:
    """Working minutes that the pieces not yet made take at the machine's real rate, in two digits, so that a rate that
    trembles moves no plan. None: it is not known, the routing says the same, or no piece is left."""
    left = work.quantity - work.good - work.scrap - change.good - change.scrap
    if work.increments or left <= 0 or not change.per_minute:
        return None
    if work.per_minute and abs(change.per_minute / work.per_minute - 1.0) <= PACE_DIFFERS:
        return None
    return math.ceil(left / float(f"{change.per_minute:.2g}"))


def finished(change: Change, work: AtWork) -> dict[str, Any] | None:
    """The end of an operation whose pieces are all made by this count, as an event. None: some are left."""
    after = work.with_pieces(change)
    if work.increments or after.good + after.scrap < work.quantity - SLACK or work.quantity <= 0:
        return None
    second = dt.datetime.fromtimestamp(round(change.at), dt.UTC).isoformat(timespec="seconds")
    data = {
        "order": work.order,
        "operation": work.operation,
        "machine": change.machine,
        "quantity_good": round(after.good, 6),
        "quantity_scrap": round(after.scrap, 6),
    }
    return {
        "specversion": "1.0",
        "id": f"{change.machine}/finished/{work.order}/{work.operation}/{second}",
        "source": source_of(change.source),
        "type": "operation.finished",
        "time": second,
        "data": data,
    }


def counted_by(state: PlantState, source: str, told: Iterable[Event]) -> dict[tuple[str, str], list[Reading]]:
    """Where the counters of each machine stood when its pieces were told last, by (source, machine).

    told : the source's counts, newest first. Of a machine that works on another operation by now nothing is known: what
    was made meanwhile may be of either.
    """
    found: dict[tuple[str, str], list[Reading]] = {}
    for event in told:
        data = event.data
        key, said = (source, str(data.get("machine"))), data.get(COUNTERS)
        if key in found or not isinstance(said, Mapping):
            continue
        work = at_work(state, source, key[1])
        same = work is not None and work.key == (data.get("order"), data.get("operation"))
        found[key] = [Reading(meaning, r["total"], r["at"]) for meaning, r in said.items()] if same else []
    return found


def marked(source: str) -> str:
    """Stands behind the reason of a breakdown that a source told, so that it may tell its end after a restart."""
    return f"[{source}]"


def is_of(outage: Downtime, source: str) -> bool:
    """Whether the source has told that breakdown."""
    return outage.kind == "breakdown" and outage.reason.endswith(marked(source))


def stopped_by_others(state: PlantState, machine: str, source: str) -> bool:
    """Whether the machine is in a breakdown that somebody else has told."""
    return any(
        d.machine == machine
        and d.kind == "breakdown"
        and not d.reason.endswith(marked(source))
        and (d.end is None or d.end > state.now)
        for d in state.downtimes
    )


def down_by(state: PlantState, source: str) -> set[tuple[str, str]]:
    """(source, machine) of each open breakdown that the source has told."""
    return {(source, d.machine) for d in state.downtimes if is_of(d, source) and (d.end is None or d.end > state.now)}
