"""Rule 8 in the fast check: in every minute, work takes no more from a pool than it has."""

from __future__ import annotations

import numpy as np

from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Pool
from scheduler.planning.arrays import Floats, Ints, ints, spread
from scheduler.planning.judge.fast.demand import Steps
from scheduler.planning.judge.fast.times import Flags, Laid, Times

SLACK = 5e-7


def pools_hold(
    state: PlantState, steps: Steps, step: Ints, time: Ints, start: Ints, end: Ints, running: Flags, times: Laid
) -> bool:
    """step, time, start, end, running : (n,) of the operations of a plan. False: a pool may be overrun or off duty."""
    ptr, entries = spread(steps.pool_ptr, step)
    if not len(entries):
        return True
    op = np.repeat(np.arange(len(step)), np.diff(ptr))
    # every stretch in which each of them is at work
    begin, until = np.maximum(start[op], state.now), end[op]
    first = np.maximum(times.stretch(time[op], begin), times.begin[time[op]])
    behind = np.maximum(times.stretch(time[op], until - 1) + 1, first)
    rows, stretches = _each(first, behind)
    op, begin, until, entries = op[rows], begin[rows], until[rows], entries[rows]
    a, b = np.maximum(times.start[stretches], begin), np.minimum(times.end[stretches], until)
    at_work = a < b
    op, entries, a, b = op[at_work], entries[at_work], a[at_work], b[at_work]
    pool, quantity = steps.pool_of[entries], steps.pool_each[entries]
    for name, i in steps.pools.items():
        known, mine = state.pools.get(name), np.flatnonzero(pool == i)
        if known is None or not len(mine):
            continue
        excused = running[op[mine]]
        if known.calendar is not None:
            duty = Times(state, int(b.max()))
            number = duty.calendar(known.calendar)
            laid = duty.laid_out()
            waiting = mine[~excused]
            there = np.full(len(waiting), number)
            if (laid.worked(there, b[waiting]) - laid.worked(there, a[waiting]) != b[waiting] - a[waiting]).any():
                return False
        edges = ints(known.edges())
        moments = np.concatenate((a[mine], b[mine], edges))
        change = np.concatenate((quantity[mine], -quantity[mine], np.zeros(len(edges))))
        order = np.argsort(moments, kind="stable")
        moments = moments[order]
        level = np.cumsum(change[order])
        last = np.concatenate((moments[1:] != moments[:-1], [True]))
        over = moments[last][level[last] > _room(known, moments[last]) + SLACK]
        for k in mine[excused].tolist() if len(over) else ():
            over = over[(over < a[k]) | (over >= b[k])]
        if len(over):
            return False
    return True


def _room(pool: Pool, moments: Ints) -> Floats:
    """The pool's capacity at each moment."""
    room, kept = np.full(len(moments), np.inf), np.ones(len(moments), np.bool_)
    for stretch in pool.stretches:
        there = (stretch.start <= moments) & (moments < stretch.end)
        room[there] = np.minimum(room[there], stretch.capacity)
        kept &= ~there
    room[kept] = pool.capacity
    return room


def _each(first: Ints, behind: Ints) -> tuple[Ints, Ints]:
    """(row, stretch) of every stretch from `first` to before `behind` of each row."""
    counts = behind - first
    rows = np.repeat(np.arange(len(first)), counts)
    return rows, np.arange(int(counts.sum())) + np.repeat(first - (np.cumsum(counts) - counts), counts)
