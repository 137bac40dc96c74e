"""Plan B beside plan A."""

from __future__ import annotations

from scheduler.domain.plans import Comparison
from scheduler.planning.lists.comparison import compare_plans
from scheduler.ports import PlanRecord, WhatIfRecord
from scheduler.usecases.tools import Tools
from scheduler.usecases.what_if import state_behind


def compare(tools: Tools, plant: str, before: int, after: int) -> Comparison:
    """With the orders of the plant now; of the what-if that a plan belongs to, where one does. Raises UnknownPlan."""
    a, b = tools.ledger.get_plan(plant, before), tools.ledger.get_plan(plant, after)
    state = state_behind(tools, plant, b.what_if or a.what_if)
    return compare_plans(state, a.plan.operations, b.plan.operations, a.verdict.kpis, b.verdict.kpis)


def compare_what_if(tools: Tools, record: WhatIfRecord, plan: PlanRecord) -> tuple[int, Comparison]:
    """A what-if's plan against the plan in force, which knows nothing of the assumptions; and that one's number.

    Raises UnknownPlan where none is in force.
    """
    current = tools.ledger.current_plan(record.plant)
    return current.number, compare(tools, record.plant, current.number, plan.number)
