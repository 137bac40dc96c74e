"""The schedule builder: any order of blocks and choice of machines becomes a timed plan. The one truth for timing.

Source: the serial scheme of Kelley (1963), in Muth and Thompson (eds.), Industrial Scheduling, 347-365.
"""

from __future__ import annotations

import numpy as np

from scheduler.planning.kernels.arrays import Capacity, Costs, Draft, Pegs, Pools, Shop
from scheduler.planning.kernels.block import (
    LEFT_OVER,
    NO_ROOM,
    OK,
    is_ready,
    place_block,
    release_followers,
    settle,
    stops,
    use_pools,
)
from scheduler.planning.kernels.jit import array_kernel, kernel
from scheduler.planning.kernels.order_cost import tardiness_of
from scheduler.planning.kernels.place import changeover, link, put_down
from scheduler.planning.kernels.pools import pool_room
from scheduler.planning.layout import (
    DONE_END,
    FAMILY,
    FIX_END,
    FIX_START,
    FIXED,
    FLOW_FROM,
    INITIAL,
    LINK_BEHIND,
    MACHINE,
    MODE0,
    NONE,
    OLD_MACHINE,
    OLD_START,
    ORDER,
    ORDER_OP0,
    ORDER_OP1,
    PER_FLOW,
    PER_MAKESPAN,
    PER_SETUP,
    PER_TARDINESS,
    PLACED_END,
    PLACED_MACHINE,
    PLACED_SETUP,
    PLACED_START,
)
from scheduler.planning.problem import Ints


@kernel
def start_floor(shop: Shop, draft: Draft, pools: Pools) -> bool:
    """Put the fixed operations on their machines. False: the pools have no room for them."""
    ops, orders, order_left, order_end = shop.ops, shop.orders, draft.order_left, draft.order_end
    draft.heads[:] = NONE
    draft.tails[:] = NONE
    draft.placed[:] = 0
    for o in range(len(orders)):
        order_left[o] = orders[o, ORDER_OP1] - orders[o, ORDER_OP0]
        order_end[o] = orders[o, DONE_END]
    for op in range(len(ops)):
        if ops[op, FIXED] == 1:
            mode = ops[op, MODE0]
            m = shop.modes[mode, MACHINE]
            put_down(draft.times, op, ops[op, FIX_START], ops[op, FIX_END], m, 0, mode)
            link(draft.links, draft.heads, draft.tails, m, op, draft.tails[m])
            if not use_pools(op, m, 0, ops[op, FIX_END], shop, pools):
                return False
            draft.placed[op] = 1
            o = ops[op, ORDER]
            order_left[o] -= 1
            order_end[o] = max(order_end[o], ops[op, FIX_END])
    return True


@array_kernel
def build(
    shop: Shop, capacity: Capacity, pegs: Pegs, order_of_blocks: Ints, pinned: int, choice: Ints, not_before: Ints,
    gaps: bool, draft: Draft,
) -> tuple[int, int]:  # fmt: skip
    """Place the blocks in the given order; one that still waits for another is placed as soon as that one is.

    order_of_blocks : (blocks,) each block once; the first `pinned` of them look for gaps in any case.
    choice : (n,) mode per operation, NONE: where it ends first.
    not_before : (n,) further lower bounds of the starts.   gaps : look for gaps, or only behind the last.
    Fills the draft; its sequence is the order in which they were placed, which builds the same plan again.
    Returns (status, block at fault or NONE).
    """
    waiting, stack = np.empty(len(shop.block_ptr) - 1, np.int64), np.empty(len(shop.block_ptr), np.int64)
    consumers = capacity.consumers
    while True:
        pools = pool_room(capacity.steps, capacity.free, capacity.pools, consumers)
        status, fault = build_in(
            shop, pegs, order_of_blocks, pinned, choice, not_before, gaps, draft, pools, waiting, stack
        )  # fmt: skip
        if status != NO_ROOM:
            return status, fault
        consumers = 2 * consumers + 4


@kernel
def build_in(
    shop: Shop, pegs: Pegs, order_of_blocks: Ints, pinned: int, choice: Ints, not_before: Ints, gaps: bool,
    draft: Draft, pools: Pools, waiting: Ints, stack: Ints,
) -> tuple[int, int]:  # fmt: skip
    """The same as far as the pools have room; NO_ROOM: no further. waiting (blocks,), stack (blocks + 1,) : scratch."""
    block_ptr, sequence = shop.block_ptr, draft.sequence
    waiting[:] = 0
    if not start_floor(shop, draft, pools):
        return NO_ROOM, NONE
    blocks = len(order_of_blocks)
    worst, fault, left = OK, NONE, blocks
    for position in range(blocks):
        block = order_of_blocks[position]
        if draft.placed[shop.block_ops[block_ptr[block]]] == 1:
            sequence[blocks - left] = block
            left -= 1
            continue
        if not is_ready(block, shop, pegs, draft):
            waiting[block] = 1
            continue
        stack[0], top = block, 1
        while top > 0:
            top -= 1
            block = stack[top]
            status = place_block(block, NONE, shop, pegs, choice, not_before, gaps or position < pinned, draft, pools)
            if stops(status):
                return status, block
            if status != OK and worst == OK:
                worst, fault = status, block
            sequence[blocks - left] = block
            left -= 1
            settle(block, shop, draft)
            top = release_followers(block, 1, 0, shop, pegs, draft, waiting, stack, top)
    if left > 0:
        return LEFT_OVER, NONE
    return worst, fault


@kernel
def cost_of(shop: Shop, costs: Costs, fixed_cost: float, draft: Draft) -> float:
    """The contract's cost of a built plan; its tardiness as `tardiness_of` has it, its moves at `prices`."""
    ops, machines, orders, stride = shop.ops, shop.machines, shop.orders, shop.stride
    objective, prices, times, order_end = costs.objective, costs.prices, draft.times, draft.order_end
    tardiness, flow, last, moved, setup = 0.0, 0, 0, 0.0, 0
    for o in range(len(orders)):
        tardiness += tardiness_of(o, order_end[o], orders, costs.rates)
        flow += max(0, order_end[o] - orders[o, FLOW_FROM])
    for op in range(len(ops)):
        last = max(last, times[op, PLACED_END])
        if ops[op, OLD_MACHINE] != NONE and (
            ops[op, OLD_MACHINE] != times[op, PLACED_MACHINE] or ops[op, OLD_START] != times[op, PLACED_START]
        ):
            moved += prices[op]
    if objective[PER_SETUP] != 0.0:
        for m in range(len(machines)):
            old, op = machines[m, INITIAL], draft.heads[m]
            while op != NONE:
                if ops[op, FIXED] == 0:
                    own = times[op, PLACED_SETUP]
                    setup += changeover(machines, shop.changeovers, stride, m, old, ops[op, FAMILY], own)
                old = ops[op, FAMILY]
                op = draft.links[op, LINK_BEHIND]
    return float(
        fixed_cost
        + objective[PER_TARDINESS] * tardiness
        + objective[PER_SETUP] * setup
        + objective[PER_MAKESPAN] * last
        + objective[PER_FLOW] * flow
        + moved
    )
