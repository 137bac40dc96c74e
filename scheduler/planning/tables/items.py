"""Items: sets of operations that must be placed together because a max_wait links them."""

from __future__ import annotations

import numpy as np

from scheduler.planning.arrays import Ints
from scheduler.planning.kernels.items import join_items


def items_of(blocks: Ints, pred_ptr: Ints, preds: Ints, tied: Ints) -> tuple[Ints, Ints, Ints]:
    """(item_ptr, item_ops, item of each operation), predecessors first within an item.

    blocks : (b + 1,) offsets of operations that wait for each other at most (an order's).
    preds : predecessors of operation i at [pred_ptr[i]:pred_ptr[i + 1]];  tied : 1 where a max_wait ties the two.
    What lies on a path between two operations of an item belongs to it too.
    """
    n = len(pred_ptr) - 1
    if not tied.any():
        return np.arange(n + 1), np.arange(n), np.arange(n)
    item_ptr, item_ops, item_of = np.empty(n + 1, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    items = join_items(blocks, pred_ptr, preds, tied.astype(np.int64), item_ptr, item_ops, item_of)
    return item_ptr[: items + 1].copy(), item_ops, item_of
