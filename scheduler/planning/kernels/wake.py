"""Who wakes first: a tree of minima over the machines. Of those that wake together, the first in the plant."""

from __future__ import annotations

import numpy as np

from scheduler.planning.kernels.jit import array_kernel, kernel
from scheduler.planning.layout import FAR
from scheduler.planning.problem import Ints


@array_kernel
def wake_tree(machines: int) -> Ints:
    """Nobody wakes. Leaf len / 2 + m belongs to machine m, node i is the lesser of 2 i and 2 i + 1."""
    leaves = 1
    while leaves < machines:
        leaves *= 2
    return np.full(2 * leaves, FAR)


@kernel
def set_wake(tree: Ints, machine: int, t: int) -> None:
    """The machine wakes at t."""
    i = (len(tree) >> 1) + machine
    tree[i] = t
    while i > 1:
        i >>= 1
        least = min(tree[2 * i], tree[2 * i + 1])
        if tree[i] == least:
            break
        tree[i] = least


@kernel
def wake_by(tree: Ints, machine: int, t: int) -> None:
    """The machine wakes at t, or before where it would have anyway."""
    if t < tree[(len(tree) >> 1) + machine]:
        set_wake(tree, machine, t)


@kernel
def first_awake(tree: Ints) -> int:
    """The machine that wakes first (at minute tree[1])."""
    i = 1
    while i < len(tree) >> 1:
        i = 2 * i if tree[2 * i] == tree[i] else 2 * i + 1
    return i - (len(tree) >> 1)
