"""Working minutes with a look-up table: the inner loop's twin of `windows.py`, several times as fast.

near[m, t >> SHIFT] is the last window of machine m that starts at or before the bucket's first minute.
"""

from __future__ import annotations

import numpy as np

from scheduler.planning.kernels.jit import array_kernel, kernel
from scheduler.planning.kernels.windows import fit_from
from scheduler.planning.layout import END, FAR, NONE, START, STEP_MINUTE, STEP_POOL, WIN0, WIN1
from scheduler.planning.problem import Floats, Ints

SHIFT = 9
TOLERANCE = 1e-6


@array_kernel
def near_windows(machines: Ints, windows: Ints, end: int) -> Ints:
    """The look-up table up to minute `end`."""
    buckets = (end >> SHIFT) + 2
    near = np.empty((len(machines), buckets), np.int64)
    for m in range(len(machines)):
        i = machines[m, WIN0] - 1
        for bucket in range(buckets):
            while i + 1 < machines[m, WIN1] and windows[i + 1, START] <= bucket << SHIFT:
                i += 1
            near[m, bucket] = i
    return near


@kernel
def window_near(windows: Ints, near: Ints, m: int, w1: int, t: int) -> int:
    """The last window of machine m that starts at or before t >= 0."""
    i = near[m, min(t >> SHIFT, near.shape[1] - 1)]
    while i + 1 < w1 and windows[i + 1, START] <= t:
        i += 1
    return int(i)


@kernel
def slot(
    windows: Ints, near: Ints, m: int, w0: int, w1: int, idle_from: int, setup: int, t: int, run: int, pausable: int
) -> tuple[int, int]:
    """(start, end) of `run` minutes after `setup` working minutes from idle_from on, at t or later; (NONE, NONE):
    not within the windows."""
    if setup > 0:
        i = window_near(windows, near, m, w1, idle_from)
        need = setup
        if i < w0:
            i = w0
        else:
            inside = windows[i, END] - idle_from
            if inside >= need:
                t = max(t, idle_from + need)
                need = 0
            else:
                if inside > 0:
                    need -= inside
                i += 1
        if need > 0:
            while i < w1 and windows[i, END] - windows[i, START] < need:
                need -= windows[i, END] - windows[i, START]
                i += 1
            if i >= w1:
                return NONE, NONE
            t = max(t, windows[i, START] + need)
    else:
        t = max(t, idle_from)
    i = window_near(windows, near, m, w1, t)
    if i < w0 or t >= windows[i, END]:
        i += 1
        if i >= w1:
            return NONE, NONE
        t = windows[i, START]
    return fit_from(windows, i, w1, t, run, pausable)


@array_kernel
def fill_room(pool_steps: Ints, pool_free: Floats, pools: int, end: int) -> Floats:
    """Free capacity per pool and minute in [0, end)."""
    room = np.zeros((pools, end if pools else 0), np.float64)
    for i in range(len(pool_steps)):
        pool, a = pool_steps[i, STEP_POOL], max(0, pool_steps[i, STEP_MINUTE])
        b = end
        if i + 1 < len(pool_steps) and pool_steps[i + 1, STEP_POOL] == pool:
            b = min(end, max(0, pool_steps[i + 1, STEP_MINUTE]))
        for t in range(a, b):
            room[pool, t] = pool_free[i]
    return room


@kernel
def room_clash(
    room: Floats, pool: int, quantity: float, windows: Ints, near: Ints, m: int, w0: int, w1: int, s: int, e: int
) -> int:
    """NONE where the pool has `quantity` in every working minute of [s, e), else the next start worth trying.

    FAR where the work would end behind the last minute that `room` knows: windows reach a little further.
    """
    if e > room.shape[1]:
        return FAR
    w = max(w0, window_near(windows, near, m, w1, s))
    while w < w1 and windows[w, START] < e:
        a = max(s, windows[w, START])
        b = min(e, windows[w, END])
        for t in range(a, b):
            if room[pool, t] + TOLERANCE < quantity:
                later = t + 1
                while later < room.shape[1] and room[pool, later] + TOLERANCE < quantity:
                    later += 1
                return later
        w += 1
    return NONE


@kernel
def use_room(
    room: Floats, pool: int, quantity: float, windows: Ints, near: Ints, m: int, w0: int, w1: int, s: int, e: int
) -> None:
    """Take `quantity` in every working minute of [s, e); a negative one gives it back."""
    s, e = max(0, s), min(e, room.shape[1])
    w = max(w0, window_near(windows, near, m, w1, s))
    while w < w1 and windows[w, START] < e:
        for t in range(max(s, windows[w, START]), min(e, windows[w, END])):
            room[pool, t] -= quantity
        w += 1
