"""RejigPlanner: from a plant's state to its plan. Obstacles, the frozen zone, a plan at once, then better ones."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from scheduler.domain.minutes import DAY, spoken
from scheduler.domain.plans import Plan, PlannedOperation, Unplanned
from scheduler.domain.plant import PlantState
from scheduler.errors import InternalFault
from scheduler.planning import layout as c
from scheduler.planning.builder import LEFT_OVER, OFF_GRID, OK, WAIT_BROKEN, Builder, Knobs, Timing
from scheduler.planning.check import check_plan
from scheduler.planning.kpis import plan_kpis
from scheduler.planning.obstacles import find_obstacles
from scheduler.planning.open_work import LAST_HORIZON_DAYS
from scheduler.planning.problem import Problem
from scheduler.planning.timed_kpis import timed_kpis
from scheduler.planning.translate import translate
from scheduler.ports import OnProgress, PlanRequest, ShouldStop
from scheduler.replanning.expected import expecting
from scheduler.replanning.frozen import Held, hold_frozen, move_to_front, old_modes
from scheduler.replanning.limits import MoveLimits, narrowed
from scheduler.replanning.repair import repair
from scheduler.solving.bounds import lower_bound
from scheduler.solving.failures import Failures
from scheduler.solving.few_moves import least_moved, recosted, search_calmly, search_within
from scheduler.solving.incumbent import Found, Incumbent
from scheduler.solving.portfolio import improve
from scheduler.solving.start import Start

MOST_LIFTED = 10
"""How many items that would break a wait are tried ahead of everything else before one is left out."""


class RejigPlanner:
    """Makes plans; holds nothing, so one serves all threads and pickles into any worker (ports.Planner)."""

    def plan(
        self,
        state: PlantState,
        request: PlanRequest,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> Plan:
        """The best plan within the request's limits. Orders that cannot be planned are named with the reason.

        Never none: where an engine raises, its share is lost and told (`Plan.engine_failures`), and the rest goes on.
        """
        began = time.perf_counter()
        if request.objective is not None:
            state = replace(state, objective=request.objective)
        incumbent = Incumbent(
            float("inf") if request.budget is not None else request.time_limit_seconds,
            on_progress,
            should_stop,
            began=began,
        )
        limits = MoveLimits(request.max_moves, request.nothing_inside_minutes, request.keep_machines)
        limited = bool(state.plan) and limits != MoveLimits()
        start = first_plan(state, limits if limited else None, incumbent.failures)
        kept = _repaired(start, incumbent.failures) if state.plan else None
        begun = None
        with incumbent.share_of("begin"):
            begun = _begun(state, start, request.begin)
        problem = start.problem
        planned = request.expected_delay_minutes <= 0 and request.calm_price <= 0
        if request.expected_delay_minutes > 0:
            with incumbent.share_of("expectation"):
                start, kept, begun = _expecting(start, kept, begun, request.expected_delay_minutes)
            request = replace(request, solver="search")  # CP-SAT knows planned ends only
        if limits.max_moves is not None and kept is not None:
            with incumbent.share_of("repair"):
                kept = least_moved(start, kept, limits.max_moves)
            incumbent.offer(*kept, "repair")
            with incumbent.share_of("search"):
                search_within(limits.max_moves, start, kept, incumbent, request)
            return _finish(state, problem, incumbent, planned)
        if request.calm_price > 0 and kept is not None and problem.operations:
            with incumbent.share_of("search"):
                search_calmly(start, kept, incumbent, request, begun)
            return _finish(state, problem, incumbent, planned)
        incumbent.offer(start.builder, start.first, "dispatch")
        if kept is not None:
            incumbent.offer(*kept, "repair")
        if begun is not None:
            incumbent.offer(*begun, "begun")
        if problem.operations:
            if planned:
                with incumbent.share_of("bound"):
                    incumbent.bound(lower_bound(problem))
            with incumbent.share_of("search"):
                improve(start.builder, start.held, incumbent, request)
        return _finish(state, problem, incumbent, planned)

    def repair(self, state: PlantState) -> Plan:
        """The plan in force, re-timed at once; what it lacks is put in. Falls back to a dispatch where it must."""
        began = time.perf_counter()
        incumbent = Incumbent(0.0, began=began)
        kept = None
        with incumbent.share_of("repair"):
            kept = _in_force(state)
        problem, found = kept or _put_back(state, incumbent.failures)
        incumbent.offer(*found)
        return _finish(state, problem, incumbent)


def _begun(state: PlantState, start: Start, operations: tuple[PlannedOperation, ...]) -> tuple[Builder, Timing] | None:
    """A plan that somebody had, re-timed on the plant as it is; what is frozen stays where the plan in force has it.
    None: none was given, or it cannot be kept any more."""
    if not operations:
        return None
    there = translate(replace(state, plan=operations), start.problem.unplanned).ops
    problem = replace(start.problem, ops=start.problem.ops.copy())
    problem.ops[:, (c.OLD_MACHINE, c.OLD_START)] = there[:, (c.OLD_MACHINE, c.OLD_START)]
    held = replace(start.held, modes=old_modes(problem))
    found = repair(Builder(problem, start.builder.pegs, start.builder.not_before), held)
    if found is None:
        return None
    builder = start.builder.with_pegs(found[0].pegs)
    return builder, recosted(builder, found[1])


def _repaired(start: Start, failures: Failures) -> tuple[Builder, Timing] | None:
    with failures.share_of("repair"):
        return repair(start.builder, start.held)
    return None


def _expecting(
    start: Start, kept: tuple[Builder, Timing] | None, begun: tuple[Builder, Timing] | None, delay: float
) -> tuple[Start, tuple[Builder, Timing] | None, tuple[Builder, Timing] | None]:
    """The same plans at what they are expected to cost."""
    until = int(start.first.times[:, 1].max(initial=0)) + 2 * DAY
    problem = expecting(start.problem, delay, until)

    def again(plan: tuple[Builder, Timing] | None) -> tuple[Builder, Timing] | None:
        if plan is None:
            return None
        builder = Builder(problem, plan[0].pegs, plan[0].not_before)
        return builder, recosted(builder, plan[1])

    first = again((start.builder, start.first))
    assert first is not None
    return Start(problem, first[0], start.held, first[1]), again(kept), again(begun)


def _in_force(state: PlantState) -> tuple[Problem, tuple[Builder, Timing, str]] | None:
    """The plan in force around what has happened, where it admits every order that nothing certain stands against.

    Only where waits are limited is a dispatch made first: it tells what must go ahead of all else, or be left out.
    """
    if not state.plan:
        return None
    problem = translate(state, find_obstacles(state))
    held = hold_frozen(problem)
    builder = Builder(problem, held.pegs, held.not_before)
    limited = (problem.ops[:, c.MAX_WAIT] != c.NONE).any()
    if limited and builder.dispatch(Knobs(), first=held.items, choice=held.choice).status != OK:
        return None
    kept = repair(builder, held)
    return None if kept is None else (problem, (*kept, "repair"))


def _put_back(state: PlantState, failures: Failures) -> tuple[Problem, tuple[Builder, Timing, str]]:
    """The same with those orders left out that a dispatch finds no place for; the dispatch where that fails too."""
    start = first_plan(state, None, failures)
    kept = _repaired(start, failures) if state.plan else None
    if kept is None:
        return start.problem, (start.builder, start.first, "dispatch")
    return start.problem, (*kept, "repair")


def first_plan(state: PlantState, limits: MoveLimits | None = None, failures: Failures | None = None) -> Start:
    """A plan by plain ATC that keeps every rule; whoever stands in its way is left out and named.

    failures : takes what is raised on the way.
    """
    failures = failures or Failures()
    if limits is not None:
        state = replace(state, frozen_minutes=max(state.frozen_minutes, limits.nothing_inside))
    unplanned = list(find_obstacles(state))
    days: int | None = None
    loose: set[int] = set()
    while True:
        problem = translate(state, unplanned, horizon_days=days)
        held = hold_frozen(problem)
        if limits is not None:
            problem = narrowed(problem, held, limits, loose)
        builder = Builder(problem, held.pegs, held.not_before)
        timing = _dispatched(builder, held, failures)
        for _ in range(2 * len(held.items) + MOST_LIFTED):
            # What a max_wait ties together may fit only ahead of what was placed before it.
            ahead = move_to_front(held, timing.fault) if timing.status == WAIT_BROKEN else None
            if ahead is None:
                break
            held = ahead
            timing = _dispatched(builder, held, failures)
        if timing.status == OK:
            return Start(problem, builder, held, timing)
        if timing.status == LEFT_OVER:
            raise InternalFault("some operations wait for each other in a circle that the check of the data let pass")
        if limits is not None and timing.fault not in loose:  # the limits leave it no place
            loose.add(timing.fault)
            continue
        if timing.status == OFF_GRID and problem.end < (LAST_HORIZON_DAYS // 4) * DAY and not _short(builder, timing):
            days = problem.end // DAY * 2
            continue
        unplanned.append(_blame(state, builder, timing, failures))


def _dispatched(builder: Builder, held: Held, failures: Failures) -> Timing:
    """By plain ATC; where that raises, in the order in which the work is wanted."""
    with failures.share_of("dispatch"):
        return builder.dispatch(Knobs(), first=held.items, choice=held.choice)
    wanted, _ = builder.wishes()
    p = builder.problem
    order = np.argsort(wanted[p.item_ops[p.item_ptr[:-1]]], kind="stable")
    order = np.concatenate((held.items, order[~np.isin(order, held.items)])).astype(np.int64)
    return builder.build(order, held.choice, pinned=len(held.items))


def _short(builder: Builder, timing: Timing) -> bool:
    """True where the item at fault waits for material that never comes."""
    p = builder.problem
    ops = p.item_ops[p.item_ptr[timing.fault] : p.item_ptr[timing.fault + 1]]
    return bool((builder.pegs.release[ops] >= c.FAR).any())


def _blame(state: PlantState, builder: Builder, timing: Timing, failures: Failures) -> Unplanned:
    """The order whose item could not be placed, with the reason."""
    found = _stopped_at(state, builder, timing)
    conflict = None
    if not _short(builder, timing):
        with failures.share_of("cp-sat"):
            from scheduler.solving.conflicts import conflict_of  # with OR-tools, which few plants need

            conflict = conflict_of(state, found.order)
    return found if conflict is None else replace(found, reason=f"{found.reason}; {conflict}")


def _stopped_at(state: PlantState, builder: Builder, timing: Timing) -> Unplanned:
    p = builder.problem
    ops = p.item_ops[p.item_ptr[timing.fault] : p.item_ptr[timing.fault + 1]].tolist()
    if _short(builder, timing):
        op = next(i for i in ops if builder.pegs.release[i] >= c.FAR)
        order, number = p.keys[op]
        return Unplanned(order, number, "a component that it takes is not supplied in time by any stock or order")
    if timing.status == OFF_GRID:
        order, number = p.keys[ops[0]]
        reach = spoken(p.now + p.end, state.zone)
        return Unplanned(order, number, f"no machine has room for it before {reach}, as far as the calendars reach")
    for op in ops:
        for pred in p.preds[p.ops[op, c.PRED0] : p.ops[op, c.PRED1]].tolist():
            wait = int(timing.times[op, 0] - timing.times[pred, 1])
            if p.ops[op, c.MAX_WAIT] != c.NONE and wait > p.ops[op, c.MAX_WAIT]:
                order, number = p.keys[op]
                return Unplanned(
                    order,
                    number,
                    f"it must start within {int(p.ops[op, c.MAX_WAIT])} min of the end of operation {p.keys[pred][1]} "
                    f"({spoken(p.now + int(timing.times[pred, 1]), state.zone)}), but cannot before "
                    f"{spoken(p.now + int(timing.times[op, 0]), state.zone)}",
                )
    order, number = p.keys[ops[0]]
    return Unplanned(order, number, "its operations cannot follow each other within their maximum waits")


def _finish(state: PlantState, problem: Problem, incumbent: Incumbent, planned: bool = True) -> Plan:
    """The best plan found; where that cannot be told, or breaks a rule of the contract, the best of another engine.

    planned : what was searched for is the cost as planned. Else how it fell, and its bound, say nothing of that.
    """
    *others, last = incumbent.best_of_each()
    for found in others:
        with incumbent.share_of(found.engine):
            plan = _told(state, problem, incumbent, found, planned)
            verdict = check_plan(state, plan.operations, plan.unplanned)
            if verdict.feasible:
                return replace(plan, engine_failures=incumbent.failures.told())
            raise InternalFault(f"its plan breaks rule {verdict.violations[0].rule}: {verdict.violations[0].message}")
    return replace(_told(state, problem, incumbent, last, planned), engine_failures=incumbent.failures.told())


def _told(state: PlantState, problem: Problem, incumbent: Incumbent, found: Found, planned: bool) -> Plan:
    operations = found.builder.operations(found.timing)
    kpis = timed_kpis(state, problem, found.timing) or plan_kpis(state, operations, state.plan)
    bound = incumbent.lower_bound if planned else None
    history = [m for m in incumbent.history if m.cost >= found.timing.cost - 1e-6] or incumbent.history
    return Plan(
        operations=operations,
        unplanned=problem.unplanned,
        kpis=replace(
            kpis,
            lower_bound=None if bound is None else min(bound, kpis.cost),
            solve_seconds=round(incumbent.elapsed(), 3),
        ),
        engine=found.engine,
        history=tuple(history) if planned else (replace(history[-1], cost=kpis.cost),),
    )
