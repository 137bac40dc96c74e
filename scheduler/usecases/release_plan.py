"""A person with the right decides: release a plan as it is on the plant now, roll back to an earlier one, or reject."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from scheduler.domain.plans import Comparison
from scheduler.errors import BadRequest, Conflict, PlanNotFeasible, StalePlan
from scheduler.planning.lists.comparison import compare_plans
from scheduler.ports import PlanRecord
from scheduler.usecases.as_of_now import PresentPlan, Shown, as_of_now, in_force_or_none, same_as_shown, shown_now
from scheduler.usecases.check_and_store import checked, store
from scheduler.usecases.snapshots import Snapshot
from scheduler.usecases.tools import Tools

TRIES = 8
"""How often a decision is carried out anew where the plant has moved on meanwhile."""
NO_PERSON = ("auto", "scenario", "check")
"""Who decides of a plan without being a person."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Released:
    """What is in force now.

    asked : the version that was decided on.   retimed : that one did not hold as it stood, or another is stored for it.
    against_asked : what re-timing has changed of it; None: nothing.
    replaced, against_replaced : the version that was in force, and what changes for the floor; None: there was none, or
    it was in force already.
    """

    record: PlanRecord
    asked: PlanRecord
    retimed: bool = False
    against_asked: Comparison | None = None
    replaced: PlanRecord | None = None
    against_replaced: Comparison | None = None


def release_plan(
    tools: Tools, plant: str, number: int, by: str, reason: str | None = None, preview: str | None = None
) -> Released:
    """Put it in force. One of an older revision is re-timed onto the newest and checked; where that changes it, a new
    version goes in.

    preview : the name of what the person has seen; None: whatever it is now.
    Raises PlanNotFeasible where it can no longer hold, StalePlan where it would do something else than was seen,
    BadRequest where `by` is no person, Conflict for the plan of a what-if, whose assumptions are no facts.
    """
    a_person(by)
    asked = _releasable(tools, plant, number)

    def attempt() -> Released:
        snapshot = tools.snapshot(plant)
        if snapshot.record.plan_in_force == number:
            return Released(tools.ledger.get_plan(plant, number), asked)
        plan = tools.ledger.get_plan(plant, number)  # its base may have become newer meanwhile
        cause = f"re-timed from plan {number} ({plan.cause})"
        return _put_in_force(tools, snapshot, plan, by, reason, preview, cause)

    return told(tools, plant, unhurried(attempt))


def roll_back(tools: Tools, plant: str, number: int, by: str, reason: str, preview: str | None = None) -> Released:
    """Put an earlier version in force again, as it is on the plant now: re-timed, checked, and stored as a new one.

    Raises as `release_plan`, Conflict where it is in force.
    """
    a_person(by)
    asked = _releasable(tools, plant, number)

    def attempt() -> Released:
        snapshot = tools.snapshot(plant)
        if snapshot.record.plan_in_force == number:
            raise Conflict(f"plan {number} of '{plant}' is in force; there is nothing to roll back")
        return _put_in_force(tools, snapshot, asked, by, reason, preview, f"rolled back to plan {number}", anew=True)

    return told(tools, plant, unhurried(attempt))


def preview_plan(tools: Tools, plant: str, number: int) -> Shown:
    """What releasing it, or rolling back to it, would change now. Raises as `release_plan`."""
    asked = _releasable(tools, plant, number)
    return shown_now(tools, tools.snapshot(plant), asked)


def reject_plan(tools: Tools, plant: str, number: int, by: str, reason: str | None = None) -> PlanRecord:
    """It will not be used. Raises Conflict where it is in force."""
    record = tools.ledger.reject_plan(plant, number, by, tools.clock(), reason)
    tools.bell.ring(plant)
    return record


def a_person(by: str) -> None:
    """Raises BadRequest for a name under which the product itself decides."""
    if by.strip().casefold() in NO_PERSON:
        raise BadRequest.of("by", f"'{by}'", "the name of who decides", "by that name Rejig decides itself")


