"""RejigPlanner: from a plant's state to its plan. Obstacles, the frozen zone, a plan at once, then better ones."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import structlog

from scheduler.domain.minutes import DAY, spoken
from scheduler.domain.plans import GIVEN_UP, Plan, Unplanned
from scheduler.domain.plant import PlantState
from scheduler.errors import InternalFault
from scheduler.planning import layout as c
from scheduler.planning.builder import LEFT_OVER, OFF_GRID, OK, WAIT_BROKEN, Builder, Knobs, Timing
from scheduler.planning.impossible.operations import LONG_DAYS
from scheduler.planning.kpis import plan_kpis, with_left_out
from scheduler.planning.obstacles import find_obstacles
from scheduler.planning.open_work import LAST_HORIZON_DAYS
from scheduler.planning.problem import Ints, Problem
from scheduler.planning.timed_kpis import timed_kpis
from scheduler.planning.translate import translate
from scheduler.ports import OnProgress, PlanRequest, ShouldStop
from scheduler.replanning.expected import expecting
from scheduler.replanning.frozen import hold_frozen, move_to_front
from scheduler.replanning.limits import MoveLimits, narrowed
from scheduler.replanning.repair import repair
from scheduler.solving.bounds import lower_bound
from scheduler.solving.circles import served_in_turn
from scheduler.solving.few_moves import least_moved, recosted, search_calmly, search_within
from scheduler.solving.incumbent import Incumbent
from scheduler.solving.moved_up import moved_up
from scheduler.solving.portfolio import improve
from scheduler.solving.start import Start

log = structlog.get_logger(__name__)

UNLIMITED = MoveLimits()
MODES = [c.MODE0, c.MODE1]
WAITS_FOR_ITSELF = "it takes what only orders make that wait for what it makes itself, and stock is too small to begin"
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
        if limits.max_moves is not None and kept is not None:
            kept = least_moved(start, kept, limits.max_moves)
            incumbent.offer(*kept, "repair")
            search_within(limits.max_moves, start, kept, incumbent, request)
            return _finish(state, problem, incumbent, planned, limits)
        if request.calm_price > 0 and kept is not None and problem.operations:
            search_calmly(start, kept, incumbent, request)
            return _finish(state, problem, incumbent, planned, limits)
        incumbent.offer(start.builder, start.first, "dispatch")
        if kept is not None:
            incumbent.offer(*kept, "repair")
        if problem.operations:
            if planned:
                incumbent.bound(lower_bound(problem))
            improve(start.builder, start.held, incumbent, request)
        return _finish(state, problem, incumbent, planned, limits)

    def repair(self, state: PlantState) -> Plan:
        """The plan in force, re-timed at once; what it lacks is put in. Falls back to a dispatch where it must."""
        began = time.perf_counter()
        try:
            in_force = _in_force(state)
        except Exception:
            log.exception("repair.stopped")
            in_force = None
        problem, found = in_force or _put_back(state)
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
    """A plan by plain ATC that keeps every rule; whoever stands in its way is left out and named.

    Whatever the data of one order do to planning itself, that order is left out too, and the others are planned.
    """
    if limits is not None:
        state = replace(state, frozen_minutes=max(state.frozen_minutes, limits.nothing_inside))
    given_up: tuple[Unplanned, ...] = ()
    while True:
        try:
            return _first_plan(state, limits, given_up)
        except Exception as fault:
            log.exception("planning.stopped")
            left_out = {u.order for u in given_up}
            odd = _odd_one(state, limits, left_out)
            if odd is None:
                raise
            given_up = (*given_up, Unplanned(odd, None, f"{GIVEN_UP}: {type(fault).__name__}: {fault}"))


def _odd_one(state: PlantState, limits: MoveLimits | None, left_out: set[str]) -> str | None:
    """The first order with which planning stops, found by halving; None: it does so without any, or with all."""
    names = [name for name, order in state.orders.items() if order.status != "hold" and name not in left_out]

    def stops(count: int) -> bool:
        taken = set(names[:count])
        orders = {n: o if n in taken else replace(o, status="hold") for n, o in state.orders.items()}
        try:
            _first_plan(replace(state, orders=orders), limits, ())
        except Exception:
            return True
        return False

    if not names or stops(0) or not stops(len(names)):
        return None
    works, fails = 0, len(names)
    while fails - works > 1:
        middle = (works + fails) // 2
        works, fails = (works, middle) if stops(middle) else (middle, fails)
    return names[fails - 1]


def _first_plan(state: PlantState, limits: MoveLimits | None, given_up: tuple[Unplanned, ...]) -> Start:
    unplanned = [*find_obstacles(state), *given_up]
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
        stuck: Ints = np.empty(0, np.int64)
        if timing.status == LEFT_OVER:  # by due date, some would wait for what others make that wait for them
            builder, stuck = served_in_turn(builder)
            timing = builder.dispatch(Knobs(), first=held.items, choice=held.choice)
            if timing.status == OK:
                return Start(problem, builder, held, timing)
        if timing.status == LEFT_OVER:
            left_out = {u.order for u in unplanned}
            circle = [o for o in map(problem.order_names.__getitem__, stuck.tolist()) if o not in left_out]
            if not circle:
                raise InternalFault("some operations wait for each other in a circle that nobody has looked for")
            unplanned.append(Unplanned(circle[-1], None, WAITS_FOR_ITSELF))
            continue
        if limits is not None and timing.fault not in loose:  # the limits leave it no place
            loose.add(timing.fault)
            continue
        furthest = LAST_HORIZON_DAYS if _long(problem, timing.fault) else LAST_HORIZON_DAYS // 4
        if timing.status == OFF_GRID and problem.end < furthest * DAY and not _short(builder, timing):
            days = min(problem.end // DAY * 2, LAST_HORIZON_DAYS)
            continue
        blamed = _blame(state, builder, timing)
        if any(u.order == blamed.order for u in unplanned):
            raise InternalFault(f"order '{blamed.order}' is left out, and its work stands in the way all the same")
        unplanned.append(blamed)


def _long(problem: Problem, item: int) -> bool:
    """True where an operation of the item needs so long that the grid may be too short for it alone."""
    ops = problem.item_ops[problem.item_ptr[item] : problem.item_ptr[item + 1]]
    return any(
        bool((problem.modes[first:last, c.RUN] > LONG_DAYS * DAY).any()) for first, last in problem.ops[ops][:, MODES]
    )


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
    return found if conflict is None else replace(found, reason=conflict)


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


def _finish(
    state: PlantState, problem: Problem, incumbent: Incumbent, planned: bool = True, limits: MoveLimits = UNLIMITED
) -> Plan:
    """planned : what was searched for is the cost as planned. Else how it fell, and its bound, say nothing of that."""
    best = incumbent.best
    assert best is not None
    timing = best.timing
    if limits.max_moves is None:
        same = best.builder.problem is problem
        builder = best.builder if same else Builder(problem, best.builder.pegs, best.builder.not_before)
        timing = moved_up(builder, timing if same else recosted(builder, timing))
        if same:
            incumbent.offer(builder, timing, best.engine)
    operations = best.builder.operations(timing)
    kpis = timed_kpis(state, problem, timing) or plan_kpis(state, operations, state.plan)
    kpis = with_left_out(state, kpis, problem.unplanned)
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
