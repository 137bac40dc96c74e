"""Moves that a price on moves asks for: back to where the plan in force has an operation, or free of its old start.

An operation that stands in its old place may start no earlier than it did (`not_before`): so what becomes free ahead of
it leaves it alone. Only an own move lets it start earlier, and is paid for by the price.
"""

from __future__ import annotations

import numpy as np

from scheduler.planning.kernels.arrays import Changes, Shop, Walk
from scheduler.planning.kernels.jit import inlined, kernel
from scheduler.planning.kernels.moves import MOVED, has_room, may_move, mode_on, relocate, span_of
from scheduler.planning.kernels.retime import position_at
from scheduler.planning.layout import BLOCK, NONE, OLD_MACHINE, OLD_START, ORDER, ORDER_OP1
from scheduler.planning.problem import Floats, Ints


@inlined
def is_away(op: int, ops: Ints, prices: Floats, start: Ints, machine: Ints) -> bool:
    """Not where the plan in force has it, and that costs something."""
    return bool(prices[op] > 0.0 and (ops[op, OLD_MACHINE] != machine[op] or ops[op, OLD_START] != start[op]))


@kernel
def home_move(op: int, neighbours: int, shop: Shop, prices: Floats, walk: Walk, changes: Changes) -> None:
    """An operation that is away goes home: alone, with those of its order or chain, or with some behind it on its
    machine. One that is at home may start earlier from now on, alone or with what follows it."""
    ops, block_ptr, start, machine, place = shop.ops, shop.block_ptr, walk.start, walk.machine, walk.place
    draw = np.random.random()
    if not is_away(op, ops, prices, start, machine):
        last = shop.orders[ops[op, ORDER], ORDER_OP1] if draw < 0.5 else op + 1
        for other in range(op, last):
            if walk.not_before[other] > 0 and may_move(other, ops, walk) and has_room(changes):
                relocate(other, walk.mode[other], place[other], start[other], 0, shop, walk, changes)
        return
    if draw < 0.6:
        first, last = op, op + 1
        if draw < 0.3:
            first, last = span_of(op, 0.3, shop)
        elif block_ptr[ops[op, BLOCK] + 1] - block_ptr[ops[op, BLOCK]] > 1:
            first, last = span_of(op, 1.0, shop)
        for other in range(first, last):
            _go_home(other, shop, prices, walk, changes)
        return
    m, at = machine[op], place[op]
    for _ in range(1 + np.random.randint(neighbours)):
        if at >= walk.length[m]:
            return
        other, rows = walk.seq[walk.off[m] + at], changes.tally[MOVED]
        _go_home(other, shop, prices, walk, changes)
        if changes.tally[MOVED] == rows or (machine[other] == m and place[other] <= at):
            at += 1


@kernel
def _go_home(op: int, shop: Shop, prices: Floats, walk: Walk, changes: Changes) -> None:
    ops = shop.ops
    if not has_room(changes) or not may_move(op, ops, walk):
        return
    if not is_away(op, ops, prices, walk.start, walk.machine):
        return
    old = mode_on(op, ops[op, OLD_MACHINE], ops, shop.modes)
    if old == NONE or ops[op, OLD_START] <= 0:
        return
    m = ops[op, OLD_MACHINE]
    target = position_at(ops[op, OLD_START], m, walk)
    if m == walk.machine[op] and target > walk.place[op]:
        target -= 1
    relocate(op, old, target, ops[op, OLD_START], ops[op, OLD_START], shop, walk, changes)
