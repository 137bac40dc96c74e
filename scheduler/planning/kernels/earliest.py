"""When each operation could start and end if it had its machine to itself."""

from __future__ import annotations

from scheduler.planning.kernels.jit import kernel
from scheduler.planning.kernels.windows import after, fit
from scheduler.planning.layout import (
    EARLIEST,
    FAR,
    FIX_END,
    FIXED,
    MACHINE,
    MIN_WAIT,
    MODE0,
    MODE1,
    NONE,
    PAUSABLE,
    PRED0,
    PRED1,
    RUN,
    WIN0,
    WIN1,
)
from scheduler.planning.problem import Ints


@kernel
def earliest_ends(ops: Ints, modes: Ints, preds: Ints, machines: Ints, windows: Ints, ends: Ints) -> None:
    """Fills ends (n,): no plan of the contract ends an operation sooner. Calendars, releases, waits and routings count;
    other work, changeovers, material and pools do not."""
    ends[:] = NONE
    changed = True
    while changed:
        changed = False
        for op in range(len(ops)):
            t = ops[op, EARLIEST]
            known = True
            for k in range(ops[op, PRED0], ops[op, PRED1]):
                if ends[preds[k]] == NONE:
                    known = False
                t = max(t, ends[preds[k]] + ops[op, MIN_WAIT])
            if not known:
                continue
            best = FAR
            if ops[op, FIXED] == 1:
                best = ops[op, FIX_END]
            else:
                for mode in range(ops[op, MODE0], ops[op, MODE1]):
                    m = modes[mode, MACHINE]
                    _, e = fit(windows, machines[m, WIN0], machines[m, WIN1], t, modes[mode, RUN], ops[op, PAUSABLE])
                    if e != NONE:
                        best = min(best, e)
            if best != ends[op]:
                ends[op] = best
                changed = True


@kernel
def can_start(
    ops: Ints, modes: Ints, machines: Ints, windows: Ints, mode: Ints, start: Ints, whole: bool, found: Ints
) -> None:
    """Fills found (n,): 1 where the machine of `mode` is open at `start`; with `whole` only where the operation can
    start then (nothing that is done or released keeps it, and work that cannot pause has its stretch). A mode of NONE:
    0."""
    for op in range(len(ops)):
        found[op] = 0
        if mode[op] == NONE:
            continue
        m, t = modes[mode[op], MACHINE], start[op]
        stretch = modes[mode[op], RUN] if whole and ops[op, PAUSABLE] == 0 else 1
        if not whole or ops[op, EARLIEST] <= t:
            begin, _ = fit(windows, machines[m, WIN0], machines[m, WIN1], t, stretch, 0)
            found[op] = 1 if begin == t else 0


@kernel
def ends_of(modes: Ints, machines: Ints, windows: Ints, mode: Ints, start: Ints, ends: Ints) -> None:
    """Fills ends (n,) where a mode is given: when the run is over that begins at `start`, work paused with the machine;
    NONE: never."""
    for op in range(len(mode)):
        if mode[op] != NONE:
            m = modes[mode[op], MACHINE]
            ends[op] = after(windows, machines[m, WIN0], machines[m, WIN1], start[op], modes[mode[op], RUN])
