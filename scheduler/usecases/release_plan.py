"""A person with the right decides: release a plan, or reject it."""

from __future__ import annotations

from scheduler.ports import PlanRecord
from scheduler.usecases.tools import Tools


def release_plan(tools: Tools, plant: str, number: int, by: str) -> PlanRecord:
    """Put it in force. Raises StalePlan where its base is older than that of the plan in force, PlanNotFeasible."""
    record = tools.ledger.release_plan(plant, number, by, tools.clock())
    tools.meters.count("plans_released", plant=plant)
    tools.bell.ring(plant)
    return record


def reject_plan(tools: Tools, plant: str, number: int, by: str) -> PlanRecord:
    """It will not be used. Raises Conflict where it is in force."""
    record = tools.ledger.reject_plan(plant, number, by, tools.clock())
    tools.bell.ring(plant)
    return record
