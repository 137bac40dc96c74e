"""Placing one item: all its operations at once, as early as they fit, and what that sets free."""

from __future__ import annotations

import numpy as np

from scheduler.planning.kernels.jit import array_kernel, kernel
from scheduler.planning.kernels.place import find_slot, link, unlink
from scheduler.planning.kernels.pools import take
from scheduler.planning.kernels.windows import latest_start
from scheduler.planning.layout import (
    EARLIEST,
    FAR,
    FIXED,
    ITEM,
    LATEST,
    MACHINE,
    MAX_WAIT,
    MIN_WAIT,
    MODE0,
    MODE1,
    NONE,
    ORDER,
    PAUSABLE,
    POOL0,
    POOL1,
    PRED0,
    PRED1,
    RUN,
    SETUP,
    SUCC0,
    SUCC1,
    WIN0,
    WIN1,
)
from scheduler.planning.problem import Floats, Ints

OK, OFF_GRID, WAIT_BROKEN, LEFT_OVER = 0, 1, 2, 3
PUSHES = 20_000


@kernel
def ready_time(ops: Ints, op: int, preds: Ints, times: Ints, peg_ptr: Ints, peg_orders: Ints, order_end: Ints) -> int:
    """Not before: own release, predecessors with their waits, orders whose output it takes."""
    t = ops[op, EARLIEST]
    for k in range(ops[op, PRED0], ops[op, PRED1]):
        t = max(t, times[preds[k], 1] + ops[op, MIN_WAIT])
    for k in range(peg_ptr[op], peg_ptr[op + 1]):
        t = max(t, order_end[peg_orders[k]])
    return int(t)


@array_kernel
def use_pools(
    ops: Ints, op: int, sign: float, machines: Ints, m: int, windows: Ints, s: int, e: int,
    pool_needs: Ints, pool_quantity: Floats, at: Ints, free: Floats, count: Ints,
) -> tuple[Ints, Floats]:  # fmt: skip
    """Take (sign 1) or give back (sign -1) the pools of an operation. Returns (at, free)."""
    for k in range(ops[op, POOL0], ops[op, POOL1]):
        at, free = take(
            at, free, count, pool_needs[k], sign * pool_quantity[k], windows, machines[m, WIN0], machines[m, WIN1],
            max(s, 0), e,
        )  # fmt: skip
    return at, free


@array_kernel
def place_item(
    item: int, first_mode: int, ops: Ints, modes: Ints, preds: Ints, machines: Ints, windows: Ints, stride: int,
    changeovers: Ints, pool_needs: Ints, pool_quantity: Floats, item_ptr: Ints, item_ops: Ints, peg_ptr: Ints,
    peg_orders: Ints, choice: Ints, not_before: Ints, gaps: bool, times: Ints, links: Ints, heads: Ints, tails: Ints,
    at: Ints, free: Floats, count: Ints, order_end: Ints,
) -> tuple[int, Ints, Floats]:  # fmt: skip
    """Place all operations of an item as early as they fit, sliding earlier ones where a max_wait would break.

    first_mode : mode of its first operation, NONE: as `choice` says; a choice of NONE: where it starts least behind
    `LATEST`, and of those where it ends first.
    Returns (status, at, free).
    """
    k, k1, pushes, status = item_ptr[item], item_ptr[item + 1], 0, OK
    single = k1 - k == 1
    bound = np.zeros(k1 - k, np.int64)
    base = k
    while k < k1:
        op = item_ops[k]
        t = max(ready_time(ops, op, preds, times, peg_ptr, peg_orders, order_end), not_before[op], bound[k - base])
        mode0, mode1 = ops[op, MODE0], ops[op, MODE1]
        chosen = first_mode if k == base and first_mode != NONE else choice[op]
        if chosen != NONE:
            mode0, mode1 = chosen, chosen + 1
        start, end, behind, mode, late = NONE, FAR, NONE, NONE, FAR
        for candidate in range(mode0, mode1):
            s, e, b = find_slot(
                ops, op, modes, candidate, machines, windows, stride, changeovers, t, gaps, times, links, tails,
                pool_needs, pool_quantity, at, free, count,
            )  # fmt: skip
            missed = max(0, s - ops[op, LATEST])
            if e != NONE and (missed < late or (missed == late and e < end)):
                start, end, behind, mode, late = s, e, b, candidate, missed
        if mode == NONE:
            return OFF_GRID, at, free
        m = modes[mode, MACHINE]
        times[op, 0], times[op, 1], times[op, 2], times[op, 3] = start, end, m, modes[mode, SETUP]
        times[op, 4] = mode
        link(links, heads, tails, m, op, behind)
        if ops[op, POOL1] > ops[op, POOL0]:
            at, free = use_pools(
                ops, op, 1.0, machines, m, windows, start, end, pool_needs, pool_quantity, at, free, count
            )  # fmt: skip
        k += 1
        if ops[op, MAX_WAIT] == NONE:
            continue
        back = k
        for j in range(ops[op, PRED0], ops[op, PRED1]):
            p = preds[j]
            if start - times[p, 1] <= ops[op, MAX_WAIT]:
                continue
            if ops[p, FIXED] == 1 or single or ops[p, ITEM] != item:
                status = WAIT_BROKEN  # nothing here can bring it nearer
                continue
            target = start - ops[op, MAX_WAIT]
            pm = times[p, 2]
            run = modes[times[p, 4], RUN]
            if ops[p, PAUSABLE] == 1:
                later = latest_start(windows, machines[pm, WIN0], machines[pm, WIN1], target, run)
            else:
                later = target - run
            place_of_p = base
            while item_ops[place_of_p] != p:
                place_of_p += 1
            bound[place_of_p - base] = max(later, times[p, 0] + 1)
            back = min(back, place_of_p)
        if back < k:
            pushes += 1
            if pushes > PUSHES:
                return WAIT_BROKEN, at, free
            while k > back:
                k -= 1
                undo = item_ops[k]
                unlink(links, heads, tails, times[undo, 2], undo)
                at, free = use_pools(
                    ops, undo, -1.0, machines, times[undo, 2], windows, times[undo, 0], times[undo, 1],
                    pool_needs, pool_quantity, at, free, count,
                )  # fmt: skip
                if k > back:
                    bound[k - base] = 0
    return status, at, free


