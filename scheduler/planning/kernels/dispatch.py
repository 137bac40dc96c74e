"""List scheduling: walk forward in time; whenever a machine is free, the most urgent waiting work takes it."""

from __future__ import annotations

import numpy as np

from scheduler.planning.kernels.item import LEFT_OVER, OFF_GRID, OK, place_item, ready_time
from scheduler.planning.kernels.jit import array_kernel, kernel
from scheduler.planning.kernels.place import changeover, link
from scheduler.planning.kernels.pools import pool_room
from scheduler.planning.kernels.schedule import start_floor
from scheduler.planning.kernels.seat import open_from, seat
from scheduler.planning.kernels.urgency import urgency
from scheduler.planning.kernels.wake import first_awake, set_wake, wake_by, wake_tree
from scheduler.planning.layout import (
    FAMILY,
    FAR,
    FIXED,
    INITIAL,
    ITEM,
    LATEST,
    MACHINE,
    MAX_WAIT,
    MODE0,
    MODE1,
    NONE,
    ORDER,
    PAUSABLE,
    POOL0,
    POOL1,
    PRED0,
    PRED1,
    RUN,
    SETUP,
    SUCC0,
    SUCC1,
    WIN0,
    WIN1,
)
from scheduler.planning.problem import Floats, Ints

__all__ = ["ATC", "EDD", "KNOBS", "WSPT", "dispatch", "urgency"]

# knobs of a dispatch, one row of floats
RULE, LOOKAHEAD, SETUP_DREAD, PATIENCE, STRETCH, WAITING, NOISE, GAPS = range(8)
KNOBS = 8
ATC, EDD, WSPT = 0.0, 1.0, 2.0
GONE = -FAR - 1


@kernel
def count_waiting(
    ops: Ints, preds: Ints, item_ptr: Ints, item_ops: Ints, peg_ptr: Ints, peg_orders: Ints, placed: Ints,
    order_left: Ints, waiting: Ints,
) -> None:  # fmt: skip
    """Fills waiting (items,): how many predecessors outside, and orders that feed it, have no place yet."""
    for item in range(len(waiting)):
        waiting[item] = 0
        for i in range(item_ptr[item], item_ptr[item + 1]):
            op = item_ops[i]
            for k in range(ops[op, PRED0], ops[op, PRED1]):
                if placed[preds[k]] == 0 and ops[preds[k], ITEM] != item:
                    waiting[item] += 1
            for k in range(peg_ptr[op], peg_ptr[op + 1]):
                if order_left[peg_orders[k]] > 0:
                    waiting[item] += 1


@kernel
def note_placed(
    item: int, ops: Ints, succs: Ints, item_ptr: Ints, item_ops: Ints, fed_ptr: Ints, fed_ops: Ints, times: Ints,
    order_left: Ints, order_end: Ints, waiting: Ints, known: Ints, fresh: Ints, count: int,
) -> int:  # fmt: skip
    """An item has its place: what waited for it waits for one thing less. Appends to `fresh` what waits for nothing any
    more and is not `known` yet; returns how many it holds now."""
    for i in range(item_ptr[item], item_ptr[item + 1]):
        op = item_ops[i]
        o = ops[op, ORDER]
        order_end[o] = max(order_end[o], times[op, 1])
        for k in range(ops[op, SUCC0], ops[op, SUCC1]):
            follower = ops[succs[k], ITEM]
            if follower != item:
                waiting[follower] -= 1
        order_left[o] -= 1
        if order_left[o] == 0:
            for k in range(fed_ptr[o], fed_ptr[o + 1]):
                waiting[ops[fed_ops[k], ITEM]] -= 1
    for i in range(item_ptr[item], item_ptr[item + 1]):
        op = item_ops[i]
        o = ops[op, ORDER]
        for k in range(ops[op, SUCC0], ops[op, SUCC1]):
            follower = ops[succs[k], ITEM]
            if waiting[follower] == 0 and known[follower] == 0:
                known[follower] = 1
                fresh[count] = follower
                count += 1
        if order_left[o] == 0:
            for k in range(fed_ptr[o], fed_ptr[o + 1]):
                follower = ops[fed_ops[k], ITEM]
                if waiting[follower] == 0 and known[follower] == 0:
                    known[follower] = 1
                    fresh[count] = follower
                    count += 1
    return count


