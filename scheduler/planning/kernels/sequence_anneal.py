"""Annealing on machine sequences: move one operation or a whole order, re-time what that touches, keep or undo."""

from __future__ import annotations

from typing import Final

import numpy as np

from scheduler.planning.kernels.homeward import is_away
from scheduler.planning.kernels.jit import array_kernel
from scheduler.planning.kernels.moves import (
    FOLLOWED,
    FROM,
    JOURNAL_COLUMNS,
    KEY,
    MODE,
    MOST_MOVED,
    OP,
    put_back,
)
from scheduler.planning.kernels.order_cost import cost_of_order
from scheduler.planning.kernels.pin_price import BROKEN, pin_price
from scheduler.planning.kernels.proposals import KIND, propose, take_turns
from scheduler.planning.kernels.retime import (
    end_of_order,
    heap_pop,
    heap_push,
    pools_of,
    time_item,
)
from scheduler.planning.kernels.retold import ROWS, make_again, tell
from scheduler.planning.kernels.takers import first_taker, turn_back
from scheduler.planning.layout import (
    FAR,
    FIXED,
    ITEM,
    LATEST,
    NONE,
    ORDER,
    PIN_LOST,
    PRED0,
    PRED1,
    SUCC0,
    SUCC1,
)
from scheduler.planning.problem import Floats, Ints

MOST_TOUCHED: Final = 600  # items; a move that shakes more is refused
SURELY_TOUCHED: Final = 10  # items, before a move is given up for what it has cost so far
HOPELESS: Final = 30.0  # temperatures that a move may cost on the way beyond what would be accepted at its end


