"""The state of a plant as it is written out for others, whose judges take now by the letter."""

from __future__ import annotations

from dataclasses import replace

import structlog

from scheduler.domain.plant import PlantState
from scheduler.planning.judge.check import check_plan
from scheduler.ports import Planner
from scheduler.replanning.assumed import overdue

log = structlog.get_logger("rejig.written_out")


def written_out(state: PlantState, planner: Planner) -> PlantState:
    """The state with its plan re-timed where rows of it are overdue.

    A desk keeps such a plan for some minutes, as the report may be on its way; read as of now, work that has not begun
    begins now at the earliest, and work past its end ends now.
    """
    left = state.unfinished(state.plan)
    if not overdue(state, left):
        return state
    try:
        found = planner.repair(replace(state, plan=left))
        feasible = check_plan(state, found.operations, found.unplanned, broken_pins=found.broken_pins).feasible
    except Exception:
        # What is in force can still be told as it stands.
        log.exception("written_out.repair_failed")
        return state
    return replace(state, plan=found.operations) if feasible else state
