"""List scheduling: walk forward in time; whenever a machine is free, the most urgent waiting work takes it."""

from __future__ import annotations

import numpy as np

from scheduler.planning.kernels.arrays import Capacity, Draft, Pegs, Pools, Shop
from scheduler.planning.kernels.block import LEFT_OVER, NO_ROOM, OFF_GRID, OK, place_block, ready_time, stops
from scheduler.planning.kernels.fit_near import fit_near, open_from
from scheduler.planning.kernels.jit import array_kernel, inlined, kernel
from scheduler.planning.kernels.pin_price import has_timed_pins
from scheduler.planning.kernels.place import link, put_down
from scheduler.planning.kernels.pools import pool_room
from scheduler.planning.kernels.queues import (
    ATC,
    EDD,
    GAPS,
    GONE,
    PARAMETERS,
    QUEUED_ITEM,
    QUEUED_MODE,
    WSPT,
    Queues,
    Wants,
    changeover_now,
    choose,
    empty_queues,
    join_queues,
    leave_queues,
    wants_of,
)
from scheduler.planning.kernels.schedule import start_floor
from scheduler.planning.kernels.urgency import urgency
from scheduler.planning.kernels.wake import first_awake, set_wake
from scheduler.planning.layout import (
    BLOCK,
    FAMILY,
    FAR,
    FIXED,
    INITIAL,
    MACHINE,
    MAX_WAIT,
    NONE,
    ORDER,
    PAUSABLE,
    PLACED_END,
    PLACED_MACHINE,
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

__all__ = ["ATC", "EDD", "PARAMETERS", "WSPT", "dispatch", "urgency"]

UNKNOWN, QUEUEING, HAS_PLACE = 0, 1, 2  # what is known of a block


@kernel
def count_waiting(shop: Shop, pegs: Pegs, draft: Draft, waiting: Ints) -> None:
    """Fills waiting (blocks,): how many predecessors outside, and orders that feed it, have no place yet."""
    ops, preds = shop.ops, shop.preds
    for block in range(len(waiting)):
        waiting[block] = 0
        for i in range(shop.block_ptr[block], shop.block_ptr[block + 1]):
            op = shop.block_ops[i]
            for k in range(ops[op, PRED0], ops[op, PRED1]):
                if draft.placed[preds[k]] == 0 and ops[preds[k], BLOCK] != block:
                    waiting[block] += 1
            for k in range(pegs.ptr[op], pegs.ptr[op + 1]):
                if draft.order_left[pegs.orders[k]] > 0:
                    waiting[block] += 1


@kernel
def note_placed(
    block: int, shop: Shop, pegs: Pegs, draft: Draft, waiting: Ints, known: Ints, fresh: Ints, count: int
) -> int:
    """A block has its place: what waited for it waits for one thing less. Appends to `fresh` what waits for nothing any
    more and is not `known` yet; returns how many it holds now."""
    ops, succs, fed_ptr, fed_ops = shop.ops, shop.succs, pegs.fed_ptr, pegs.fed_ops
    order_left, order_end = draft.order_left, draft.order_end
    for i in range(shop.block_ptr[block], shop.block_ptr[block + 1]):
        op = shop.block_ops[i]
        o = ops[op, ORDER]
        order_end[o] = max(order_end[o], draft.times[op, PLACED_END])
        for k in range(ops[op, SUCC0], ops[op, SUCC1]):
            follower = ops[succs[k], BLOCK]
            if follower != block:
                waiting[follower] -= 1
        order_left[o] -= 1
        if order_left[o] == 0:
            for k in range(fed_ptr[o], fed_ptr[o + 1]):
                waiting[ops[fed_ops[k], BLOCK]] -= 1
    for i in range(shop.block_ptr[block], shop.block_ptr[block + 1]):
        op = shop.block_ops[i]
        o = ops[op, ORDER]
        for k in range(ops[op, SUCC0], ops[op, SUCC1]):
            follower = ops[succs[k], BLOCK]
            if waiting[follower] == 0 and known[follower] == UNKNOWN:
                known[follower] = QUEUEING
                fresh[count] = follower
                count += 1
        if order_left[o] == 0:
            for k in range(fed_ptr[o], fed_ptr[o + 1]):
                follower = ops[fed_ops[k], BLOCK]
                if waiting[follower] == 0 and known[follower] == UNKNOWN:
                    known[follower] = QUEUEING
                    fresh[count] = follower
                    count += 1
    return count


@kernel
def place_first(
    first: Ints, put: int, shop: Shop, pegs: Pegs, choice: Ints, not_before: Ints, draft: Draft, pools: Pools,
    waiting: Ints, known: Ints, fresh: Ints,
) -> tuple[int, int, int]:  # fmt: skip
    """Place what is to stand before all others, as far as it waits for nothing, in gaps.

    put : blocks that have their place already. Returns (status, block at fault or NONE, blocks that have it now).
    """
    worst, fault = OK, NONE
    for step in range(len(first)):
        block = first[step]
        if known[block] == HAS_PLACE or waiting[block] > 0:
            continue
        status = place_block(block, NONE, shop, pegs, choice, not_before, True, draft, pools)
        if stops(status):
            return status, block, put
        if status != OK and worst == OK:
            worst, fault = status, block
        known[block] = HAS_PLACE
        draft.sequence[put] = block
        put += 1
        note_placed(block, shop, pegs, draft, waiting, known, fresh, 0)
    return worst, fault, put


@inlined
def place_last(block: int, mode: int, ready: int, shop: Shop, draft: Draft, queues: Queues) -> bool:
    """One operation behind all others, without pools: what `place_block` does, from the window that is near. False: it
    does not fit."""
    ops, modes, machines = shop.ops, shop.modes, shop.machines
    op, m = shop.block_ops[shop.block_ptr[block]], modes[mode, MACHINE]
    setup = changeover_now(mode, ops[op, FAMILY], shop, queues)
    s, e = fit_near(
        shop.windows, queues.near[m], machines[m, WIN0], machines[m, WIN1], queues.idle[m], setup, ready,
        modes[mode, RUN], ops[op, PAUSABLE],
    )  # fmt: skip
    if e == NONE:
        return False
    put_down(draft.times, op, s, e, m, modes[mode, SETUP], mode)
    link(draft.links, draft.heads, draft.tails, m, op, draft.tails[m])
    return True


@inlined
def is_plain(block: int, shop: Shop) -> bool:
    """One operation that neither a max_wait ties nor pools may keep waiting."""
    op = shop.block_ops[shop.block_ptr[block]]
    alone = shop.block_ptr[block + 1] - shop.block_ptr[block] == 1
    return bool(alone and shop.ops[op, MAX_WAIT] == NONE and shop.ops[op, POOL0] == shop.ops[op, POOL1])


@inlined
def who_is_free(shop: Shop, queues: Queues) -> tuple[int, int]:
    """(machine, minute) of the first that is free and open and may find work; (NONE, FAR): nobody will any more."""
    machines, tree = shop.machines, queues.tree
    while tree[1] < FAR:
        m, t = first_awake(tree), tree[1]
        if queues.idle[m] > t:
            set_wake(tree, m, queues.idle[m])
            continue
        open_at = open_from(shop.windows, queues.near, m, machines[m, WIN0], machines[m, WIN1], t)
        if open_at == t:
            return m, t
        set_wake(tree, m, FAR if open_at == NONE else open_at)
    return NONE, FAR


@inlined
def note_idle(block: int, reserved: bool, shop: Shop, draft: Draft, queues: Queues) -> None:
    """The machines of a placed block are idle, and stand in a family, from their last operation on; where work is
    pinned (`reserved`), from the one that was dispatched last."""
    for i in range(shop.block_ptr[block], shop.block_ptr[block + 1]):
        op = shop.block_ops[i]
        m = draft.times[op, PLACED_MACHINE]
        last = op if reserved else draft.tails[m]
        end = draft.times[last, PLACED_END]
        queues.idle[m] = max(queues.idle[m], end) if reserved else end
        queues.standing[m] = shop.ops[last, FAMILY]


@kernel
def start_queues(shop: Shop, draft: Draft, queues: Queues) -> None:
    """Where each machine stands before its queue is looked at."""
    tails, machines = draft.tails, shop.machines
    queues.tree[:] = FAR
    queues.length[:] = 0
    for m in range(len(machines)):
        queues.near[m] = machines[m, WIN0]
        queues.idle[m] = 0 if tails[m] == NONE else draft.times[tails[m], PLACED_END]
        queues.standing[m] = machines[m, INITIAL] if tails[m] == NONE else shop.ops[tails[m], FAMILY]


@inlined
def nobody_starts(queues: Queues) -> tuple[int, int]:
    """(status, block) where nothing can start any more: what queues finds no open time; where nobody does, material
    never comes."""
    for m in range(len(queues.length)):
        for row in range(queues.first[m], queues.first[m] + queues.length[m]):
            if queues.ready[row] != GONE:
                return OFF_GRID, queues.rows[row, QUEUED_ITEM]
    return LEFT_OVER, NONE


@array_kernel
def dispatch(
    shop: Shop, capacity: Capacity, pegs: Pegs, weights: Floats, first: Ints, choice: Ints, not_before: Ints,
    parameters: Floats, seed: int, draft: Draft,
) -> tuple[int, int]:  # fmt: skip
    """Plan by a dispatching rule. `first` (f,) blocks are placed before all others, in that order and in gaps
    (frozen work, what a max_wait ties to running work, and pinned work). Where work is pinned, all else looks for gaps
    too, and a machine goes on with what was dispatched last, not with what is pinned for later.

    parameters : see `queues.py`; LOOKAHEAD scales the slack (k1 of ATCS), SETUP_DREAD the changeover (k2), PATIENCE
    how much later than elsewhere work may end before it rather waits for the better machine, STRETCH the elapsed
    minutes per run minute, WAITING how long a machine may idle for work that is about to come.
    Fills the draft as `build` does. Returns (status, block at fault or NONE).
    Source: ATCS after Lee, Bhaskaran and Pinedo (1997), IIE Transactions 29(1), 45-52,
    doi:10.1080/07408179708966311.
    """
    np.random.seed(seed)
    blocks, consumers = len(shop.block_ptr) - 1, capacity.consumers
    wants, queues = wants_of(shop, pegs, weights, parameters), empty_queues(shop)
    known, waiting, fresh = np.empty(blocks, np.int64), np.empty(blocks, np.int64), np.empty(blocks + 1, np.int64)
    while True:
        pools = pool_room(capacity.steps, capacity.free, capacity.pools, consumers)
        status, fault = dispatch_in(
            shop, pegs, first, choice, not_before, parameters, draft, pools, wants, queues, known, waiting, fresh
        )  # fmt: skip
        if status != NO_ROOM:
            return status, fault
        consumers = 2 * consumers + 4


@kernel
def dispatch_in(
    shop: Shop, pegs: Pegs, first: Ints, choice: Ints, not_before: Ints, parameters: Floats, draft: Draft, pools: Pools,
    wants: Wants, queues: Queues, known: Ints, waiting: Ints, fresh: Ints,
) -> tuple[int, int]:  # fmt: skip
    """The same as far as the pools have room; NO_ROOM: no further.

    known, waiting (blocks,), fresh (blocks + 1,) : scratch, see `note_placed`.
    """
    ops, block_ptr, block_ops, sequence = shop.ops, shop.block_ptr, shop.block_ops, draft.sequence
    blocks, reserved = len(block_ptr) - 1, has_timed_pins(ops)
    gaps = parameters[GAPS] > 0.5 or reserved
    if not start_floor(shop, draft, pools):
        return NO_ROOM, NONE
    count_waiting(shop, pegs, draft, waiting)
    put = 0
    for block in range(blocks):
        known[block] = UNKNOWN
        if ops[block_ops[block_ptr[block]], FIXED] == 1:
            known[block] = HAS_PLACE
            sequence[put] = block
            put += 1
    if reserved:
        start_queues(shop, draft, queues)
    worst, fault, put = place_first(
        first, put, shop, pegs, choice, not_before, draft, pools, waiting, known, fresh
    )  # fmt: skip
    if stops(worst):
        return worst, fault
    fresh_count = 0
    for block in range(blocks):
        if known[block] != HAS_PLACE and waiting[block] == 0:
            known[block] = QUEUEING
            fresh[fresh_count] = block
            fresh_count += 1
    if not reserved:
        start_queues(shop, draft, queues)
    while put < blocks:
        while fresh_count > 0:
            fresh_count -= 1
            block = fresh[fresh_count]
            op = block_ops[block_ptr[block]]
            ready = max(ready_time(op, shop, pegs, draft), not_before[op])
            join_queues(block, ready, shop, choice, parameters, wants, queues)
        m, t = who_is_free(shop, queues)
        if m == NONE:
            return nobody_starts(queues)
        best, soonest = choose(m, t, shop, choice, parameters, wants, queues)
        if best == NONE:
            set_wake(queues.tree, m, soonest if soonest > t else t + 1)
            continue
        block, mode, ready = queues.rows[best, QUEUED_ITEM], queues.rows[best, QUEUED_MODE], queues.ready[best]
        if not gaps and is_plain(block, shop):
            if not place_last(block, mode, ready, shop, draft, queues):
                return OFF_GRID, block
        else:
            status = place_block(block, mode, shop, pegs, choice, not_before, gaps, draft, pools)
            if stops(status):
                return status, block
            if status != OK and worst == OK:
                worst, fault = status, block
        known[block] = HAS_PLACE
        leave_queues(block_ops[block_ptr[block]], shop, choice, queues)
        sequence[put] = block
        put += 1
        note_idle(block, reserved, shop, draft, queues)
        set_wake(queues.tree, m, queues.idle[m])
        fresh_count = note_placed(block, shop, pegs, draft, waiting, known, fresh, fresh_count)
    return worst, fault
