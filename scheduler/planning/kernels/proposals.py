"""How the annealing draws its next move, and how the demands of moved operations are ranked after it."""

from __future__ import annotations

from typing import Final

import numpy as np

from scheduler.planning.kernels.allocation import LOG_DEMAND, change_rank, rank_at, supply_time
from scheduler.planning.kernels.arrays import Allocation, Changes, Costs, MoveParameters, Shop, Walk
from scheduler.planning.kernels.homeward import home_move, is_away
from scheduler.planning.kernels.jit import inlined, kernel
from scheduler.planning.kernels.moves import (
    GROWN,
    HOMEWARD,
    KEY,
    KIND,
    MOST_MOVED,
    MOVED,
    OP,
    RUSHED,
    SHIFTED,
    SINGLE,
    SWAPPED,
    critical,
    is_late,
    machine_move,
    may_move,
    rush_move,
    shift_move,
    span_of,
    step_move,
    swap_move,
)
from scheduler.planning.kernels.order_cost import cost_of_order
from scheduler.planning.layout import DEMAND_OP, FAR, MODE0, MODE1, NONE, ORDER, ORDER_OP1
from scheduler.planning.problem import Floats, Ints

# mix: how moves are drawn
LATE: Final = 0  # chance that an operation of an order in time is drawn again
CRITICAL: Final = 1  # of single moves: chance to go back along what the order's end waits for
OTHER_MACHINE: Final = 2  # of single moves: chance of another machine where there is one
FAR_AWAY: Final = 3  # of single moves on a machine: chance to go any distance
SHIFT: Final = 4  # shares of moves, cumulated: whole orders shifted, rushed, swapped; the rest single
RUSH: Final = 5
SWAP: Final = 6
HOME: Final = 7  # and back to where the plan in force has them, see `homeward.py`
MIX: Final = 8

DISPLACED: Final = 10  # rows of the journal that are kept for what ranks displace: the last order may fill them


@inlined
def draw_kind(kind: float, mix: Floats) -> int:
    """The KIND that a number in [0, 1) stands for."""
    if kind < mix[SHIFT]:
        return SHIFTED
    if kind < mix[RUSH]:
        return RUSHED
    if kind < mix[SWAP]:
        return SWAPPED
    return HOMEWARD if kind < mix[HOME] else SINGLE


@inlined
def propose(
    temperature: float, mix: Floats, numbers: MoveParameters, movable: Ints, shop: Shop, costs: Costs, walk: Walk,
    changes: Changes,
) -> int:  # fmt: skip
    """Draw a move and make it in the sequences; the tally says how many operations it moves, and which KIND it is.

    movable : operations that may move. Returns the operation where it moves alone, else NONE.
    """
    ops, tally = shop.ops, changes.tally
    tally[MOVED] = tally[GROWN] = 0
    op = movable[np.random.randint(len(movable))]
    for _ in range(numbers.redraws):
        if is_late(op, ops, shop.orders, walk.order_end) or np.random.random() >= mix[LATE]:
            break
        op = movable[np.random.randint(len(movable))]
    tally[KIND] = draw_kind(np.random.random(), mix)
    if tally[KIND] == HOMEWARD:
        for _ in range(numbers.redraws):  # most are at home and may start earlier, or have no price
            if is_away(op, ops, costs.prices, walk.start, walk.machine):
                break
            op = movable[np.random.randint(len(movable))]
        home_move(op, numbers.neighbours, shop, costs.prices, walk, changes)
        return NONE
    if tally[KIND] == SHIFTED:
        propose_shift(op, numbers.reach, shop, walk, changes)
        return NONE
    if tally[KIND] == RUSHED:
        propose_rush(op, shop, walk, changes)
        return NONE
    if tally[KIND] == SWAPPED:
        propose_swap(op, 2.0 * temperature, numbers.partners, shop, costs, walk, changes)
        return NONE
    if np.random.random() < mix[CRITICAL]:
        hit = critical(shop.orders[ops[op, ORDER], ORDER_OP1] - 1, np.random.randint(numbers.back), shop, walk)
        if may_move(hit, ops, walk):
            op = hit
    if ops[op, MODE1] - ops[op, MODE0] > 1 and np.random.random() < mix[OTHER_MACHINE]:
        machine_move(op, shop, walk, changes)
    else:
        step_move(op, numbers.reach, mix[FAR_AWAY], shop, walk, changes)
    return int(op)


