"""Where one operation can stand on one machine: after its changeover, in open time, with its pools free."""

from __future__ import annotations

from scheduler.planning.kernels.jit import inlined, kernel
from scheduler.planning.kernels.pools import clash
from scheduler.planning.kernels.windows import after, before, fit
from scheduler.planning.layout import (
    FAMILY,
    INITIAL,
    MACHINE,
    MATRIX,
    NONE,
    PAUSABLE,
    POOL0,
    POOL1,
    RUN,
    SETUP,
    WIN0,
    WIN1,
)
from scheduler.planning.problem import Floats, Ints


@kernel
def changeover(machines: Ints, changeovers: Ints, stride: int, machine: int, old: int, new: int, own: int) -> int:
    """Working minutes from family `old` to `new` on a machine; `own` where its work center has no matrix."""
    table = machines[machine, MATRIX]
    return own if table == NONE else changeovers[table + old * stride + new]


@kernel
def open_slot(
    ops: Ints, op: int, windows: Ints, w0: int, w1: int, t: int, run: int,
    pool_needs: Ints, pool_quantity: Floats, at: Ints, free: Floats, count: Ints,
) -> tuple[int, int]:  # fmt: skip
    """(start, end) at t or later, in open time and with all pools; (NONE, NONE): not within the windows."""
    while True:
        s, e = fit(windows, w0, w1, t, run, ops[op, PAUSABLE])
        if e == NONE:
            return NONE, NONE
        later = NONE
        for k in range(ops[op, POOL0], ops[op, POOL1]):
            later = max(later, clash(at, free, count, pool_needs[k], pool_quantity[k], windows, w0, w1, s, e))
        if later == NONE:
            return s, e
        t = later


@inlined
def find_slot(
    ops: Ints, op: int, modes: Ints, mode: int, machines: Ints, windows: Ints, stride: int, changeovers: Ints, t: int,
    gaps: bool, times: Ints, links: Ints, tails: Ints, pool_needs: Ints, pool_quantity: Floats,
    at: Ints, free: Floats, count: Ints,
) -> tuple[int, int, int]:  # fmt: skip
    """(start, end, operation before it on the machine or NONE) for the first slot at t or later.

    Behind the last operation of the machine, or with `gaps` in the first gap that also leaves the next
    operation its changeover. (NONE, NONE, NONE): not within the windows.
    """
    m, run, own = modes[mode, MACHINE], modes[mode, RUN], modes[mode, SETUP]
    w0, w1 = machines[m, WIN0], machines[m, WIN1]
    family = ops[op, FAMILY]
    previous, following = tails[m], NONE
    if gaps:
        while previous != NONE and times[previous, 1] > t:
            following = previous
            previous = links[previous, 0]
    while True:
        if previous == NONE:
            idle_from, old = 0, machines[m, INITIAL]
        else:
            idle_from, old = times[previous, 1], ops[previous, FAMILY]
        ready = after(windows, w0, w1, idle_from, changeover(machines, changeovers, stride, m, old, family, own))
        if ready == NONE:
            return NONE, NONE, NONE
        s, e = open_slot(
            ops, op, windows, w0, w1, max(t, ready), run, pool_needs, pool_quantity, at, free, count
        )  # fmt: skip
        if following == NONE:
            return s, e, previous if e != NONE else NONE
        if e != NONE and e <= times[following, 0]:
            need = changeover(machines, changeovers, stride, m, family, ops[following, FAMILY], times[following, 3])
            if before(windows, w0, w1, times[following, 0]) - before(windows, w0, w1, e) >= need:
                return s, e, previous
        previous = following
        following = links[following, 1]


@kernel
def link(links: Ints, heads: Ints, tails: Ints, m: int, op: int, previous: int) -> None:
    """Put op behind `previous` (NONE: first) in the machine's sequence."""
    following = heads[m] if previous == NONE else links[previous, 1]
    links[op, 0] = previous
    links[op, 1] = following
    if previous == NONE:
        heads[m] = op
    else:
        links[previous, 1] = op
    if following == NONE:
        tails[m] = op
    else:
        links[following, 0] = op


@kernel
def unlink(links: Ints, heads: Ints, tails: Ints, m: int, op: int) -> None:
    """Take op out of the machine's sequence."""
    previous, following = links[op, 0], links[op, 1]
    if previous == NONE:
        heads[m] = following
    else:
        links[previous, 1] = following
    if following == NONE:
        tails[m] = previous
    else:
        links[following, 0] = previous
