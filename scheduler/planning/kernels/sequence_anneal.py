"""Annealing on machine sequences: move one operation or a whole order, re-time what that touches, keep or undo."""

from __future__ import annotations

import numpy as np

from scheduler.planning.kernels.jit import kernel
from scheduler.planning.kernels.retime import (
    cost_of_order,
    end_of_order,
    heap_pop,
    heap_push,
    pools_of,
    position_at,
    put_in,
    setup_at,
    take_out,
    time_item,
)
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
    OLD_MACHINE,
    OLD_START,
    ORDER,
    ORDER_OP0,
    ORDER_OP1,
    PRED0,
    PRED1,
    RUN,
    SUCC0,
    SUCC1,
)
from scheduler.planning.problem import Floats, Ints

MOST_TOUCHED = 600  # items; a move that shakes more is refused


@kernel
def anneal_sequences(
    ops: Ints, modes: Ints, preds: Ints, succs: Ints, machines: Ints, windows: Ints, near: Ints, stride: int,
    changeovers: Ints, orders: Ints, weights: Floats, objective: Floats, pool_needs: Ints, pool_quantity: Floats,
    item_ptr: Ints, item_ops: Ints, peg_ptr: Ints, peg_orders: Ints, fed_ptr: Ints, fed_ops: Ints, not_before: Ints,
    movable: Ints, locked: Ints, order_moves: float, reach: int, trials: int, hot: float, cold: float, start: Ints,
    end: Ints, mode: Ints, machine: Ints, place: Ints, seq: Ints, off: Ints, length: Ints, order_end: Ints,
    room: Floats, cost: float, best_cost: float, best_start: Ints, best_end: Ints, best_mode: Ints, samples: Floats,
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
    moved_op, moved_from, moved_at, moved_mode, followed = (
        np.empty(64, np.int64), np.empty(64, np.int64), np.empty(64, np.int64), np.empty(64, np.int64),
        np.empty(64, np.int64),
    )  # fmt: skip
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
    for trial in range(trials):
        temperature = hot * (cold / hot) ** (trial / trials) if hot > 0 else 0.0
        op = movable[np.random.randint(len(movable))]
        if np.random.random() < 0.5 and order_end[ops[op, ORDER]] <= orders[ops[op, ORDER], DUE]:
            op = movable[np.random.randint(len(movable))]  # late orders are looked at more often
        moves, setup_delta = 0, 0
        # -- what moves where: moved_op[i] goes to machine target_m at position target
        whole = np.random.random() < order_moves
        first_op, last_op = op, op + 1
        shift = 0
        if whole:
            o = ops[op, ORDER]
            first_op, last_op = orders[o, ORDER_OP0], orders[o, ORDER_OP1]
            if item_ptr[ops[op, ITEM] + 1] - item_ptr[ops[op, ITEM]] > 1 and np.random.random() < 0.5:
                first_op = item_ops[item_ptr[ops[op, ITEM]]]
                last_op = item_ops[item_ptr[ops[op, ITEM] + 1] - 1] + 1
            # beside another operation of the machine, or by a random part of the plan
            m = machine[op]
            other = seq[off[m] + np.random.randint(length[m])]
            if np.random.random() < 0.7:
                step = np.random.randint(1, reach * 2 + 1)
                at = place[op] - step if np.random.random() < 0.6 else place[op] + step
                other = seq[off[m] + min(length[m] - 1, max(0, at))]
            shift = start[other] - start[op]
            if shift == 0:
                continue
        t = -1
        for mover in range(first_op, last_op):
            if ops[mover, FIXED] == 1 or place[mover] < locked[machine[mover]] or moves >= 60:
                continue
            old_m, old_place, old_mode = machine[mover], place[mover], mode[mover]
            new_mode = old_mode
            options = ops[mover, MODE1] - ops[mover, MODE0]
            if options > 1 and np.random.random() < (0.15 if whole else 0.4):
                new_mode = ops[mover, MODE0] + np.random.randint(options)
            target_m = modes[new_mode, MACHINE]
            if whole:
                wanted = start[mover] + shift
                if t >= 0 and shift < 0:
                    wanted = max(wanted, min(start[mover], t + ops[mover, MIN_WAIT]))
                target = NONE
            elif target_m != old_m:
                wanted = start[mover]
                target = NONE
            else:
                wanted = 0
                step = 1 + np.random.randint(reach)
                if np.random.random() < 0.3:
                    # beside the nearest of its own family
                    way = 1 if np.random.random() < 0.5 else -1
                    at = old_place + 2 * way
                    while (
                        locked[old_m] <= at < length[old_m]
                        and ops[seq[off[old_m] + at], FAMILY] != ops[mover, FAMILY]
                        and abs(at - old_place) < 4 * reach
                    ):
                        at += way
                    target = at - way if way > 0 else at + 1
                    if np.random.random() < 0.5:
                        target = at
                else:
                    target = old_place + step if np.random.random() < 0.5 else old_place - step
                target = min(length[old_m] - 1, max(locked[old_m], target))
                if target == old_place:
                    continue
            # changeovers: out
            setup_delta -= setup_at(ops, modes, machines, changeovers, stride, seq, off, length, mode, old_m, old_place)
            setup_delta -= setup_at(
                ops, modes, machines, changeovers, stride, seq, off, length, mode, old_m, old_place + 1
            )
            take_out(mover, machine, place, seq, off, length)
            followed[moves] = seq[off[old_m] + old_place] if old_place < length[old_m] else NONE
            setup_delta += setup_at(ops, modes, machines, changeovers, stride, seq, off, length, mode, old_m, old_place)
            if target == NONE:
                target = position_at(wanted, target_m, locked[target_m], start, seq, off, length)
                if not whole:
                    target += np.random.randint(-2, 3)
                target = min(length[target_m], max(locked[target_m], target))
            setup_delta -= setup_at(ops, modes, machines, changeovers, stride, seq, off, length, mode, target_m, target)
            put_in(mover, target_m, target, machine, place, seq, off, length)
            mode[mover] = new_mode
            setup_delta += setup_at(ops, modes, machines, changeovers, stride, seq, off, length, mode, target_m, target)
            setup_delta += setup_at(
                ops, modes, machines, changeovers, stride, seq, off, length, mode, target_m, target + 1
            )
            moved_op[moves], moved_from[moves], moved_at[moves] = mover, old_m, old_place
            moved_mode[moves] = old_mode
            moves += 1
            t = wanted + modes[new_mode, RUN]
        if moves == 0:
            continue
        # -- a move against the routing is refused before anything is timed
        refused = False
        if not whole:
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
        # -- re-time
        logged, order_logged, size, pops = 0, 0, 0, 0
        if not refused:
            for i in range(moves):
                mover = moved_op[i]
                for which in range(3):
                    if which == 0:
                        hit = mover
                    elif which == 1:
                        if place[mover] + 1 >= length[machine[mover]]:
                            continue
                        hit = seq[off[machine[mover]] + place[mover] + 1]
                    else:
                        if followed[i] == NONE:
                            continue
                        hit = followed[i]
                    item = ops[hit, ITEM]
                    if queued[item] == 0 and ops[hit, FIXED] == 0:
                        queued[item] = 1
                        key = start[hit]
                        if which == 0 and place[mover] > 0:
                            key = start[seq[off[machine[mover]] + place[mover] - 1]] + 1
                        size = heap_push(keys, queue, size, key, item)
        while size > 0:
            size = heap_pop(keys, queue, size)
            item = queue[size]
            queued[item] = 0
            pops += 1
            if pops > MOST_TOUCHED:
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
                        if moved_op[i] == hit:
                            old_m = moved_from[i]
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
                item_ptr, item_ops, peg_ptr, peg_orders, not_before, start, end, mode, machine, place, seq, off,
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
                        order_end[o] = order_now
                        for j in range(fed_ptr[o], fed_ptr[o + 1]):
                            after_it = ops[fed_ops[j], ITEM]
                            if queued[after_it] == 0:
                                queued[after_it] = 1
                                size = heap_push(keys, queue, size, max(start[fed_ops[j]], start[hit]), after_it)
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
        if not refused and (delta <= 0 or (temperature > 0 and np.random.random() < np.exp(-delta / temperature))):
            if unsaved and delta > 0:
                best_start[:], best_end[:], best_mode[:] = start, end, mode
                for i in range(logged):
                    best_start[log_op[i]], best_end[log_op[i]] = log_start[i], log_end[i]
                for i in range(moves - 1, -1, -1):
                    best_mode[moved_op[i]] = moved_mode[i]
                unsaved = False
            cost += delta
            last = new_last
            if objective[4] != 0.0:
                for i in range(logged):
                    hit = log_op[i]
                    moved[hit] = ops[hit, OLD_MACHINE] != NONE and (
                        ops[hit, OLD_MACHINE] != machine[hit] or ops[hit, OLD_START] != start[hit]
                    )
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
        for i in range(moves - 1, -1, -1):
            mover = moved_op[i]
            take_out(mover, machine, place, seq, off, length)
            put_in(mover, moved_from[i], moved_at[i], machine, place, seq, off, length)
            mode[mover] = moved_mode[i]
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
