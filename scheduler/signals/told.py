"""A change as an event of ours: CloudEvents JSON whose id is the same however often the signals come."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from scheduler.domain.plant import PlantState
from scheduler.signals.signal import Change


@dataclass(frozen=True, slots=True)
class AtWork:
    """What runs on a machine, and what was reported of it so far. increments : its source tells pieces, no totals."""

    order: str
    operation: int
    good: float = 0.0
    scrap: float = 0.0
    increments: bool = False


def source_of(name: str) -> str:
    """The source of the events that a source of signals makes."""
    return f"/sources/{name}"


def at_work(state: PlantState, source: str, machine: str) -> AtWork | None:
    """The operation that runs on a machine; None: none is known to. Who tells increments adds to nothing."""
    for progress in state.progress.values():
        if progress.machine == machine and progress.status == "running":
            if source_of(source) in state.increment_sources:
                return AtWork(progress.order, progress.operation, increments=True)
            return AtWork(progress.order, progress.operation, progress.quantity_good, progress.quantity_scrap)
    return None


def told(change: Change, work: AtWork | None = None) -> dict[str, Any] | None:
    """The event. None: pieces of a machine on which no operation is known to run.

    Quantities are totals, as everywhere: what was reported of the operation, and these pieces; unless its source is
    known to tell increments.
    """
    second = dt.datetime.fromtimestamp(round(change.at), dt.UTC).isoformat(timespec="seconds")
    match change.kind:
        case "down":
            type_, reason = "machine.down", f"{change.reason or 'stopped'} {marked(change.source)}"
            data: dict[str, Any] = {"machine": change.machine, "reason": reason}
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


def marked(source: str) -> str:
    """Stands behind the reason of a breakdown that a source told, so that it may tell its end after a restart."""
    return f"[{source}]"


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
    return {
        (source, d.machine)
        for d in state.downtimes
        if d.kind == "breakdown" and d.reason.endswith(marked(source)) and (d.end is None or d.end > state.now)
    }
