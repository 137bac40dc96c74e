"""Annealing on machine sequences: move one operation or a whole order, re-time what that touches, keep or undo."""

from __future__ import annotations

from typing import Final

import numpy as np

from scheduler.planning.kernels.jit import kernel
from scheduler.planning.kernels.moves import (
    FOLLOWED,
    FROM,
    JOURNAL_COLUMNS,
    KEY,
    MODE,
    MOST_MOVED,
    OP,
    critical,
    is_late,
    machine_move,
    may_move,
    put_back,
    rush_move,
    shift_move,
    span_of,
    step_move,
    swap_move,
)
from scheduler.planning.kernels.retime import (
    cost_of_order,
    end_of_order,
    heap_pop,
    heap_push,
    pools_of,
    time_item,
)
from scheduler.planning.kernels.takers import first_taker, supply_time, take_turn, turn_at, turn_back
from scheduler.planning.layout import (
    FAR,
    FIXED,
    ITEM,
    MODE0,
    MODE1,
    NONE,
    OLD_MACHINE,
    OLD_START,
    ORDER,
    ORDER_OP1,
    PRED0,
    PRED1,
    RUN,
    SUCC0,
    SUCC1,
)
from scheduler.planning.problem import Floats, Ints

# mix: how moves are drawn
LATE: Final = 0  # chance that an operation of an order in time is drawn again
CRITICAL: Final = 1  # of single moves: chance to go back along what the order's end waits for
OTHER_MACHINE: Final = 2  # of single moves
SHIFT: Final = 3  # shares of moves, cumulated: whole orders shifted, rushed, swapped; the rest single
RUSH: Final = 4
SWAP: Final = 5
TURNS: Final = 11

PARTNERS: Final = 6  # orders looked at for a swap
MOST_TOUCHED = 600  # items; a move that shakes more is refused


