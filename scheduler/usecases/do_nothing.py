"""Doing nothing beside a what-if: the plant as it is, searched with the same effort; neither is worse off by chance."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scheduler.domain.plans import Milestone, Objective
from scheduler.domain.plant import PlantState
from scheduler.ports import Base, PlanRequest
from scheduler.replanning.limits import MoveLimits, keeps_within
from scheduler.usecases.check_and_store import CheckedPlan, checked
from scheduler.usecases.searches import Search
from scheduler.usecases.snapshots import Snapshot
from scheduler.usecases.tools import Tools

LEAST_SECONDS = 0.2
"""Of the search beside one that was stopped at once."""


@dataclass(frozen=True, slots=True)
class Side:
    """A plant with or without the assumptions.

    asked : judged by the weights that were asked for.   searched : by those of the search, where moves may cost more.
    """

    asked: PlantState
    searched: PlantState


def both(
    tools: Tools, search: Search, assumed: Side, plain: Side, request: PlanRequest
) -> tuple[CheckedPlan, CheckedPlan]:
    """The plan with the assumptions and the one without, each judged by the weights that were asked for.

    Both searches have the same limits, seed and budget, and the same seconds: where the first was stopped, the second
    has what that took. Weights and frozen zone are each side's own, as a what-if may assume others. Then each takes the
    other's plan where that is better for it (docs/decisions/0029-do-nothing.md), unless it freezes more than the other
    side did. Where the assumptions change nothing, one search answers both.
    """
    found = search(assumed.searched, replace(request, objective=assumed.searched.objective))
    if assumed.asked == plain.asked:
        same = checked(assumed.asked, found.plan)
        return same, same
    if search.stopped():
        used = found.plan.kpis.solve_seconds or 0.0
        request = replace(request, time_limit_seconds=max(LEAST_SECONDS, min(request.time_limit_seconds, used)))
    nothing = search(plain.searched, replace(request, objective=plain.searched.objective), beside=True)
    limits = request.limits
    if assumed.asked.frozen_minutes <= plain.asked.frozen_minutes:
        found = _better_of(tools, assumed.searched, found, nothing, limits)
    with_, without = checked(assumed.asked, found.plan), checked(plain.asked, nothing.plan)
    if plain.asked.frozen_minutes <= assumed.asked.frozen_minutes:
        without = _better_of(tools, plain.asked, without, with_, limits)
    return with_, judged_by(without, plain.asked, assumed.asked.objective)


def judged_by(found: CheckedPlan, state: PlantState, objective: Objective) -> CheckedPlan:
    """The same plan with its figures by other weights; what was proven of its cost holds for its own weights only."""
    if objective == state.objective:
        return found
    again = checked(replace(state, objective=objective), found.plan)
    kpis = replace(again.verdict.kpis, lower_bound=None, solve_seconds=found.plan.kpis.solve_seconds)
    return replace(again, plan=replace(again.plan, kpis=kpis))


def base_of(tools: Tools, snapshot: Snapshot, state: PlantState) -> Base | None:
    """The plan in force, and what the rest of it comes to.

    state : without the assumptions, judged by the weights that were asked for.
    """
    number = snapshot.record.plan_in_force
    if number is None:
        return None
    plan = tools.ledger.get_plan(snapshot.record.plant, number).plan
    verdict = checked(state, replace(plan, operations=state.unfinished(plan.operations))).verdict
    return Base(number, verdict.kpis, verdict.promises)


def _better_of(
    tools: Tools, state: PlantState, own: CheckedPlan, other: CheckedPlan, limits: MoveLimits
) -> CheckedPlan:
    """`own`, or the other side's plan where it is better here: as it stands, or re-timed in its own sequence."""
    best = own
    for way in (_as_it_stands, _retimed):
        candidate = way(tools, state, other)
        if candidate is None or not candidate.verdict.feasible or not candidate.beats(best):
            continue
        if limits and not keeps_within(state.plan, candidate.plan.operations, limits, state.now):
            continue
        best = _told(candidate, own, other)
    return best


def _as_it_stands(_: Tools, state: PlantState, other: CheckedPlan) -> CheckedPlan:
    return checked(state, other.plan)


def _retimed(tools: Tools, state: PlantState, other: CheckedPlan) -> CheckedPlan | None:
    if not other.plan.operations:
        return None
    return checked(state, tools.planner.repair(replace(state, plan=other.plan.operations)))


def _told(candidate: CheckedPlan, own: CheckedPlan, other: CheckedPlan) -> CheckedPlan:
    """With the story of its own search, to which this is the end; the bound holds for every plan of its side."""
    seconds, engine = own.plan.kpis.solve_seconds or 0.0, other.plan.engine
    kpis = replace(
        candidate.verdict.kpis, lower_bound=own.plan.kpis.lower_bound, solve_seconds=own.plan.kpis.solve_seconds
    )
    plan = replace(
        candidate.plan,
        kpis=kpis,
        engine=engine,
        history=(*own.plan.history, Milestone(seconds, kpis.cost, engine)),
        engine_failures=own.plan.engine_failures,
    )
    return replace(candidate, plan=plan)
