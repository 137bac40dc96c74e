"""What a plan is expected to cost on a floor that is never quite as planned.

A plan that ends an order an hour before the weekend is in time, and what goes wrong until then makes it two days late.
A search that goes by planned ends alone takes an order's slack wherever another gains a minute by it, and the floor
pays (docs/decisions/0015).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from scheduler.domain.given_up import with_or_without
from scheduler.domain.plans import PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.planning import layout as c
from scheduler.planning.problem import Floats, Ints, Problem
from scheduler.planning.tables.obstacles import find_obstacles
from scheduler.planning.tables.translate import translate
from scheduler.replanning.worth import EXPECTED_WEIGHT

SHIFT = 480.0
"""Working minutes after which the mean delay is what a policy says; it grows with the root of the working time."""
QUANTILES = -np.log(1.0 - (np.arange(8) + 0.5) / 8)
"""Delays that stand for all, over their mean: the middles of eight equally likely parts of the exponential
distribution."""
IN_TIME = 15.0
"""Minutes: an order that is expected to be late by less counts as in time where moves and rules choose by that."""


def expecting(problem: Problem, delay: float, until: int) -> Problem:
    """The same where an order costs what is to be expected of it.

        priority * (planned + EXPECTED_WEIGHT * (expected - planned))
        planned = max(0, end - due)
        expected = mean over k of max(0, (end + delay_k) - due),  delay_k = delay * sqrt(work / SHIFT) * q_k

    delay : minutes, the mean after a shift of work.   work : working minutes of the machine of the order's last
    operation until the planned end; a delay passes in those as well: what slips behind a shift waits for the next.
    q : QUANTILES.   until : minute up to which that is worked out; behind it the cost goes on in a straight line.
    """
    if delay <= 0 or not problem.objective_weights[c.PER_TARDINESS] or not problem.operations:
        return problem
    ends = np.arange(0, until + 2 * c.RISK_STEP, c.RISK_STEP, dtype=np.int64)
    orders, late = problem.orders.copy(), np.empty((len(problem.orders), len(ends)))
    for of, machine in _by_last_machine(problem):
        delayed = _delayed(problem, machine, ends, delay)
        due = orders[of, c.DUE][:, None]
        expected = np.maximum(0.0, delayed[None] - due[:, :, None]).mean(axis=2)
        planned = np.maximum(0.0, ends[None] - due)
        late[of] = planned + EXPECTED_WEIGHT * (expected - planned)
    orders[:, c.RISK0] = len(orders) + np.arange(len(orders)) * len(ends)
    orders[:, c.RISK1] = orders[:, c.RISK0] + len(ends)
    in_time = np.maximum(0, (late < IN_TIME).sum(axis=1) - 1) * c.RISK_STEP
    orders[:, c.DUE] = np.minimum(orders[:, c.DUE], np.where(late[:, -1] < IN_TIME, c.FAR, in_time))
    return replace(problem, orders=orders, risks=np.append(problem.weights, problem.weights[:, None] * late))


def expected_cost(state: PlantState, plan: Sequence[PlannedOperation], cost: float, delay: float) -> float:
    """What a plan that costs `cost` as planned is expected to cost; `delay` as in `expecting`."""
    if delay <= 0 or not state.objective.tardiness:
        return cost
    unplanned = find_obstacles(state)
    problem = with_or_without(replace(state, plan=()), unplanned, lambda some: translate(some, unplanned))
    ends = problem.orders[:, c.DONE_END].copy()
    row = {name: o for o, name in enumerate(problem.order_names)}
    for operation in plan:
        o = row.get(operation.order)
        if o is not None:
            ends[o] = max(ends[o], operation.end - state.now)
    more, due = 0.0, problem.orders[:, c.DUE]
    for of, machine in _by_last_machine(problem):
        # Work past its end may have ended behind the last shift: the tables begin at now.
        late = np.maximum(0.0, _delayed(problem, machine, np.maximum(0, ends[of]), delay) - due[of, None]).mean(axis=1)
        more += float((problem.weights[of] * (late - np.maximum(0, ends[of] - due[of]))).sum())
    return cost + state.objective.tardiness * EXPECTED_WEIGHT * more


def _by_last_machine(problem: Problem) -> Iterator[tuple[Ints, int]]:
    """(orders, machine): the machine on which an order's last operation may run first."""
    ops = problem.ops
    final = np.flatnonzero(ops[:, c.SUCC1] == ops[:, c.SUCC0])
    last = np.full(len(problem.orders), c.NONE)
    last[ops[final, c.ORDER]] = problem.modes[ops[final, c.MODE0], c.MACHINE]
    for machine in np.unique(last).tolist():
        yield np.flatnonzero(last == machine), machine


def _delayed(problem: Problem, machine: int, ends: Ints, delay: float) -> Floats:
    """(ends, quantiles): when what is planned to end at `ends` really does."""
    windows = problem.windows[problem.machines[machine, c.WIN0] : problem.machines[machine, c.WIN1]]
    if not len(windows):
        return np.repeat(ends[:, None].astype(np.float64), len(QUANTILES), axis=1)
    start, before = windows[:, c.START], windows[:, c.BEFORE]
    length = windows[:, c.END] - start

    minutes = np.append(ends, 0)  # now is one of them
    at = np.maximum(0, np.searchsorted(start, minutes, side="right") - 1)
    work = before[at] + np.clip(minutes - start[at], 0, length[at])
    work, done = work[:-1, None], work[-1]
    target = work + delay * np.sqrt(np.maximum(0, work - done) / SHIFT) * QUANTILES
    at = np.minimum(np.searchsorted(before + length, target), len(windows) - 1)
    delayed: Floats = np.maximum(ends[:, None], start[at] + target - before[at])
    return delayed
