"""When the changeover before each operation must begin at the latest."""

from __future__ import annotations

from scheduler.planning.kernels.jit import kernel
from scheduler.planning.kernels.place import changeover
from scheduler.planning.kernels.windows import latest_start
from scheduler.planning.layout import (
    FAMILY,
    FAR,
    FIXED,
    INITIAL,
    LINK_BEHIND,
    NONE,
    PLACED_SETUP,
    PLACED_START,
    WIN0,
    WIN1,
)
from scheduler.planning.problem import Ints


@kernel
def setup_starts(
    ops: Ints, machines: Ints, windows: Ints, stride: int, changeovers: Ints, times: Ints, links: Ints, heads: Ints,
    begins: Ints,
) -> None:  # fmt: skip
    """Fills begins (n,): minute by minute the last moment that leaves the changeover its working time; FAR: there is
    none to be done."""
    begins[:] = FAR
    for m in range(len(machines)):
        old, op = machines[m, INITIAL], heads[m]
        while op != NONE:
            if ops[op, FIXED] == 0:
                need = changeover(machines, changeovers, stride, m, old, ops[op, FAMILY], times[op, PLACED_SETUP])
                if need > 0:
                    begins[op] = latest_start(
                        windows, machines[m, WIN0], machines[m, WIN1], times[op, PLACED_START], need
                    )
            old = ops[op, FAMILY]
            op = links[op, LINK_BEHIND]
