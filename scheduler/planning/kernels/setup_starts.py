"""When the changeover before each operation must begin at the latest."""

from __future__ import annotations

from scheduler.planning import layout as c
from scheduler.planning.kernels.jit import kernel
from scheduler.planning.kernels.place import changeover
from scheduler.planning.kernels.windows import latest_start
from scheduler.planning.problem import Ints


@kernel
def setup_starts(
    ops: Ints, machines: Ints, windows: Ints, stride: int, changeovers: Ints, times: Ints, links: Ints, heads: Ints,
    begins: Ints,
) -> None:  # fmt: skip
    """Fills begins (n,): minute by minute the last moment that leaves the changeover its working time; FAR: there is
    none to be done."""
    begins[:] = c.FAR
    for m in range(len(machines)):
        old, op = machines[m, c.INITIAL], heads[m]
        while op != c.NONE:
            if ops[op, c.FIXED] == 0:
                need = changeover(machines, changeovers, stride, m, old, ops[op, c.FAMILY], times[op, c.PLACED_SETUP])
                if need > 0:
                    begins[op] = latest_start(
                        windows, machines[m, c.WIN0], machines[m, c.WIN1], times[op, c.PLACED_START], need
                    )
            old = ops[op, c.FAMILY]
            op = links[op, c.LINK_BEHIND]