@kernel
def is_ready(
    item: int, ops: Ints, preds: Ints, item_ptr: Ints, item_ops: Ints, peg_ptr: Ints, peg_orders: Ints, placed: Ints,
    order_left: Ints,
) -> bool:  # fmt: skip
    """All that it waits for has its place."""
    for k in range(item_ptr[item], item_ptr[item + 1]):
        op = item_ops[k]
        for j in range(ops[op, PRED0], ops[op, PRED1]):
            if placed[preds[j]] == 0 and ops[preds[j], ITEM] != item:
                return False
        for j in range(peg_ptr[op], peg_ptr[op + 1]):
            if order_left[peg_orders[j]] > 0:
                return False
    return True


@kernel
def settle(
    item: int, ops: Ints, item_ptr: Ints, item_ops: Ints, times: Ints, placed: Ints, order_left: Ints, order_end: Ints
) -> None:
    """Note that an item has its place, and what its orders still lack."""
    for k in range(item_ptr[item], item_ptr[item + 1]):
        op = item_ops[k]
        placed[op] = 1
        o = ops[op, ORDER]
        order_left[o] -= 1
        order_end[o] = max(order_end[o], times[op, 1])


@kernel
def release_followers(
    item: int, asleep: int, awake: int, ops: Ints, preds: Ints, succs: Ints, item_ptr: Ints, item_ops: Ints,
    peg_ptr: Ints, peg_orders: Ints, fed_ptr: Ints, fed_ops: Ints, placed: Ints, order_left: Ints, state: Ints,
    out: Ints, count: int,
) -> int:  # fmt: skip
    """Append to `out` the items that waited for this one alone: their `state` goes from `asleep` to `awake`.

    Returns how many `out` holds now.
    """
    for k in range(item_ptr[item], item_ptr[item + 1]):
        op = item_ops[k]
        o = ops[op, ORDER]
        routing = ops[op, SUCC1] - ops[op, SUCC0]
        fed = fed_ptr[o + 1] - fed_ptr[o] if order_left[o] == 0 else 0
        for j in range(routing + fed):
            follower = succs[ops[op, SUCC0] + j] if j < routing else fed_ops[fed_ptr[o] + j - routing]
            waiting = ops[follower, ITEM]
            if state[waiting] == asleep and is_ready(
                waiting, ops, preds, item_ptr, item_ops, peg_ptr, peg_orders, placed, order_left
            ):
                state[waiting] = awake
                out[count] = waiting
                count += 1
    return count