@kernel
def anneal_sequences(
    ops: Ints, modes: Ints, preds: Ints, succs: Ints, machines: Ints, windows: Ints, near: Ints, stride: int,
    changeovers: Ints, orders: Ints, weights: Floats, objective: Floats, pool_needs: Ints, pool_quantity: Floats,
    item_ptr: Ints, item_ops: Ints, demand_ptr: Ints, demands: Ints, quantity: Floats, line: Ints,
    line_ptr: Ints, spot: Ints, served: Floats, take: Ints, supplies: Ints, supplied: Floats, row_of: Ints, output: Ints,
    not_before: Ints,
    movable: Ints, locked: Ints, mix: Floats, reach: int, trials: int, hot: float, cold: float, start: Ints,
    end: Ints, mode: Ints, machine: Ints, place: Ints, seq: Ints, off: Ints, length: Ints, order_end: Ints,
    room: Floats, cost: float, best_cost: float, best_start: Ints, best_end: Ints, best_mode: Ints, samples: Floats, stats: Ints,
) -> tuple[float, float, int]:  # fmt: skip
    """`trials` moves, the temperature falling from `hot` to `cold`; the state of `retime.py` changes in place.

    movable : operations that may move.   locked : (m,) positions of each machine that stay as they are.
    order_moves : share of moves that shift all open operations of an order.   reach : positions a move goes at most.
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
    last = 0
    for op in range(n):
        last = max(last, end[op])
        moved[op] = ops[op, OLD_MACHINE] != NONE and (
            ops[op, OLD_MACHINE] != machine[op] or ops[op, OLD_START] != start[op]
        )
    sampled, unsaved = 0, False
    journal, tally = np.empty((MOST_MOVED, JOURNAL_COLUMNS), np.int64), np.zeros(2, np.int64)
    about = np.zeros(n, np.int64)
    single_turn = np.full(n, -1)
    turn_log, turn_served = np.empty((4 * len(line) + 1, 4), np.int64), np.empty(4 * len(line) + 1, np.float64)
    for trial in range(trials):
        temperature = hot * (cold / hot) ** (trial / trials) if hot > 0 else 0.0
        op = movable[np.random.randint(len(movable))]
        if np.random.random() < mix[LATE] and not is_late(op, ops, orders, order_end):
            op = movable[np.random.randint(len(movable))]
        tally[0] = tally[1] = 0
        kind = np.random.random()
        single = False
        if kind < mix[SHIFT]:
            # beside another operation of the machine
            first, behind = span_of(op, item_ptr, item_ops, ops, orders, 0.5)
            m = machine[op]
            other = seq[off[m] + np.random.randint(length[m])]
            if np.random.random() < 0.7:
                step = np.random.randint(1, reach * 2 + 1)
                at = place[op] - step if np.random.random() < 0.6 else place[op] + step
                other = seq[off[m] + min(length[m] - 1, max(0, at))]
            shift_move(
                first, behind, start[other] - start[op], 0.15, ops, modes, machines, windows, near, changeovers, stride,
                start, mode, machine, place, seq, off, length, locked, journal, tally,
            )  # fmt: skip
        elif kind < mix[RUSH]:
            first, behind = span_of(op, item_ptr, item_ops, ops, orders, 0.2)
            if np.random.random() < 0.5:
                first = op
            m = machine[first]
            t = start[first]
            if np.random.random() < 0.7:
                t = start[seq[off[m] + np.random.randint(place[first] + 1)]]
            rush_move(
                first, behind, t, 0.15, ops, modes, preds, machines, windows, near, changeovers, stride, start, end,
                about, mode, machine, place, seq, off, length, locked, journal, tally,
            )  # fmt: skip
        elif kind < mix[SWAP]:
            m = machine[op]
            mine, other, promised = ops[op, ORDER], NONE, 0.0
            for _ in range(PARTNERS):
                candidate = seq[off[m] + np.random.randint(length[m])]
                its = ops[candidate, ORDER]
                if its == mine:
                    continue
                guess = cost_of_order(mine, order_end[its], orders, weights, objective)
                guess += cost_of_order(its, order_end[mine], orders, weights, objective)
                guess -= cost_of_order(mine, order_end[mine], orders, weights, objective)
                guess -= cost_of_order(its, order_end[its], orders, weights, objective)
                if other == NONE or guess < promised:
                    other, promised = candidate, guess
            if other == NONE or promised > 2.0 * temperature:
                continue
            a0, a1 = span_of(op, item_ptr, item_ops, ops, orders, 0.2)
            b0, b1 = span_of(other, item_ptr, item_ops, ops, orders, 0.2)
            if np.random.random() < mix[8]:
                # op takes the other's time, what is before it in its order runs straight towards that
                was, t = start[op], start[other]
                for k in range(a0, op):
                    t -= modes[mode[k], RUN] * 3 // 2
                rush_move(
                    a0, a1, max(0, t), 0.15, ops, modes, preds, machines, windows, near, changeovers, stride, start,
                    end, about, mode, machine, place, seq, off, length, locked, journal, tally,
                )  # fmt: skip
                shift_move(
                    other, b1, was - start[other], 0.0, ops, modes, machines, windows, near, changeovers, stride,
                    start, mode, machine, place, seq, off, length, locked, journal, tally,
                )  # fmt: skip
            else:
                which = np.random.random()
                if which < mix[10]:
                    a0, a1, b0, b1 = op, op + 1, other, other + 1
                elif which < 0.5 + 0.5 * mix[10]:
                    a0, b0 = op, other
                swap_move(
                    a0, a1, b0, b1, ops, modes, machines, changeovers, stride, start, mode, machine, place, seq, off,
                    length, locked, journal, tally,
                )  # fmt: skip
        else:
            single = True
            if np.random.random() < mix[CRITICAL]:
                hit = critical(
                    orders[ops[op, ORDER], ORDER_OP1] - 1, np.random.randint(30), ops, preds, start, end, machine,
                    place, seq, off,
                )  # fmt: skip
                if may_move(hit, ops, machine, place, locked):
                    op = hit
            if ops[op, MODE1] - ops[op, MODE0] > 1 and np.random.random() < mix[OTHER_MACHINE]:
                machine_move(
                    op, ops, modes, machines, changeovers, stride, start, mode, machine, place, seq, off, length,
                    locked, journal, tally,
                )  # fmt: skip
            else:
                step_move(
                    op, reach, mix[9], ops, modes, machines, changeovers, stride, start, mode, machine, place, seq, off, length,
                    locked, journal, tally,
                )  # fmt: skip
        moves, setup_delta = tally[0], tally[1]
        if moves == 0:
            continue
        which_kind = 0 if kind < mix[SHIFT] else 1 if kind < mix[RUSH] else 2 if kind < mix[SWAP] else 3
        stats[which_kind, 0] += 1
        # -- a move against the routing is refused before anything is timed
        refused = False
        if single:
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
        # -- who starts earlier is served earlier
        turns = 0
        if not refused and len(line) and np.random.random() < mix[TURNS]:
            for i in range(moves):
                mover = journal[i, OP]
                for d in range(demand_ptr[mover], demand_ptr[mover + 1]):
                    at = turn_at(d, journal[i, KEY], start, demands, line, line_ptr, spot)
                    if at == spot[d] or turns + abs(at - spot[d]) + 1 > len(turn_log):
                        continue
                    turns = take_turn(
                        d, at, demands, line, line_ptr, spot, served, take, supplied, quantity, turn_log, turn_served,
                        turns,
                    )  # fmt: skip
        # who is served so late now gives up its places, too
        for i in range(turns):
            hit = demands[turn_log[i, 1], 0]
            if (
                single_turn[hit] == trial
                or tally[0] >= MOST_MOVED - 10
                or not may_move(hit, ops, machine, place, locked)
            ):
                continue
            served_at = supply_time(hit, demand_ptr, take, supplies, order_end)
            if served_at <= start[hit] or served_at >= FAR:
                continue
            single_turn[hit] = trial
            rush_move(
                hit, orders[ops[hit, ORDER], ORDER_OP1], served_at, 0.1, ops, modes, preds, machines, windows, near,
                changeovers, stride, start, end, about, mode, machine, place, seq, off, length, locked, journal, tally,
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
                        if (not single or i) and which == 0:
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
            if pops > MOST_TOUCHED or (temperature > 0 and pops > mix[6] and partial > limit + mix[7] * temperature):
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
                order_end, room, bound,
            )  # fmt: skip
            if not fine:
                refused = True
                break
            for k in range(item_ptr[item], item_ptr[item + 1]):
                hit = item_ops[k]
                if start[hit] == was_start[hit] and end[hit] == was_end[hit]:
                    continue
                m = machine[hit]
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
                if ops[hit, SUCC0] == ops[hit, SUCC1]:
                    order_now = end_of_order(o, orders, end)
                    if order_now != order_end[o]:
                        if order_at[o] != trial:
                            order_at[o] = trial
                            order_log[order_logged], order_was[order_logged] = o, order_end[o]
                            order_logged += 1
                        partial += cost_of_order(o, order_now, orders, weights, objective)
                        partial -= cost_of_order(o, order_end[o], orders, weights, objective)
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
                delta += cost_of_order(o, order_end[o], orders, weights, objective)
                delta -= cost_of_order(o, int(order_was[i]), orders, weights, objective)
            if objective[2] != 0.0:
                new_last = 0
                for o in range(len(orders)):
                    new_last = max(new_last, order_end[o])
                delta += objective[2] * (new_last - last)
            if objective[4] != 0.0:
                for i in range(logged):
                    hit = log_op[i]
                    now = ops[hit, OLD_MACHINE] != NONE and (
                        ops[hit, OLD_MACHINE] != machine[hit] or ops[hit, OLD_START] != start[hit]
                    )
                    delta += objective[4] * (int(now) - moved[hit])
            if delta > 1e-9 and sampled < len(samples):
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
            stats[which_kind, 1] += 1
            stats[which_kind, 2] += delta < 0
            last = new_last
            if objective[4] != 0.0:
                for i in range(logged):
                    hit = log_op[i]
                    moved[hit] = ops[hit, OLD_MACHINE] != NONE and (
                        ops[hit, OLD_MACHINE] != machine[hit] or ops[hit, OLD_START] != start[hit]
                    )
            if cost < best_cost - 1e-7:
                stats[which_kind, 3] += 1
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
        put_back(journal, moves, mode, machine, place, seq, off, length)
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
