"""When each operation could end at the earliest if it had every machine to itself."""

from __future__ import annotations

from scheduler.planning.kernels.jit import kernel
from scheduler.planning.kernels.windows import fit
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