@inlined
def propose_shift(op: int, reach: int, shop: Shop, walk: Walk, changes: Changes) -> None:
    """An order or chain is shifted so that the operation stands beside another one of its machine."""
    place, seq, first_of, length = walk.place, walk.seq, walk.off, walk.length
    first, behind = span_of(op, 0.5, shop)
    m = walk.machine[op]
    other = seq[first_of[m] + np.random.randint(length[m])]
    if np.random.random() < 0.7:
        step = np.random.randint(1, reach * 2 + 1)
        at = place[op] - step if np.random.random() < 0.6 else place[op] + step
        other = seq[first_of[m] + min(length[m] - 1, max(0, at))]
    shift_move(first, behind, walk.start[other] - walk.start[op], 0.15, shop, walk, changes)


@inlined
def propose_rush(op: int, shop: Shop, walk: Walk, changes: Changes) -> None:
    """An order or chain, or what is left of it from the operation on, runs through without waiting."""
    first, behind = span_of(op, 0.2, shop)
    if np.random.random() < 0.5:
        first = op
    m = walk.machine[first]
    t = walk.start[first]
    if np.random.random() < 0.7:
        t = walk.start[walk.seq[walk.off[m] + np.random.randint(walk.place[first] + 1)]]
    rush_move(first, behind, t, 0.15, shop, walk, changes)


@inlined
def propose_swap(
    op: int, dearest: float, partners: int, shop: Shop, costs: Costs, walk: Walk, changes: Changes
) -> None:
    """Two orders or chains, or what is left of them, change places, if that seems to cost no more than `dearest`."""
    other = partner(op, dearest, partners, shop, costs, walk)
    if other == NONE:
        return
    a0, a1 = span_of(op, 0.2, shop)
    b0, b1 = span_of(other, 0.2, shop)
    if np.random.random() < 0.5:
        a0, b0 = op, other
    swap_move(a0, a1, b0, b1, shop, walk, changes)


@kernel
def partner(op: int, dearest: float, partners: int, shop: Shop, costs: Costs, walk: Walk) -> int:
    """The operation on the same machine with whose order an order had best exchange its end, of so many drawn; NONE:
    for no less than `dearest`."""
    ops, orders, order_end = shop.ops, shop.orders, walk.order_end
    m, mine, other, promised = walk.machine[op], ops[op, ORDER], NONE, dearest
    for _ in range(partners):
        candidate = walk.seq[walk.off[m] + np.random.randint(walk.length[m])]
        its = ops[candidate, ORDER]
        if its == mine:
            continue
        guess = cost_of_order(mine, order_end[its], orders, costs)
        guess += cost_of_order(its, order_end[mine], orders, costs)
        guess -= cost_of_order(mine, order_end[mine], orders, costs)
        guess -= cost_of_order(its, order_end[its], orders, costs)
        if guess <= promised:
            other, promised = candidate, guess
    return int(other)


@inlined
def rerank(
    moves: int, trial: int, shop: Shop, walk: Walk, allocation: Allocation, changes: Changes, displaced_at: Ints,
    log: Ints, log_served: Floats,
) -> int:  # fmt: skip
    """After `moves` rows of the journal: who starts earlier is served earlier, and who is served so late for it gives
    up its places, too.

    displaced_at : (n,) the last trial in which an operation was displaced.   log, log_served : see `change_rank`.
    Returns the rows of the log.
    """
    journal, tally, start, rank_of = changes.journal, changes.tally, walk.start, allocation.rank_of
    rank_changes = 0
    for i in range(moves):
        mover = journal[i, OP]
        for d in range(allocation.demand_ptr[mover], allocation.demand_ptr[mover + 1]):
            at = rank_at(d, journal[i, KEY], start, allocation)
            if at == rank_of[d] or rank_changes + abs(at - rank_of[d]) + 1 > len(log):
                continue
            rank_changes = change_rank(d, at, allocation, log, log_served, rank_changes)
    for i in range(rank_changes):
        hit = allocation.demands[log[i, LOG_DEMAND], DEMAND_OP]
        if displaced_at[hit] == trial or tally[MOVED] >= MOST_MOVED - DISPLACED:
            continue
        if not may_move(hit, shop.ops, walk):
            continue
        served_at = supply_time(hit, allocation, walk.order_end)
        if served_at <= start[hit] or served_at >= FAR:
            continue
        displaced_at[hit] = trial
        rush_move(hit, shop.orders[shop.ops[hit, ORDER], ORDER_OP1], served_at, 0.1, shop, walk, changes)
    return rank_changes
