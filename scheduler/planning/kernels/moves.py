"""What a search changes in machine sequences: one operation, a chain, a whole order, or two orders with each other.

Every change is a row of `journal` (see its columns), so that it can be taken back; `tally` holds how many rows are
filled, by how many minutes the changeovers have grown, and which kind of move it is.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from scheduler.planning.kernels.arrays import Changes, Shop, Walk
from scheduler.planning.kernels.clock import slot
from scheduler.planning.kernels.jit import inlined, kernel
from scheduler.planning.kernels.retime import position_at, put_in, setup_at, take_out
from scheduler.planning.layout import (
    BLOCK,
    DUE,
    FAMILY,
    FIXED,
    MACHINE,
    MIN_WAIT,
    MODE0,
    MODE1,
    NONE,
    ORDER,
    ORDER_OP0,
    ORDER_OP1,
    PAUSABLE,
    PRED0,
    PRED1,
    RUN,
    WIN0,
    WIN1,
)
from scheduler.planning.problem import Ints

MOST_MOVED: Final = 60  # operations at once

# journal
OP: Final = 0
FROM: Final = 1  # machine it stood on
AT: Final = 2  # position there
MODE: Final = 3
FOLLOWED: Final = 4  # what came behind it there
KEY: Final = 5  # about when it will start
EARLIEST_BEFORE: Final = 6  # start before which it did not come there
JOURNAL_COLUMNS: Final = 7

# tally
MOVED: Final = 0  # rows of the journal that are filled
GROWN: Final = 1  # minutes of changeovers
KIND: Final = 2
TALLY_COLUMNS: Final = 3

# kinds of moves
SHIFTED, RUSHED, SWAPPED, SINGLE, HOMEWARD = range(5)
KINDS: Final = 5


@kernel
def relocate(
    op: int, new_mode: int, target: int, key: int, earliest: int, shop: Shop, walk: Walk, changes: Changes
) -> None:
    """Put an operation on the machine of `new_mode` at position `target`, counted without itself; from now on it
    starts at `earliest` or later."""
    mode, machine, place, seq, off, length = walk.mode, walk.machine, walk.place, walk.seq, walk.off, walk.length
    journal, tally = changes.journal, changes.tally
    old_m, old_place, m = machine[op], place[op], shop.modes[new_mode, MACHINE]
    row, setup = tally[MOVED], 0
    setup -= setup_at(old_m, old_place, shop, walk)
    setup -= setup_at(old_m, old_place + 1, shop, walk)
    take_out(op, machine, place, seq, off, length)
    journal[row, FOLLOWED] = seq[off[old_m] + old_place] if old_place < length[old_m] else NONE
    setup += setup_at(old_m, old_place, shop, walk)
    setup -= setup_at(m, target, shop, walk)
    put_in(op, m, target, machine, place, seq, off, length)
    journal[row, MODE] = mode[op]
    mode[op] = new_mode
    setup += setup_at(m, target, shop, walk)
    setup += setup_at(m, target + 1, shop, walk)
    journal[row, OP], journal[row, FROM], journal[row, AT], journal[row, KEY] = op, old_m, old_place, key
    journal[row, EARLIEST_BEFORE] = walk.not_before[op]
    walk.not_before[op] = earliest
    tally[MOVED] += 1
    tally[GROWN] += setup


@kernel
def put_back(rows: int, walk: Walk, journal: Ints) -> None:
    """Undo so many changes of the journal, the last first."""
    machine, place, seq, off, length = walk.machine, walk.place, walk.seq, walk.off, walk.length
    for i in range(rows - 1, -1, -1):
        op = journal[i, OP]
        take_out(op, machine, place, seq, off, length)
        put_in(op, journal[i, FROM], journal[i, AT], machine, place, seq, off, length)
        walk.mode[op] = journal[i, MODE]
        walk.not_before[op] = journal[i, EARLIEST_BEFORE]


@inlined
def may_move(op: int, ops: Ints, walk: Walk) -> bool:
    """Neither fixed nor locked in a first place of its machine."""
    return bool(ops[op, FIXED] == 0 and walk.place[op] >= walk.locked[walk.machine[op]])


@inlined
def has_room(changes: Changes, more: int = 1) -> bool:
    """So many more operations can be moved."""
    return bool(changes.tally[MOVED] + more <= MOST_MOVED)


@kernel
def mode_on(op: int, m: int, ops: Ints, modes: Ints) -> int:
    """The mode of an operation on machine m, NONE: it cannot run there."""
    for k in range(ops[op, MODE0], ops[op, MODE1]):
        if modes[k, MACHINE] == m:
            return k
    return NONE


@kernel
def any_mode(op: int, ops: Ints) -> int:
    """A random eligible mode."""
    return int(ops[op, MODE0] + np.random.randint(ops[op, MODE1] - ops[op, MODE0]))


@kernel
def step_move(op: int, reach: int, far: float, shop: Shop, walk: Walk, changes: Changes) -> None:
    """Some places forward or back on its machine, or beside the nearest of its own family."""
    ops, seq, off, length, locked = shop.ops, walk.seq, walk.off, walk.length, walk.locked
    m, at = walk.machine[op], walk.place[op]
    if np.random.random() < 0.3:
        way = 1 if np.random.random() < 0.5 else -1
        other = at + 2 * way
        while (
            locked[m] <= other < length[m]
            and ops[seq[off[m] + other], FAMILY] != ops[op, FAMILY]
            and abs(other - at) < 4 * reach
        ):
            other += way
        target = other - way if way > 0 else other + 1
        if np.random.random() < 0.5:
            target = other
    else:
        step = 1 + np.random.randint(reach)
        if np.random.random() < far:
            step = 1 + int(np.exp(np.random.random() * np.log(length[m])))
        target = at + step if np.random.random() < 0.5 else at - step
    target = min(length[m] - 1, max(locked[m], target))
    if target == at:
        return
    key = walk.start[seq[off[m] + target]]
    relocate(op, walk.mode[op], target, key, 0, shop, walk, changes)


@kernel
def machine_move(op: int, shop: Shop, walk: Walk, changes: Changes) -> None:
    """To another machine, about when it starts now."""
    new_mode = any_mode(op, shop.ops)
    m, start = shop.modes[new_mode, MACHINE], walk.start[op]
    if m == walk.machine[op]:
        return
    target = position_at(start, m, walk) + np.random.randint(-2, 3)
    target = min(walk.length[m], max(walk.locked[m], target))
    relocate(op, new_mode, target, start, 0, shop, walk, changes)


@kernel
def place_by_time(op: int, t: int, other_machine: float, shop: Shop, walk: Walk, changes: Changes) -> int:
    """Into the sequence where it would start at t, perhaps on another machine; returns about when it would end."""
    ops, modes, machines = shop.ops, shop.modes, shop.machines
    t, new_mode = max(0, t), walk.mode[op]
    if ops[op, MODE1] - ops[op, MODE0] > 1 and np.random.random() < other_machine:
        new_mode = any_mode(op, ops)
    m, run = modes[new_mode, MACHINE], modes[new_mode, RUN]
    target = position_at(t, m, walk)
    if m == walk.machine[op] and target > walk.place[op]:
        target -= 1
    if m != walk.machine[op] or target != walk.place[op]:
        relocate(op, new_mode, target, t, 0, shop, walk, changes)
    w0, w1 = machines[m, WIN0], machines[m, WIN1]
    _, done = slot(shop.windows, walk.near, m, w0, w1, t, 0, t, run, ops[op, PAUSABLE])
    return t + run if done == NONE else int(done)


@kernel
def shift_move(
    first: int, last: int, shift: int, other_machine: float, shop: Shop, walk: Walk, changes: Changes
) -> None:
    """The operations [first, last) all by `shift` minutes, later ones no earlier than the one before lets them."""
    ops, start = shop.ops, walk.start
    t = NONE
    for op in range(first, last):
        if not may_move(op, ops, walk) or not has_room(changes):
            continue
        wanted = start[op] + shift
        if t != NONE and shift < 0:
            wanted = max(wanted, min(start[op], t + ops[op, MIN_WAIT]))
        place_by_time(op, wanted, other_machine, shop, walk, changes)
        t = wanted + shop.modes[walk.mode[op], RUN]


@kernel
def rush_move(first: int, last: int, t: int, other_machine: float, shop: Shop, walk: Walk, changes: Changes) -> None:
    """The operations [first, last) of an order one straight after the other, the first at t."""
    ops, end, about = shop.ops, walk.end, changes.about
    for op in range(first, last):
        wanted = t if op == first else 0
        for k in range(ops[op, PRED0], ops[op, PRED1]):
            p = shop.preds[k]
            wanted = max(wanted, (about[p] if first <= p < op else end[p]) + ops[op, MIN_WAIT])
        if not may_move(op, ops, walk) or not has_room(changes):
            about[op] = end[op]
            continue
        about[op] = place_by_time(op, wanted, other_machine, shop, walk, changes)


@kernel
def swap_move(a0: int, a1: int, b0: int, b1: int, shop: Shop, walk: Walk, changes: Changes) -> None:
    """The operations [a0, a1) of one order and [b0, b1) of another change places, pair by pair where machines fit."""
    ops, modes, start, machine, place = shop.ops, shop.modes, walk.start, walk.machine, walk.place
    b = b0
    for a in range(a0, a1):
        if not may_move(a, ops, walk):
            continue
        found = NONE
        for other in range(b, b1):
            if (
                may_move(other, ops, walk)
                and mode_on(a, machine[other], ops, modes) != NONE
                and mode_on(other, machine[a], ops, modes) != NONE
            ):
                found = other
                break
        if found == NONE or not has_room(changes, 2):
            continue
        b = found + 1
        ma, mb, pa, pb, sa, sb = machine[a], machine[found], place[a], place[found], start[a], start[found]
        mode_a, mode_b = mode_on(a, mb, ops, modes), mode_on(found, ma, ops, modes)
        if ma != mb or pa > pb:
            relocate(a, mode_a, pb, sb, 0, shop, walk, changes)
            relocate(found, mode_b, pa, sa, 0, shop, walk, changes)
        else:
            relocate(found, mode_b, pa, sa, 0, shop, walk, changes)
            relocate(a, mode_a, pb, sb, 0, shop, walk, changes)


@kernel
def critical(op: int, steps: int, shop: Shop, walk: Walk) -> int:
    """From an operation back along what it waits for, at most `steps` operations."""
    ops, preds, end = shop.ops, shop.preds, walk.end
    for _ in range(steps):
        best, latest = NONE, -1
        for k in range(ops[op, PRED0], ops[op, PRED1]):
            p = preds[k]
            if end[p] + ops[op, MIN_WAIT] > latest:
                best, latest = p, end[p] + ops[op, MIN_WAIT]
        if walk.place[op] > 0:
            p = walk.seq[walk.off[walk.machine[op]] + walk.place[op] - 1]
            if end[p] > latest:
                best = p
        if best == NONE or ops[best, FIXED] == 1:
            break
        op = best
    return op


@kernel
def span_of(op: int, whole_chain: float, shop: Shop) -> tuple[int, int]:
    """The operations of its order, or of its chain where a max_wait ties it to others."""
    ops, block_ptr, block_ops = shop.ops, shop.block_ptr, shop.block_ops
    block = ops[op, BLOCK]
    k0, k1 = block_ptr[block], block_ptr[block + 1]
    if k1 - k0 > 1 and np.random.random() < whole_chain:
        return int(block_ops[k0]), int(block_ops[k1 - 1] + 1)
    o = ops[op, ORDER]
    return int(shop.orders[o, ORDER_OP0]), int(shop.orders[o, ORDER_OP1])


@kernel
def is_late(op: int, ops: Ints, orders: Ints, order_end: Ints) -> bool:
    """Its order ends after its due date."""
    o = ops[op, ORDER]
    return bool(order_end[o] > orders[o, DUE])
