"""Which frozen operations come to the starts that the plan in force gave them."""

from __future__ import annotations

import numpy as np

from scheduler.planning.kernels.arrays import Capacity, Draft, Pegs, Pools, Shop
from scheduler.planning.kernels.block import (
    NO_ROOM,
    OFF_GRID,
    OK,
    is_ready,
    place_block,
    release_followers,
    settle,
    take_away,
)
from scheduler.planning.kernels.jit import array_kernel, kernel
from scheduler.planning.kernels.pools import pool_room
from scheduler.planning.kernels.schedule import start_floor
from scheduler.planning.layout import NONE, PLACED_START
from scheduler.planning.problem import Ints


@array_kernel
def keep_frozen(
    shop: Shop, capacity: Capacity, pegs: Pegs, frozen: Ints, choice: Ints, not_before: Ints, start: Ints, draft: Draft,
    kept: Ints,
) -> None:  # fmt: skip
    """Place the frozen blocks in order of their starts; one that comes later than `start` is taken out again.

    For blocks of one operation. What is taken out stands in nobody's way, and what waits for it is not kept either.
    frozen : blocks by start.   choice, not_before, start : (n,), as for `build`; start is the one to be kept.
    Fills kept (n,): 1 where the operation is at its start.
    """
    n = len(shop.ops)
    waiting, stack, consumers = np.empty(n, np.int64), np.empty(n + 1, np.int64), capacity.consumers
    while True:
        pools = pool_room(capacity.steps, capacity.free, capacity.pools, consumers)
        if keep_frozen_in(shop, pegs, frozen, choice, not_before, start, draft, kept, pools, waiting, stack):
            return
        consumers = 2 * consumers + 4


@kernel
def keep_frozen_in(
    shop: Shop, pegs: Pegs, frozen: Ints, choice: Ints, not_before: Ints, start: Ints, draft: Draft, kept: Ints,
    pools: Pools, waiting: Ints, stack: Ints,
) -> bool:  # fmt: skip
    """The same; False: the pools have no room for it. waiting (n,), stack (n + 1,) : scratch."""
    kept[:] = 0
    waiting[:] = 0
    if not start_floor(shop, draft, pools):
        return False
    for position in range(len(frozen)):
        if not is_ready(frozen[position], shop, pegs, draft):
            waiting[frozen[position]] = 1
            continue
        stack[0], top = frozen[position], 1
        while top > 0:
            top -= 1
            block = stack[top]
            op = shop.block_ops[shop.block_ptr[block]]
            status = place_block(block, NONE, shop, pegs, choice, not_before, True, draft, pools)
            if status == NO_ROOM:
                return False
            if status == OK and draft.times[op, PLACED_START] == start[op]:
                kept[op] = 1
                settle(block, shop, draft)
                top = release_followers(block, 1, 0, shop, pegs, draft, waiting, stack, top)
            elif status != OFF_GRID:
                take_away(op, shop, draft, pools)
    return True
