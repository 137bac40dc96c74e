"""Blocks: sets of operations that must be placed together because a max_wait links them."""

from __future__ import annotations

import numpy as np

from scheduler.planning.arrays import Ints
from scheduler.planning.kernels.blocks import join_blocks


def blocks_of(spans: Ints, pred_ptr: Ints, preds: Ints, tied: Ints) -> tuple[Ints, Ints, Ints]:
    """(block_ptr, block_ops, block of each operation), predecessors first within a block.

    spans : (b + 1,) offsets of operations that wait for each other at most (an order's).
    preds : predecessors of operation i at [pred_ptr[i]:pred_ptr[i + 1]];  tied : 1 where a max_wait ties the two.
    What lies on a path between two operations of a block belongs to it too.
    """
    n = len(pred_ptr) - 1
    if not tied.any():
        return np.arange(n + 1), np.arange(n), np.arange(n)
    block_ptr, block_ops, block_of = np.empty(n + 1, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    blocks = join_blocks(spans, pred_ptr, preds, tied.astype(np.int64), block_ptr, block_ops, block_of)
    return block_ptr[: blocks + 1].copy(), block_ops, block_of
