"""What it costs to start a pinned operation too late: more than anything that a plan could gain by it.

To come near to a pin that is lost anyway costs no other pin.
"""

from __future__ import annotations

from typing import Final

from scheduler.planning.arrays import Ints
from scheduler.planning.kernels.jit import kernel
from scheduler.planning.layout import FAR, LATEST

BROKEN: Final = 1e8
MINUTE: Final = 1e4


@kernel
def pin_price(latest: int, lost: int, start: int) -> float:
    """0 up to `latest`; behind it a price for each minute, and for the broken pin unless it is `lost` (1) anyway."""
    if start <= latest:
        return 0.0
    return (0.0 if lost == 1 else BROKEN) + MINUTE * (start - latest)


@kernel
def has_timed_pins(ops: Ints) -> bool:
    """True where a person wants an operation to start no later than some minute."""
    found = False
    for op in range(len(ops)):
        found = found or ops[op, LATEST] < FAR
    return found
