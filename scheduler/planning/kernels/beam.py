"""Beam search over plans without delay: of many half plans at once, those that have kept machines idle least survive.

Finds what a dispatching rule cannot: in a plant that is full from end to end, each machine must find work the moment it
is free, and a wrong choice shows only some time later.

Source: Ow and Morton (1988), International Journal of Production Research 26(1), 35-62, doi:10.1080/00207548808947840.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scheduler.planning.kernels.disjunctive_graph import (
    ROUTE_PRED0,
    ROUTE_PRED1,
    ROUTE_RELEASE,
    ROUTE_SUCC0,
    ROUTE_SUCC1,
    ROUTE_WAIT,
)
from scheduler.planning.kernels.jit import array_kernel, kernel
from scheduler.planning.layout import FAR, MACHINE, MODE0, MODE1, NONE, RUN
from scheduler.planning.problem import Floats, Ints

Shorts = npt.NDArray[np.int32]


@kernel
def open_beam(
    route: Ints, opening: Ints, free: Ints, ready_at: Shorts, waits: Shorts, ready: Shorts, count: Ints, idle: Ints
) -> None:
    """The empty plan as state 0. count (width,) : ready operations of each state, NONE: no state."""
    count[:] = NONE
    count[0] = 0
    idle[0] = 0
    for m in range(len(opening)):
        free[0, m] = opening[m]
    for op in range(len(route)):
        ready_at[0, op] = route[op, ROUTE_RELEASE]
        waits[0, op] = route[op, ROUTE_PRED1] - route[op, ROUTE_PRED0]
        if waits[0, op] == 0:
            ready[0, count[0]] = op
            count[0] += 1


@array_kernel
def grow_beam(
    first: int, last: int, route: Ints, succs: Ints, ops: Ints, modes: Ints, priority: Floats, load: Ints, free: Ints,
    ready_at: Shorts, waits: Shorts, ready: Shorts, count: Ints, idle: Ints, chosen: Shorts, chosen_row: Shorts,
) -> None:  # fmt: skip
    """Place the operations number `first` to `last` - 1 of every state.

    free (width, m), ready_at, waits, ready, chosen, chosen_row (width, n), count, idle (width,) : the states.
    load (m,) : machines that have any work.   priority (n,) : of two that idle alike who goes first.
    """
    width, machines = free.shape
    most = 8 * width
    child_of, child_at, child_row = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int64)
    score, children_of = np.empty(most, np.float64), np.empty(width, np.int64)
    start_of, empty = np.empty(width, np.int64), np.empty(width, np.int64)
    for level in range(first, last):
        children = 0
        for s in range(width):
            if count[s] == NONE:
                continue
            soonest, at = FAR, NONE
            for i in range(count[s]):
                op = ready[s, i]
                for row in range(ops[op, MODE0], ops[op, MODE1]):
                    begin = max(ready_at[s, op], free[s, modes[row, MACHINE]])
                    if begin < soonest:
                        soonest, at = begin, modes[row, MACHINE]
            start_of[s] = soonest
            idling = idle[s]
            for m in range(machines):
                if load[m] > 0 and free[s, m] < soonest:
                    idling += soonest - free[s, m]
            for i in range(count[s]):
                op = ready[s, i]
                if ready_at[s, op] > soonest:
                    continue
                for row in range(ops[op, MODE0], ops[op, MODE1]):
                    if modes[row, MACHINE] == at and children < most:
                        child_of[children], child_at[children], child_row[children] = s, i, row
                        score[children] = idling - priority[op]
                        children += 1
        kept = np.argsort(score[:children])[: min(children, width)]
        children_of[:] = 0
        for k in kept:
            children_of[child_of[k]] += 1
        spare = 0
        for s in range(width):
            if children_of[s] == 0:
                count[s] = NONE
                empty[spare] = s
                spare += 1
        for k in kept:
            s = child_of[k]
            children_of[s] -= 1
            if children_of[s] > 0:  # the last child takes the parent's place, the others a copy
                spare -= 1
                t = empty[spare]
                free[t] = free[s]
                ready_at[t] = ready_at[s]
                waits[t] = waits[s]
                ready[t, : count[s]] = ready[s, : count[s]]
                chosen[t, :level] = chosen[s, :level]
                chosen_row[t, :level] = chosen_row[s, :level]
                count[t], idle[t], start_of[t] = count[s], idle[s], start_of[s]
                s = t
            op, row = ready[s, child_at[k]], child_row[k]
            m = modes[row, MACHINE]
            idle[s] += start_of[s] - free[s, m]
            end = start_of[s] + modes[row, RUN]
            free[s, m] = end
            chosen[s, level], chosen_row[s, level] = op, row
            count[s] -= 1
            ready[s, child_at[k]] = ready[s, count[s]]
            for j in range(route[op, ROUTE_SUCC0], route[op, ROUTE_SUCC1]):
                x = succs[j]
                waits[s, x] -= 1
                ready_at[s, x] = max(ready_at[s, x], end + route[x, ROUTE_WAIT])
                if waits[s, x] == 0:
                    ready[s, count[s]] = x
                    count[s] += 1
