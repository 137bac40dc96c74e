"""Plan B beside plan A."""

from __future__ import annotations

from dataclasses import dataclass

from scheduler.domain.plans import Comparison
from scheduler.planning.lists.comparison import compare_plans
from scheduler.ports import Base, PlanRecord, WhatIfRecord
from scheduler.replanning.overtime import overtime_minutes
from scheduler.usecases.tools import Tools
from scheduler.usecases.what_if import state_behind, with_what_applies

MOST_KEPT = 64
"""Comparisons of what-ifs that are remembered; each is made anew from the log otherwise."""


def compare(tools: Tools, plant: str, before: int, after: int) -> Comparison:
    """With the orders of the plant now; of the what-if that a plan belongs to, where one does. Raises UnknownPlan."""
    a, b = tools.ledger.get_plan(plant, before), tools.ledger.get_plan(plant, after)
    own = b if b.what_if else a
    state = state_behind(tools, plant, own.what_if, own.number)
    return compare_plans(state, a.plan.operations, b.plan.operations, a.verdict.kpis, b.verdict.kpis)


@dataclass(frozen=True, slots=True)
class Beside:
    """A what-if's plan beside what it is held against, all as they were when it was searched.

    base, do_nothing : numbers of the plan in force then, and of the one found without the assumptions.
    against_base, against_nothing : the what-if's plan against each; None: there is none.
    overtime_minutes : that the assumptions open; None: nothing is known of the what-if yet.
    """

    base: Base | None
    do_nothing: PlanRecord | None
    against_base: Comparison | None
    against_nothing: Comparison | None
    overtime_minutes: int | None = None


NOTHING_BESIDE = Beside(None, None, None, None)


def compare_what_if(tools: Tools, record: WhatIfRecord, plan: PlanRecord) -> Beside:
    """On the plant of the what-if's revision, with its assumptions: what happens since changes nothing of it."""
    key = (record.plant, tools.ledger.plant(record.plant).loaded_at, record.id, record.revision, plan.number)
    return tools.lists.remember("what-ifs", key, lambda: _beside(tools, record, plan), MOST_KEPT)


def _beside(tools: Tools, record: WhatIfRecord, plan: PlanRecord) -> Beside:
    ledger, plant = tools.ledger, record.plant
    plain = ledger.state_at(plant, record.revision)
    state = with_what_applies(plain, record.events)
    after, kpis = plan.plan.operations, plan.verdict.kpis
    nothing = None if record.do_nothing is None else ledger.get_plan(plant, record.do_nothing)
    against_base = against_nothing = None
    if record.base is not None:
        before = state.unfinished(ledger.get_plan(plant, record.base.plan).plan.operations)
        against_base = compare_plans(state, before, after, record.base.kpis, kpis)
    if nothing is not None:
        against_nothing = compare_plans(state, nothing.plan.operations, after, nothing.verdict.kpis, kpis)
    return Beside(record.base, nothing, against_base, against_nothing, overtime_minutes(plain, state))
