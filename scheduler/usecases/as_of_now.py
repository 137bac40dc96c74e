"""A plan of an earlier moment as it is on the plant now, and what putting it in force would change."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from scheduler.domain.events import Event
from scheduler.domain.plans import Plan, PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.domain.reservations import in_places_taken
from scheduler.errors import BadRequest, PlanNotFeasible, RejigError, StalePlan
from scheduler.ports import PlanRecord
from scheduler.replanning.preview import Preview, news, preview_of, what_differs
from scheduler.usecases.check_and_store import CheckedPlan, checked
from scheduler.usecases.snapshots import Snapshot, as_planned
from scheduler.usecases.tools import Tools

SHOWN = re.compile(r"(\d{1,18})-(\d{1,18})")
EVENTS_LOOKED_AT = 10_000
"""After so many more a preview is stale, whatever they were."""


@dataclass(frozen=True, slots=True)
class PresentPlan:
    """A plan on the plant now.   retimed : it did not hold as it stood, and was re-timed in its own sequence."""

    found: CheckedPlan
    retimed: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A preview and the name that it is answered by: the revision that it was made for, and the plan in force then.

    plan : the version that would be put in force.
    """

    name: str
    revision: int
    plan: int
    preview: Preview
    candidate: PresentPlan
    in_force: PlanRecord | None


Build = Callable[[PlantState], PlantState]
"""From the plant to the state that a plan is for: the same, or with assumptions."""


def as_of_now(tools: Tools, state: PlantState, plan: Plan, called: str) -> PresentPlan:
    """As it stands, where the check passes what the floor has not finished of it; else re-timed in its own sequence.

    state : the plan in force in `state.plan`, which its moves are counted against.   called : "plan 4".
    Raises PlanNotFeasible where it can no longer hold.
    """
    rows = in_places_taken(state, plan.operations)
    left = tuple(o for o in state.unfinished(rows) if _known(state, o))
    found = checked(state, replace(plan, operations=left))
    if found.verdict.feasible and left:
        return PresentPlan(_with_own_figures(found), False)
    if not left:
        raise PlanNotFeasible(f"nothing of {called} is left to be done; ask for a new plan")
    retimed = checked(state, tools.planner.repair(replace(state, plan=left)))
    if not retimed.verdict.feasible:
        why = retimed.verdict.violations[0].message
        raise PlanNotFeasible(f"{called} can no longer hold: {why}; ask for a new plan")
    return PresentPlan(_with_own_figures(retimed), True)


def shown_now(
    tools: Tools, snapshot: Snapshot, plan: PlanRecord, build: Build = lambda state: state, until: int | None = None
) -> Shown:
    """What it would change on the plant as it is. Raises PlanNotFeasible."""
    number = snapshot.record.plan_in_force
    return _shown(tools, snapshot.record.plant, snapshot.revision, snapshot.state, number, plan, build, until)


def same_as_shown(
    tools: Tools, snapshot: Snapshot, name: str, plan: PlanRecord, build: Build = lambda state: state
) -> Shown:
    """What it would change now, where that is what the preview of that name has shown.

    Raises StalePlan with what differs, BadRequest where no preview has such a name.
    """
    plant, now = snapshot.record.plant, snapshot
    revision, number = _read(name, now)
    if (revision, number) == (now.revision, now.record.plan_in_force):
        return shown_now(tools, now, plan, build)
    again = "look at the preview again, and decide on that"
    if what := news(_events_since(tools, plant, revision, now.revision)):
        raise StalePlan(f"preview {name} is stale: {what} has come since; {again}")
    try:
        then = as_planned(tools.ledger.state_at(plant, revision), now.record)
        operations = () if number is None else tools.ledger.get_plan(plant, number).plan.operations
        was = _shown(tools, plant, revision, replace(then, plan=operations), number, plan, build)
    except RejigError as lost:
        raise StalePlan(f"preview {name} is stale, and cannot be made again ({lost}); {again}") from lost
    found = shown_now(tools, now, plan, build, was.preview.until)
    if differs := what_differs(was.preview, found.preview, build(now.state)):
        raise StalePlan(f"preview {name} is stale: {differs}; {again}")
    return found


def _shown(
    tools: Tools,
    plant: str,
    revision: int,
    state: PlantState,
    in_force: int | None,
    plan: PlanRecord,
    build: Build,
    until: int | None = None,
) -> Shown:
    state = build(state)
    candidate = as_of_now(tools, state, plan.plan, f"plan {plan.number}")
    current = None if in_force is None else tools.ledger.get_plan(plant, in_force)
    before = () if current is None else state.unfinished(current.plan.operations)
    kpis = candidate.found.verdict.kpis
    figures = kpis if current is None else checked(state, replace(current.plan, operations=before)).verdict.kpis
    unplanned = (() if current is None else current.plan.unplanned, candidate.found.plan.unplanned)
    made = preview_of(state, before, candidate.found.plan.operations, (figures, kpis), unplanned, until)
    return Shown(f"{revision}-{in_force or 0}", revision, plan.number, made, candidate, current)


def _read(name: str, now: Snapshot) -> tuple[int, int | None]:
    """The revision and the plan in force that a preview names."""
    found = SHOWN.fullmatch(name)
    revision = int(found[1]) if found else 0
    if found is None or not 1 <= revision <= now.revision:
        raise BadRequest.of("preview", f"'{name}'", "the `preview` of an answer that showed what changes")
    return revision, int(found[2]) or None


def _events_since(tools: Tools, plant: str, after: int, until: int) -> Sequence[Event]:
    if until - after > EVENTS_LOOKED_AT:
        raise StalePlan(f"the preview is {until - after:,} events old; look at it again, and decide on that")
    events: list[Event] = []
    while after < until:
        page = tools.ledger.events(plant, after=after, limit=500)
        if not page:
            break
        events += [logged.event for logged in page if logged.revision <= until and logged.set_aside is None]
        after = page[-1].revision
    return events


def _known(state: PlantState, planned: PlannedOperation) -> bool:
    """Of an order that the plant has and does not hold, on a machine that it has."""
    order = state.orders.get(planned.order)
    return (
        order is not None
        and order.status != "hold"
        and state.operation(*planned.key) is not None
        and planned.machine in state.machines
    )


def _with_own_figures(found: CheckedPlan) -> CheckedPlan:
    """Its figures are the check's; what a search has proven was proven of another moment."""
    kpis = replace(found.verdict.kpis, lower_bound=None, solve_seconds=None)
    return replace(found, plan=replace(found.plan, kpis=kpis))


def in_force_or_none(tools: Tools, snapshot: Snapshot) -> PlanRecord | None:
    number = snapshot.record.plan_in_force
    return None if number is None else tools.ledger.get_plan(snapshot.record.plant, number)
