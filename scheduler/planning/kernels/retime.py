"""Exact, event-driven re-timing of machine sequences: from what has changed on, until nothing changes any more.

The state of a plan under search is a `Walk` (see `arrays.py`), and who takes which supply in it are its `Allocation`.
Every change is journaled, so that a refused move costs no more than the operations it touched.
"""

from __future__ import annotations

from scheduler.planning.kernels.allocation import supply_time
from scheduler.planning.kernels.arrays import Allocation, Shop, Walk
from scheduler.planning.kernels.clock import room_clash, slot, use_room
from scheduler.planning.kernels.jit import inlined, kernel
from scheduler.planning.kernels.place import changeover
from scheduler.planning.kernels.windows import latest_start
from scheduler.planning.layout import (
    BLOCK,
    DONE_END,
    EARLIEST,
    FAMILY,
    FIXED,
    INITIAL,
    MAX_WAIT,
    MIN_WAIT,
    NONE,
    ORDER_OP0,
    ORDER_OP1,
    PAUSABLE,
    POOL0,
    POOL1,
    PRED0,
    PRED1,
    RUN,
    SETUP,
    WIN0,
    WIN1,
)
from scheduler.planning.problem import Ints

PUSHES = 200


@kernel
def heap_push(keys: Ints, blocks: Ints, size: int, key: int, block: int) -> int:
    """Put a block into the heap; returns its new size."""
    at = size
    while at > 0:
        parent = (at - 1) >> 1
        if keys[parent] <= key:
            break
        keys[at], blocks[at] = keys[parent], blocks[parent]
        at = parent
    keys[at], blocks[at] = key, block
    return size + 1


@kernel
def heap_pop(keys: Ints, blocks: Ints, size: int) -> int:
    """Take the block with the smallest key out; it is then at index size - 1. Returns the new size."""
    size -= 1
    key, block, top = keys[size], blocks[size], blocks[0]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and keys[child + 1] < keys[child]:
            child += 1
        if keys[child] >= key:
            break
        keys[at], blocks[at] = keys[child], blocks[child]
        at = child
    keys[at], blocks[at] = key, block
    blocks[size] = top
    return size


@kernel
def setup_at(m: int, place: int, shop: Shop, walk: Walk) -> int:
    """Changeover minutes before a position of a machine; 0 behind the end and for fixed work."""
    ops, machines, seq, off = shop.ops, shop.machines, walk.seq, walk.off
    if place >= walk.length[m]:
        return 0
    op = seq[off[m] + place]
    if ops[op, FIXED] == 1:
        return 0
    old = machines[m, INITIAL] if place == 0 else ops[seq[off[m] + place - 1], FAMILY]
    own = shop.modes[walk.mode[op], SETUP]
    return changeover(machines, shop.changeovers, shop.stride, m, old, ops[op, FAMILY], own)


@inlined
def pools_of(op: int, sign: float, m: int, s: int, e: int, shop: Shop, walk: Walk) -> None:
    """Take (1) or give back (-1) what an operation needs of its pools on machine m in [s, e)."""
    ops, machines, windows, near, room = shop.ops, shop.machines, shop.windows, walk.near, walk.room
    for k in range(ops[op, POOL0], ops[op, POOL1]):
        quantity, w0, w1 = sign * shop.pool_quantity[k], machines[m, WIN0], machines[m, WIN1]
        use_room(room, shop.pool_needs[k], quantity, windows, near, m, w0, w1, s, e)


@inlined
def time_operation(op: int, bound: int, shop: Shop, walk: Walk, allocation: Allocation) -> tuple[int, int]:
    """(start, end) as early as its predecessors, machine and pools allow; its own pools must be given back before."""
    ops, modes, machines, windows, near = shop.ops, shop.modes, shop.machines, shop.windows, walk.near
    end, mode, place = walk.end, walk.mode, walk.place
    m = walk.machine[op]
    t = max(ops[op, EARLIEST], walk.not_before[op], bound)
    for k in range(ops[op, PRED0], ops[op, PRED1]):
        t = max(t, end[shop.preds[k]] + ops[op, MIN_WAIT])
    if allocation.demand_ptr[op + 1] > allocation.demand_ptr[op]:
        t = max(t, supply_time(op, allocation, walk.order_end))
    idle_from, old = 0, machines[m, INITIAL]
    if place[op] > 0:
        previous = walk.seq[walk.off[m] + place[op] - 1]
        idle_from, old = end[previous], ops[previous, FAMILY]
    setup = changeover(machines, shop.changeovers, shop.stride, m, old, ops[op, FAMILY], modes[mode[op], SETUP])
    w0, w1, run = machines[m, WIN0], machines[m, WIN1], modes[mode[op], RUN]
    s, e = slot(windows, near, m, w0, w1, idle_from, setup, t, run, ops[op, PAUSABLE])
    while e != NONE and ops[op, POOL1] > ops[op, POOL0]:
        later = NONE
        for k in range(ops[op, POOL0], ops[op, POOL1]):
            pool, quantity = shop.pool_needs[k], shop.pool_quantity[k]
            later = max(later, room_clash(walk.room, pool, quantity, windows, near, m, w0, w1, s, e))
        if later == NONE:
            break
        s, e = slot(windows, near, m, w0, w1, later, 0, later, run, ops[op, PAUSABLE])
    return s, e


