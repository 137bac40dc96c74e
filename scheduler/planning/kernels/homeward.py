"""Moves that a price on moves asks for: back to where the plan in force has an operation, or not held there any more.

An operation that stands in its old place may start no earlier than it did (`not_before`): so what becomes free ahead of
it leaves it alone. Only an own move lets it start earlier, and is paid for by the price.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from scheduler.planning.kernels.jit import kernel
from scheduler.planning.kernels.moves import MOST_MOVED, may_move, mode_on, relocate, span_of
from scheduler.planning.kernels.retime import position_at
from scheduler.planning.layout import ITEM, NONE, OLD_MACHINE, OLD_START, ORDER, ORDER_OP1
from scheduler.planning.problem import Floats, Ints

NEIGHBOURS: Final = 8  # on a machine go home together, at most


@kernel
def is_away(op: int, ops: Ints, prices: Floats, start: Ints, machine: Ints) -> bool:
    """Not where the plan in force has it, and that costs something."""
    return bool(prices[op] > 0.0 and (ops[op, OLD_MACHINE] != machine[op] or ops[op, OLD_START] != start[op]))


@kernel
def home_move(
    op: int, ops: Ints, modes: Ints, machines: Ints, orders: Ints, item_ptr: Ints, item_ops: Ints, changeovers: Ints,
    stride: int, prices: Floats, start: Ints, mode: Ints, machine: Ints, place: Ints, seq: Ints, off: Ints,
    length: Ints, locked: Ints, not_before: Ints, journal: Ints, tally: Ints,
) -> None:  # fmt: skip
    """An operation that is away goes home: alone, with those of its order or chain, or with those behind it on its
    machine. One that is at home is held no longer, alone or with what follows it in its order."""
    draw = np.random.random()
    if not is_away(op, ops, prices, start, machine):
        last = orders[ops[op, ORDER], ORDER_OP1] if draw < 0.5 else op + 1
        for other in range(op, last):
            if not_before[other] > 0 and may_move(other, ops, machine, place, locked) and tally[0] < MOST_MOVED:
                relocate(
                    other, mode[other], place[other], start[other], 0, ops, modes, machines, changeovers, stride, mode,
                    machine, place, seq, off, length, not_before, journal, tally,
                )  # fmt: skip
        return
    if draw < 0.6:
        first, last = op, op + 1
        if draw < 0.3:
            first, last = span_of(op, item_ptr, item_ops, ops, orders, 0.3)
        elif item_ptr[ops[op, ITEM] + 1] - item_ptr[ops[op, ITEM]] > 1:
            first, last = span_of(op, item_ptr, item_ops, ops, orders, 1.0)
        for other in range(first, last):
            _go_home(
                other, ops, modes, machines, changeovers, stride, prices, start, mode, machine, place, seq, off,
                length, locked, not_before, journal, tally,
            )  # fmt: skip
        return
    m, at = machine[op], place[op]
    for _ in range(1 + np.random.randint(NEIGHBOURS)):
        if at >= length[m]:
            return
        other, rows = seq[off[m] + at], tally[0]
        _go_home(
            other, ops, modes, machines, changeovers, stride, prices, start, mode, machine, place, seq, off, length,
            locked, not_before, journal, tally,
        )  # fmt: skip
        if tally[0] == rows or (machine[other] == m and place[other] <= at):
            at += 1


@kernel
def _go_home(
    op: int, ops: Ints, modes: Ints, machines: Ints, changeovers: Ints, stride: int, prices: Floats, start: Ints,
    mode: Ints, machine: Ints, place: Ints, seq: Ints, off: Ints, length: Ints, locked: Ints, not_before: Ints,
    journal: Ints, tally: Ints,
) -> None:  # fmt: skip
    if tally[0] >= MOST_MOVED or not may_move(op, ops, machine, place, locked):
        return
    if not is_away(op, ops, prices, start, machine):
        return
    old = mode_on(op, ops[op, OLD_MACHINE], ops, modes)
    if old == NONE or ops[op, OLD_START] <= 0:
        return
    m = ops[op, OLD_MACHINE]
    target = position_at(ops[op, OLD_START], m, locked[m], start, seq, off, length)
    if m == machine[op] and target > place[op]:
        target -= 1
    relocate(
        op, old, target, ops[op, OLD_START], ops[op, OLD_START], ops, modes, machines, changeovers, stride, mode,
        machine, place, seq, off, length, not_before, journal, tally,
    )  # fmt: skip
