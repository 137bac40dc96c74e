"""List scheduling: walk forward in time; whenever a machine is free, the most urgent waiting work takes it."""

from __future__ import annotations

import numpy as np

from scheduler.planning.kernels.item import (
    LEFT_OVER,
    OFF_GRID,
    OK,
    is_ready,
    place_item,
    ready_time,
    release_followers,
    settle,
)
from scheduler.planning.kernels.jit import kernel
from scheduler.planning.kernels.place import changeover
from scheduler.planning.kernels.pools import pool_room
from scheduler.planning.kernels.schedule import start_floor
from scheduler.planning.kernels.windows import fit
from scheduler.planning.layout import (
    DUE,
    FAMILY,
    FAR,
    FIXED,
    INITIAL,
    MACHINE,
    MIN_WAIT,
    MODE0,
    MODE1,
    NONE,
    ORDER,
    ORDER_OP0,
    ORDER_OP1,
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

# knobs of a dispatch, one row of floats
RULE, LOOKAHEAD, SETUP_DREAD, PATIENCE, STRETCH, WAITING, NOISE, GAPS = range(8)
KNOBS = 8
ATC, EDD, WSPT = 0.0, 1.0, 2.0


@kernel
def urgency(
    ops: Ints, modes: Ints, preds: Ints, succs: Ints, orders: Ints, weights: Floats, peg_ptr: Ints, peg_orders: Ints,
    fed_ptr: Ints, fed_ops: Ints, stretch: float, latest: Floats, weight: Floats, shortest: Ints,
) -> None:  # fmt: skip
    """Per operation: the latest end that keeps every order behind it on time, and the weight of the most urgent.

    Walks back from the ends, through routings and pegs; run times count `stretch` minutes each, for closed time.
    Fills latest (n,) minutes, weight (n,), shortest (n,) run minutes on the fastest machine.
    """
    n = len(ops)
    waits = np.zeros(n, np.int64)
    order_waits = np.zeros(len(orders), np.int64)
    stack = np.empty(n + 1, np.int64)
    top = 0
    for op in range(n):
        best = FAR
        for k in range(ops[op, MODE0], ops[op, MODE1]):
            best = min(best, modes[k, RUN])
        shortest[op] = best
        latest[op] = orders[ops[op, ORDER], DUE]
        weight[op] = weights[ops[op, ORDER]]
        waits[op] = ops[op, SUCC1] - ops[op, SUCC0]
    for o in range(len(orders)):
        order_waits[o] = fed_ptr[o + 1] - fed_ptr[o]
    for op in range(n):
        if waits[op] == 0 and order_waits[ops[op, ORDER]] == 0:
            stack[top] = op
            top += 1
    closed = np.zeros(n, np.int64)
    while top > 0:
        top -= 1
        op = stack[top]
        if closed[op] == 1:
            continue
        closed[op] = 1
        o = ops[op, ORDER]
        for k in range(ops[op, SUCC0], ops[op, SUCC1]):
            s = succs[k]
            bound = latest[s] - stretch * shortest[s] - ops[s, MIN_WAIT]
            latest[op] = min(latest[op], bound)
            weight[op] = max(weight[op], weight[s])
        if waits[op] == 0:
            for k in range(fed_ptr[o], fed_ptr[o + 1]):
                s = fed_ops[k]
                latest[op] = min(latest[op], latest[s] - stretch * shortest[s])
                weight[op] = max(weight[op], weight[s])
        # who waits for this one's figures
        for k in range(ops[op, PRED0], ops[op, PRED1]):
            p = preds[k]
            waits[p] -= 1
            if waits[p] == 0:
                waits[p] = -1
                stack[top] = p
                top += 1
        for k in range(peg_ptr[op], peg_ptr[op + 1]):
            supplier = peg_orders[k]
            order_waits[supplier] -= 1
            if order_waits[supplier] == 0:
                for last in range(orders[supplier, ORDER_OP0], orders[supplier, ORDER_OP1]):
                    if ops[last, SUCC1] == ops[last, SUCC0]:
                        stack[top] = last
                        top += 1


@kernel
def dispatch(
    ops: Ints, modes: Ints, preds: Ints, succs: Ints, machines: Ints, windows: Ints, stride: int, changeovers: Ints,
    orders: Ints, weights: Floats, pool_needs: Ints, pool_quantity: Floats, pool_steps: Ints, pool_free: Floats,
    pools: int, item_ptr: Ints, item_ops: Ints, peg_ptr: Ints, peg_orders: Ints, fed_ptr: Ints, fed_ops: Ints,
    first: Ints, choice: Ints, not_before: Ints, knobs: Floats, seed: int, times: Ints, links: Ints, heads: Ints,
    order_end: Ints, sequence: Ints,
) -> tuple[int, int]:  # fmt: skip
    """Plan by a dispatching rule. `first` (f,) items are placed before all others, in that order and in gaps
    (frozen work, and what a max_wait ties to running work).

    knobs : see the names above; LOOKAHEAD scales the slack (k1 of ATCS), SETUP_DREAD the changeover (k2), PATIENCE
    how much later than elsewhere work may end before it rather waits for the better machine, STRETCH the elapsed
    minutes per run minute, WAITING how long a machine may idle for work that is about to come.
    Fills times, links, heads, order_end, sequence as `build` does. Returns (status, item at fault or NONE).
    Source: ATCS after Lee, Bhaskaran and Pinedo (1997), IIE Transactions 29(1), 45-52.
    """
    np.random.seed(seed)
    n, m_count = len(ops), len(machines)
    placed = np.zeros(n, np.int64)
    tails = np.empty(m_count, np.int64)
    order_left = np.empty(len(orders), np.int64)
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
    retry = max(5, int(mean_run / 4))
    items = len(item_ptr) - 1
    ready_at = np.full(items, FAR)
    known = np.zeros(items, np.int64)
    gaps = knobs[GAPS] > 0.5
    dread = 0.0 if knobs[SETUP_DREAD] <= 0 else 1.0 / knobs[SETUP_DREAD]
    # the queue of each machine: items whose first operation it can do
    room = np.zeros(m_count + 1, np.int64)
    for item in range(items):
        op = item_ops[item_ptr[item]]
        for k in range(ops[op, MODE0], ops[op, MODE1]):
            room[modes[k, MACHINE] + 1] += 1
    for m in range(m_count):
        room[m + 1] += room[m]
    queue = np.empty((room[m_count], 2), np.int64)
    length = np.zeros(m_count, np.int64)
    wake = np.full(m_count, FAR)
    fresh = np.empty(items + 1, np.int64)
    fresh_count, left = 0, 0
    noise = np.zeros(items, np.float64)
    if knobs[NOISE] > 0:
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
    for step in range(-len(first), items + 1):
        # frozen work first, then everything that is ready at once
        if step < 0:
            item = first[step + len(first)]
            if known[item] == 2 or not is_ready(
                item, ops, preds, item_ptr, item_ops, peg_ptr, peg_orders, placed, order_left
            ):
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
            settle(item, ops, item_ptr, item_ops, times, placed, order_left, order_end)
        elif (
            step < items
            and known[step] == 0
            and is_ready(step, ops, preds, item_ptr, item_ops, peg_ptr, peg_orders, placed, order_left)
        ):
            known[step] = 1
            fresh[fresh_count] = step
            fresh_count += 1
    while left > 0:
        while fresh_count > 0:
            fresh_count -= 1
            item = fresh[fresh_count]
            op = item_ops[item_ptr[item]]
            r = max(ready_time(ops, op, preds, times, peg_ptr, peg_orders, order_end), not_before[op])
            ready_at[item] = r
            for k in range(ops[op, MODE0], ops[op, MODE1]):
                if choice[op] != NONE and choice[op] != k:
                    continue
                m = modes[k, MACHINE]
                queue[room[m] + length[m], 0] = item
                queue[room[m] + length[m], 1] = k
                length[m] += 1
                idle_from = 0 if tails[m] == NONE else times[tails[m], 1]
                wake[m] = min(wake[m], max(r, idle_from))
        m = 0
        for other in range(1, m_count):
            if wake[other] < wake[m]:
                m = other
        t = wake[m]
        if t >= FAR:
            # Nothing can start any more: what still queues finds no open time, or its material never comes.
            for machine in range(m_count):
                for row in range(length[machine]):
                    if known[queue[room[machine] + row, 0]] != 2:
                        return OFF_GRID, queue[room[machine] + row, 0]
            return LEFT_OVER, NONE
        idle_from = 0 if tails[m] == NONE else times[tails[m], 1]
        if idle_from > t:
            wake[m] = idle_from
            continue
        open_at, _ = fit(windows, machines[m, WIN0], machines[m, WIN1], t, 1, 1)
        if open_at == NONE:
            wake[m] = FAR
            continue
        if open_at > t:
            wake[m] = open_at
            continue
        old = machines[m, INITIAL] if tails[m] == NONE else ops[tails[m], FAMILY]
        best, best_row, best_value = NONE, NONE, -1e300
        soonest = FAR
        row = 0
        while row < length[m]:
            item = queue[room[m] + row, 0]
            if known[item] == 2:
                length[m] -= 1
                queue[room[m] + row, 0] = queue[room[m] + length[m], 0]
                queue[room[m] + row, 1] = queue[room[m] + length[m], 1]
                continue
            r = ready_at[item]
            if r > t + knobs[WAITING]:
                soonest = min(soonest, r)
                row += 1
                continue
            mode = queue[room[m] + row, 1]
            op = item_ops[item_ptr[item]]
            setup = changeover(machines, changeovers, stride, m, old, ops[op, FAMILY], modes[mode, SETUP])
            run = modes[mode, RUN]
            ends = max(t + setup, r) + run
            late = 0.0
            for k in range(ops[op, MODE0], ops[op, MODE1]):
                if k == mode or choice[op] != NONE:
                    continue
                a = modes[k, MACHINE]
                there = machines[a, INITIAL] if tails[a] == NONE else ops[tails[a], FAMILY]
                begin = t if tails[a] == NONE else max(t, times[tails[a], 1])
                begin, _ = fit(windows, machines[a, WIN0], machines[a, WIN1], begin, 1, 1)
                if begin == NONE:
                    continue
                begin = max(
                    begin + changeover(machines, changeovers, stride, a, there, ops[op, FAMILY], modes[k, SETUP]), r
                )
                late = max(late, ends - begin - modes[k, RUN])
            if late > knobs[PATIENCE] * run:
                soonest = min(soonest, t + retry)
                row += 1
                continue
            idle = max(0, r - t - setup)
            slack = max(0.0, latest[op] - run - t)
            if knobs[RULE] == EDD:
                value = -latest[op] / mean_run
            elif knobs[RULE] == WSPT:
                value = np.log(max(weight[op], 1e-9) / run)
            else:
                value = np.log(max(weight[op], 1e-9) / run) - slack / (knobs[LOOKAHEAD] * mean_run)
            value += noise[item] - (setup * dread + idle + late) / mean_run
            if value > best_value:
                best, best_row, best_value = item, row, value
            row += 1
        if best == NONE:
            wake[m] = soonest if soonest > t else t + 1
            continue
        item = best
        status, at, free = place_item(
            item, queue[room[m] + best_row, 1], ops, modes, preds, machines, windows, stride, changeovers, pool_needs,
            pool_quantity, item_ptr, item_ops, peg_ptr, peg_orders, choice, not_before, gaps, times, links, heads,
            tails, at, free, count, order_end,
        )  # fmt: skip
        if status == OFF_GRID:
            return status, item
        if status != OK and worst == OK:
            worst, fault = status, item
        known[item] = 2
        sequence[put] = item
        put += 1
        left -= 1
        wake[m] = times[tails[m], 1]
        settle(item, ops, item_ptr, item_ops, times, placed, order_left, order_end)
        fresh_count = release_followers(
            item, 0, 1, ops, preds, succs, item_ptr, item_ops, peg_ptr, peg_orders, fed_ptr, fed_ops, placed,
            order_left, known, fresh, fresh_count,
        )  # fmt: skip
    return worst, fault
