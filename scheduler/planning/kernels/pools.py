"""What is left of each pool over time: a step function per pool, row p of `at` (minutes) and `free` (capacity)."""

from __future__ import annotations

import numpy as np

from scheduler.planning.kernels.arrays import Pools
from scheduler.planning.kernels.jit import array_kernel, kernel
from scheduler.planning.kernels.windows import window_at
from scheduler.planning.layout import END, FAR, NONE, START, STEP_MINUTE, STEP_POOL
from scheduler.planning.problem import Floats, Ints

TOLERANCE = 1e-6


@array_kernel
def pool_room(pool_steps: Ints, pool_free: Floats, pools: int, consumers: int) -> Pools:
    """Fresh step functions with room for about `consumers` operations; `take` says where that is not enough."""
    count = np.zeros(pools, np.int64)
    for i in range(len(pool_steps)):
        count[pool_steps[i, STEP_POOL]] += 1
    most = 0
    for p in range(pools):
        most = max(most, count[p])
    room = most + 4 * consumers + 16
    at = np.empty((pools, room), np.int64)
    free = np.empty((pools, room), np.float64)
    count[:] = 0
    for i in range(len(pool_steps)):
        p = pool_steps[i, STEP_POOL]
        at[p, count[p]] = pool_steps[i, STEP_MINUTE]
        free[p, count[p]] = pool_free[i]
        count[p] += 1
    return Pools(at=at, free=free, used=count)


@kernel
def step_at(at: Ints, count: int, pool: int, t: int) -> int:
    """The step of the pool that holds minute t."""
    low, high = 0, count
    while low < high:
        middle = (low + high) >> 1
        if at[pool, middle] <= t:
            low = middle + 1
        else:
            high = middle
    return low - 1


@kernel
def clash(
    at: Ints, free: Floats, count: Ints, pool: int, quantity: float, windows: Ints, w0: int, w1: int, s: int, e: int
) -> int:
    """NONE where the pool has `quantity` in every working minute of [s, e), else the next start worth trying."""
    w = max(w0, window_at(windows, w0, w1, s))
    while w < w1 and windows[w, START] < e:
        a = max(s, windows[w, START])
        b = min(e, windows[w, END])
        if a < b:
            i = step_at(at, count[pool], pool, a)
            while i < count[pool] and at[pool, i] < b:
                if free[pool, i] + TOLERANCE < quantity:
                    return at[pool, i + 1] if i + 1 < count[pool] else FAR
                i += 1
        w += 1
    return NONE


@kernel
def _cut(at: Ints, free: Floats, count: Ints, pool: int, t: int) -> int:
    """Make t a step edge; returns its step."""
    i = step_at(at, count[pool], pool, t)
    if at[pool, i] == t:
        return i
    for j in range(count[pool], i + 1, -1):
        at[pool, j] = at[pool, j - 1]
        free[pool, j] = free[pool, j - 1]
    at[pool, i + 1] = t
    free[pool, i + 1] = free[pool, i]
    count[pool] += 1
    return i + 1


@kernel
def take(
    at: Ints, free: Floats, count: Ints, pool: int, quantity: float, windows: Ints, w0: int, w1: int, s: int, e: int
) -> bool:
    """Take `quantity` in every working minute of [s, e); a negative one gives back what was taken there.

    False, and nothing has changed: there may be no room for two steps more in each of those stretches.
    """
    first = max(w0, window_at(windows, w0, w1, s))
    if quantity > 0:
        w = first
        while w < w1 and windows[w, START] < e:
            w += 1
        if count[pool] + 2 * (w - first) > at.shape[1]:
            return False
    w = first
    while w < w1 and windows[w, START] < e:
        a = max(s, windows[w, START])
        b = min(e, windows[w, END])
        if a < b:
            i = _cut(at, free, count, pool, a)
            j = _cut(at, free, count, pool, b)
            for k in range(i, j):
                free[pool, k] -= quantity
        w += 1
    return True
