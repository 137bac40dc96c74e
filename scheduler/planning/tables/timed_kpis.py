"""The figures of a plan that is still in tables: as `plan_kpis`, without laying it beside its plant.

The judge does not read this: it counts again, from the plant alone.
"""

from __future__ import annotations

import numpy as np

from scheduler.domain.plans import Kpis
from scheduler.domain.plant import PlantState
from scheduler.domain.prices import with_cost
from scheduler.planning import layout as c
from scheduler.planning.arrays import Ints, ints
from scheduler.planning.builder import Timing
from scheduler.planning.problem import Problem
from scheduler.planning.tables.order_table import order_table
from scheduler.planning.tables.plan_rows import MACHINE
from scheduler.planning.tables.reported import DONE, UNKNOWN, reported
from scheduler.planning.tables.routing_table import routing_table

Flags = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


def timed_kpis(state: PlantState, problem: Problem, timing: Timing) -> Kpis | None:
    """The figures of a feasible plan of `problem`, which `state` was translated to; moves against its plan in force.

    None where the tables do not tell: several operations run on one machine, or the plan in force names a machine that
    the plant does not have.
    """
    fixed = problem.ops[:, c.FIXED] == 1
    running = np.bincount(timing.times[fixed, c.PLACED_MACHINE], minlength=1)
    if running.max() > 1 or (problem.old.rows[:, MACHINE] == c.NONE).any():
        return None
    table = routing_table(state.routings)
    book = order_table(state.orders, table)
    end, known = _finished(state)
    rows = ints([book.index[name] for name in problem.order_names])
    known[rows] = problem.orders[:, c.DUE] < c.FAR
    end[rows] = timing.order_end + state.now
    over = np.maximum(0, end - book.due)[known]
    late = over > 0
    tardiness = sum((over[late] * book.priority[known][late]).tolist())
    flow = int(np.maximum(0, end - np.maximum(book.release, state.now))[known].sum())
    ops, times = problem.ops, timing.times
    placed_before = ops[:, c.OLD_MACHINE] != c.NONE
    moved = placed_before & (
        (ops[:, c.OLD_MACHINE] != times[:, c.PLACED_MACHINE]) | (ops[:, c.OLD_START] != times[:, c.PLACED_START])
    )
    figures = Kpis(
        cost=0.0,
        weighted_tardiness=tardiness,
        late_orders=int(late.sum()),
        orders=int(known.sum()),
        operations=problem.operations,
        setup_minutes=_setup_minutes(problem, timing),
        makespan_minutes=int(times[:, c.PLACED_END].max()) if len(times) else 0,
        flow_minutes=flow,
        moved_operations=int(moved.sum()),
    )
    return with_cost(figures, state.objective)


def _finished(state: PlantState) -> tuple[Ints, Flags]:
    """(end, whether it is finished and one knows when) of each order of the order table."""
    table = routing_table(state.routings)
    book = order_table(state.orders, table)
    told = reported(state.progress, book, table)
    status, finished = told.status, told.finished
    count = len(book.orders)
    over = (status == DONE) & (finished != UNKNOWN)
    known = np.bincount(book.order_of, over, count) == np.diff(book.first)
    known &= book.first[1:] > book.first[:-1]
    end = np.full(count, UNKNOWN)
    np.maximum.at(end, book.order_of[over], finished[over])
    return end, known


def _setup_minutes(problem: Problem, timing: Timing) -> int:
    p = problem
    op = np.flatnonzero(p.ops[:, c.FIXED] == 0)
    machine, before = timing.times[op, c.PLACED_MACHINE], timing.links[op, c.LINK_BEFORE]
    old = np.where(before == c.NONE, p.machines[machine, c.INITIAL], p.ops[before, c.FAMILY])
    matrix = p.machines[machine, c.MATRIX]
    own = matrix == c.NONE
    at = (matrix + old * (p.families + 2) + p.ops[op, c.FAMILY])[~own]
    return int(timing.times[op, c.PLACED_SETUP][own].sum() + p.changeovers[at].sum())
