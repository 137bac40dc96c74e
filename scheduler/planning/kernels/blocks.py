"""Which operations must be placed together: those that a max_wait ties, and what lies on a path between them."""

from __future__ import annotations

import numpy as np

from scheduler.planning.kernels.jit import array_kernel, kernel
from scheduler.planning.problem import Ints


@kernel
def find(leader: Ints, i: int) -> int:
    """Who stands for the set that i belongs to.

    Source: Tarjan (1975), Journal of the ACM 22(2), 215-225, doi:10.1145/321879.321884; each look halves the way.
    """
    while leader[i] != i:
        leader[i] = leader[leader[i]]
        i = leader[i]
    return i


@array_kernel
def join_blocks(
    spans: Ints, pred_ptr: Ints, preds: Ints, tied: Ints, block_ptr: Ints, block_ops: Ints, block_of: Ints
) -> int:
    """Number the blocks by their first operation; within a block predecessors come first.

    spans : operations [spans[b], spans[b + 1]) wait for none beyond their span (an order).
    tied : per entry of `preds`, 1 where a max_wait ties the two.
    Fills block_ptr, block_ops, block_of. Returns how many blocks there are.
    """
    n = len(pred_ptr) - 1
    widest = 0
    for b in range(len(spans) - 1):
        widest = max(widest, spans[b + 1] - spans[b])
    leader = np.arange(n)
    walk, waits = np.empty(widest, np.int64), np.empty(widest, np.int64)
    above = np.empty((widest, widest), np.bool_)  # blocks (by leader) with a member before an operation
    blocks, put = 0, 0
    block_ptr[0] = 0
    for b in range(len(spans) - 1):
        low, high = spans[b], spans[b + 1]
        any_tied = False
        for op in range(low, high):
            for k in range(pred_ptr[op], pred_ptr[op + 1]):
                if tied[k]:
                    any_tied = True
                    leader[find(leader, op)] = find(leader, preds[k])
        if not any_tied:
            for op in range(low, high):
                block_of[op] = blocks
                block_ops[put] = op
                put += 1
                blocks += 1
                block_ptr[blocks] = put
            continue
        # first come, first served through the routing
        size = 0
        for op in range(low, high):
            waits[op - low] = pred_ptr[op + 1] - pred_ptr[op]
            if waits[op - low] == 0:
                walk[size] = op
                size += 1
        at = 0
        while at < size:
            done = walk[at]
            at += 1
            for op in range(low, high):
                for k in range(pred_ptr[op], pred_ptr[op + 1]):
                    if preds[k] == done:
                        waits[op - low] -= 1
                        if waits[op - low] == 0:
                            walk[size] = op
                            size += 1
        changed = True
        while changed:
            changed = False
            above[:] = False
            for at in range(size):
                op = walk[at]
                for k in range(pred_ptr[op], pred_ptr[op + 1]):
                    p = preds[k]
                    above[op - low] |= above[p - low]
                    above[op - low, find(leader, p) - low] = True
                own = find(leader, op)
                if above[op - low, own - low]:
                    for k in range(pred_ptr[op], pred_ptr[op + 1]):
                        other = find(leader, preds[k])
                        if other != own and above[preds[k] - low, own - low]:
                            leader[other] = own
                            changed = True
        for op in range(low, high):
            block_of[op] = -1
        for first in range(low, high):
            if block_of[first] >= 0:
                continue
            own = find(leader, first)
            for at in range(size):
                if find(leader, walk[at]) == own:
                    block_of[walk[at]] = blocks
                    block_ops[put] = walk[at]
                    put += 1
            blocks += 1
            block_ptr[blocks] = put
    return blocks
