"""The end of a search: the best plan that keeps every rule, in names and moments, with its figures."""

from __future__ import annotations

from dataclasses import replace
from typing import NoReturn

from scheduler.domain.given_up import with_or_without
from scheduler.domain.plans import Plan
from scheduler.domain.plant import PlantState
from scheduler.errors import InternalFault
from scheduler.planning.builder import Builder
from scheduler.planning.judge.check import check_plan
from scheduler.planning.judge.kpis import plan_kpis, with_left_out
from scheduler.planning.problem import Problem
from scheduler.planning.tables.broken_pins import broken_pins
from scheduler.planning.tables.timed_kpis import timed_kpis
from scheduler.ports import NO_LIMITS, MoveLimits
from scheduler.solving.incumbent import Found, Incumbent
from scheduler.solving.moved_up import moved_up
from scheduler.solving.stability_search import recosted


def finish(
    state: PlantState, problem: Problem, incumbent: Incumbent, planned: bool = True, limits: MoveLimits = NO_LIMITS
) -> Plan:
    """The best plan found; where that cannot be told, or breaks a rule of the contract, the best of another engine.

    planned : the search went by the cost as planned. Else its history and its bound are of another cost, and not told.
    """
    *others, last = incumbent.best_of_each() or _refused(incumbent)
    for found in others:
        with incumbent.share_of(found.engine):
            plan = _plan_of(state, problem, incumbent, found, planned, limits)
            verdict = check_plan(state, plan.operations, plan.unplanned, broken_pins=plan.broken_pins)
            if verdict.feasible:
                return replace(plan, engine_failures=incumbent.failures.reported())
            raise InternalFault(f"its plan breaks rule {verdict.violations[0].rule}: {verdict.violations[0].message}")
    plan = _plan_of(state, problem, incumbent, last, planned, limits)
    return replace(plan, engine_failures=incumbent.failures.reported())


def _refused(incumbent: Incumbent) -> NoReturn:
    why = "; ".join(f"{failure.engine}: {failure.reason}" for failure in incumbent.failures.reported())
    raise InternalFault(f"no plan was found: {why or 'none was offered'}")


def _plan_of(
    state: PlantState, problem: Problem, incumbent: Incumbent, found: Found, planned: bool, limits: MoveLimits
) -> Plan:
    timing = found.timing
    if limits.max_moves is None:
        same = found.builder.problem is problem
        builder = found.builder if same else Builder(problem, found.builder.pegs, found.builder.not_before)
        timing = moved_up(builder, timing if same else recosted(builder, timing))
        if same:
            incumbent.offer(builder, timing, found.engine)
    operations = found.builder.operations(timing)
    kpis = with_or_without(
        state, problem.unplanned, lambda s: timed_kpis(s, problem, timing) or plan_kpis(s, operations, s.plan)
    )
    kpis = with_left_out(state, kpis, problem.unplanned)
    bound = incumbent.lower_bound if planned else None
    history = [m for m in incumbent.history if m.cost >= timing.plain_cost - 1e-6] or incumbent.history
    return Plan(
        operations=operations,
        unplanned=problem.unplanned,
        kpis=replace(
            kpis,
            lower_bound=None if bound is None else min(bound, kpis.cost),
            solve_seconds=round(incumbent.deadline.elapsed(), 3),
        ),
        engine=found.engine,
        history=tuple(history) if planned else (replace(history[-1], cost=kpis.cost),),
        broken_pins=broken_pins(state, operations),
    )
