"""Arrays of whole numbers and of pieces, and lists of different lengths one behind the other in one array."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def ints(values: Sequence[int]) -> Ints:
    return np.fromiter(values, np.int64, len(values))


def floats(values: Sequence[float]) -> Floats:
    return np.fromiter(values, np.float64, len(values))


def offsets(counts: Sequence[int] | Ints) -> Ints:
    """Where each of the lists begins that stand one behind the other, and where the last ends."""
    found = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=found[1:])
    return found


def spread(ptr: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """(offsets, positions) of the lists of `rows` one behind the other."""
    counts = ptr[rows + 1] - ptr[rows]
    new = offsets(counts)
    return new, np.arange(new[-1]) + np.repeat(ptr[rows] - new[:-1], counts)
