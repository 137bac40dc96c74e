"""Which frozen operations come to the starts that the plan in force gave them."""

from __future__ import annotations

import numpy as np

from scheduler.planning.kernels.item import OFF_GRID, OK, is_ready, place_item, release_followers, settle, use_pools
from scheduler.planning.kernels.jit import array_kernel
from scheduler.planning.kernels.place import unlink
from scheduler.planning.kernels.pools import pool_room
from scheduler.planning.kernels.schedule import start_floor
from scheduler.planning.layout import NONE
from scheduler.planning.problem import Floats, Ints


@array_kernel
def keep_places(
    ops: Ints, modes: Ints, preds: Ints, succs: Ints, machines: Ints, windows: Ints, stride: int, changeovers: Ints,
    orders: Ints, pool_needs: Ints, pool_quantity: Floats, pool_steps: Ints, pool_free: Floats, pools: int,
    item_ptr: Ints, item_ops: Ints, peg_ptr: Ints, peg_orders: Ints, fed_ptr: Ints, fed_ops: Ints,
    held: Ints, choice: Ints, not_before: Ints, start: Ints, kept: Ints,
) -> None:  # fmt: skip
    """Place the held items in order of their starts; one that comes later than `start` is taken out again.

    For items of one operation. What is taken out stands in nobody's way, and what waits for it is not held either.
    held : items by start.   choice, not_before, start : (n,), as for `build`; start is the one to be kept.
    Fills kept (n,): 1 where the operation is at its start.
    """
    n = len(ops)
    times, links = np.zeros((n, 5), np.int64), np.full((n, 2), NONE)
    heads, tails = np.empty(len(machines), np.int64), np.empty(len(machines), np.int64)
    placed, waiting = np.zeros(n, np.int64), np.zeros(n, np.int64)
    order_left, order_end = np.empty(len(orders), np.int64), np.empty(len(orders), np.int64)
    stack = np.empty(n + 1, np.int64)
    at, free, count = pool_room(pool_steps, pool_free, pools, len(pool_needs))
    at, free = start_floor(
        ops, machines, windows, modes, orders, pool_needs, pool_quantity, times, links, heads, tails, at, free, count,
        placed, order_left, order_end,
    )  # fmt: skip
    for position in range(len(held)):
        if not is_ready(held[position], ops, preds, item_ptr, item_ops, peg_ptr, peg_orders, placed, order_left):
            waiting[held[position]] = 1
            continue
        stack[0], top = held[position], 1
        while top > 0:
            top -= 1
            item = stack[top]
            op = item_ops[item_ptr[item]]
            status, at, free = place_item(
                item, NONE, ops, modes, preds, machines, windows, stride, changeovers, pool_needs, pool_quantity,
                item_ptr, item_ops, peg_ptr, peg_orders, choice, not_before, True, times, links, heads, tails, at, free,
                count, order_end,
            )  # fmt: skip
            if status == OK and times[op, 0] == start[op]:
                kept[op] = 1
                settle(item, ops, item_ptr, item_ops, times, placed, order_left, order_end)
                top = release_followers(
                    item, 1, 0, ops, preds, succs, item_ptr, item_ops, peg_ptr, peg_orders, fed_ptr, fed_ops, placed,
                    order_left, waiting, stack, top,
                )  # fmt: skip
            elif status != OFF_GRID:
                unlink(links, heads, tails, times[op, 2], op)
                at, free = use_pools(
                    ops, op, -1.0, machines, times[op, 2], windows, times[op, 0], times[op, 1], pool_needs,
                    pool_quantity, at, free, count,
                )  # fmt: skip