@array_kernel
def dispatch(
    ops: Ints, modes: Ints, preds: Ints, succs: Ints, machines: Ints, windows: Ints, stride: int, changeovers: Ints,
    orders: Ints, weights: Floats, pool_needs: Ints, pool_quantity: Floats, pool_steps: Ints, pool_free: Floats,
    pools: int, item_ptr: Ints, item_ops: Ints, peg_ptr: Ints, peg_orders: Ints, fed_ptr: Ints, fed_ops: Ints,
    first: Ints, choice: Ints, not_before: Ints, knobs: Floats, seed: int, times: Ints, links: Ints, heads: Ints,
    order_end: Ints, sequence: Ints,
) -> tuple[int, int]:  # fmt: skip
    """Plan by a dispatching rule. `first` (f,) items are placed before all others, in that order and in gaps
    (frozen work, what a max_wait ties to running work, and pinned work). Where work is pinned, all else looks for gaps
    too, and a machine goes on with what was dispatched last, not with what is pinned for later.

    knobs : see the names above; LOOKAHEAD scales the slack (k1 of ATCS), SETUP_DREAD the changeover (k2), PATIENCE
    how much later than elsewhere work may end before it rather waits for the better machine, STRETCH the elapsed
    minutes per run minute, WAITING how long a machine may idle for work that is about to come.
    Fills times, links, heads, order_end, sequence as `build` does. Returns (status, item at fault or NONE).
    Source: ATCS after Lee, Bhaskaran and Pinedo (1997), IIE Transactions 29(1), 45-52.
    """
    np.random.seed(seed)
    n, m_count = len(ops), len(machines)
    tails = np.empty(m_count, np.int64)
    order_left = np.empty(len(orders), np.int64)
    placed = np.zeros(n, np.int64)
    at, free, count = pool_room(pool_steps, pool_free, pools, len(pool_needs))
    at, free = start_floor(
        ops, machines, windows, modes, orders, pool_needs, pool_quantity, times, links, heads, tails, at, free, count,
        placed, order_left, order_end,
    )  # fmt: skip
    latest = np.empty(n, np.float64)
    weight = np.empty(n, np.float64)
    shortest = np.empty(n, np.int64)
    urgency(
        ops, modes, preds, succs, orders, weights, peg_ptr, peg_orders, fed_ptr, fed_ops, knobs[STRETCH], latest,
        weight, shortest,
    )  # fmt: skip
    mean_run = max(1.0, float(np.mean(shortest)))
    lookahead = knobs[LOOKAHEAD] * mean_run
    retry = max(5, int(mean_run / 4))
    items = len(item_ptr) - 1
    known = np.zeros(items, np.int64)  # 1: it queues, 2: it has its place
    waiting = np.empty(items, np.int64)
    count_waiting(ops, preds, item_ptr, item_ops, peg_ptr, peg_orders, placed, order_left, waiting)
    reserved = False
    for op in range(n):
        reserved = reserved or ops[op, LATEST] < FAR
    gaps = knobs[GAPS] > 0.5 or reserved
    rule, patience, ahead = knobs[RULE], knobs[PATIENCE], knobs[WAITING]
    dread = 0.0 if knobs[SETUP_DREAD] <= 0 else 1.0 / knobs[SETUP_DREAD]
    # the queue of each machine: items whose first operation it can do, with what is asked of each at every look
    room = np.zeros(m_count + 1, np.int64)
    for item in range(items):
        op = item_ops[item_ptr[item]]
        for k in range(ops[op, MODE0], ops[op, MODE1]):
            room[modes[k, MACHINE] + 1] += 1
    for m in range(m_count):
        room[m + 1] += room[m]
    queue = np.empty((room[m_count], 2), np.int64)  # item, mode
    ready = np.empty(room[m_count], np.int64)  # GONE: it has its place
    value_late = np.empty(room[m_count], np.float64)  # where nothing is left of the slack
    latest_start = np.empty(room[m_count], np.float64)
    row_of = np.empty(len(modes), np.int64)
    length = np.zeros(m_count, np.int64)
    tree = wake_tree(m_count)
    idle = np.zeros(m_count, np.int64)  # since when
    standing = np.empty(m_count, np.int64)  # family
    near = np.empty(m_count, np.int64)
    fresh = np.empty(items + 1, np.int64)
    fresh_count, left = 0, 0
    noise = np.zeros(items, np.float64)
    noisy = knobs[NOISE] > 0
    if noisy:
        for item in range(items):
            noise[item] = knobs[NOISE] * np.random.standard_normal()
    worst, fault, put = OK, NONE, 0
    for item in range(items):
        if ops[item_ops[item_ptr[item]], FIXED] == 1:
            known[item] = 2
            sequence[put] = item
            put += 1
            continue
        left += 1
    for m in range(m_count):
        idle[m] = 0 if tails[m] == NONE else times[tails[m], 1]
        standing[m] = machines[m, INITIAL] if tails[m] == NONE else ops[tails[m], FAMILY]
    # what is to stand before all others
    for step in range(len(first)):
        item = first[step]
        if known[item] == 2 or waiting[item] > 0:
            continue
        status, at, free = place_item(
            item, NONE, ops, modes, preds, machines, windows, stride, changeovers, pool_needs, pool_quantity,
            item_ptr, item_ops, peg_ptr, peg_orders, choice, not_before, True, times, links, heads, tails,
            at, free, count, order_end,
        )  # fmt: skip
        if status == OFF_GRID:
            return status, item
        if status != OK and worst == OK:
            worst, fault = status, item
        known[item] = 2
        sequence[put] = item
        put += 1
        left -= 1
        note_placed(
            item, ops, succs, item_ptr, item_ops, fed_ptr, fed_ops, times, order_left, order_end, waiting, known,
            fresh, 0,
        )  # fmt: skip
    for item in range(items):
        if known[item] != 2 and waiting[item] == 0:
            known[item] = 1
            fresh[fresh_count] = item
            fresh_count += 1
    for m in range(m_count):
        near[m] = machines[m, WIN0]
        if not reserved and tails[m] != NONE:
            idle[m], standing[m] = times[tails[m], 1], ops[tails[m], FAMILY]
    while left > 0:
        while fresh_count > 0:
            fresh_count -= 1
            item = fresh[fresh_count]
            op = item_ops[item_ptr[item]]
            r = max(ready_time(ops, op, preds, times, peg_ptr, peg_orders, order_end), not_before[op])
            for k in range(ops[op, MODE0], ops[op, MODE1]):
                if choice[op] != NONE and choice[op] != k:
                    continue
                m, run = modes[k, MACHINE], modes[k, RUN]
                row = room[m] + length[m]
                queue[row, 0], queue[row, 1], ready[row], row_of[k] = item, k, r, row
                latest_start[row] = -FAR
                if rule == EDD:
                    value_late[row] = -latest[op] / mean_run
                else:
                    value_late[row] = np.log(max(weight[op], 1e-9) / run)
                    if rule != WSPT:
                        latest_start[row] = latest[op] - run
                length[m] += 1
                wake_by(tree, m, max(r, idle[m]))
        m, t = first_awake(tree), tree[1]
        if t >= FAR:
            # Nothing can start any more: what still queues finds no open time, or its material never comes.
            for machine in range(m_count):
                for row in range(length[machine]):
                    if ready[room[machine] + row] != GONE:
                        return OFF_GRID, queue[room[machine] + row, 0]
            return LEFT_OVER, NONE
        if idle[m] > t:
            set_wake(tree, m, idle[m])
            continue
        w0, w1 = machines[m, WIN0], machines[m, WIN1]
        open_at = open_from(windows, near, m, w0, w1, t)
        if open_at == NONE:
            set_wake(tree, m, FAR)
            continue
        if open_at > t:
            set_wake(tree, m, open_at)
            continue
        best, best_value, soonest = NONE, -1e300, FAR
        row, end = room[m], room[m] + length[m]
        while row < end:
            r = ready[row]
            if r > t + ahead:
                soonest = min(soonest, r)
                row += 1
                continue
            if r == GONE:
                end -= 1
                queue[row, 0], queue[row, 1], ready[row] = queue[end, 0], queue[end, 1], ready[end]
                value_late[row], latest_start[row] = value_late[end], latest_start[end]
                row_of[queue[row, 1]] = row
                continue
            # slack, changeover, idling and lateness only take away from it
            value = value_late[row]
            extra = noise[queue[row, 0]] if noisy else 0.0
            if value + extra <= best_value:
                row += 1
                continue
            value -= max(0.0, latest_start[row] - t) / lookahead
            if value + extra <= best_value:
                row += 1
                continue
            item = queue[row, 0]
            mode = queue[row, 1]
            op = item_ops[item_ptr[item]]
            family, run = ops[op, FAMILY], modes[mode, RUN]
            setup = changeover(machines, changeovers, stride, m, standing[m], family, modes[mode, SETUP])
            ends = max(t + setup, r) + run
            late = 0.0
            if choice[op] == NONE:
                for k in range(ops[op, MODE0], ops[op, MODE1]):
                    if k == mode:
                        continue
                    a = modes[k, MACHINE]
                    begin = open_from(windows, near, a, machines[a, WIN0], machines[a, WIN1], max(t, idle[a]))
                    if begin == NONE:
                        continue
                    begin += changeover(machines, changeovers, stride, a, standing[a], family, modes[k, SETUP])
                    late = max(late, ends - max(begin, r) - modes[k, RUN])
                    if late > patience * run:
                        break
            if late > patience * run:
                soonest = min(soonest, t + retry)
                row += 1
                continue
            value += extra - (setup * dread + max(0, r - t - setup) + late) / mean_run
            if value > best_value:
                best, best_value = row, value
            row += 1
        length[m] = end - room[m]
        if best == NONE:
            set_wake(tree, m, soonest if soonest > t else t + 1)
            continue
        item, mode, r = queue[best, 0], queue[best, 1], ready[best]
        op = item_ops[item_ptr[item]]
        if (
            item_ptr[item + 1] - item_ptr[item] == 1
            and not gaps
            and ops[op, MAX_WAIT] == NONE
            and ops[op, POOL0] == ops[op, POOL1]
        ):
            # one operation behind all others, without pools: what `place_item` does, from the window that is near
            setup = changeover(machines, changeovers, stride, m, standing[m], ops[op, FAMILY], modes[mode, SETUP])
            s, e = seat(windows, near[m], w0, w1, idle[m], setup, r, modes[mode, RUN], ops[op, PAUSABLE])
            if e == NONE:
                return OFF_GRID, item
            times[op, 0], times[op, 1], times[op, 2], times[op, 3] = s, e, m, modes[mode, SETUP]
            times[op, 4] = mode
            link(links, heads, tails, m, op, tails[m])
        else:
            status, at, free = place_item(
                item, mode, ops, modes, preds, machines, windows, stride, changeovers, pool_needs, pool_quantity,
                item_ptr, item_ops, peg_ptr, peg_orders, choice, not_before, gaps, times, links, heads, tails, at,
                free, count, order_end,
            )  # fmt: skip
            if status == OFF_GRID:
                return status, item
            if status != OK and worst == OK:
                worst, fault = status, item
        known[item] = 2
        for k in range(ops[op, MODE0], ops[op, MODE1]):
            if choice[op] == NONE or choice[op] == k:
                ready[row_of[k]] = GONE
        sequence[put] = item
        put += 1
        left -= 1
        for i in range(item_ptr[item], item_ptr[item + 1]):
            machine = times[item_ops[i], 2]
            last = item_ops[i] if reserved else tails[machine]
            idle[machine] = max(idle[machine], times[last, 1]) if reserved else times[last, 1]
            standing[machine] = ops[last, FAMILY]
        set_wake(tree, m, idle[m])
        fresh_count = note_placed(
            item, ops, succs, item_ptr, item_ops, fed_ptr, fed_ops, times, order_left, order_end, waiting, known,
            fresh, fresh_count,
        )  # fmt: skip
    return worst, fault
