"""Arithmetic in working minutes: rows [w0, w1) of `windows` are the stretches of one machine."""

from __future__ import annotations

from scheduler.planning.kernels.jit import inlined, kernel
from scheduler.planning.layout import BEFORE, END, NONE, START
from scheduler.planning.problem import Ints


@kernel
def window_at(windows: Ints, w0: int, w1: int, t: int) -> int:
    """The last window that starts at or before t; w0 - 1: none does."""
    low, high = w0, w1
    while low < high:
        middle = (low + high) >> 1
        if windows[middle, START] <= t:
            low = middle + 1
        else:
            high = middle
    return low - 1


@kernel
def before(windows: Ints, w0: int, w1: int, t: int) -> int:
    """Working minutes before t."""
    i = window_at(windows, w0, w1, t)
    if i < w0:
        return 0
    return int(windows[i, BEFORE] + min(t, windows[i, END]) - windows[i, START])


@kernel
def after(windows: Ints, w0: int, w1: int, t: int, need: int) -> int:
    """The moment by which `need` working minutes have passed since t; t itself where none are needed; NONE: never."""
    if need <= 0:
        return t
    i = window_at(windows, w0, w1, t)
    if i < w0:
        i = w0
        target = need
    else:
        if windows[i, END] - t >= need:
            return t + need
        target = windows[i, BEFORE] + min(t, windows[i, END]) - windows[i, START] + need
    while i < w1 and windows[i, BEFORE] + windows[i, END] - windows[i, START] < target:
        i += 1
    if i == w1:
        return NONE
    return int(windows[i, START] + target - windows[i, BEFORE])


@kernel
def latest_start(windows: Ints, w0: int, w1: int, end: int, run: int) -> int:
    """The earliest moment from which `run` working minutes reach to `end` or beyond."""
    target = before(windows, w0, w1, end) - run
    if target <= 0:
        return int(windows[w0, START]) if w1 > w0 else 0
    low, high = w0, w1
    while low < high:
        middle = (low + high) >> 1
        if windows[middle, BEFORE] < target:
            low = middle + 1
        else:
            high = middle
    return int(windows[low - 1, START] + target - windows[low - 1, BEFORE])


@inlined
def fit_from(windows: Ints, i: int, w1: int, t: int, run: int, pausable: int) -> tuple[int, int]:
    """(start, end) of `run` working minutes from t on, an open minute of window i; (NONE, NONE): not before w1.

    Pausable work starts at once and pauses with the machine; other work waits for an unbroken stretch that holds it.
    """
    if t + run <= windows[i, END]:
        return t, t + run
    if pausable:
        target = windows[i, BEFORE] + t - windows[i, START] + run
        i += 1
        while i < w1 and windows[i, BEFORE] + windows[i, END] - windows[i, START] < target:
            i += 1
        if i >= w1:
            return NONE, NONE
        return t, windows[i, START] + target - windows[i, BEFORE]
    while t + run > windows[i, END]:
        i += 1
        if i >= w1:
            return NONE, NONE
        t = windows[i, START]
    return t, t + run


@kernel
def fit(windows: Ints, w0: int, w1: int, t: int, run: int, pausable: int) -> tuple[int, int]:
    """(start, end) of `run` working minutes, started at t or later; (NONE, NONE): not within the windows.

    As `fit_from`, from the first open minute.
    """
    i = window_at(windows, w0, w1, t)
    if i < w0 or t >= windows[i, END]:
        i += 1
        if i >= w1:
            return NONE, NONE
        t = windows[i, START]
    return fit_from(windows, i, w1, t, run, pausable)
