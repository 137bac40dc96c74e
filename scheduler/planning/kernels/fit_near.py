"""Fit near a known window: dispatching walks forward in time, so it seldom has to look
far. The same results as `windows.py`."""

from __future__ import annotations

from scheduler.planning.kernels.jit import kernel
from scheduler.planning.kernels.windows import fit_from
from scheduler.planning.layout import END, NONE, START
from scheduler.planning.problem import Ints


@kernel
def open_from(windows: Ints, near: Ints, m: int, w0: int, w1: int, t: int) -> int:
    """The first open minute at t or later; NONE: there is none. near[m] becomes the window that holds it."""
    i = near[m]
    while i < w1 and windows[i, END] <= t:
        i += 1
    while i > w0 and windows[i - 1, END] > t:
        i -= 1
    near[m] = i
    if i >= w1:
        return NONE
    return int(max(t, windows[i, START]))


@kernel
def fit_near(
    windows: Ints, i: int, w0: int, w1: int, idle_from: int, setup: int, t: int, run: int, pausable: int
) -> tuple[int, int]:
    """(start, end) of `run` minutes after `setup` working minutes from idle_from on, at t or later; (NONE, NONE): not
    within the windows. i : a window that is near."""
    if w0 >= w1:
        return NONE, NONE
    i = min(i, w1 - 1)
    if setup > 0:
        while i > w0 and windows[i, START] > idle_from:
            i -= 1
        while i + 1 < w1 and windows[i, END] <= idle_from:
            i += 1
        need = setup
        while True:
            begin = max(idle_from, windows[i, START])
            inside = windows[i, END] - begin
            if inside >= need:
                t = max(t, begin + need)
                break
            if inside > 0:
                need -= inside
            i += 1
            if i >= w1:
                return NONE, NONE
    else:
        t = max(t, idle_from)
    while i > w0 and windows[i - 1, END] > t:
        i -= 1
    while windows[i, END] <= t:
        i += 1
        if i >= w1:
            return NONE, NONE
    return fit_from(windows, i, w1, max(t, windows[i, START]), run, pausable)
