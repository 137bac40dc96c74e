"""What the floor says of work: operation.started, progressed, finished and put_aside, by the table of reports."""

from __future__ import annotations

from scheduler.domain.events import Event
from scheduler.domain.folding.floor_table import follow
from scheduler.domain.folding.report import read_report
from scheduler.domain.plant import PlantState


def operation_reported(state: PlantState, event: Event) -> PlantState:
    """The state follows the report (`floor_table.FLOOR`).

    Raises InvalidEvent only for an order, operation or machine that the plant does not have.
    """
    return follow(state, read_report(state, event))
