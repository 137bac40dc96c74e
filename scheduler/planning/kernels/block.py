"""Placing one block: all its operations at once, as early as they fit, and what that sets free."""

from __future__ import annotations

from scheduler.planning.kernels.arrays import Draft, Pegs, Pools, Shop
from scheduler.planning.kernels.jit import inlined, kernel
from scheduler.planning.kernels.place import find_slot, link, put_down, unlink
from scheduler.planning.kernels.pools import take
from scheduler.planning.kernels.windows import latest_start
from scheduler.planning.layout import (
    BLOCK,
    EARLIEST,
    FAR,
    FIXED,
    LATEST,
    MACHINE,
    MAX_WAIT,
    MIN_WAIT,
    MODE0,
    MODE1,
    NONE,
    ORDER,
    PAUSABLE,
    PLACED_END,
    PLACED_MACHINE,
    PLACED_MODE,
    PLACED_START,
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
from scheduler.planning.problem import Ints

OK, OFF_GRID, WAIT_BROKEN, LEFT_OVER, NO_ROOM = range(5)
PUSHES = 20_000


@inlined
def stops(status: int) -> bool:
    """Nothing more can be placed: the block fits nowhere, or the pools must be made wider."""
    if status == OFF_GRID:
        return True
    return bool(status == NO_ROOM)


@inlined
def ready_time(op: int, shop: Shop, pegs: Pegs, draft: Draft) -> int:
    """Not before: own release, predecessors with their waits, orders whose output it takes."""
    ops, preds, times = shop.ops, shop.preds, draft.times
    t = ops[op, EARLIEST]
    for k in range(ops[op, PRED0], ops[op, PRED1]):
        t = max(t, times[preds[k], PLACED_END] + ops[op, MIN_WAIT])
    for k in range(pegs.ptr[op], pegs.ptr[op + 1]):
        t = max(t, draft.order_end[pegs.orders[k]])
    return int(t)


@inlined
def use_pools(op: int, m: int, s: int, e: int, shop: Shop, pools: Pools) -> bool:
    """Take the pools of an operation on machine m in [s, e). False: they have no room for it (see `take`)."""
    ops, machines = shop.ops, shop.machines
    for k in range(ops[op, POOL0], ops[op, POOL1]):
        w0, w1, pool = machines[m, WIN0], machines[m, WIN1], shop.pool_needs[k]
        quantity = shop.pool_quantity[k]
        if not take(pools.at, pools.free, pools.used, pool, quantity, shop.windows, w0, w1, max(s, 0), e):
            return False
    return True


@kernel
def take_away(op: int, shop: Shop, draft: Draft, pools: Pools) -> None:
    """Off its machine again, its pools given back."""
    ops, machines, m = shop.ops, shop.machines, draft.times[op, PLACED_MACHINE]
    s, e = draft.times[op, PLACED_START], draft.times[op, PLACED_END]
    unlink(draft.links, draft.heads, draft.tails, m, op)
    for k in range(ops[op, POOL0], ops[op, POOL1]):
        w0, w1, pool = machines[m, WIN0], machines[m, WIN1], shop.pool_needs[k]
        quantity = -shop.pool_quantity[k]
        take(pools.at, pools.free, pools.used, pool, quantity, shop.windows, w0, w1, max(s, 0), e)


@inlined
def first_to_end(
    op: int, t: int, chosen: int, gaps: bool, shop: Shop, draft: Draft, pools: Pools
) -> tuple[int, int, int, int]:
    """(start, end, operation before it, mode) in the mode `chosen`, NONE: in the one where it starts least behind
    `LATEST`, and of those where it ends first. A mode of NONE: it fits nowhere."""
    mode0, mode1 = shop.ops[op, MODE0], shop.ops[op, MODE1]
    if chosen != NONE:
        mode0, mode1 = chosen, chosen + 1
    start, end, behind, mode, late = NONE, FAR, NONE, NONE, FAR
    for candidate in range(mode0, mode1):
        s, e, b = find_slot(op, candidate, t, gaps, shop, draft, pools)
        missed = max(0, s - shop.ops[op, LATEST])
        if e != NONE and (missed < late or (missed == late and e < end)):
            start, end, behind, mode, late = s, e, b, candidate, missed
    return start, end, behind, mode


@kernel
def place_block(
    block: int, first_mode: int, shop: Shop, pegs: Pegs, choice: Ints, not_before: Ints, gaps: bool, draft: Draft,
    pools: Pools,
) -> int:  # fmt: skip
    """Place all operations of a block as early as they fit, sliding earlier ones where a max_wait would break.

    first_mode : mode of its first operation, NONE: as `choice` says; a choice of NONE: see `first_to_end`.
    Returns the status; NO_ROOM: `pools` must be made wider, and the plan be made anew.
    """
    ops, modes, preds, block_ops, times, bound = (
        shop.ops, shop.modes, shop.preds, shop.block_ops, draft.times, draft.bound,
    )  # fmt: skip
    k, k1, pushes, status = shop.block_ptr[block], shop.block_ptr[block + 1], 0, OK
    base = k
    for at in range(base, k1):
        bound[at] = 0
    while k < k1:
        op = block_ops[k]
        t = max(ready_time(op, shop, pegs, draft), not_before[op], bound[k])
        chosen = first_mode if k == base and first_mode != NONE else choice[op]
        start, end, behind, mode = first_to_end(op, t, chosen, gaps, shop, draft, pools)
        if mode == NONE:
            return OFF_GRID
        m = modes[mode, MACHINE]
        put_down(times, op, start, end, m, modes[mode, SETUP], mode)
        link(draft.links, draft.heads, draft.tails, m, op, behind)
        if not use_pools(op, m, start, end, shop, pools):
            return NO_ROOM
        k += 1
        if ops[op, MAX_WAIT] == NONE:
            continue
        back = k
        for j in range(ops[op, PRED0], ops[op, PRED1]):
            p = preds[j]
            if start - times[p, PLACED_END] <= ops[op, MAX_WAIT]:
                continue
            if ops[p, FIXED] == 1 or k1 - base == 1 or ops[p, BLOCK] != block:
                status = WAIT_BROKEN  # nothing here can bring it nearer
                continue
            later = start_to_reach(p, start - ops[op, MAX_WAIT], shop, times)
            place_of_p = base
            while block_ops[place_of_p] != p:
                place_of_p += 1
            bound[place_of_p] = max(later, times[p, PLACED_START] + 1)
            back = min(back, place_of_p)
        if back < k:
            pushes += 1
            if pushes > PUSHES:
                return WAIT_BROKEN
            while k > back:
                k -= 1
                take_away(block_ops[k], shop, draft, pools)
                if k > back:
                    bound[k] = 0
    return status


@inlined
def start_to_reach(op: int, target: int, shop: Shop, times: Ints) -> int:
    """When an operation must start where it stands to end at `target` or later."""
    ops, machines = shop.ops, shop.machines
    m, run = times[op, PLACED_MACHINE], shop.modes[times[op, PLACED_MODE], RUN]
    if ops[op, PAUSABLE] == 1:
        return int(latest_start(shop.windows, machines[m, WIN0], machines[m, WIN1], target, run))
    return int(target - run)


@inlined
def is_ready(block: int, shop: Shop, pegs: Pegs, draft: Draft) -> bool:
    """All that it waits for has its place."""
    ops, preds = shop.ops, shop.preds
    for k in range(shop.block_ptr[block], shop.block_ptr[block + 1]):
        op = shop.block_ops[k]
        for j in range(ops[op, PRED0], ops[op, PRED1]):
            if draft.placed[preds[j]] == 0 and ops[preds[j], BLOCK] != block:
                return False
        for j in range(pegs.ptr[op], pegs.ptr[op + 1]):
            if draft.order_left[pegs.orders[j]] > 0:
                return False
    return True


@inlined
def settle(block: int, shop: Shop, draft: Draft) -> None:
    """Note that a block has its place, and what its orders still lack."""
    ops, order_left, order_end = shop.ops, draft.order_left, draft.order_end
    for k in range(shop.block_ptr[block], shop.block_ptr[block + 1]):
        op = shop.block_ops[k]
        draft.placed[op] = 1
        o = ops[op, ORDER]
        order_left[o] -= 1
        order_end[o] = max(order_end[o], draft.times[op, PLACED_END])


@inlined
def release_followers(
    block: int, asleep: int, awake: int, shop: Shop, pegs: Pegs, draft: Draft, state: Ints, out: Ints, count: int
) -> int:
    """Append to `out` the blocks that waited for this one alone: their `state` goes from `asleep` to `awake`.

    Returns how many `out` holds now.
    """
    ops, fed_ptr = shop.ops, pegs.fed_ptr
    for k in range(shop.block_ptr[block], shop.block_ptr[block + 1]):
        op = shop.block_ops[k]
        o = ops[op, ORDER]
        routing = ops[op, SUCC1] - ops[op, SUCC0]
        fed = fed_ptr[o + 1] - fed_ptr[o] if draft.order_left[o] == 0 else 0
        for j in range(routing + fed):
            follower = shop.succs[ops[op, SUCC0] + j] if j < routing else pegs.fed_ops[fed_ptr[o] + j - routing]
            waiting = ops[follower, BLOCK]
            if state[waiting] == asleep and is_ready(waiting, shop, pegs, draft):
                state[waiting] = awake
                out[count] = waiting
                count += 1
    return count
