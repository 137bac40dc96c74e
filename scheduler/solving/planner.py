"""RejigPlanner: from a plant's state to its plan. Obstacles, the frozen zone, a plan at once, then better ones."""

from __future__ import annotations

import time
from dataclasses import replace

from scheduler.domain.minutes import DAY, spoken
from scheduler.domain.plans import Plan, Unplanned
from scheduler.domain.plant import PlantState
from scheduler.errors import InternalFault
from scheduler.planning import layout as c
from scheduler.planning.builder import LEFT_OVER, OFF_GRID, OK, WAIT_BROKEN, Builder, Knobs, Timing
from scheduler.planning.kpis import plan_kpis
from scheduler.planning.obstacles import find_obstacles
from scheduler.planning.open_work import LAST_HORIZON_DAYS
from scheduler.planning.problem import Problem
from scheduler.planning.timed_kpis import timed_kpis
from scheduler.planning.translate import translate
from scheduler.ports import OnProgress, PlanRequest, ShouldStop
from scheduler.replanning.expected import expecting
from scheduler.replanning.frozen import hold_frozen, move_to_front
from scheduler.replanning.limits import MoveLimits, narrowed
from scheduler.replanning.repair import repair
from scheduler.solving.bounds import lower_bound
from scheduler.solving.few_moves import least_moved, recosted, repriced, search_calmly, search_within
from scheduler.solving.incumbent import Incumbent
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
        """The best plan within the request's limits. Orders that cannot be planned are named with the reason."""
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
        start = first_plan(state, limits if limited else None)
        kept = repair(start.builder, start.held) if state.plan else None
        problem = start.problem
        planned = request.expected_delay_minutes <= 0 and request.calm_price <= 0
        if request.expected_delay_minutes > 0:
            start, kept = _expecting(start, kept, request.expected_delay_minutes)
            request = replace(request, solver="search")  # CP-SAT knows planned ends only
        begun = _begun(state, start, request) if request.begin else None
        if limits.max_moves is not None and kept is not None:
            kept = least_moved(start, kept, limits.max_moves)
            incumbent.offer(*kept, "repair")
            search_within(limits.max_moves, start, kept, incumbent, request)
            return _finish(state, problem, incumbent, planned)
        if request.calm_price > 0 and kept is not None and problem.operations:
            kept = _cheaper(start, kept, begun, request)
            search_calmly(start, kept, incumbent, request)
            return _finish(state, problem, incumbent, planned)
        incumbent.offer(start.builder, start.first, "dispatch")
        if kept is not None:
            incumbent.offer(*kept, "repair")
        if begun is not None:
            incumbent.offer(*begun, "begun")
        if problem.operations:
            if planned:
                incumbent.bound(lower_bound(problem))
            improve(start.builder, start.held, incumbent, request)
        return _finish(state, problem, incumbent, planned)

    def repair(self, state: PlantState) -> Plan:
        """The plan in force, re-timed at once; what it lacks is put in. Falls back to a dispatch where it must."""
        began = time.perf_counter()
        problem, found = _in_force(state) or _put_back(state)
        incumbent = Incumbent(0.0, began=began)
        incumbent.offer(*found)
        return _finish(state, problem, incumbent)


def _expecting(
    start: Start, kept: tuple[Builder, Timing] | None, delay: float
) -> tuple[Start, tuple[Builder, Timing] | None]:
    """The same plans at what they are expected to cost."""
    until = int(start.first.times[:, 1].max(initial=0)) + 2 * DAY
    problem = expecting(start.problem, delay, until)
    builder = Builder(problem, start.builder.pegs, start.builder.not_before)
    if kept is not None:
        again = Builder(problem, kept[0].pegs, kept[0].not_before)
        kept = again, recosted(again, kept[1])
    return Start(problem, builder, start.held, recosted(builder, start.first)), kept


