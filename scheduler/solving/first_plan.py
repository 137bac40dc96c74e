"""A first plan that keeps every rule; whoever stands in its way is left out and named."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import structlog

from scheduler.domain.given_up import given_up, order_that_stops, without_given_up
from scheduler.domain.minutes import DAY, spoken
from scheduler.domain.plans import Unplanned
from scheduler.domain.plant import PlantState
from scheduler.errors import InternalFault
from scheduler.planning import layout as c
from scheduler.planning.builder import LEFT_OVER, OFF_GRID, OK, WAIT_BROKEN, Builder, DispatchParameters, Timing
from scheduler.planning.problem import Ints, Problem
from scheduler.planning.tables.impossible.operations import LONG_DAYS
from scheduler.planning.tables.obstacles import find_obstacles
from scheduler.planning.tables.open_work import LAST_HORIZON_DAYS
from scheduler.planning.tables.translate import translate
from scheduler.replanning.frozen import FrozenWork, find_frozen, move_to_front
from scheduler.replanning.limits import MoveLimits, narrowed
from scheduler.solving.circles import served_in_turn
from scheduler.solving.failures import Failures, said
from scheduler.solving.parameters import DEFAULTS, FirstPlanParameters
from scheduler.solving.start import Start

log = structlog.get_logger("rejig.planner")

MODES = [c.MODE0, c.MODE1]
WAITS_FOR_ITSELF = "it takes what only orders make that wait for what it makes itself, and stock is too small to begin"


def first_plan(
    state: PlantState,
    limits: MoveLimits | None = None,
    failures: Failures | None = None,
    numbers: FirstPlanParameters = DEFAULTS.first_plan,
) -> Start:
    """A plan by plain ATC that keeps every rule; whoever stands in its way is left out and named.

    Whatever the data of one order do to planning itself, that order is left out too, and the others are planned; where
    its rows stop even the tables, it counts as on hold.
    failures : takes what is raised on the way.
    """
    failures = failures or Failures()
    if limits is not None:
        state = replace(state, frozen_minutes=max(state.frozen_minutes, limits.time_fence_minutes))
    given: tuple[Unplanned, ...] = ()
    while True:
        try:
            return _first_plan(state, limits, given, failures, numbers)
        except Exception as fault:
            log.exception("planning.stopped")
            others = without_given_up(state, given)
            odd = order_that_stops(others, lambda some: _first_plan(some, limits, (), Failures(), numbers))
            if odd is not None:
                given = (*given, given_up(odd, fault))
            elif others is not state:
                state = others
            else:
                raise


def _first_plan(
    state: PlantState, limits: MoveLimits | None, given: tuple[Unplanned, ...], failures: Failures,
    numbers: FirstPlanParameters,
) -> Start:  # fmt: skip
    unplanned = [*obstacles_of(state, failures), *given]
    days: int | None = None
    loose: set[int] = set()
    while True:
        problem = translate(state, unplanned, horizon_days=days)
        frozen = find_frozen(problem)
        if limits is not None:
            problem = narrowed(problem, frozen, limits, loose)
        builder = Builder(problem, frozen.pegs, frozen.not_before)
        timing = _dispatched(builder, frozen, failures)
        for _ in range(2 * len(frozen.first) + numbers.most_lifted):
            # What a max_wait ties together may fit only ahead of what was placed before it.
            ahead = move_to_front(frozen, timing.fault) if timing.status == WAIT_BROKEN else None
            if ahead is None:
                break
            frozen = ahead
            timing = _dispatched(builder, frozen, failures)
        if timing.status == OK:
            return Start(problem, builder, frozen, timing)
        stuck: Ints = np.empty(0, np.int64)
        if timing.status == LEFT_OVER:  # by due date, some would wait for what others make that wait for them
            builder, stuck = served_in_turn(builder)
            timing = _dispatched(builder, frozen, failures)
            if timing.status == OK:
                return Start(problem, builder, frozen, timing)
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
        pinned = _pinned_orders(state, problem, timing.fault)
        if pinned:  # a pin costs no order its place in the plan
            state = replace(state, pins={key: pin for key, pin in state.pins.items() if key[0] not in pinned})
            days = None
            continue
        blamed = _blame(state, builder, timing, failures, numbers)
        if any(u.order == blamed.order for u in unplanned):
            raise InternalFault(f"order '{blamed.order}' is left out, and its work stands in the way all the same")
        unplanned.append(blamed)


def obstacles_of(state: PlantState, failures: Failures) -> tuple[Unplanned, ...]:
    """`find_obstacles`; what an order raises there is kept with the search's failures, and logged with them."""

    def told(order: str, fault: Exception) -> None:
        log.error("planning.gave_up", order=order, reason=said(fault))
        failures.add("obstacles", fault)

    return find_obstacles(state, told)


