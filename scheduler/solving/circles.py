"""Orders that take each other's output get their supply in turns, so that no order waits for itself."""

from __future__ import annotations

import numpy as np

from scheduler.planning import layout as c
from scheduler.planning.builder import Builder
from scheduler.planning.problem import Ints, Problem

SLACK = 1e-6
WAVES_FROM = c.FAR // 4
"""Later than any receipt: what orders make goes last, as only of that it can be known who waits for whom."""


def served_in_turn(builder: Builder) -> tuple[Builder, Ints]:
    """(the builder with pegs by which no order waits for itself, the orders that can be served in no turn).

    An order's turn comes when stock, receipts and the orders before it supply all that it takes.
    """
    p = builder.problem
    turn = _turns(p)
    last = int(turn.max(initial=0)) + 1
    turn = np.where(turn == c.NONE, last, turn)
    wanted = turn[p.ops[:, c.ORDER]]
    return builder.with_pegs(builder.peg(wanted, WAVES_FROM + turn)), np.flatnonzero(turn == last)


def _turns(problem: Problem) -> Ints:
    """(o,) the turn of each order, NONE: never."""
    s, ops = problem.supply, problem.ops
    left = s.on_hand.copy()
    np.add.at(left, s.receipts[:, c.RECEIPT_MATERIAL], s.receipt_quantity)
    needs: dict[int, dict[int, float]] = {}
    for (op, material), quantity in zip(s.demands.tolist(), s.demand_quantity.tolist(), strict=True):
        of_order = needs.setdefault(int(ops[op, c.ORDER]), {})
        of_order[material] = of_order.get(material, 0.0) + quantity
    turn = np.full(len(problem.orders), c.NONE)
    # who makes what others take comes first, for a last piece of stock may be what lets a circle begin
    waiting = np.lexsort((problem.orders[:, c.DUE], s.output == c.NONE)).tolist()
    count = 0
    while waiting:
        still = []
        for o in waiting:
            if any(left[material] < quantity - SLACK for material, quantity in needs.get(o, {}).items()):
                still.append(o)
                continue
            for material, quantity in needs.get(o, {}).items():
                left[material] -= quantity
            turn[o] = count
            count += 1
            if s.output[o] != c.NONE:
                left[s.output[o]] += s.output_quantity[o]
        if len(still) == len(waiting):
            break
        waiting = still
    return turn