def _begun(state: PlantState, start: Start, request: PlanRequest) -> tuple[Builder, Timing] | None:
    """`request.begin` re-timed, at the prices of `start`; None where it leaves out or moves what `start` holds."""
    again = replace(state, plan=request.begin)
    problem = translate(again, list(start.problem.unplanned))
    if problem.keys != start.problem.keys:
        return None
    held = hold_frozen(problem)
    found = repair(Builder(problem, held.pegs, held.not_before), held)
    if found is None:
        return None
    builder = Builder(start.problem, found[0].pegs, start.builder.not_before)
    fixed = start.held.choice != c.NONE
    at_first = start.problem.ops[fixed][:, c.OLD_START]
    known = at_first != c.NONE
    if (found[1].times[fixed, 0][known] != at_first[known]).any():
        return None
    return builder, recosted(builder, found[1])


def _cheaper(
    start: Start, kept: tuple[Builder, Timing], begun: tuple[Builder, Timing] | None, request: PlanRequest
) -> tuple[Builder, Timing]:
    """Of two plans the one that costs less at the price of moves."""
    if begun is None:
        return kept
    within = request.calm_minutes if start.problem.objective_weights[4] == 0.0 else None
    calm = repriced(start.builder, request.calm_price, within)
    costs = [recosted(calm.with_pegs(b.pegs), timing).cost for b, timing in (kept, begun)]
    return begun if costs[1] < costs[0] else kept


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


def _put_back(state: PlantState) -> tuple[Problem, tuple[Builder, Timing, str]]:
    """The same with those orders left out that a dispatch finds no place for; the dispatch where that fails too."""
    start = first_plan(state)
    kept = repair(start.builder, start.held) if state.plan else None
    if kept is None:
        return start.problem, (start.builder, start.first, "dispatch")
    return start.problem, (*kept, "repair")


def first_plan(state: PlantState, limits: MoveLimits | None = None) -> Start:
    """A plan by plain ATC that keeps every rule; whoever stands in its way is left out and named."""
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
        timing = builder.dispatch(Knobs(), first=held.items, choice=held.choice)
        for _ in range(2 * len(held.items) + MOST_LIFTED):
            # What a max_wait ties together may fit only ahead of what was placed before it.
            ahead = move_to_front(held, timing.fault) if timing.status == WAIT_BROKEN else None
            if ahead is None:
                break
            held = ahead
            timing = builder.dispatch(Knobs(), first=held.items, choice=held.choice)
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
        unplanned.append(_blame(state, builder, timing))


def _short(builder: Builder, timing: Timing) -> bool:
    """True where the item at fault waits for material that never comes."""
    p = builder.problem
    ops = p.item_ops[p.item_ptr[timing.fault] : p.item_ptr[timing.fault + 1]]
    return bool((builder.pegs.release[ops] >= c.FAR).any())


def _blame(state: PlantState, builder: Builder, timing: Timing) -> Unplanned:
    """The order whose item could not be placed, with the reason."""
    found = _stopped_at(state, builder, timing)
    from scheduler.solving.conflicts import conflict_of  # with OR-tools, which few plants need

    conflict = None if _short(builder, timing) else conflict_of(state, found.order)
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
    """planned : what was searched for is the cost as planned. Else how it fell, and its bound, say nothing of that."""
    best = incumbent.best
    assert best is not None
    operations = best.builder.operations(best.timing)
    kpis = timed_kpis(state, problem, best.timing) or plan_kpis(state, operations, state.plan)
    bound = incumbent.lower_bound if planned else None
    found = incumbent.history[-1]
    return Plan(
        operations=operations,
        unplanned=problem.unplanned,
        kpis=replace(
            kpis,
            lower_bound=None if bound is None else min(bound, kpis.cost),
            solve_seconds=round(incumbent.elapsed(), 3),
        ),
        engine=best.engine,
        history=tuple(incumbent.history) if planned else (replace(found, cost=kpis.cost),),
    )
