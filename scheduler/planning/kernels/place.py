"""Where one operation can stand on one machine: after its changeover, in open time, with its pools free."""

from __future__ import annotations

from scheduler.planning.kernels.arrays import Draft, Pools, Shop
from scheduler.planning.kernels.jit import inlined, kernel
from scheduler.planning.kernels.pools import clash
from scheduler.planning.kernels.windows import after, before, fit
from scheduler.planning.layout import (
    FAMILY,
    INITIAL,
    LINK_BEFORE,
    LINK_BEHIND,
    MACHINE,
    MATRIX,
    NONE,
    PAUSABLE,
    PLACED_END,
    PLACED_MACHINE,
    PLACED_MODE,
    PLACED_SETUP,
    PLACED_START,
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
def find_slot(op: int, mode: int, t: int, gaps: bool, shop: Shop, draft: Draft, pools: Pools) -> tuple[int, int, int]:
    """(start, end, operation before it on the machine or NONE) for the first slot at t or later.

    Behind the last operation of the machine, or with `gaps` in the first gap that also leaves the next
    operation its changeover. (NONE, NONE, NONE): not within the windows.
    """
    ops, modes, machines, windows, stride = shop.ops, shop.modes, shop.machines, shop.windows, shop.stride
    changeovers, times, links, tails = shop.changeovers, draft.times, draft.links, draft.tails
    m, run, own = modes[mode, MACHINE], modes[mode, RUN], modes[mode, SETUP]
    w0, w1 = machines[m, WIN0], machines[m, WIN1]
    family = ops[op, FAMILY]
    previous, following = tails[m], NONE
    if gaps:
        while previous != NONE and times[previous, PLACED_END] > t:
            following = previous
            previous = links[previous, LINK_BEFORE]
    while True:
        if previous == NONE:
            idle_from, old = 0, machines[m, INITIAL]
        else:
            idle_from, old = times[previous, PLACED_END], ops[previous, FAMILY]
        ready = after(windows, w0, w1, idle_from, changeover(machines, changeovers, stride, m, old, family, own))
        if ready == NONE:
            return NONE, NONE, NONE
        s, e = open_slot(
            ops, op, windows, w0, w1, max(t, ready), run, shop.pool_needs, shop.pool_quantity, pools.at,
            pools.free, pools.used,
        )  # fmt: skip
        if following == NONE:
            return s, e, previous if e != NONE else NONE
        next_start = times[following, PLACED_START]
        if e != NONE and e <= next_start:
            next_own = times[following, PLACED_SETUP]
            need = changeover(machines, changeovers, stride, m, family, ops[following, FAMILY], next_own)
            if before(windows, w0, w1, next_start) - before(windows, w0, w1, e) >= need:
                return s, e, previous
        previous = following
        following = links[following, LINK_BEHIND]


@inlined
def put_down(times: Ints, op: int, start: int, end: int, m: int, setup: int, mode: int) -> None:
    """Write down where an operation stands."""
    times[op, PLACED_START], times[op, PLACED_END], times[op, PLACED_MACHINE] = start, end, m
    times[op, PLACED_SETUP], times[op, PLACED_MODE] = setup, mode


@kernel
def link(links: Ints, heads: Ints, tails: Ints, m: int, op: int, previous: int) -> None:
    """Put op behind `previous` (NONE: first) in the machine's sequence."""
    following = heads[m] if previous == NONE else links[previous, LINK_BEHIND]
    links[op, LINK_BEFORE] = previous
    links[op, LINK_BEHIND] = following
    if previous == NONE:
        heads[m] = op
    else:
        links[previous, LINK_BEHIND] = op
    if following == NONE:
        tails[m] = op
    else:
        links[following, LINK_BEFORE] = op


@kernel
def unlink(links: Ints, heads: Ints, tails: Ints, m: int, op: int) -> None:
    """Take op out of the machine's sequence."""
    previous, following = links[op, LINK_BEFORE], links[op, LINK_BEHIND]
    if previous == NONE:
        heads[m] = following
    else:
        links[previous, LINK_BEHIND] = following
    if following == NONE:
        tails[m] = previous
    else:
        links[following, LINK_BEFORE] = previous
