"""Plans in a given order of operations, each behind the last on its machine: `schedule.build` without gaps and chains.

Most of a repair is this. It keeps, per machine, the working stretch in which its last operation ends, so the way from
one operation to the next is a step and not a search; and it hands few arrays to small functions.
"""

from __future__ import annotations

import numpy as np

from scheduler.planning.kernels.item import (
    LEFT_OVER,
    OFF_GRID,
    OK,
    WAIT_BROKEN,
    is_ready,
    place_item,
    ready_time,
    use_pools,
)
from scheduler.planning.kernels.jit import array_kernel, kernel
from scheduler.planning.kernels.place import unlink
from scheduler.planning.kernels.pools import pool_room
from scheduler.planning.kernels.schedule import start_floor
from scheduler.planning.layout import (
    BEFORE,
    END,
    FAMILY,
    FAR,
    INITIAL,
    ITEM,
    MACHINE,
    MATRIX,
    MAX_WAIT,
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
    START,
    SUCC0,
    SUCC1,
    WIN0,
    WIN1,
)
from scheduler.planning.problem import Floats, Ints


@kernel
def _worked(windows: Ints, w1: int, i: int, t: int, need: int) -> tuple[int, int]:
    """(moment by which `need` > 0 working minutes have passed since t, its stretch); i: the last stretch that starts
    at t or before. (NONE, NONE): never."""
    target = windows[i, BEFORE] + min(t, windows[i, END]) - windows[i, START] + need
    while windows[i, BEFORE] + windows[i, END] - windows[i, START] < target:
        i += 1
        if i == w1:
            return NONE, NONE
    return int(windows[i, START] + target - windows[i, BEFORE]), i


@kernel
def _behind(
    windows: Ints, w1: int, i: int, idle_from: int, setup: int, t: int, run: int, pausable: int
) -> tuple[int, int, int]:
    """(start, end, stretch of the end) of work that follows at `idle_from`, after `setup` working minutes, at t or
    later. i : a stretch at or before the one of `idle_from`. (NONE, NONE, NONE): not within the stretches."""
    ready = idle_from
    if setup > 0:
        while i + 1 < w1 and windows[i + 1, START] <= idle_from:
            i += 1
        if i == w1:
            return NONE, NONE, NONE
        if windows[i, START] > idle_from:
            ready = windows[i, START]  # before the first stretch
        ready, i = _worked(windows, w1, i, ready, setup)
        if ready == NONE:
            return NONE, NONE, NONE
    t = max(t, ready)
    while i < w1 and windows[i, END] <= t:
        i += 1
    if i == w1:
        return NONE, NONE, NONE
    t = max(t, windows[i, START])
    if t + run <= windows[i, END]:
        return t, t + run, i
    if pausable:
        end, i = _worked(windows, w1, i, t, run)
        return t, end, i
    while t + run > windows[i, END]:
        i += 1
        if i == w1:
            return NONE, NONE, NONE
        t = windows[i, START]
    return t, t + run, i


