"""The schedule builder: any order of items and choice of machines becomes a timed plan. The one truth for timing."""

from __future__ import annotations

import numpy as np

from scheduler.planning.kernels.jit import kernel
from scheduler.planning.kernels.place import changeover, find_slot, link, unlink
from scheduler.planning.kernels.pools import pool_room, take
from scheduler.planning.kernels.windows import latest_start
from scheduler.planning.layout import (
    DONE_END,
    DUE,
    EARLIEST,
    FAMILY,
    FAR,
    FIX_END,
    FIX_START,
    FIXED,
    FLOW_FROM,
    INITIAL,
    ITEM,
    MACHINE,
    MAX_WAIT,
    MIN_WAIT,
    MODE0,
    MODE1,
    NONE,
    OLD_MACHINE,
    OLD_START,
    ORDER,
    ORDER_OP0,
    ORDER_OP1,
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


@kernel
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


@kernel
def place_item(
    item: int, first_mode: int, ops: Ints, modes: Ints, preds: Ints, machines: Ints, windows: Ints, stride: int,
    changeovers: Ints, pool_needs: Ints, pool_quantity: Floats, item_ptr: Ints, item_ops: Ints, peg_ptr: Ints,
    peg_orders: Ints, choice: Ints, not_before: Ints, gaps: bool, times: Ints, links: Ints, heads: Ints, tails: Ints,
    at: Ints, free: Floats, count: Ints, order_end: Ints,
) -> tuple[int, Ints, Floats]:  # fmt: skip
    """Place all operations of an item as early as they fit, sliding earlier ones where a max_wait would break.

    first_mode : mode of its first operation, NONE: as `choice` says; a choice of NONE: where it ends first.
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
        start, end, behind, mode = NONE, FAR, NONE, NONE
        for candidate in range(mode0, mode1):
            s, e, b = find_slot(
                ops, op, modes, candidate, machines, windows, stride, changeovers, t, gaps, times, links, tails,
                pool_needs, pool_quantity, at, free, count,
            )  # fmt: skip
            if e != NONE and e < end:
                start, end, behind, mode = s, e, b, candidate
        if mode == NONE:
            return OFF_GRID, at, free
        m = modes[mode, MACHINE]
        times[op, 0], times[op, 1], times[op, 2], times[op, 3] = start, end, m, modes[mode, SETUP]
        times[op, 4] = mode
        link(links, heads, tails, m, op, behind)
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
def start_floor(
    ops: Ints, machines: Ints, windows: Ints, modes: Ints, orders: Ints, pool_needs: Ints, pool_quantity: Floats,
    times: Ints, links: Ints, heads: Ints, tails: Ints, at: Ints, free: Floats, count: Ints, placed: Ints,
    order_left: Ints, order_end: Ints,
) -> tuple[Ints, Floats]:  # fmt: skip
    """Put the fixed operations on their machines. Returns (at, free)."""
    heads[:] = NONE
    tails[:] = NONE
    for o in range(len(orders)):
        order_left[o] = orders[o, ORDER_OP1] - orders[o, ORDER_OP0]
        order_end[o] = orders[o, DONE_END]
    for op in range(len(ops)):
        placed[op] = 0
        if ops[op, FIXED] == 1:
            mode = ops[op, MODE0]
            m = modes[mode, MACHINE]
            times[op, 0], times[op, 1], times[op, 2], times[op, 3] = ops[op, FIX_START], ops[op, FIX_END], m, 0
            times[op, 4] = mode
            link(links, heads, tails, m, op, tails[m])
            at, free = use_pools(
                ops, op, 1.0, machines, m, windows, 0, ops[op, FIX_END], pool_needs, pool_quantity, at, free, count
            )  # fmt: skip
            placed[op] = 1
            o = ops[op, ORDER]
            order_left[o] -= 1
            order_end[o] = max(order_end[o], ops[op, FIX_END])
    return at, free


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
def build(
    ops: Ints, modes: Ints, preds: Ints, succs: Ints, machines: Ints, windows: Ints, stride: int, changeovers: Ints,
    orders: Ints, pool_needs: Ints, pool_quantity: Floats, pool_steps: Ints, pool_free: Floats, pools: int,
    item_ptr: Ints, item_ops: Ints, peg_ptr: Ints, peg_orders: Ints, fed_ptr: Ints, fed_ops: Ints,
    order_of_items: Ints, pinned: int, choice: Ints, not_before: Ints, gaps: bool, times: Ints, links: Ints,
    heads: Ints, order_end: Ints, sequence: Ints,
) -> tuple[int, int]:  # fmt: skip
    """Place the items in the given order; one that still waits for another is placed as soon as that one is.

    order_of_items : (items,) each item once; the first `pinned` of them look for gaps in any case.
    choice : (n,) mode per operation, NONE: where it ends first.
    not_before : (n,) further lower bounds of the starts.   gaps : look for gaps, or only behind the last.
    Fills times (n, 5) start, end, machine, own setup, mode; links, heads: the machines' sequences; order_end (o,);
    sequence (items,): the order in which they were placed, which builds the same plan again.
    Returns (status, item at fault or NONE).
    """
    n = len(ops)
    placed = np.zeros(n, np.int64)
    tails = np.empty(len(machines), np.int64)
    order_left = np.empty(len(orders), np.int64)
    at, free, count = pool_room(pool_steps, pool_free, pools, len(pool_needs))
    at, free = start_floor(
        ops, machines, windows, modes, orders, pool_needs, pool_quantity, times, links, heads, tails, at, free, count,
        placed, order_left, order_end,
    )  # fmt: skip
    items = len(order_of_items)
    waiting = np.zeros(len(item_ptr) - 1, np.int64)
    stack = np.empty(len(item_ptr), np.int64)
    worst, fault, left = OK, NONE, items
    for position in range(items):
        item = order_of_items[position]
        if placed[item_ops[item_ptr[item]]] == 1:
            sequence[items - left] = item
            left -= 1
            continue
        if not is_ready(item, ops, preds, item_ptr, item_ops, peg_ptr, peg_orders, placed, order_left):
            waiting[item] = 1
            continue
        stack[0], top = item, 1
        while top > 0:
            top -= 1
            item = stack[top]
            status, at, free = place_item(
                item, NONE, ops, modes, preds, machines, windows, stride, changeovers, pool_needs, pool_quantity,
                item_ptr, item_ops, peg_ptr, peg_orders, choice, not_before, gaps or position < pinned, times, links,
                heads, tails, at, free, count, order_end,
            )  # fmt: skip
            if status == OFF_GRID:
                return status, item
            if status != OK and worst == OK:
                worst, fault = status, item
            sequence[items - left] = item
            left -= 1
            for k in range(item_ptr[item], item_ptr[item + 1]):
                op = item_ops[k]
                placed[op] = 1
                o = ops[op, ORDER]
                order_left[o] -= 1
                order_end[o] = max(order_end[o], times[op, 1])
            for k in range(item_ptr[item], item_ptr[item + 1]):
                op = item_ops[k]
                for j in range(ops[op, SUCC0], ops[op, SUCC1]):
                    after_it = ops[succs[j], ITEM]
                    if waiting[after_it] == 1 and is_ready(
                        after_it, ops, preds, item_ptr, item_ops, peg_ptr, peg_orders, placed, order_left
                    ):
                        waiting[after_it] = 0
                        stack[top] = after_it
                        top += 1
                o = ops[op, ORDER]
                if order_left[o] == 0:
                    for j in range(fed_ptr[o], fed_ptr[o + 1]):
                        fed = ops[fed_ops[j], ITEM]
                        if waiting[fed] == 1 and is_ready(
                            fed, ops, preds, item_ptr, item_ops, peg_ptr, peg_orders, placed, order_left
                        ):
                            waiting[fed] = 0
                            stack[top] = fed
                            top += 1
    if left > 0:
        return LEFT_OVER, NONE
    return worst, fault


@kernel
def cost_of(
    ops: Ints, machines: Ints, stride: int, changeovers: Ints, orders: Ints, weights: Floats, objective: Floats,
    fixed_cost: float, times: Ints, links: Ints, heads: Ints, order_end: Ints,
) -> float:  # fmt: skip
    """The contract's cost of a built plan."""
    tardiness, flow, last, moved, setup = 0.0, 0, 0, 0, 0
    for o in range(len(orders)):
        tardiness += max(0, order_end[o] - orders[o, DUE]) * weights[o]
        flow += max(0, order_end[o] - orders[o, FLOW_FROM])
    for op in range(len(ops)):
        last = max(last, times[op, 1])
        if ops[op, OLD_MACHINE] != NONE and (
            ops[op, OLD_MACHINE] != times[op, 2] or ops[op, OLD_START] != times[op, 0]
        ):
            moved += 1
    if objective[1] != 0.0:
        for m in range(len(machines)):
            old, op = machines[m, INITIAL], heads[m]
            while op != NONE:
                if ops[op, FIXED] == 0:
                    setup += changeover(machines, changeovers, stride, m, old, ops[op, FAMILY], times[op, 3])
                old = ops[op, FAMILY]
                op = links[op, 1]
    return float(
        fixed_cost + objective[0] * tardiness + objective[1] * setup + objective[2] * last + objective[3] * flow
        + objective[4] * moved
    )  # fmt: skip
