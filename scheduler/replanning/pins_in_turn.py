"""The sequences of a plan kept around pinned work: only what stands in its way goes behind it."""

from __future__ import annotations

import numpy as np

from scheduler.planning import layout as c
from scheduler.planning.builder import OK, Builder, Timing
from scheduler.planning.problem import Ints

Flags = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
Moments = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

MOST_ROUNDS = 60
"""Changes of the order that are tried; each is one build."""


def built_in_turn(builder: Builder, key: Ints, choice: Ints, frozen: Ints, stay: Ints | None) -> Timing:
    """The plan in the order of `key` (n,), each operation behind the last on its machine; the best of a few orders.

    While pinned work comes too late, what stands before it on its machine goes behind it, or what stands before a
    predecessor that it waits for. For blocks of one operation.
    frozen : blocks that stay ahead of all others.   stay : as for `build`; what pinned work waits for may leave it.
    """
    p = builder.problem
    turn = key.astype(np.float64)
    item_op = p.block_ops[p.block_ptr[:-1]]
    free = np.ones(p.blocks, np.bool_)
    free[frozen] = False
    blocked = (p.ops[:, c.FIXED] == 1) | ~free[p.ops[:, c.BLOCK]]
    blocked |= (p.ops[:, c.LATEST] < c.FAR) & (p.ops[:, c.PIN_LOST] == 0)
    stay = None if stay is None else stay.copy()
    best: Timing | None = None
    given_up: set[int] = set()
    for _ in range(MOST_ROUNDS):
        order = np.argsort(turn[item_op], kind="stable")
        timing = builder.build(np.concatenate((frozen, order[free[order]])), choice, False, len(frozen), stay)
        if best is None or timing.cost < best.cost:
            best = timing
        if timing.status != OK:
            break
        late = [
            op
            for op in builder.reserved.tolist()
            if timing.times[op, c.PLACED_START] > p.ops[op, c.LATEST] and op not in given_up
        ]
        if not late:
            break
        if not _sooner(builder, timing, late[0], blocked, turn, stay):
            given_up.add(late[0])
    assert best is not None
    return best


def _sooner(builder: Builder, timing: Timing, op: int, blocked: Flags, turn: Moments, stay: Ints | None) -> bool:
    """Change the order, or `stay`, where they keep the operation, or what it waits for; False: something else does."""
    p, times = builder.problem, timing.times
    while True:
        row = p.ops[op]
        before = p.preds[row[c.PRED0] : row[c.PRED1]]
        bound = max(int(row[c.EARLIEST]), int(builder.bounds[op]))
        bound = max(bound, int((times[before, c.PLACED_END] + row[c.MIN_WAIT]).max(initial=0)))
        until = bound if stay is None else max(bound, int(stay[op]))
        if times[op, c.PLACED_START] > until:
            previous = int(timing.links[op, c.LINK_BEFORE])
            behind = np.nextafter(max(turn[op], turn[before].max(initial=turn[op])), np.inf)
            if previous == c.NONE or blocked[previous] or behind <= turn[previous]:
                return False
            turn[previous] = behind
            return True
        if stay is not None and until > bound:
            stay[op] = bound
            return True
        if not len(before) or p.ops[before, c.FIXED].any():
            return False
        op = int(before[int(np.argmax(times[before, c.PLACED_END]))])
