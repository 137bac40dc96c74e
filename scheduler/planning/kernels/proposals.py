"""How the annealing draws its next move, and who is served in which turn after it."""

from __future__ import annotations

from typing import Final

import numpy as np

from scheduler.planning.kernels.homeward import home_move, is_away
from scheduler.planning.kernels.jit import kernel
from scheduler.planning.kernels.moves import (
    KEY,
    MOST_MOVED,
    OP,
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
from scheduler.planning.kernels.takers import supply_time, take_turn, turn_at
from scheduler.planning.layout import FAR, MODE0, MODE1, NONE, ORDER, ORDER_OP1
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

KIND: Final = 2  # of tally: 0 shifted, 1 rushed, 2 swapped, 3 a single operation, 4 homeward
KINDS: Final = 5

REDRAWS: Final = 8
PARTNERS: Final = 6  # orders looked at for a swap
REACH: Final = 8  # places that a single move goes at most, mostly
BACK: Final = 30  # operations along what an order's end waits for, at most
DISPLACED: Final = 10  # rows of the journal that are kept for what turns displace: the last order may fill them


@kernel
def propose(
    temperature: float, mix: Floats, movable: Ints, ops: Ints, modes: Ints, preds: Ints, machines: Ints, windows: Ints,
    near: Ints, changeovers: Ints, stride: int, orders: Ints, rates: Floats, objective: Floats, item_ptr: Ints,
    item_ops: Ints, order_end: Ints, start: Ints, end: Ints, about: Ints, mode: Ints, machine: Ints, place: Ints,
    seq: Ints, off: Ints, length: Ints, locked: Ints, not_before: Ints, prices: Floats,
    journal: Ints, tally: Ints,
) -> int:  # fmt: skip
    """Draw a move and make it in the sequences; tally[0] stays 0 where nothing moves, tally[KIND] says which it is.

    Returns the operation where it moves alone, else NONE.
    """
    tally[0] = tally[1] = 0
    op = movable[np.random.randint(len(movable))]
    for _ in range(REDRAWS):
        if is_late(op, ops, orders, order_end) or np.random.random() >= mix[LATE]:
            break
        op = movable[np.random.randint(len(movable))]
    kind = np.random.random()
    tally[KIND] = 0 if kind < mix[SHIFT] else 1 if kind < mix[RUSH] else 2 if kind < mix[SWAP] else 3
    if mix[SWAP] <= kind < mix[HOME]:
        tally[KIND] = 4
        for _ in range(REDRAWS):  # most are at home and not held back, or have no price
            if is_away(op, ops, prices, start, machine):
                break
            op = movable[np.random.randint(len(movable))]
        home_move(
            op, ops, modes, machines, orders, item_ptr, item_ops, changeovers, stride, prices, start, mode, machine,
            place, seq, off, length, locked, not_before, journal, tally,
        )  # fmt: skip
        return NONE
    if kind < mix[SHIFT]:
        # beside another operation of the machine
        first, behind = span_of(op, item_ptr, item_ops, ops, orders, 0.5)
        m = machine[op]
        other = seq[off[m] + np.random.randint(length[m])]
        if np.random.random() < 0.7:
            step = np.random.randint(1, REACH * 2 + 1)
            at = place[op] - step if np.random.random() < 0.6 else place[op] + step
            other = seq[off[m] + min(length[m] - 1, max(0, at))]
        shift_move(
            first, behind, start[other] - start[op], 0.15, ops, modes, machines, windows, near, changeovers, stride,
            start, mode, machine, place, seq, off, length, locked, not_before,
            journal, tally,
        )  # fmt: skip
        return NONE
    if kind < mix[RUSH]:
        first, behind = span_of(op, item_ptr, item_ops, ops, orders, 0.2)
        if np.random.random() < 0.5:
            first = op
        m = machine[first]
        t = start[first]
        if np.random.random() < 0.7:
            t = start[seq[off[m] + np.random.randint(place[first] + 1)]]
        rush_move(
            first, behind, t, 0.15, ops, modes, preds, machines, windows, near, changeovers, stride, start, end,
            about, mode, machine, place, seq, off, length, locked, not_before,
            journal, tally,
        )  # fmt: skip
        return NONE
    if kind < mix[SWAP]:
        other = partner(op, 2.0 * temperature, ops, orders, rates, objective, order_end, machine, seq, off, length)
        if other == NONE:
            return NONE
        a0, a1 = span_of(op, item_ptr, item_ops, ops, orders, 0.2)
        b0, b1 = span_of(other, item_ptr, item_ops, ops, orders, 0.2)
        if np.random.random() < 0.5:
            a0, b0 = op, other
        swap_move(
            a0, a1, b0, b1, ops, modes, machines, changeovers, stride, start, mode, machine, place, seq, off,
            length, locked, not_before, journal, tally,
        )  # fmt: skip
        return NONE
    if np.random.random() < mix[CRITICAL]:
        hit = critical(
            orders[ops[op, ORDER], ORDER_OP1] - 1, np.random.randint(BACK), ops, preds, end, machine, place, seq, off
        )  # fmt: skip
        if may_move(hit, ops, machine, place, locked):
            op = hit
    if ops[op, MODE1] - ops[op, MODE0] > 1 and np.random.random() < mix[OTHER_MACHINE]:
        machine_move(
            op, ops, modes, machines, changeovers, stride, start, mode, machine, place, seq, off, length, locked,
            not_before, journal, tally,
        )  # fmt: skip
    else:
        step_move(
            op, REACH, mix[FAR_AWAY], ops, modes, machines, changeovers, stride, start, mode, machine, place, seq, off,
            length, locked, not_before, journal, tally,
        )  # fmt: skip
    return int(op)


@kernel
def partner(
    op: int, dearest: float, ops: Ints, orders: Ints, rates: Floats, objective: Floats, order_end: Ints,
    machine: Ints, seq: Ints, off: Ints, length: Ints,
) -> int:  # fmt: skip
    """The operation on the same machine with whose order an order had best exchange its end; NONE: for no less than
    `dearest`."""
    m, mine, other, promised = machine[op], ops[op, ORDER], NONE, dearest
    for _ in range(PARTNERS):
        candidate = seq[off[m] + np.random.randint(length[m])]
        its = ops[candidate, ORDER]
        if its == mine:
            continue
        guess = cost_of_order(mine, order_end[its], orders, rates, objective)
        guess += cost_of_order(its, order_end[mine], orders, rates, objective)
        guess -= cost_of_order(mine, order_end[mine], orders, rates, objective)
        guess -= cost_of_order(its, order_end[its], orders, rates, objective)
        if guess <= promised:
            other, promised = candidate, guess
    return int(other)


@kernel
def take_turns(
    moves: int, trial: int, ops: Ints, modes: Ints, preds: Ints, machines: Ints, windows: Ints, near: Ints,
    changeovers: Ints, stride: int, orders: Ints, order_end: Ints, demand_ptr: Ints, demands: Ints, quantity: Floats,
    line: Ints, line_ptr: Ints, spot: Ints, served: Floats, take: Ints, supplies: Ints, supplied: Floats, start: Ints,
    end: Ints, about: Ints, mode: Ints, machine: Ints, place: Ints, seq: Ints, off: Ints, length: Ints, locked: Ints,
    not_before: Ints, journal: Ints, tally: Ints, turned_at: Ints, log: Ints, log_served: Floats,
) -> int:  # fmt: skip
    """After `moves` rows of the journal: who starts earlier is served earlier, and who is served so late for it gives
    up its places, too.

    turned_at : (n,) the last trial in which an operation was displaced.   log, log_served : see `take_turn`.
    Returns the rows of the log.
    """
    turns = 0
    for i in range(moves):
        mover = journal[i, OP]
        for d in range(demand_ptr[mover], demand_ptr[mover + 1]):
            at = turn_at(d, journal[i, KEY], start, demands, line, line_ptr, spot)
            if at == spot[d] or turns + abs(at - spot[d]) + 1 > len(log):
                continue
            turns = take_turn(
                d, at, demands, line, line_ptr, spot, served, take, supplied, quantity, log, log_served, turns
            )  # fmt: skip
    for i in range(turns):
        hit = demands[log[i, 1], 0]
        if turned_at[hit] == trial or tally[0] >= MOST_MOVED - DISPLACED:
            continue
        if not may_move(hit, ops, machine, place, locked):
            continue
        served_at = supply_time(hit, demand_ptr, take, supplies, order_end)
        if served_at <= start[hit] or served_at >= FAR:
            continue
        turned_at[hit] = trial
        rush_move(
            hit, orders[ops[hit, ORDER], ORDER_OP1], served_at, 0.1, ops, modes, preds, machines, windows, near,
            changeovers, stride, start, end, about, mode, machine, place, seq, off, length, locked, not_before,
            journal, tally,
        )  # fmt: skip
    return turns