@array_kernel
def anneal_sequences(
    ops: Ints, modes: Ints, preds: Ints, succs: Ints, machines: Ints, windows: Ints, near: Ints, stride: int,
    changeovers: Ints, orders: Ints, rates: Floats, objective: Floats, prices: Floats, pool_needs: Ints,
    pool_quantity: Floats, item_ptr: Ints, item_ops: Ints, demand_ptr: Ints, demands: Ints, quantity: Floats,
    line: Ints, line_ptr: Ints, spot: Ints, served: Floats, take: Ints, supplies: Ints, supplied: Floats, row_of: Ints,
    output: Ints, not_before: Ints, movable: Ints, locked: Ints, mix: Floats, trials: int, hot: float, cold: float,
    start: Ints, end: Ints, mode: Ints, machine: Ints, place: Ints, seq: Ints, off: Ints, length: Ints, order_end: Ints,
    room: Floats, cost: float, best_cost: float, best_start: Ints, best_end: Ints, best_mode: Ints, samples: Floats,
    counts: Ints, script: Ints, told: Ints, told_rows: Ints,
) -> tuple[float, float, int]:  # fmt: skip
    """`trials` moves, the temperature falling from `hot` to `cold`; the state of `retime.py` changes in place.

    movable : operations that may move.   locked : (m,) positions of each machine that stay as they are.
    mix : see `proposals.py`.   demand_ptr ... row_of : see `takers.py`.   output : (orders,) material it makes.
    not_before : (n,) no start comes before; where the plan in force has an operation (see `homeward.py`) its old start.
    counts : (KINDS, 2) moves made and kept, by `KIND`.
    script : moves to make again (see `retold.py`) in place of drawn ones, at most `trials`; empty: they are drawn.
    told, told_rows (1,) : a script of the moves kept, as far as it has room, and how many rows it has.
    samples : filled with worsenings of the cost as far as it has room.
    Returns (cost, best cost, worsenings sampled); best_* hold the best plan where it got better.
    """
    n, items = len(ops), len(item_ptr) - 1
    keys, queue = np.empty(items + 4, np.int64), np.empty(items + 4, np.int64)
    queued = np.zeros(items, np.int64)
    touched_at = np.full(n, -1)
    order_at = np.full(len(orders), -1)
    log_op, log_start, log_end = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    order_log, order_was = np.empty(len(orders), np.int64), np.empty(len(orders), np.float64)
    was_start, was_end = np.empty(n, np.int64), np.empty(n, np.int64)
    bound = np.zeros(n, np.int64)
    moved = np.zeros(n, np.int64)
    last, priced, pinned = 0, False, False
    for op in range(n):
        last = max(last, end[op])
        pinned = pinned or ops[op, LATEST] < FAR
        priced = priced or prices[op] > 0.0
        moved[op] = is_away(op, ops, prices, start, machine)
    sampled, unsaved = 0, False
    journal, tally = np.empty((MOST_MOVED, JOURNAL_COLUMNS), np.int64), np.zeros(3, np.int64)
    about = np.zeros(n, np.int64)
    turned_at = np.full(n, -1)
    next_row = 0
    turn_log, turn_served = np.empty((4 * len(line) + 1, 4), np.int64), np.empty(4 * len(line) + 1, np.float64)
    for trial in range(trials):
        temperature = hot * (cold / hot) ** (trial / trials) if hot > 0 else 0.0
        if len(script) == 0:
            op = propose(
                temperature, mix, movable, ops, modes, preds, machines, windows, near, changeovers, stride, orders,
                rates, objective, item_ptr, item_ops, order_end, start, end, about, mode, machine, place, seq, off,
                length, locked, not_before, prices, journal, tally,
            )  # fmt: skip
        elif next_row < len(script):
            op = NONE
            make_again(
                script, next_row, ops, modes, machines, changeovers, stride, start, mode, machine, place, seq, off,
                length, locked, not_before, journal, tally,
            )  # fmt: skip
            next_row += script[next_row, ROWS]
        else:
            break
        if tally[0] == 0:
            continue
        to_tell = tell(tally[0], journal, mode, machine, place, seq, off, not_before, told, told_rows[0])
        counts[tally[KIND], 0] += 1
        # -- a move against the routing is refused before anything is timed
        refused = False
        if op != NONE:
            m, at = machine[op], place[op]
            if at + 1 < length[m]:
                behind = seq[off[m] + at + 1]
                for k in range(ops[op, PRED0], ops[op, PRED1]):
                    if start[behind] < start[preds[k]]:
                        refused = True
            if at > 0:
                ahead = seq[off[m] + at - 1]
                for k in range(ops[op, SUCC0], ops[op, SUCC1]):
                    if start[ahead] > start[succs[k]]:
                        refused = True
        turns = 0
        if len(line) and not refused:
            turns = take_turns(
                tally[0], trial, ops, modes, preds, machines, windows, near, changeovers, stride, orders, order_end,
                demand_ptr, demands, quantity, line, line_ptr, spot, served, take, supplies, supplied, start, end,
                about, mode, machine, place, seq, off, length, locked, not_before, journal, tally, turned_at, turn_log,
                turn_served,
            )  # fmt: skip
        moves, setup_delta = tally[0], tally[1]
        # -- re-time
        logged, order_logged, size, pops, partial = 0, 0, 0, 0, 0.0
        limit = -temperature * np.log(np.random.random())
        if not refused:
            for i in range(moves):
                mover = journal[i, OP]
                for which in range(3):
                    if which == 0:
                        hit = mover
                    elif which == 1:
                        if place[mover] + 1 >= length[machine[mover]]:
                            continue
                        hit = seq[off[machine[mover]] + place[mover] + 1]
                    else:
                        if journal[i, FOLLOWED] == NONE:
                            continue
                        hit = journal[i, FOLLOWED]
                    item = ops[hit, ITEM]
                    if queued[item] == 0 and ops[hit, FIXED] == 0:
                        queued[item] = 1
                        key = start[hit]
                        if which == 0 and place[mover] > 0:
                            key = start[seq[off[machine[mover]] + place[mover] - 1]] + 1
                        if (op == NONE or i) and which == 0:
                            key = journal[i, KEY]
                        size = heap_push(keys, queue, size, key, item)
        for i in range(turns):
            d = turn_log[i, 1]
            fed = demands[d, 0]
            item = ops[fed, ITEM]
            if (
                (take[d, 0] != turn_log[i, 2] or take[d, 1] != turn_log[i, 3])
                and queued[item] == 0
                and ops[fed, FIXED] == 0
            ):
                queued[item] = 1
                size = heap_push(keys, queue, size, start[fed], item)
        while size > 0:
            size = heap_pop(keys, queue, size)
            item = queue[size]
            queued[item] = 0
            pops += 1
            hopeless = temperature > 0 and partial > limit + HOPELESS * temperature
            if pops > MOST_TOUCHED or (hopeless and pops > SURELY_TOUCHED):
                refused = True
                break
            for k in range(item_ptr[item], item_ptr[item + 1]):
                hit = item_ops[k]
                if touched_at[hit] != trial:
                    touched_at[hit] = trial
                    log_op[logged], log_start[logged], log_end[logged] = hit, start[hit], end[hit]
                    # where it stood on its old machine, its pools are still taken
                    old_m = machine[hit]
                    for i in range(moves - 1, -1, -1):
                        if journal[i, OP] == hit:
                            old_m = journal[i, FROM]
                    pools_of(
                        ops, hit, -1.0, machines, windows, near, pool_needs, pool_quantity, room, old_m, start[hit],
                        end[hit],
                    )  # fmt: skip
                    logged += 1
                else:
                    pools_of(
                        ops, hit, -1.0, machines, windows, near, pool_needs, pool_quantity, room, machine[hit],
                        start[hit], end[hit],
                    )  # fmt: skip
                was_start[hit], was_end[hit] = start[hit], end[hit]
                start[hit] = NONE
            fine = time_item(
                item, ops, modes, preds, machines, windows, near, stride, changeovers, pool_needs, pool_quantity,
                item_ptr, item_ops, demand_ptr, take, supplies, not_before, start, end, mode, machine, place, seq, off,
                order_end, room, bound, was_end,
            )  # fmt: skip
            if not fine:
                refused = True
                break
            for k in range(item_ptr[item], item_ptr[item + 1]):
                hit = item_ops[k]
                if start[hit] == was_start[hit] and end[hit] == was_end[hit]:
                    continue
                m = machine[hit]
                if start[hit] > was_start[hit] and place[hit] < locked[m]:
                    refused = True  # what is frozen keeps its start, also where others were served before it
                if place[hit] + 1 < length[m]:
                    next_op = seq[off[m] + place[hit] + 1]
                    after_it = ops[next_op, ITEM]
                    stale = after_it != item
                    for j in range(item_ptr[item], k):
                        stale = stale or item_ops[j] == next_op  # of the same item, timed before what it now follows
                    for j in range(ops[hit, PRED0], ops[hit, PRED1]):
                        refused = refused or preds[j] == next_op
                    if queued[after_it] == 0 and stale:
                        queued[after_it] = 1
                        size = heap_push(keys, queue, size, max(start[next_op], start[hit]), after_it)
                for j in range(ops[hit, SUCC0], ops[hit, SUCC1]):
                    after_it = ops[succs[j], ITEM]
                    if queued[after_it] == 0 and after_it != item:
                        queued[after_it] = 1
                        size = heap_push(keys, queue, size, max(start[succs[j]], start[hit]), after_it)
                o = ops[hit, ORDER]
                if end[hit] > order_end[o] or was_end[hit] == order_end[o]:
                    order_now = end_of_order(o, orders, end)
                    if order_now != order_end[o]:
                        if order_at[o] != trial:
                            order_at[o] = trial
                            order_log[order_logged], order_was[order_logged] = o, order_end[o]
                            order_logged += 1
                        partial += cost_of_order(o, order_now, orders, rates, objective)
                        partial -= cost_of_order(o, order_end[o], orders, rates, objective)
                        order_end[o] = order_now
                        row = row_of[o]
                        if row != NONE:
                            at = first_taker(row, output[o], line, line_ptr, take)
                            while at < line_ptr[output[o] + 1] and take[line[at], 0] <= row:
                                fed = demands[line[at], 0]
                                after_it = ops[fed, ITEM]
                                if queued[after_it] == 0 and ops[fed, FIXED] == 0:
                                    queued[after_it] = 1
                                    size = heap_push(keys, queue, size, max(start[fed], start[hit]), after_it)
                                at += 1
            if refused:
                break
        # -- what it costs
        new_last = last
        delta = 0.0
        if not refused:
            delta = objective[1] * setup_delta
            for i in range(order_logged):
                o = order_log[i]
                delta += cost_of_order(o, order_end[o], orders, rates, objective)
                delta -= cost_of_order(o, int(order_was[i]), orders, rates, objective)
            if objective[2] != 0.0:
                new_last = 0
                for o in range(len(orders)):
                    new_last = max(new_last, order_end[o])
                delta += objective[2] * (new_last - last)
            if priced:
                for i in range(logged):
                    hit = log_op[i]
                    delta += prices[hit] * (int(is_away(hit, ops, prices, start, machine)) - moved[hit])
            if pinned:
                for i in range(logged):
                    hit = log_op[i]
                    delta += pin_price(ops[hit, LATEST], ops[hit, PIN_LOST], start[hit])
                    delta -= pin_price(ops[hit, LATEST], ops[hit, PIN_LOST], log_start[i])
            if 1e-9 < delta < BROKEN / 2 and sampled < len(samples):
                samples[sampled] = delta
                sampled += 1
        if not refused and delta <= limit:
            if unsaved and delta > 0:
                best_start[:], best_end[:], best_mode[:] = start, end, mode
                for i in range(logged):
                    best_start[log_op[i]], best_end[log_op[i]] = log_start[i], log_end[i]
                for i in range(moves - 1, -1, -1):
                    best_mode[journal[i, OP]] = journal[i, MODE]
                unsaved = False
            cost += delta
            counts[tally[KIND], 1] += 1
            told_rows[0] = to_tell
            last = new_last
            if priced:
                for i in range(logged):
                    moved[log_op[i]] = is_away(log_op[i], ops, prices, start, machine)
            if cost < best_cost - 1e-7:
                best_cost = cost
                unsaved = True
            continue
        # -- undo
        while size > 0:
            size -= 1
            queued[queue[size]] = 0
        for i in range(logged):
            hit = log_op[i]
            if start[hit] != NONE:
                pools_of(
                    ops, hit, -1.0, machines, windows, near, pool_needs, pool_quantity, room, machine[hit], start[hit],
                    end[hit],
                )  # fmt: skip
        turn_back(turn_log, turn_served, turns, line, spot, served, take)
        put_back(journal, moves, mode, machine, place, seq, off, length, not_before)
        for i in range(logged):
            hit = log_op[i]
            start[hit], end[hit] = log_start[i], log_end[i]
            pools_of(
                ops, hit, 1.0, machines, windows, near, pool_needs, pool_quantity, room, machine[hit], start[hit],
                end[hit],
            )  # fmt: skip
        for i in range(order_logged):
            order_end[order_log[i]] = int(order_was[i])
    if unsaved:
        best_start[:], best_end[:], best_mode[:] = start, end, mode
    return cost, best_cost, sampled
