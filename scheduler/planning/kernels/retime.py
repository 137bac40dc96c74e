"""Exact, event-driven re-timing of machine sequences: from what has changed on, until nothing changes any more.

The state of a plan under search, flat arrays:

    start, end, mode, machine, place : (n,) per operation; `place` is its position in its machine's sequence.
    seq : the sequences, machine m's at seq[off[m] : off[m] + length[m]].
    order_end : (o,).   room : free pool capacity per pool and minute.

Every change is journaled, so that a refused move costs no more than the operations it touched.
"""

from __future__ import annotations

from scheduler.planning.kernels.clock import room_clash, slot, use_room
from scheduler.planning.kernels.jit import inlined, kernel
from scheduler.planning.kernels.place import changeover
from scheduler.planning.kernels.takers import supply_time
from scheduler.planning.kernels.windows import latest_start
from scheduler.planning.layout import (
    DONE_END,
    EARLIEST,
    FAMILY,
    FIXED,
    INITIAL,
    ITEM,
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
from scheduler.planning.problem import Floats, Ints

PUSHES = 200


@kernel
def heap_push(keys: Ints, items: Ints, size: int, key: int, item: int) -> int:
    """Put an item into the heap; returns its new size."""
    at = size
    while at > 0:
        parent = (at - 1) >> 1
        if keys[parent] <= key:
            break
        keys[at], items[at] = keys[parent], items[parent]
        at = parent
    keys[at], items[at] = key, item
    return size + 1


@kernel
def heap_pop(keys: Ints, items: Ints, size: int) -> int:
    """Take the item with the smallest key out; it is then at index size - 1. Returns the new size."""
    size -= 1
    key, item, top = keys[size], items[size], items[0]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and keys[child + 1] < keys[child]:
            child += 1
        if keys[child] >= key:
            break
        keys[at], items[at] = keys[child], items[child]
        at = child
    keys[at], items[at] = key, item
    items[size] = top
    return size


@kernel
def family_before(ops: Ints, machines: Ints, seq: Ints, off: Ints, m: int, place: int) -> int:
    """The setup family that the machine stands in before the position."""
    return int(machines[m, INITIAL] if place == 0 else ops[seq[off[m] + place - 1], FAMILY])


@kernel
def setup_at(
    ops: Ints, modes: Ints, machines: Ints, changeovers: Ints, stride: int, seq: Ints, off: Ints, length: Ints,
    mode: Ints, m: int, place: int,
) -> int:  # fmt: skip
    """Changeover minutes before the position; 0 behind the end and for fixed work."""
    if place >= length[m]:
        return 0
    op = seq[off[m] + place]
    if ops[op, FIXED] == 1:
        return 0
    old = family_before(ops, machines, seq, off, m, place)
    return changeover(machines, changeovers, stride, m, old, ops[op, FAMILY], modes[mode[op], SETUP])


@inlined
def pools_of(
    ops: Ints, op: int, sign: float, machines: Ints, windows: Ints, near: Ints, pool_needs: Ints,
    pool_quantity: Floats, room: Floats, m: int, s: int, e: int,
) -> None:  # fmt: skip
    """Take (1) or give back (-1) what an operation needs of its pools."""
    for k in range(ops[op, POOL0], ops[op, POOL1]):
        use_room(
            room, pool_needs[k], sign * pool_quantity[k], windows, near, m, machines[m, WIN0], machines[m, WIN1], s, e
        )  # fmt: skip


@inlined
def time_operation(
    op: int, bound: int, ops: Ints, modes: Ints, preds: Ints, machines: Ints, windows: Ints, near: Ints, stride: int,
    changeovers: Ints, pool_needs: Ints, pool_quantity: Floats, demand_ptr: Ints, take: Ints, supplies: Ints,
    not_before: Ints, end: Ints, mode: Ints, machine: Ints, place: Ints, seq: Ints, off: Ints, order_end: Ints,
    room: Floats,
) -> tuple[int, int]:  # fmt: skip
    """(start, end) as early as its predecessors, machine and pools allow; its own pools must be given back before."""
    m = machine[op]
    t = max(ops[op, EARLIEST], not_before[op], bound)
    for k in range(ops[op, PRED0], ops[op, PRED1]):
        t = max(t, end[preds[k]] + ops[op, MIN_WAIT])
    if demand_ptr[op + 1] > demand_ptr[op]:
        t = max(t, supply_time(op, demand_ptr, take, supplies, order_end))
    idle_from, old = 0, machines[m, INITIAL]
    if place[op] > 0:
        previous = seq[off[m] + place[op] - 1]
        idle_from, old = end[previous], ops[previous, FAMILY]
    setup = changeover(machines, changeovers, stride, m, old, ops[op, FAMILY], modes[mode[op], SETUP])
    w0, w1, run = machines[m, WIN0], machines[m, WIN1], modes[mode[op], RUN]
    s, e = slot(windows, near, m, w0, w1, idle_from, setup, t, run, ops[op, PAUSABLE])
    while e != NONE and ops[op, POOL1] > ops[op, POOL0]:
        later = NONE
        for k in range(ops[op, POOL0], ops[op, POOL1]):
            later = max(
                later, room_clash(room, pool_needs[k], pool_quantity[k], windows, near, m, w0, w1, s, e)
            )  # fmt: skip
        if later == NONE:
            break
        s, e = slot(windows, near, m, w0, w1, later, 0, later, run, ops[op, PAUSABLE])
    return s, e


@inlined
def time_item(
    item: int, ops: Ints, modes: Ints, preds: Ints, machines: Ints, windows: Ints, near: Ints, stride: int,
    changeovers: Ints, pool_needs: Ints, pool_quantity: Floats, item_ptr: Ints, item_ops: Ints, demand_ptr: Ints,
    take: Ints, supplies: Ints, not_before: Ints, start: Ints, end: Ints, mode: Ints, machine: Ints, place: Ints,
    seq: Ints, off: Ints, order_end: Ints, room: Floats, bound: Ints, was_end: Ints,
) -> bool:  # fmt: skip
    """Time all operations of an item anew; those with pools must have given them back. False: it cannot be done."""
    k0, k1, pushes = item_ptr[item], item_ptr[item + 1], 0
    k = k0
    if k1 - k0 > 1:
        for j in range(k0, k1):
            bound[item_ops[j]] = 0
    while k < k1:
        op = item_ops[k]
        s, e = time_operation(
            op, bound[op], ops, modes, preds, machines, windows, near, stride, changeovers, pool_needs, pool_quantity,
            demand_ptr, take, supplies, not_before, end, mode, machine, place, seq, off, order_end, room,
        )  # fmt: skip
        if e == NONE:
            return False
        start[op], end[op] = s, e
        pools_of(ops, op, 1.0, machines, windows, near, pool_needs, pool_quantity, room, machine[op], s, e)
        k += 1
        if ops[op, MAX_WAIT] == NONE:
            continue
        back = k
        for j in range(ops[op, PRED0], ops[op, PRED1]):
            p = preds[j]
            if s - end[p] <= ops[op, MAX_WAIT]:
                continue
            if ops[p, ITEM] != item:
                return False
            pm, target = machine[p], s - ops[op, MAX_WAIT]
            if ops[p, PAUSABLE] == 1:
                later = latest_start(windows, machines[pm, WIN0], machines[pm, WIN1], target, modes[mode[p], RUN])
            else:
                later = target - modes[mode[p], RUN]
            bound[p] = max(later, start[p] + 1)
            at = k0
            while item_ops[at] != p:
                at += 1
            back = min(back, at)
        if back < k:
            pushes += 1
            if pushes > PUSHES:
                for j in range(k0, k):
                    undo = item_ops[j]
                    pools_of(
                        ops, undo, -1.0, machines, windows, near, pool_needs, pool_quantity, room, machine[undo],
                        start[undo], end[undo],
                    )  # fmt: skip
                    start[undo] = end[undo] = NONE
                return False
            while k > back:
                k -= 1
                undo = item_ops[k]
                pools_of(
                    ops, undo, -1.0, machines, windows, near, pool_needs, pool_quantity, room, machine[undo],
                    start[undo], end[undo],
                )  # fmt: skip
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
def position_at(t: int, m: int, lowest: int, start: Ints, seq: Ints, off: Ints, length: Ints) -> int:
    """The first position of machine m, not below `lowest`, whose operation starts at t or later."""
    low, high = lowest, length[m]
    while low < high:
        middle = (low + high) >> 1
        if start[seq[off[m] + middle]] < t:
            low = middle + 1
        else:
            high = middle
    return low
