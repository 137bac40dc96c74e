"""Pins into the tables: a fixed machine leaves one mode, a fixed start or a bound becomes a bound of the operation.

A machine and `not_before` bind every plan. That an operation starts no later than `LATEST` is what a plan is priced by
(`price_of_pins`): as high that no plan gives a pin up for anything else, and by the minute, so that one that cannot be
kept is planned as near to it as can be.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scheduler.domain.pins import Pin
from scheduler.domain.plans import OperationKey
from scheduler.domain.plant import PlantState
from scheduler.planning import layout as c
from scheduler.planning.kernels.earliest import earliest_ends
from scheduler.planning.kernels.pin_price import BROKEN, MINUTE
from scheduler.planning.kernels.windows import fit
from scheduler.planning.problem import Ints


def pin_down(
    state: PlantState, keys: Sequence[OperationKey], ops: Ints, modes: Ints, preds: Ints, machines: Ints, windows: Ints
) -> Ints:
    """Writes the pins into `ops`; returns the operations that have one. Running work has none any more.

    What no plan can do is left out: a machine that cannot take the operation, and a start before it can begin by its
    routing, its machine's hours and the work that runs there: then `LATEST` is the first moment at which it can,
    and the pin counts as lost.
    """
    if not state.pins:
        return np.empty(0, np.int64)
    names = {name: row for row, name in enumerate(state.machines)}
    found = [op for op, key in enumerate(keys) if key in state.pins and not ops[op, c.FIXED]]
    for op in found:
        pin = state.pins[keys[op]]
        _to_machine(ops[op], modes, names.get(pin.machine or "", c.NONE))
        _to_times(ops[op], ops, preds, pin, state.now)
    ends = np.empty(len(ops), np.int64)
    earliest_ends(ops, modes, preds, machines, windows, ends)
    for op in found:
        if ops[op, c.LATEST] < c.FAR:
            soonest = _soonest(op, ops, modes, preds, machines, windows, ends)
            ops[op, c.PIN_LOST] = soonest > ops[op, c.LATEST]
            ops[op, c.LATEST] = max(ops[op, c.LATEST], soonest)
    return np.array(found, dtype=np.int64)


def price_of_pins(ops: Ints, pins: Ints, start: Ints) -> float:
    """What a plan pays for the pins that start too late: `pin_price` of each."""
    late = start[pins] - ops[pins, c.LATEST]
    broken = (late > 0) & (ops[pins, c.PIN_LOST] == 0)
    return BROKEN * int(broken.sum()) + MINUTE * float(late[late > 0].sum())


def _to_machine(row: Ints, modes: Ints, machine: int) -> None:
    for mode in range(int(row[c.MODE0]), int(row[c.MODE1])):
        if modes[mode, c.MACHINE] == machine:
            row[c.MODE0], row[c.MODE1] = mode, mode + 1
            return


def _to_times(row: Ints, ops: Ints, preds: Ints, pin: Pin, now: int) -> None:
    """A maximum wait behind running work comes first: `not_before` yields to it."""
    if pin.earliest is not None:
        earliest = pin.earliest - now
        if row[c.MAX_WAIT] != c.NONE:
            before = [p for p in preds[row[c.PRED0] : row[c.PRED1]].tolist() if ops[p, c.FIXED]]
            earliest = min([earliest, *(int(ops[p, c.FIX_END] + row[c.MAX_WAIT]) for p in before)])
        row[c.EARLIEST] = max(row[c.EARLIEST], earliest)
    if pin.latest is not None:
        row[c.LATEST] = pin.latest - now


def _soonest(op: int, ops: Ints, modes: Ints, preds: Ints, machines: Ints, windows: Ints, ends: Ints) -> int:
    """No plan starts it sooner; FAR where no machine of its own works any more."""
    row, soonest = ops[op], c.FAR
    before = preds[row[c.PRED0] : row[c.PRED1]]
    ready = max([int(row[c.EARLIEST]), *(ends[before] + row[c.MIN_WAIT]).tolist()])
    running = np.flatnonzero(ops[:, c.FIXED] == 1)
    for mode in range(int(row[c.MODE0]), int(row[c.MODE1])):
        m, run = int(modes[mode, c.MACHINE]), int(modes[mode, c.RUN])
        there = running[modes[ops[running, c.MODE0], c.MACHINE] == m]
        free = int(ops[there, c.FIX_END].max(initial=0))
        start, _ = fit(windows, machines[m, c.WIN0], machines[m, c.WIN1], max(ready, free), run, int(row[c.PAUSABLE]))
        if start != c.NONE:
            soonest = min(soonest, int(start))
    return soonest