@array_kernel
def right_shift(
    ops: Ints, modes: Ints, preds: Ints, succs: Ints, machines: Ints, windows: Ints, stride: int, changeovers: Ints,
    orders: Ints, pool_needs: Ints, pool_quantity: Floats, pool_steps: Ints, pool_free: Floats, pools: int,
    item_ptr: Ints, item_ops: Ints, peg_ptr: Ints, peg_orders: Ints, fed_ptr: Ints, fed_ops: Ints,
    order_of_items: Ints, pinned: int, choice: Ints, not_before: Ints, stay: Ints, times: Ints, links: Ints,
    heads: Ints, order_end: Ints, sequence: Ints,
) -> tuple[int, int, bool]:  # fmt: skip
    """As `schedule.build` without gaps, for items of one operation; the same plan, and the same answer.

    stay : (n,) no operation starts earlier than this either; (0,): nothing is held so.
    Returns (status, item at fault or NONE, whether `stay` has held any back: if not, the plan is the same without).
    """
    n = len(ops)
    held_back, staying = False, len(stay) > 0
    placed, waiting = np.zeros(n, np.int64), np.zeros(n, np.int64)
    tails, order_left = np.empty(len(machines), np.int64), np.empty(len(orders), np.int64)
    near = np.empty(len(machines), np.int64)
    at, free, count = pool_room(pool_steps, pool_free, pools, len(pool_needs))
    at, free = start_floor(
        ops, machines, windows, modes, orders, pool_needs, pool_quantity, times, links, heads, tails, at, free, count,
        placed, order_left, order_end,
    )  # fmt: skip
    for m in range(len(machines)):
        near[m] = machines[m, WIN0]
    stack = np.empty(n + 1, np.int64)
    worst, fault, done = OK, NONE, 0
    for position in range(len(order_of_items)):
        item = order_of_items[position]
        if placed[item_ops[item]] == 1:
            sequence[done] = item
            done += 1
            continue
        if not is_ready(item, ops, preds, item_ptr, item_ops, peg_ptr, peg_orders, placed, order_left):
            waiting[item] = 1
            continue
        stack[0], top = item, 1
        while top > 0:
            top -= 1
            item = stack[top]
            op = item_ops[item]
            if position < pinned or ops[op, POOL0] < ops[op, POOL1]:
                status, at, free = place_item(
                    item, NONE, ops, modes, preds, machines, windows, stride, changeovers, pool_needs, pool_quantity,
                    item_ptr, item_ops, peg_ptr, peg_orders, choice, not_before, position < pinned, times, links,
                    heads, tails, at, free, count, order_end,
                )  # fmt: skip
                if staying and status != OFF_GRID and times[op, 0] < stay[op]:
                    held_back = True
                    unlink(links, heads, tails, times[op, 2], op)
                    at, free = use_pools(
                        ops, op, -1.0, machines, times[op, 2], windows, times[op, 0], times[op, 1], pool_needs,
                        pool_quantity, at, free, count,
                    )  # fmt: skip
                    status, at, free = place_item(
                        item, NONE, ops, modes, preds, machines, windows, stride, changeovers, pool_needs,
                        pool_quantity, item_ptr, item_ops, peg_ptr, peg_orders, choice, stay, position < pinned, times,
                        links, heads, tails, at, free, count, order_end,
                    )  # fmt: skip
                if status == OFF_GRID:
                    return status, item, held_back
                if status != OK and worst == OK:
                    worst, fault = status, item
            else:
                t = max(ready_time(ops, op, preds, times, peg_ptr, peg_orders, order_end), not_before[op])
                mode0, mode1 = ops[op, MODE0], ops[op, MODE1]
                if choice[op] != NONE:
                    mode0, mode1 = choice[op], choice[op] + 1
                start, end, mode, stretch = NONE, FAR, NONE, NONE
                while True:
                    for candidate in range(mode0, mode1):
                        m = modes[candidate, MACHINE]
                        last, table = tails[m], machines[m, MATRIX]
                        idle_from, old = 0, machines[m, INITIAL]
                        if last != NONE:
                            idle_from, old = times[last, 1], ops[last, FAMILY]
                        setup = modes[candidate, SETUP]
                        if table != NONE:
                            setup = changeovers[table + old * stride + ops[op, FAMILY]]
                        s, e, i = _behind(
                            windows, machines[m, WIN1], near[m], idle_from, setup, t,
                            modes[candidate, RUN], ops[op, PAUSABLE],
                        )  # fmt: skip
                        if e != NONE and e < end:
                            start, end, mode, stretch = s, e, candidate, i
                    if mode == NONE:
                        return OFF_GRID, item, held_back
                    if not staying or start >= stay[op] or t >= stay[op]:
                        break
                    held_back = True
                    t = stay[op]
                    start, end, mode, stretch = NONE, FAR, NONE, NONE
                m = modes[mode, MACHINE]
                times[op, 0], times[op, 1], times[op, 2], times[op, 3] = start, end, m, modes[mode, SETUP]
                times[op, 4] = mode
                near[m] = stretch
                last = tails[m]
                links[op, 0], links[op, 1] = last, NONE
                if last == NONE:
                    heads[m] = op
                else:
                    links[last, 1] = op
                tails[m] = op
                if worst == OK and ops[op, MAX_WAIT] != NONE:
                    for k in range(ops[op, PRED0], ops[op, PRED1]):
                        if start - times[preds[k], 1] > ops[op, MAX_WAIT]:
                            worst, fault = WAIT_BROKEN, item
            sequence[done] = item
            done += 1
            placed[op] = 1
            o = ops[op, ORDER]
            order_left[o] -= 1
            order_end[o] = max(order_end[o], times[op, 1])
            routing = ops[op, SUCC1] - ops[op, SUCC0]
            fed = fed_ptr[o + 1] - fed_ptr[o] if order_left[o] == 0 else 0
            for j in range(routing + fed):
                follower = succs[ops[op, SUCC0] + j] if j < routing else fed_ops[fed_ptr[o] + j - routing]
                freed = ops[follower, ITEM]
                if waiting[freed] == 1 and is_ready(
                    freed, ops, preds, item_ptr, item_ops, peg_ptr, peg_orders, placed, order_left
                ):
                    waiting[freed] = 0
                    stack[top] = freed
                    top += 1
    if done < len(order_of_items):
        return LEFT_OVER, NONE, held_back
    return worst, fault, held_back