def _dispatched(builder: Builder, frozen: FrozenWork, failures: Failures) -> Timing:
    """By plain ATC; where that raises, in the order in which the work is wanted."""
    with failures.share_of("dispatch"):
        return builder.dispatch(DispatchParameters(), first=frozen.first, choice=frozen.choice)
    wanted, _ = builder.wishes()
    p = builder.problem
    order = np.argsort(wanted[p.block_ops[p.block_ptr[:-1]]], kind="stable")
    order = np.concatenate((frozen.first, order[~np.isin(order, frozen.first)])).astype(np.int64)
    return builder.build(order, frozen.choice, len(builder.reserved) > 0, len(frozen.first))


def _pinned_orders(state: PlantState, problem: Problem, block: int) -> set[str]:
    """The orders of a block of which a person has pinned something."""
    orders = {problem.keys[op][0] for op in problem.block_ops[problem.block_ptr[block] : problem.block_ptr[block + 1]]}
    return orders & {order for order, _ in state.pins}


def _long(problem: Problem, block: int) -> bool:
    """True where an operation of the block needs so long that the grid may be too short for it alone."""
    ops = problem.block_ops[problem.block_ptr[block] : problem.block_ptr[block + 1]]
    return any(
        bool((problem.modes[first:last, c.RUN] > LONG_DAYS * DAY).any()) for first, last in problem.ops[ops][:, MODES]
    )


def _short(builder: Builder, timing: Timing) -> bool:
    """True where the block at fault waits for material that never comes."""
    p = builder.problem
    ops = p.block_ops[p.block_ptr[timing.fault] : p.block_ptr[timing.fault + 1]]
    return bool((builder.pegs.release[ops] >= c.FAR).any())


def _blame(
    state: PlantState, builder: Builder, timing: Timing, failures: Failures, numbers: FirstPlanParameters
) -> Unplanned:
    """The order whose block could not be placed, with the reason."""
    found = _stopped_at(state, builder, timing)
    conflict = None
    if not _short(builder, timing):
        with failures.share_of("cp-sat"):
            from scheduler.solving.conflicts import conflict_of  # with OR-tools, which few plants need

            conflict = conflict_of(state, found.order, numbers)
    return found if conflict is None else replace(found, reason=conflict)


def _stopped_at(state: PlantState, builder: Builder, timing: Timing) -> Unplanned:
    p = builder.problem
    ops = p.block_ops[p.block_ptr[timing.fault] : p.block_ptr[timing.fault + 1]].tolist()
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
            wait = int(timing.times[op, c.PLACED_START] - timing.times[pred, c.PLACED_END])
            if p.ops[op, c.MAX_WAIT] != c.NONE and wait > p.ops[op, c.MAX_WAIT]:
                order, number = p.keys[op]
                return Unplanned(
                    order,
                    number,
                    f"it must start within {int(p.ops[op, c.MAX_WAIT])} min of the end of operation {p.keys[pred][1]} "
                    f"({spoken(p.now + int(timing.times[pred, c.PLACED_END]), state.zone)}), but cannot before "
                    f"{spoken(p.now + int(timing.times[op, c.PLACED_START]), state.zone)}",
                )
    order, number = p.keys[ops[0]]
    return Unplanned(order, number, "its operations cannot follow each other within their maximum waits")
