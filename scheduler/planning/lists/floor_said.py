"""What the floor has said so far of the work and the machines of a dispatch list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scheduler.domain.doubts import Doubt
from scheduler.domain.orders import Progress
from scheduler.domain.plans import OperationKey
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Downtime
from scheduler.planning.lists.dispatch_list import DispatchList, DispatchRow, target_machines


@dataclass(frozen=True, slots=True)
class FloorSaid:
    """No part of the list's version: pieces and outages do not change what comes next.

    down : outages of its machines that last at the plant's now.   doubts : open ones, of its machines and its work.
    """

    progress: Mapping[OperationKey, Progress]
    down: tuple[Downtime, ...]
    doubts: tuple[Doubt, ...]

    def good(self, row: DispatchRow) -> float:
        """Good pieces of it so far, a total."""
        known = self.progress.get((row.order, row.operation))
        return known.quantity_good if known else 0.0

    def scrap(self, row: DispatchRow) -> float:
        """Scrap of it so far, a total."""
        known = self.progress.get((row.order, row.operation))
        return known.quantity_scrap if known else 0.0


def floor_said(state: PlantState, listing: DispatchList) -> FloorSaid:
    """As it is now."""
    machines = target_machines(state, listing.target)
    listed = {(row.order, row.operation) for row in listing.rows}
    return FloorSaid(
        progress=state.progress,
        down=tuple(
            d
            for d in state.downtimes
            if d.machine in machines and d.start <= state.now and (d.end is None or state.now < d.end)
        ),
        doubts=tuple(d for d in state.known_doubts.open() if d.machine in machines or (d.order, d.operation) in listed),
    )
