"""Promote a what-if: its assumptions become events, its plan the proposal."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scheduler.errors import Conflict
from scheduler.ports import PlanRecord, WhatIfRecord
from scheduler.usecases.as_of_now import as_of_now
from scheduler.usecases.check_and_store import store
from scheduler.usecases.post_events import post_events
from scheduler.usecases.tools import Tools
from scheduler.usecases.what_if import assumed_state


@dataclass(frozen=True, slots=True)
class Promoted:
    """The proposal, the log's revision after the assumptions, how many were new, and whether it was re-timed."""

    record: WhatIfRecord
    plan: PlanRecord
    revision: int
    accepted: int
    retimed: bool


def promote(tools: Tools, plant: str, id: str) -> Promoted:
    """Its assumptions are posted (with ids of their own), its plan checked against the plant as it is then.

    A plan that no longer holds is re-timed in its own sequence. It becomes a proposal and stays one in every mode:
    in `auto` the desk answers the new events with its repair at once, and a person may release this one over it.
    Raises Conflict where it has no plan yet, was promoted already, or an assumption is refused (nothing is posted).
    """
    record = tools.ledger.what_if(plant, id)
    if record.promoted:
        raise Conflict(f"what-if '{id}' has been promoted already")
    if record.plan_number is None:
        raise Conflict(
            f"what-if '{id}' has no plan yet (it is {record.state}); wait for it, or stop it to keep its best"
        )
    plan = tools.ledger.get_plan(plant, record.plan_number)
    # Tried first, so that a refusal posts nothing at all.
    as_of_now(tools, assumed_state(tools.snapshot(plant).state, record.events), plan.plan, f"plan {plan.number}")
    appended = post_events(tools, plant, record.events)
    if appended.rejected:
        raise Conflict(f"what-if '{id}': {appended.rejected[0].reason}")
    snapshot = tools.snapshot(plant)
    present = as_of_now(tools, snapshot.state, plan.plan, f"plan {plan.number}")
    stored = store(
        tools,
        plant,
        present.found,
        revision=snapshot.revision,
        cause=f"promoted from what-if: {record.name}" + (" (re-timed)" if present.retimed else ""),
        objective=snapshot.state.objective,
        made_from=plan.number,
    )
    promoted = replace(record, promoted=True)
    tools.ledger.save_what_if(promoted)
    return Promoted(promoted, stored, appended.revision, len(appended.accepted), present.retimed)
