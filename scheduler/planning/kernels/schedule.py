"""The schedule builder: any order of items and choice of machines becomes a timed plan. The one truth for timing."""

from __future__ import annotations

import numpy as np

from scheduler.planning.kernels.item import (
    LEFT_OVER,
    OFF_GRID,
    OK,
    is_ready,
    place_item,
    release_followers,
    settle,
    use_pools,
)
from scheduler.planning.kernels.jit import array_kernel, kernel
from scheduler.planning.kernels.order_cost import tardiness_of
from scheduler.planning.kernels.place import changeover, link
from scheduler.planning.kernels.pools import pool_room
from scheduler.planning.layout import (
    DONE_END,
    FAMILY,
    FIX_END,
    FIX_START,
    FIXED,
    FLOW_FROM,
    INITIAL,
    MACHINE,
    MODE0,
    NONE,
    OLD_MACHINE,
    OLD_START,
    ORDER,
    ORDER_OP0,
    ORDER_OP1,
)
from scheduler.planning.problem import Floats, Ints


@array_kernel
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


@array_kernel
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
            settle(item, ops, item_ptr, item_ops, times, placed, order_left, order_end)
            top = release_followers(
                item, 1, 0, ops, preds, succs, item_ptr, item_ops, peg_ptr, peg_orders, fed_ptr, fed_ops, placed,
                order_left, waiting, stack, top,
            )  # fmt: skip
    if left > 0:
        return LEFT_OVER, NONE
    return worst, fault


@kernel
def cost_of(
    ops: Ints, machines: Ints, stride: int, changeovers: Ints, orders: Ints, rates: Floats, objective: Floats,
    prices: Floats, fixed_cost: float, times: Ints, links: Ints, heads: Ints, order_end: Ints,
) -> float:  # fmt: skip
    """The contract's cost of a built plan; its tardiness as `tardiness_of` has it, its moves at `prices`."""
    tardiness, flow, last, moved, setup = 0.0, 0, 0, 0.0, 0
    for o in range(len(orders)):
        tardiness += tardiness_of(o, order_end[o], orders, rates)
        flow += max(0, order_end[o] - orders[o, FLOW_FROM])
    for op in range(len(ops)):
        last = max(last, times[op, 1])
        if ops[op, OLD_MACHINE] != NONE and (
            ops[op, OLD_MACHINE] != times[op, 2] or ops[op, OLD_START] != times[op, 0]
        ):
            moved += prices[op]
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
        + moved
    )  # fmt: skip
