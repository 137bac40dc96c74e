"""From a timed plan's tables to its operations in names and moments."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from itertools import repeat
from operator import itemgetter

import numpy as np

from scheduler.domain.plans import PlannedOperation
from scheduler.planning import layout as c
from scheduler.planning.arrays import Ints
from scheduler.planning.problem import Problem
from scheduler.planning.reread import hint
from scheduler.planning.tables.plan_rows import END, MACHINE, SETUP_START, START, plan_rows


def planned(problem: Problem, times: Ints, setup_start: Ints) -> tuple[PlannedOperation, ...]:
    """The operations by start, then machine. What is as in the plan in force are its very objects: they need not be
    made, and whoever has read the plan in force knows them.

    times : (n, 5) as `Timing`, minutes from now.   setup_start : (n,) the plant's minutes, FAR: no changeover.
    """
    p, old = problem, problem.old
    count = len(times)
    start, end, machine = times[:, c.PLACED_START] + p.now, times[:, c.PLACED_END] + p.now, times[:, c.PLACED_MACHINE]
    made = np.empty(count, object)
    at = old.at if len(old.rows) else np.full(count, c.NONE)
    was = np.flatnonzero(at != c.NONE)
    rows = old.rows[at[was]]
    same = (rows[:, START] == start[was]) & (rows[:, END] == end[was]) & (rows[:, MACHINE] == machine[was])
    same &= rows[:, SETUP_START] == setup_start[was]
    kept = was[same]
    if len(kept):
        made[kept] = np.fromiter(old.operations, object, len(old.operations))[at[kept]]
    fresh = np.ones(count, np.bool_)
    fresh[kept] = False
    new = np.flatnonzero(fresh)
    keys = list(map(p.keys.__getitem__, new.tolist()))
    setups: list[int | None] = list(setup_start[new].tolist())
    for i in np.flatnonzero(setup_start[new] >= c.FAR).tolist():
        setups[i] = None
    made[new] = _planned(
        len(new),
        map(itemgetter(0), keys),
        map(itemgetter(1), keys),
        map(p.machine_names.__getitem__, machine[new].tolist()),
        start[new].tolist(),
        end[new].tolist(),
        setups,
    )
    order = np.lexsort((machine, start))
    operations = tuple(made[order].tolist())
    rows = np.stack((old.book, machine, start, end, setup_start), axis=1)
    plan_rows.keep(operations, old.context, rows[order])
    if len(kept):
        hint(operations, old.operations, np.maximum(at, 0)[order])
    return operations


def _planned(count: int, *columns: Iterable[object]) -> list[PlannedOperation]:
    """As `map(PlannedOperation, *columns)`, column by column: the constructor of a frozen class takes four times as
    long, and a repair must be quick."""
    made = list(map(object.__new__, repeat(PlannedOperation, count)))
    for name, column in zip(PlannedOperation.__slots__, columns, strict=True):
        deque(map(getattr(PlannedOperation, name).__set__, made, column), maxlen=0)
    return made
