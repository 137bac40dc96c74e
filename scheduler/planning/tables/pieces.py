"""How many pieces each operation works on where done work has passed on others than came to it (contract, rule 3)."""

from __future__ import annotations

import numpy as np

from scheduler.planning.arrays import Floats, Ints


def flowed(ordered: Floats, passed_on: Floats, behind: Ints, before: Ints) -> Floats:
    """(n,) own quantity of each operation: the fewest pieces that those before it pass on, else those ordered.

    ordered : (n,) the order's pieces.   passed_on : (n,) of done work that says so, nan of any other, which passes on
    its own quantity.   behind, before : (p,) pairs of which one waits for the other, all that wait for one together.
    """
    own = ordered.copy()
    told = ~np.isnan(passed_on)
    if not told.any() or not len(behind):
        return own
    first = np.flatnonzero(np.concatenate(([True], behind[1:] != behind[:-1])))
    waits = behind[first]
    for _ in range(len(own)):
        passes = np.where(told, passed_on, own)
        came = np.minimum.reduceat(passes[before], first)
        if np.array_equal(own[waits], came):
            break
        own[waits] = came
    return own
