"""What a search changes in machine sequences: one operation, a chain, a whole order, or two orders with each other.

Every change is a row of `journal` (see its columns), so that it can be taken back; `tally` holds how many rows are
filled and by how many minutes the changeovers have grown.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from scheduler.planning.kernels.clock import slot
from scheduler.planning.kernels.jit import kernel
from scheduler.planning.kernels.retime import position_at, put_in, setup_at, take_out
from scheduler.planning.layout import (
    DUE,
    FAMILY,
    FIXED,
    ITEM,
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
HELD: Final = 6  # start before which it did not come there
JOURNAL_COLUMNS: Final = 7


@kernel
def relocate(
    op: int, new_mode: int, target: int, key: int, hold: int, ops: Ints, modes: Ints, machines: Ints,
    changeovers: Ints, stride: int, mode: Ints, machine: Ints, place: Ints, seq: Ints, off: Ints, length: Ints,
    not_before: Ints, journal: Ints, tally: Ints,
) -> None:  # fmt: skip
    """Put an operation on the machine of `new_mode` at position `target`, counted without itself; from now on it
    starts at `hold` at the earliest."""
    old_m, old_place, m = machine[op], place[op], modes[new_mode, MACHINE]
    row, setup = tally[0], 0
    setup -= setup_at(ops, modes, machines, changeovers, stride, seq, off, length, mode, old_m, old_place)
    setup -= setup_at(ops, modes, machines, changeovers, stride, seq, off, length, mode, old_m, old_place + 1)
    take_out(op, machine, place, seq, off, length)
    journal[row, FOLLOWED] = seq[off[old_m] + old_place] if old_place < length[old_m] else NONE
    setup += setup_at(ops, modes, machines, changeovers, stride, seq, off, length, mode, old_m, old_place)
    setup -= setup_at(ops, modes, machines, changeovers, stride, seq, off, length, mode, m, target)
    put_in(op, m, target, machine, place, seq, off, length)
    journal[row, MODE] = mode[op]
    mode[op] = new_mode
    setup += setup_at(ops, modes, machines, changeovers, stride, seq, off, length, mode, m, target)
    setup += setup_at(ops, modes, machines, changeovers, stride, seq, off, length, mode, m, target + 1)
    journal[row, OP], journal[row, FROM], journal[row, AT], journal[row, KEY] = op, old_m, old_place, key
    journal[row, HELD] = not_before[op]
    not_before[op] = hold
    tally[0] += 1
    tally[1] += setup


@kernel
def put_back(
    journal: Ints, rows: int, mode: Ints, machine: Ints, place: Ints, seq: Ints, off: Ints, length: Ints,
    not_before: Ints,
) -> None:  # fmt: skip
    """Undo all changes of the journal, the last first."""
    for i in range(rows - 1, -1, -1):
        op = journal[i, OP]
        take_out(op, machine, place, seq, off, length)
        put_in(op, journal[i, FROM], journal[i, AT], machine, place, seq, off, length)
        mode[op] = journal[i, MODE]
        not_before[op] = journal[i, HELD]


@kernel
def may_move(op: int, ops: Ints, machine: Ints, place: Ints, locked: Ints) -> bool:
    """Neither fixed nor held in a first place of its machine."""
    return bool(ops[op, FIXED] == 0 and place[op] >= locked[machine[op]])


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
def step_move(
    op: int, reach: int, far: float, ops: Ints, modes: Ints, machines: Ints, changeovers: Ints, stride: int,
    start: Ints, mode: Ints, machine: Ints, place: Ints, seq: Ints, off: Ints, length: Ints, locked: Ints,
    not_before: Ints, journal: Ints, tally: Ints,
) -> None:  # fmt: skip
    """Some places forward or back on its machine, or beside the nearest of its own family."""
    m, at = machine[op], place[op]
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
    key = start[seq[off[m] + target]]
    relocate(
        op, mode[op], target, key, 0, ops, modes, machines, changeovers, stride, mode, machine, place, seq, off,
        length, not_before, journal, tally,
    )  # fmt: skip


@kernel
def machine_move(
    op: int, ops: Ints, modes: Ints, machines: Ints, changeovers: Ints, stride: int, start: Ints, mode: Ints,
    machine: Ints, place: Ints, seq: Ints, off: Ints, length: Ints, locked: Ints,
    not_before: Ints, journal: Ints, tally: Ints,
) -> None:  # fmt: skip
    """To another machine, about when it starts now."""
    new_mode = any_mode(op, ops)
    m = modes[new_mode, MACHINE]
    if m == machine[op]:
        return
    target = position_at(start[op], m, locked[m], start, seq, off, length) + np.random.randint(-2, 3)
    target = min(length[m], max(locked[m], target))
    relocate(
        op, new_mode, target, start[op], 0, ops, modes, machines, changeovers, stride, mode, machine, place, seq, off,
        length, not_before, journal, tally,
    )  # fmt: skip


@kernel
def place_by_time(
    op: int, t: int, other_machine: float, ops: Ints, modes: Ints, machines: Ints, windows: Ints, near: Ints,
    changeovers: Ints, stride: int, start: Ints, mode: Ints, machine: Ints, place: Ints, seq: Ints, off: Ints,
    length: Ints, locked: Ints,
    not_before: Ints, journal: Ints, tally: Ints,
) -> int:  # fmt: skip
    """Into the sequence where it would start at t, perhaps on another machine; returns about when it would end."""
    t, new_mode = max(0, t), mode[op]
    if ops[op, MODE1] - ops[op, MODE0] > 1 and np.random.random() < other_machine:
        new_mode = any_mode(op, ops)
    m = modes[new_mode, MACHINE]
    target = position_at(t, m, locked[m], start, seq, off, length)
    if m == machine[op] and target > place[op]:
        target -= 1
    if m != machine[op] or target != place[op]:
        relocate(
            op, new_mode, target, t, 0, ops, modes, machines, changeovers, stride, mode, machine, place, seq, off,
            length, not_before, journal, tally,
        )  # fmt: skip
    _, done = slot(
        windows, near, m, machines[m, WIN0], machines[m, WIN1], t, 0, t, modes[new_mode, RUN], ops[op, PAUSABLE]
    )  # fmt: skip
    return t + modes[new_mode, RUN] if done == NONE else int(done)


@kernel
def shift_move(
    first: int, last: int, shift: int, other_machine: float, ops: Ints, modes: Ints, machines: Ints, windows: Ints,
    near: Ints, changeovers: Ints, stride: int, start: Ints, mode: Ints, machine: Ints, place: Ints, seq: Ints,
    off: Ints, length: Ints, locked: Ints,
    not_before: Ints, journal: Ints, tally: Ints,
) -> None:  # fmt: skip
    """The operations [first, last) all by `shift` minutes, later ones no earlier than the one before lets them."""
    t = NONE
    for op in range(first, last):
        if not may_move(op, ops, machine, place, locked) or tally[0] >= MOST_MOVED:
            continue
        wanted = start[op] + shift
        if t != NONE and shift < 0:
            wanted = max(wanted, min(start[op], t + ops[op, MIN_WAIT]))
        place_by_time(
            op, wanted, other_machine, ops, modes, machines, windows, near, changeovers, stride, start, mode, machine,
            place, seq, off, length, locked, not_before, journal, tally,
        )  # fmt: skip
        t = wanted + modes[mode[op], RUN]


@kernel
def rush_move(
    first: int, last: int, t: int, other_machine: float, ops: Ints, modes: Ints, preds: Ints, machines: Ints,
    windows: Ints, near: Ints, changeovers: Ints, stride: int, start: Ints, end: Ints, about: Ints, mode: Ints,
    machine: Ints, place: Ints, seq: Ints, off: Ints, length: Ints, locked: Ints,
    not_before: Ints, journal: Ints, tally: Ints,
) -> None:  # fmt: skip
    """The operations [first, last) of an order one straight after the other, the first at t.

    about : (n,) scratch, when each would end.
    """
    for op in range(first, last):
        wanted = t if op == first else 0
        for k in range(ops[op, PRED0], ops[op, PRED1]):
            p = preds[k]
            wanted = max(wanted, (about[p] if first <= p < op else end[p]) + ops[op, MIN_WAIT])
        if not may_move(op, ops, machine, place, locked) or tally[0] >= MOST_MOVED:
            about[op] = end[op]
            continue
        about[op] = place_by_time(
            op, wanted, other_machine, ops, modes, machines, windows, near, changeovers, stride, start, mode, machine,
            place, seq, off, length, locked, not_before, journal, tally,
        )  # fmt: skip


@kernel
def swap_move(
    a0: int, a1: int, b0: int, b1: int, ops: Ints, modes: Ints, machines: Ints, changeovers: Ints, stride: int,
    start: Ints, mode: Ints, machine: Ints, place: Ints, seq: Ints, off: Ints, length: Ints, locked: Ints,
    not_before: Ints, journal: Ints, tally: Ints,
) -> None:  # fmt: skip
    """The operations [a0, a1) of one order and [b0, b1) of another change places, pair by pair where machines fit."""
    b = b0
    for a in range(a0, a1):
        if not may_move(a, ops, machine, place, locked):
            continue
        found = NONE
        for other in range(b, b1):
            if (
                may_move(other, ops, machine, place, locked)
                and mode_on(a, machine[other], ops, modes) != NONE
                and mode_on(other, machine[a], ops, modes) != NONE
            ):
                found = other
                break
        if found == NONE or tally[0] + 2 > MOST_MOVED:
            continue
        b = found + 1
        ma, mb, pa, pb, sa, sb = machine[a], machine[found], place[a], place[found], start[a], start[found]
        mode_a, mode_b = mode_on(a, mb, ops, modes), mode_on(found, ma, ops, modes)
        if ma != mb or pa > pb:
            relocate(
                a, mode_a, pb, sb, 0, ops, modes, machines, changeovers, stride, mode, machine, place, seq, off,
                length, not_before, journal, tally,
            )  # fmt: skip
            relocate(
                found, mode_b, pa, sa, 0, ops, modes, machines, changeovers, stride, mode, machine, place, seq, off,
                length, not_before, journal, tally,
            )  # fmt: skip
        else:
            relocate(
                found, mode_b, pa, sa, 0, ops, modes, machines, changeovers, stride, mode, machine, place, seq, off,
                length, not_before, journal, tally,
            )  # fmt: skip
            relocate(
                a, mode_a, pb, sb, 0, ops, modes, machines, changeovers, stride, mode, machine, place, seq, off,
                length, not_before, journal, tally,
            )  # fmt: skip


@kernel
def critical(
    op: int, steps: int, ops: Ints, preds: Ints, end: Ints, machine: Ints, place: Ints, seq: Ints,
    off: Ints,
) -> int:  # fmt: skip
    """From an operation back along what it waits for, at most `steps` operations."""
    for _ in range(steps):
        best, latest = NONE, -1
        for k in range(ops[op, PRED0], ops[op, PRED1]):
            p = preds[k]
            if end[p] + ops[op, MIN_WAIT] > latest:
                best, latest = p, end[p] + ops[op, MIN_WAIT]
        if place[op] > 0:
            p = seq[off[machine[op]] + place[op] - 1]
            if end[p] > latest:
                best = p
        if best == NONE or ops[best, FIXED] == 1:
            break
        op = best
    return op


@kernel
def span_of(op: int, item_ptr: Ints, item_ops: Ints, ops: Ints, orders: Ints, whole_chain: float) -> tuple[int, int]:
    """The operations of its order, or of its chain where a max_wait ties it to others."""
    item = ops[op, ITEM]
    k0, k1 = item_ptr[item], item_ptr[item + 1]
    if k1 - k0 > 1 and np.random.random() < whole_chain:
        return int(item_ops[k0]), int(item_ops[k1 - 1] + 1)
    o = ops[op, ORDER]
    return int(orders[o, ORDER_OP0]), int(orders[o, ORDER_OP1])


@kernel
def is_late(op: int, ops: Ints, orders: Ints, order_end: Ints) -> bool:
    """Its order ends after its due date."""
    o = ops[op, ORDER]
    return bool(order_end[o] > orders[o, DUE])
