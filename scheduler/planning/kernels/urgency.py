"""How urgent each operation is: walked back from the due dates, through routings and pegs."""

from __future__ import annotations

import numpy as np

from scheduler.planning.kernels.arrays import Pegs, Shop
from scheduler.planning.kernels.jit import array_kernel
from scheduler.planning.layout import (
    DUE,
    FAR,
    LATEST,
    MIN_WAIT,
    MODE0,
    MODE1,
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


@array_kernel
def urgency(
    shop: Shop, pegs: Pegs, weights: Floats, stretch: float, latest: Floats, weight: Floats, shortest: Ints
) -> None:
    """Per operation: the latest end that keeps every order behind it on time and every pin, and the weight of the most
    urgent.

    Walks back from the ends, through routings and pegs; run times count `stretch` minutes each, for closed time.
    weights : (o,) each order's.
    Fills latest (n,) minutes, weight (n,), shortest (n,) run minutes on the fastest machine.
    """
    ops, modes, preds, succs, orders = shop.ops, shop.modes, shop.preds, shop.succs, shop.orders
    fed_ptr, fed_ops = pegs.fed_ptr, pegs.fed_ops
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
        latest[op] = min(orders[ops[op, ORDER], DUE], ops[op, LATEST] + best)
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
        for k in range(pegs.ptr[op], pegs.ptr[op + 1]):
            supplier = pegs.orders[k]
            order_waits[supplier] -= 1
            if order_waits[supplier] == 0:
                for last in range(orders[supplier, ORDER_OP0], orders[supplier, ORDER_OP1]):
                    if ops[last, SUCC1] == ops[last, SUCC0]:
                        stack[top] = last
                        top += 1
