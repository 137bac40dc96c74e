"""Plans in a given order of operations, each behind the last on its machine: `schedule.build` without gaps and chains.

Most of a repair is this. It keeps, per machine, the working stretch in which its last operation ends, so the way from
one operation to the next is a step and not a search; and it hands few arrays to small functions.
"""

from __future__ import annotations

import numpy as np

from scheduler.planning.kernels.arrays import Capacity, Draft, Pegs, Pools, Shop
from scheduler.planning.kernels.block import (
    LEFT_OVER,
    NO_ROOM,
    OFF_GRID,
    OK,
    WAIT_BROKEN,
    is_ready,
    place_block,
    ready_time,
    release_followers,
    settle,
    stops,
    take_away,
)
from scheduler.planning.kernels.jit import array_kernel, inlined, kernel
from scheduler.planning.kernels.place import link, put_down
from scheduler.planning.kernels.pools import pool_room
from scheduler.planning.kernels.schedule import start_floor
from scheduler.planning.layout import (
    BEFORE,
    END,
    FAMILY,
    FAR,
    INITIAL,
    MACHINE,
    MATRIX,
    MAX_WAIT,
    MODE0,
    MODE1,
    NONE,
    PAUSABLE,
    PLACED_END,
    PLACED_START,
    POOL0,
    POOL1,
    PRED0,
    PRED1,
    RUN,
    SETUP,
    START,
    WIN0,
    WIN1,
)
from scheduler.planning.problem import Ints


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


@inlined
def place_behind(
    op: int, chosen: int, earliest: int, stay: int, shop: Shop, draft: Draft, near: Ints
) -> tuple[int, bool]:
    """Put an operation behind the last of the machine where it ends first, at `earliest` or later, and no sooner than
    `stay`. chosen : the mode that it must have, NONE: any.

    Returns (mode, whether `stay` has held it back); a mode of NONE: it fits nowhere.
    """
    ops, modes, machines, times, tails = shop.ops, shop.modes, shop.machines, draft.times, draft.tails
    held_back, t = False, earliest
    mode0, mode1 = ops[op, MODE0], ops[op, MODE1]
    if chosen != NONE:
        mode0, mode1 = chosen, chosen + 1
    start, end, mode, stretch = NONE, FAR, NONE, NONE
    while True:
        for candidate in range(mode0, mode1):
            m = modes[candidate, MACHINE]
            last, table = tails[m], machines[m, MATRIX]
            idle_from, old = 0, machines[m, INITIAL]
            if last != NONE:
                idle_from, old = times[last, PLACED_END], ops[last, FAMILY]
            setup = modes[candidate, SETUP]
            if table != NONE:
                setup = shop.changeovers[table + old * shop.stride + ops[op, FAMILY]]
            s, e, i = _behind(
                shop.windows, machines[m, WIN1], near[m], idle_from, setup, t, modes[candidate, RUN], ops[op, PAUSABLE]
            )
            if e != NONE and e < end:
                start, end, mode, stretch = s, e, candidate, i
        if mode == NONE:
            return NONE, held_back
        if start >= stay or t >= stay:
            break
        held_back = True
        t = stay
        start, end, mode, stretch = NONE, FAR, NONE, NONE
    m = modes[mode, MACHINE]
    put_down(times, op, start, end, m, modes[mode, SETUP], mode)
    near[m] = stretch
    link(draft.links, draft.heads, tails, m, op, tails[m])
    return mode, held_back


@inlined
def breaks_wait(op: int, shop: Shop, times: Ints) -> bool:
    """It starts longer after one of its predecessors than its max_wait allows."""
    ops = shop.ops
    if ops[op, MAX_WAIT] == NONE:
        return False
    for k in range(ops[op, PRED0], ops[op, PRED1]):
        if times[op, PLACED_START] - times[shop.preds[k], PLACED_END] > ops[op, MAX_WAIT]:
            return True
    return False


@array_kernel
def right_shift(
    shop: Shop, capacity: Capacity, pegs: Pegs, order_of_blocks: Ints, pinned: int, choice: Ints, not_before: Ints,
    stay: Ints, draft: Draft,
) -> tuple[int, int, bool]:  # fmt: skip
    """As `schedule.build` without gaps, for blocks of one operation; the same plan, and the same answer.

    stay : (n,) no operation starts earlier than this either; (0,): nothing is held so.
    Returns (status, block at fault or NONE, whether `stay` has held any back: if not, the plan is the same without).
    """
    n = len(shop.ops)
    waiting, stack, near = np.empty(n, np.int64), np.empty(n + 1, np.int64), np.empty(len(shop.machines), np.int64)
    consumers = capacity.consumers
    while True:
        pools = pool_room(capacity.steps, capacity.free, capacity.pools, consumers)
        status, fault, held_back = right_shift_in(
            shop, pegs, order_of_blocks, pinned, choice, not_before, stay, draft, pools, waiting, stack, near
        )  # fmt: skip
        if status != NO_ROOM:
            return status, fault, held_back
        consumers = 2 * consumers + 4


@kernel
def right_shift_in(
    shop: Shop, pegs: Pegs, order_of_blocks: Ints, pinned: int, choice: Ints, not_before: Ints, stay: Ints,
    draft: Draft, pools: Pools, waiting: Ints, stack: Ints, near: Ints,
) -> tuple[int, int, bool]:  # fmt: skip
    """The same as far as the pools have room; NO_ROOM: no further.

    waiting (n,), stack (n + 1,), near (m,) : scratch.
    """
    ops, machines, block_ops, times, sequence = shop.ops, shop.machines, shop.block_ops, draft.times, draft.sequence
    held_back, staying = False, len(stay) > 0
    waiting[:] = 0
    if not start_floor(shop, draft, pools):
        return NO_ROOM, NONE, held_back
    for m in range(len(machines)):
        near[m] = machines[m, WIN0]
    worst, fault, done = OK, NONE, 0
    for position in range(len(order_of_blocks)):
        block = order_of_blocks[position]
        if draft.placed[block_ops[block]] == 1:
            sequence[done] = block
            done += 1
            continue
        if not is_ready(block, shop, pegs, draft):
            waiting[block] = 1
            continue
        stack[0], top = block, 1
        while top > 0:
            top -= 1
            block = stack[top]
            op = block_ops[block]
            if position < pinned or ops[op, POOL0] < ops[op, POOL1]:
                gaps = position < pinned
                status = place_block(block, NONE, shop, pegs, choice, not_before, gaps, draft, pools)
                if staying and not stops(status) and times[op, PLACED_START] < stay[op]:
                    held_back = True
                    take_away(op, shop, draft, pools)
                    status = place_block(block, NONE, shop, pegs, choice, stay, gaps, draft, pools)
                if stops(status):
                    return status, block, held_back
                if status != OK and worst == OK:
                    worst, fault = status, block
            else:
                t = max(ready_time(op, shop, pegs, draft), not_before[op])
                mode, held = place_behind(op, choice[op], t, stay[op] if staying else -FAR, shop, draft, near)
                held_back = held_back or held
                if mode == NONE:
                    return OFF_GRID, block, held_back
                if worst == OK and breaks_wait(op, shop, times):
                    worst, fault = WAIT_BROKEN, block
            sequence[done] = block
            done += 1
            settle(block, shop, draft)
            top = release_followers(block, 1, 0, shop, pegs, draft, waiting, stack, top)
    if done < len(order_of_blocks):
        return LEFT_OVER, NONE, held_back
    return worst, fault, held_back
