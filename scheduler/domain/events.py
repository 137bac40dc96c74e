"""What happens to a plant, as CloudEvents: the only way to change one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scheduler.domain.minutes import Minute

EVENT_TYPES = (
    "clock.ticked",
    "machine.down",
    "machine.up",
    "machine.speed",
    "machine.added",
    "calendar.changed",
    "pool.changed",
    "routing.changed",
    "order.created",
    "order.changed",
    "order.cancelled",
    "receipt.changed",
    "receipt.arrived",
    "material.issued",
    "material.counted",
    "operation.started",
    "operation.progressed",
    "operation.finished",
    "operation.paused",
    "operation.resumed",
    "operation.put_aside",
    "operation.added",
    "operation.pinned",
    "operation.unpinned",
    "clock.corrected",
    "doubt.confirmed",
    "doubt.corrected",
    "quality.held",
    "quality.released",
    "promise.reserved",
    "promise.released",
)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. The same `id` from the same `source` twice is one event.

    time : when it happened, to the minute.   data : as the contract's table of disturbances says.
    """

    id: str
    source: str
    type: str
    time: Minute
    data: Mapping[str, Any] = field(default_factory=dict)
