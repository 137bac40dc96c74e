"""One trial of the annealing, step by step: queue what a move has touched, re-time it, price it, keep or undo it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scheduler.planning.kernels.allocation import (
    FIRST_ROW,
    LAST_ROW,
    LOG_COLUMNS,
    LOG_DEMAND,
    LOG_FIRST,
    LOG_LAST,
    first_demand,
    restore_ranks,
)
from scheduler.planning.kernels.arrays import Allocation, Best, Costs, MoveParameters, Shop, Walk
from scheduler.planning.kernels.homeward import is_away
from scheduler.planning.kernels.jit import array_kernel, inlined
from scheduler.planning.kernels.moves import FOLLOWED, FROM, KEY, MODE, OP, put_back
from scheduler.planning.kernels.order_cost import cost_of_order
from scheduler.planning.kernels.pin_price import pin_price
from scheduler.planning.kernels.retime import end_of_order, heap_pop, heap_push, pools_of, time_block
from scheduler.planning.layout import (
    BLOCK,
    DEMAND_OP,
    FIXED,
    LATEST,
    NONE,
    ORDER,
    PER_MAKESPAN,
    PER_SETUP,
    PIN_LOST,
    PRED0,
    PRED1,
    SUCC0,
    SUCC1,
)
from scheduler.planning.problem import Floats, Ints


class Scratch(NamedTuple):
    """What a trial notes, so that it can be undone; made once for all trials of a call.

    keys, queue : a heap of blocks to be timed anew, by about when they start.   queued : (blocks,) 1: it holds them.
    touched_at : (n,) the last trial that touched an operation.   log_op, log_start, log_end : (n,) whom, and where
    they stood before.   order_at : (o,) the same for orders.   order_log, order_was : which, and their ends before.
    was_start, was_end : (n,) times before the last timing.   bound : see `time_block`.
    away : (n,) 1: not where the plan in force has it, and that costs something.
    displaced_at, rank_log, rank_log_served : see `rerank`.
    """

    keys: Ints
    queue: Ints
    queued: Ints
    touched_at: Ints
    log_op: Ints
    log_start: Ints
    log_end: Ints
    order_at: Ints
    order_log: Ints
    order_was: Floats
    was_start: Ints
    was_end: Ints
    bound: Ints
    away: Ints
    displaced_at: Ints
    rank_log: Ints
    rank_log_served: Floats


@array_kernel
def scratch_for(shop: Shop, allocation: Allocation) -> Scratch:
    """Nothing is noted yet."""
    n, orders, blocks, rank_changes = (
        len(shop.ops),
        len(shop.orders),
        len(shop.block_ptr) - 1,
        4 * len(allocation.ranked) + 1,
    )
    return Scratch(
        keys=np.empty(blocks + 4, np.int64),
        queue=np.empty(blocks + 4, np.int64),
        queued=np.zeros(blocks, np.int64),
        touched_at=np.full(n, -1),
        log_op=np.empty(n, np.int64),
        log_start=np.empty(n, np.int64),
        log_end=np.empty(n, np.int64),
        order_at=np.full(orders, -1),
        order_log=np.empty(orders, np.int64),
        order_was=np.empty(orders, np.float64),
        was_start=np.empty(n, np.int64),
        was_end=np.empty(n, np.int64),
        bound=np.zeros(n, np.int64),
        away=np.zeros(n, np.int64),
        displaced_at=np.full(n, -1),
        rank_log=np.empty((rank_changes, LOG_COLUMNS), np.int64),
        rank_log_served=np.empty(rank_changes, np.float64),
    )


@inlined
def against_routing(op: int, shop: Shop, walk: Walk) -> bool:
    """True where an operation that moved alone would wait for what waits for it: refused before anything is timed."""
    ops, start, seq = shop.ops, walk.start, walk.seq
    m, at = walk.machine[op], walk.place[op]
    refused = False
    if at + 1 < walk.length[m]:
        behind = seq[walk.off[m] + at + 1]
        for k in range(ops[op, PRED0], ops[op, PRED1]):
            if start[behind] < start[shop.preds[k]]:
                refused = True
    if at > 0:
        ahead = seq[walk.off[m] + at - 1]
        for k in range(ops[op, SUCC0], ops[op, SUCC1]):
            if start[ahead] > start[shop.succs[k]]:
                refused = True
    return refused


@inlined
def enqueue(block: int, key: int, size: int, scratch: Scratch) -> int:
    """A block that is not queued yet is to be timed anew. Returns how many are."""
    scratch.queued[block] = 1
    return heap_push(scratch.keys, scratch.queue, size, key, block)


@inlined
def queue_moved(op: int, moves: int, shop: Shop, walk: Walk, journal: Ints, scratch: Scratch) -> int:
    """Queue who has moved, who stands behind them now, and who stood behind them. Returns how many are queued.

    op : the one that moved alone, NONE: there are several.
    """
    ops, start, machine, place, seq, off = shop.ops, walk.start, walk.machine, walk.place, walk.seq, walk.off
    size = 0
    for i in range(moves):
        mover = journal[i, OP]
        for which in range(3):
            if which == 0:
                hit = mover
            elif which == 1:
                if place[mover] + 1 >= walk.length[machine[mover]]:
                    continue
                hit = seq[off[machine[mover]] + place[mover] + 1]
            else:
                if journal[i, FOLLOWED] == NONE:
                    continue
                hit = journal[i, FOLLOWED]
            block = ops[hit, BLOCK]
            if scratch.queued[block] == 0 and ops[hit, FIXED] == 0:
                key = start[hit]
                if which == 0 and place[mover] > 0:
                    key = start[seq[off[machine[mover]] + place[mover] - 1]] + 1
                if (op == NONE or i) and which == 0:
                    key = journal[i, KEY]
                size = enqueue(block, key, size, scratch)
    return size


@inlined
def queue_reranked(
    rank_changes: int, size: int, shop: Shop, walk: Walk, allocation: Allocation, scratch: Scratch
) -> int:
    """Queue whom other supplies serve after so many rows of the log of ranks. Returns how many are queued."""
    log, take = scratch.rank_log, allocation.take
    for i in range(rank_changes):
        d = log[i, LOG_DEMAND]
        fed = allocation.demands[d, DEMAND_OP]
        block = shop.ops[fed, BLOCK]
        if (
            (take[d, FIRST_ROW] != log[i, LOG_FIRST] or take[d, LAST_ROW] != log[i, LOG_LAST])
            and scratch.queued[block] == 0
            and shop.ops[fed, FIXED] == 0
        ):
            size = enqueue(block, walk.start[fed], size, scratch)
    return size


@inlined
def retime(
    trial: int, moves: int, size: int, temperature: float, limit: float, shop: Shop, costs: Costs, walk: Walk,
    allocation: Allocation, journal: Ints, scratch: Scratch, numbers: MoveParameters,
) -> tuple[bool, int, int, int]:  # fmt: skip
    """Time what is queued anew, and what that touches, until nothing changes any more.

    limit : what the move may cost. Returns (whether it is refused, blocks still queued, operations and orders logged).
    """
    block_ptr, block_ops, start, end = shop.block_ptr, shop.block_ops, walk.start, walk.end
    logged, order_logged, pops, partial = 0, 0, 0, 0.0
    while size > 0:
        size = heap_pop(scratch.keys, scratch.queue, size)
        block = scratch.queue[size]
        scratch.queued[block] = 0
        pops += 1
        hopeless = temperature > 0 and partial > limit + numbers.hopeless * temperature
        if pops > numbers.most_touched or (hopeless and pops > numbers.surely_touched):
            return True, size, logged, order_logged
        logged = give_back(trial, block, moves, logged, shop, walk, journal, scratch)
        if not time_block(block, shop, walk, allocation, scratch.bound, scratch.was_end):
            return True, size, logged, order_logged
        refused = False
        for k in range(block_ptr[block], block_ptr[block + 1]):
            hit = block_ops[k]
            if start[hit] == scratch.was_start[hit] and end[hit] == scratch.was_end[hit]:
                continue
            if start[hit] > scratch.was_start[hit] and walk.place[hit] < walk.locked[walk.machine[hit]]:
                refused = True  # what is frozen keeps its start, also where others were served before it
            circle, size = queue_behind(k, block, size, shop, walk, scratch)
            refused = refused or circle
            o = shop.ops[hit, ORDER]
            if end[hit] > walk.order_end[o] or scratch.was_end[hit] == walk.order_end[o]:
                order_now = end_of_order(o, shop.orders, end)
                if order_now != walk.order_end[o]:
                    if scratch.order_at[o] != trial:
                        scratch.order_at[o] = trial
                        scratch.order_log[order_logged], scratch.order_was[order_logged] = o, walk.order_end[o]
                        order_logged += 1
                    partial += cost_of_order(o, order_now, shop.orders, costs)
                    partial -= cost_of_order(o, walk.order_end[o], shop.orders, costs)
                    walk.order_end[o] = order_now
                    size = queue_fed(o, start[hit], size, shop, walk, allocation, scratch)
        if refused:
            return True, size, logged, order_logged
    return False, size, logged, order_logged


@inlined
def give_back(
    trial: int, block: int, moves: int, logged: int, shop: Shop, walk: Walk, journal: Ints, scratch: Scratch
) -> int:
    """Note where a block stands before it is timed anew, and give its pools back. Returns the operations logged."""
    start, end = walk.start, walk.end
    for k in range(shop.block_ptr[block], shop.block_ptr[block + 1]):
        hit = shop.block_ops[k]
        m = walk.machine[hit]
        if scratch.touched_at[hit] != trial:
            scratch.touched_at[hit] = trial
            scratch.log_op[logged], scratch.log_start[logged], scratch.log_end[logged] = hit, start[hit], end[hit]
            # where it stood on its old machine, its pools are still taken
            for i in range(moves - 1, -1, -1):
                if journal[i, OP] == hit:
                    m = journal[i, FROM]
            logged += 1
        pools_of(hit, -1.0, m, start[hit], end[hit], shop, walk)
        scratch.was_start[hit], scratch.was_end[hit] = start[hit], end[hit]
        start[hit] = NONE
    return logged


@inlined
def queue_behind(k: int, block: int, size: int, shop: Shop, walk: Walk, scratch: Scratch) -> tuple[bool, int]:
    """Queue who stands behind an operation on its machine or in its routing: that of position k among the blocks'.

    Returns (whether it would wait for one that waits for it, how many are queued).
    """
    ops, block_ops, start = shop.ops, shop.block_ops, walk.start
    hit, circle = block_ops[k], False
    m = walk.machine[hit]
    if walk.place[hit] + 1 < walk.length[m]:
        next_op = walk.seq[walk.off[m] + walk.place[hit] + 1]
        after_it = ops[next_op, BLOCK]
        stale = after_it != block
        for j in range(shop.block_ptr[block], k):
            stale = stale or block_ops[j] == next_op  # of the same block, timed before what it now follows
        for j in range(ops[hit, PRED0], ops[hit, PRED1]):
            circle = circle or shop.preds[j] == next_op
        if scratch.queued[after_it] == 0 and stale:
            size = enqueue(after_it, max(start[next_op], start[hit]), size, scratch)
    for j in range(ops[hit, SUCC0], ops[hit, SUCC1]):
        after_it = ops[shop.succs[j], BLOCK]
        if scratch.queued[after_it] == 0 and after_it != block:
            size = enqueue(after_it, max(start[shop.succs[j]], start[hit]), size, scratch)
    return circle, size


@inlined
def queue_fed(o: int, t: int, size: int, shop: Shop, walk: Walk, allocation: Allocation, scratch: Scratch) -> int:
    """Queue who takes what an order makes, since it ends at another time. Returns how many are queued."""
    ops, take, material, row = shop.ops, allocation.take, allocation.output[o], allocation.row_of[o]
    if row == NONE:
        return size
    at = first_demand(row, material, allocation)
    while at < allocation.ranked_ptr[material + 1] and take[allocation.ranked[at], FIRST_ROW] <= row:
        fed = allocation.demands[allocation.ranked[at], DEMAND_OP]
        block = ops[fed, BLOCK]
        if scratch.queued[block] == 0 and ops[fed, FIXED] == 0:
            size = enqueue(block, max(walk.start[fed], t), size, scratch)
        at += 1
    return size


@inlined
def price(
    logged: int, order_logged: int, grown: int, last: int, priced: bool, pinned: bool, shop: Shop, costs: Costs,
    walk: Walk, scratch: Scratch,
) -> tuple[float, int]:  # fmt: skip
    """(what the move costs, when the last order ends with it). grown : minutes of changeovers that it brings.
    last : when it ended before.   priced : moves away from the plan in force cost something.
    pinned : so do starts behind `LATEST`."""
    objective, order_end = costs.objective, walk.order_end
    delta, new_last = objective[PER_SETUP] * grown, last
    for i in range(order_logged):
        o = scratch.order_log[i]
        delta += cost_of_order(o, order_end[o], shop.orders, costs)
        delta -= cost_of_order(o, int(scratch.order_was[i]), shop.orders, costs)
    if objective[PER_MAKESPAN] != 0.0:
        new_last = 0
        for o in range(len(shop.orders)):
            new_last = max(new_last, order_end[o])
        delta += objective[PER_MAKESPAN] * (new_last - last)
    if priced:
        for i in range(logged):
            hit = scratch.log_op[i]
            now = int(is_away(hit, shop.ops, costs.prices, walk.start, walk.machine))
            delta += costs.prices[hit] * (now - scratch.away[hit])
    if pinned:
        for i in range(logged):
            hit = scratch.log_op[i]
            latest, lost = shop.ops[hit, LATEST], shop.ops[hit, PIN_LOST]
            delta += pin_price(latest, lost, walk.start[hit]) - pin_price(latest, lost, scratch.log_start[i])
    return delta, new_last


@inlined
def copy_into(target: Ints, source: Ints) -> None:
    """One array becomes as the other."""
    for i in range(len(target)):
        target[i] = source[i]


@inlined
def save(walk: Walk, best: Best) -> None:
    """The plan as it stands is the best."""
    copy_into(best.start, walk.start)
    copy_into(best.end, walk.end)
    copy_into(best.mode, walk.mode)


@inlined
def save_before(logged: int, moves: int, walk: Walk, journal: Ints, best: Best, scratch: Scratch) -> None:
    """The plan as it stood before the move is the best."""
    save(walk, best)
    for i in range(logged):
        op = scratch.log_op[i]
        best.start[op], best.end[op] = scratch.log_start[i], scratch.log_end[i]
    for i in range(moves - 1, -1, -1):
        best.mode[journal[i, OP]] = journal[i, MODE]


@inlined
def undo(
    size: int, logged: int, order_logged: int, rank_changes: int, moves: int, shop: Shop, walk: Walk,
    allocation: Allocation, journal: Ints, scratch: Scratch,
) -> None:  # fmt: skip
    """Everything is as it was before the move. size : blocks still queued."""
    start, end, machine = walk.start, walk.end, walk.machine
    while size > 0:
        size -= 1
        scratch.queued[scratch.queue[size]] = 0
    for i in range(logged):
        hit = scratch.log_op[i]
        if start[hit] != NONE:
            pools_of(hit, -1.0, machine[hit], start[hit], end[hit], shop, walk)
    restore_ranks(scratch.rank_log, scratch.rank_log_served, rank_changes, allocation)
    put_back(moves, walk, journal)
    for i in range(logged):
        hit = scratch.log_op[i]
        start[hit], end[hit] = scratch.log_start[i], scratch.log_end[i]
        pools_of(hit, 1.0, machine[hit], start[hit], end[hit], shop, walk)
    for i in range(order_logged):
        walk.order_end[scratch.order_log[i]] = int(scratch.order_was[i])
