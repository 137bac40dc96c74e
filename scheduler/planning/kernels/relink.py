"""Plans to search from: one between two others, and dispatches by the work that is still to come."""

from __future__ import annotations

import numpy as np

from scheduler.planning.kernels.disjunctive_graph import (
    BEFORE,
    HEAD,
    ROUTE_PRED0,
    ROUTE_PRED1,
    ROUTE_RELEASE,
    ROUTE_SUCC0,
    ROUTE_SUCC1,
    ROUTE_WAIT,
    ROW,
)
from scheduler.planning.kernels.jit import array_kernel, kernel
from scheduler.planning.layout import FAR, MACHINE, MODE0, MODE1, NONE, RUN
from scheduler.planning.problem import Ints


@array_kernel
def note(node: Ints, order: Ints, kept_order: Ints, kept_row: Ints, kept_before: Ints) -> None:
    """Write down a loaded plan: its operations by start, their modes, who stands before them on the machine."""
    n = len(order)
    heads = np.empty(n, np.int64)
    for i in range(n):
        heads[i] = node[order[i], HEAD]
        kept_row[i] = node[i, ROW]
        kept_before[i] = node[i, BEFORE]
    by_head = np.argsort(heads, kind="mergesort")  # stable: where two start together the order decides
    for i in range(n):
        kept_order[i] = order[by_head[i]]


@array_kernel
def relink(
    first: Ints, first_row: Ints, second: Ints, second_row: Ints, share: float, stay: float, out: Ints, out_row: Ints
) -> None:
    """A plan between two: what both do in the same order stays so, `share` of the rest goes as in the first.

    Takes the next operation of the one or the other, and draws anew whose turn it is with chance 1 - `stay`.
    Source: precedence preservative crossover, Bierwirth, Mattfeld and Kopfer (1996), PPSN IV, 310-318.
    """
    n = len(first)
    taken = np.zeros(n, np.int64)
    i, j = 0, 0
    by_first = np.random.random() < share
    for put in range(n):
        if np.random.random() > stay:
            by_first = np.random.random() < share
        while i < n and taken[first[i]] == 1:
            i += 1
        while j < n and taken[second[j]] == 1:
            j += 1
        op = first[i] if by_first else second[j]
        taken[op] = 1
        out[put] = op
        out_row[op] = first_row[op] if by_first else second_row[op]


@kernel
def work_to_come(route: Ints, succs: Ints, ops: Ints, modes: Ints, order: Ints, tails: Ints) -> None:
    """Per operation the minutes from its end to that of its order at least, on the fastest machines."""
    for i in range(len(order) - 1, -1, -1):
        op = order[i]
        tail = 0
        for k in range(route[op, ROUTE_SUCC0], route[op, ROUTE_SUCC1]):
            s = succs[k]
            run = FAR
            for row in range(ops[s, MODE0], ops[s, MODE1]):
                run = min(run, modes[row, RUN])
            tail = max(tail, tails[s] + run + route[s, ROUTE_WAIT])
        tails[op] = tail


@array_kernel
def dispatch_by_tail(
    route: Ints, succs: Ints, ops: Ints, modes: Ints, opening: Ints, tails: Ints, noise: float, delay: float,
    out: Ints, out_row: Ints,
) -> None:  # fmt: skip
    """List scheduling where who has most work behind it goes first, more or less.

    noise : spread of the factors on the priorities.   delay : 1: whoever could begin before somebody else could end
    competes (active plans); 0: only who could begin first (plans without delay).
    Source: Giffler and Thompson (1960), Operations Research 8(4), 487-503, doi:10.1287/opre.8.4.487.
    """
    n = len(route)
    free = opening.copy()
    ready_at = np.empty(n, np.int64)
    waits = np.empty(n, np.int64)
    ready = np.empty(n, np.int64)
    value = np.empty(n, np.float64)
    end = np.zeros(n, np.int64)
    count = 0
    for op in range(n):
        ready_at[op] = route[op, ROUTE_RELEASE]
        waits[op] = route[op, ROUTE_PRED1] - route[op, ROUTE_PRED0]
        value[op] = (tails[op] + modes[ops[op, MODE0], RUN]) * np.exp(noise * np.random.standard_normal())
        if waits[op] == 0:
            ready[count] = op
            count += 1
    for put in range(n):
        soonest, first_end, at = FAR, FAR, NONE
        for i in range(count):
            op = ready[i]
            for row in range(ops[op, MODE0], ops[op, MODE1]):
                begin = max(ready_at[op], free[modes[row, MACHINE]])
                if begin + modes[row, RUN] < first_end:
                    first_end, at, soonest = begin + modes[row, RUN], modes[row, MACHINE], begin
        limit = soonest + delay * (first_end - soonest)
        best, best_i, best_row = -1.0, NONE, NONE
        for i in range(count):
            op = ready[i]
            for row in range(ops[op, MODE0], ops[op, MODE1]):
                if modes[row, MACHINE] != at:
                    continue
                begin = max(ready_at[op], free[at])
                if (begin < limit or begin <= soonest) and value[op] > best:
                    best, best_i, best_row = value[op], i, row
        op = ready[best_i]
        ended = max(ready_at[op], free[at]) + modes[best_row, RUN]  # unless it ends sooner elsewhere
        for row in range(ops[op, MODE0], ops[op, MODE1]):
            there = max(ready_at[op], free[modes[row, MACHINE]]) + modes[row, RUN]
            if there < ended:
                ended, best_row = there, row
        free[modes[best_row, MACHINE]] = ended
        end[op] = ended
        out[put] = op
        out_row[op] = best_row
        count -= 1
        ready[best_i] = ready[count]
        for k in range(route[op, ROUTE_SUCC0], route[op, ROUTE_SUCC1]):
            s = succs[k]
            waits[s] -= 1
            ready_at[s] = max(ready_at[s], ended + route[s, ROUTE_WAIT])
            if waits[s] == 0:
                ready[count] = s
                count += 1