def unhurried(attempt: Callable[[], T]) -> T:
    """The answer of `attempt`; it is called again where the plant has changed between looking and writing.

    Raises StalePlan after TRIES such changes.
    """
    said = ""
    for _ in range(TRIES):
        try:
            return attempt()
        except _MovedOn as moved:
            said = str(moved)
    raise StalePlan(f"{said}; {TRIES} times in a row, so try again when less is happening")


class _MovedOn(StalePlan):
    """Between looking and writing: to be tried again."""


def carrying_out(write: Callable[[], T]) -> T:
    """The answer of `write`. Where the ledger refuses it as stale, `unhurried` is told to try again."""
    try:
        return write()
    except StalePlan as moved:
        raise _MovedOn(str(moved)) from moved


def _put_in_force(
    tools: Tools,
    snapshot: Snapshot,
    plan: PlanRecord,
    by: str,
    reason: str | None,
    preview: str | None,
    cause: str,
    anew: bool = False,
) -> Released:
    """anew : stored as a new version in any case."""
    plant, before = snapshot.record.plant, in_force_or_none(tools, snapshot)
    if preview is not None:
        present = same_as_shown(tools, snapshot, preview, plan).candidate
    else:
        present = as_of_now(tools, snapshot.state, plan.plan, f"plan {plan.number}")
    if present.retimed or anew or plan.status != "proposed" or plan.what_if is not None:
        write = partial(
            store,
            tools,
            plant,
            present.found,
            revision=snapshot.revision,
            cause=cause,
            objective=plan.objective,
            release_by=by,
            reason=reason,
            kept_for=by,
            made_from=plan.number,
        )
        record = carrying_out(write)
    else:
        record = carrying_out(partial(_release_as_it_stands, tools, snapshot, plan, by, reason))
    state, after = snapshot.state, record.plan.operations
    changed = record.number != plan.number
    return Released(
        record,
        plan,
        retimed=changed,
        against_asked=compare_plans(state, plan.plan.operations, after, plan.verdict.kpis, record.verdict.kpis)
        if changed
        else None,
        replaced=before,
        against_replaced=None if before is None else _against(snapshot, before, present, record),
    )


def _release_as_it_stands(
    tools: Tools, snapshot: Snapshot, plan: PlanRecord, by: str, reason: str | None
) -> PlanRecord:
    plant = snapshot.record.plant
    if plan.revision < snapshot.revision:
        tools.ledger.rebase_plan(plant, plan.number, snapshot.revision)
    record = tools.ledger.release_plan(plant, plan.number, by, tools.clock(), reason)
    tools.meters.count("plans_released", plant=plant)
    tools.bell.ring(plant)
    return record


def _against(snapshot: Snapshot, before: PlanRecord, present: PresentPlan, record: PlanRecord) -> Comparison:
    """Both on the plant as it is: what is in force may have been made long ago."""
    state = snapshot.state
    left = state.unfinished(before.plan.operations)
    figures = checked(state, replace(before.plan, operations=left)).verdict.kpis
    after = state.unfinished(record.plan.operations)
    return compare_plans(state, left, after, figures, present.found.verdict.kpis)


def _releasable(tools: Tools, plant: str, number: int) -> PlanRecord:
    plan = tools.ledger.get_plan(plant, number)
    if plan.what_if is not None:
        idea = tools.ledger.what_if(plant, plan.what_if)
        if idea.do_nothing != number:
            raise Conflict(
                f"plan {number} of '{plant}' rests on the assumptions of what-if '{idea.id}'; adopt the what-if"
            )
    if not plan.verdict.feasible:
        faults = len(plan.verdict.violations)
        raise PlanNotFeasible(f"plan {number} of '{plant}' breaks {faults} rule(s); ask for a new plan")
    return plan


def told(tools: Tools, plant: str, done: Released) -> Released:
    """`done`, once the replaced plan carries a note that says which plan replaced it."""
    if done.replaced is not None and done.replaced.number != done.record.number:
        by, reason = done.record.decided_by, done.record.reason
        words = f"replaced by plan {done.record.number}, which {by} released" + (f": {reason}" if reason else "")
        tools.ledger.note_plan(plant, done.replaced.number, words, tools.clock())
    return done
