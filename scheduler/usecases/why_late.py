"""Why an order is late under a plan."""

from __future__ import annotations

from scheduler.domain.plant import PlantState
from scheduler.planning.lists.lateness import Lateness, why_late
from scheduler.ports import PlanRecord
from scheduler.usecases.tools import Tools
from scheduler.usecases.what_if import state_behind


def why_late_in(tools: Tools, record: PlanRecord, order: str) -> tuple[Lateness, PlantState]:
    """The chain of the order, and the plant that it was read from: the plant now, for a plan of a what-if with its
    assumptions. Raises UnknownOrder."""
    state = state_behind(tools, record.plant, record.what_if, record.number)
    return why_late(state, record.plan.operations, order, record.plan.unplanned), state