@inlined
def start_to_end_at(op: int, target: int, shop: Shop, walk: Walk) -> int:
    """When an operation must start where it stands to end at `target` or later."""
    m, run = walk.machine[op], shop.modes[walk.mode[op], RUN]
    if shop.ops[op, PAUSABLE] == 1:
        return int(latest_start(shop.windows, shop.machines[m, WIN0], shop.machines[m, WIN1], target, run))
    return int(target - run)


@inlined
def time_block(block: int, shop: Shop, walk: Walk, allocation: Allocation, bound: Ints, was_end: Ints) -> bool:
    """Time all operations of a block anew; those with pools must have given them back. False: it cannot be done.

    bound : (n,) scratch, before which none may start.   was_end : (n,) when those of the block ended before.
    """
    ops, preds, block_ops, start, end, machine = (
        shop.ops, shop.preds, shop.block_ops, walk.start, walk.end, walk.machine,
    )  # fmt: skip
    k0, k1, pushes = shop.block_ptr[block], shop.block_ptr[block + 1], 0
    k = k0
    if k1 - k0 > 1:
        for j in range(k0, k1):
            bound[block_ops[j]] = 0
    while k < k1:
        op = block_ops[k]
        s, e = time_operation(op, bound[op], shop, walk, allocation)
        if e == NONE:
            return False
        start[op], end[op] = s, e
        pools_of(op, 1.0, machine[op], s, e, shop, walk)
        k += 1
        if ops[op, MAX_WAIT] == NONE:
            continue
        back = k
        for j in range(ops[op, PRED0], ops[op, PRED1]):
            p = preds[j]
            if s - end[p] <= ops[op, MAX_WAIT]:
                continue
            if ops[p, BLOCK] != block:
                return False
            bound[p] = max(start_to_end_at(p, s - ops[op, MAX_WAIT], shop, walk), start[p] + 1)
            at = k0
            while block_ops[at] != p:
                at += 1
            back = min(back, at)
        if back < k:
            pushes += 1
            if pushes > PUSHES:
                for j in range(k0, k):
                    undo = block_ops[j]
                    pools_of(undo, -1.0, machine[undo], start[undo], end[undo], shop, walk)
                    start[undo] = end[undo] = NONE
                return False
            while k > back:
                k -= 1
                undo = block_ops[k]
                pools_of(undo, -1.0, machine[undo], start[undo], end[undo], shop, walk)
                end[undo] = was_end[undo]  # whoever stands behind it on its machine may be timed again before it
                start[undo] = NONE  # its pools are given back: a failure from here on must not give them back again
                if k > back:
                    bound[undo] = 0
    return True


@kernel
def end_of_order(o: int, orders: Ints, end: Ints) -> int:
    """The latest end of its operations."""
    latest = orders[o, DONE_END]
    for op in range(orders[o, ORDER_OP0], orders[o, ORDER_OP1]):
        latest = max(latest, end[op])
    return int(latest)


@kernel
def take_out(op: int, machine: Ints, place: Ints, seq: Ints, off: Ints, length: Ints) -> None:
    """Out of its machine's sequence."""
    m, at = machine[op], place[op]
    base = off[m]
    for i in range(at, length[m] - 1):
        other = seq[base + i + 1]
        seq[base + i] = other
        place[other] = i
    length[m] -= 1


@kernel
def put_in(op: int, m: int, at: int, machine: Ints, place: Ints, seq: Ints, off: Ints, length: Ints) -> None:
    """Into machine m's sequence at a position."""
    base = off[m]
    for i in range(length[m], at, -1):
        other = seq[base + i - 1]
        seq[base + i] = other
        place[other] = i
    seq[base + at] = op
    machine[op], place[op] = m, at
    length[m] += 1


@kernel
def position_at(t: int, m: int, walk: Walk) -> int:
    """The first position of machine m, behind those that are locked, whose operation starts at t or later."""
    start, seq, first = walk.start, walk.seq, walk.off[m]
    low, high = walk.locked[m], walk.length[m]
    while low < high:
        middle = (low + high) >> 1
        if start[seq[first + middle]] < t:
            low = middle + 1
        else:
            high = middle
    return int(low)
