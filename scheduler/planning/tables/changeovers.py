"""Setup matrices as flat tables of minutes [before, after], one per work center."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from scheduler.domain.resources import ANY_FAMILY, SetupMatrix
from scheduler.planning.arrays import Ints


def changeover_tables(matrices: Mapping[str, SetupMatrix], families: tuple[str, ...]) -> tuple[dict[str, int], Ints]:
    """(where each work center's table begins, the tables one behind the other).

    Row and column 0 are the empty family, then `families`, the last row is the unknown state; see `layout.INITIAL`.
    """
    stride = len(families) + 2
    starts = {center: i * stride * stride for i, center in enumerate(matrices)}
    place = {name: i + 1 for i, name in enumerate(families)}
    tables = [np.empty(0, np.int64), *(_table(matrix, place, stride).ravel() for matrix in matrices.values())]
    return starts, np.concatenate(tables)


def _table(matrix: SetupMatrix, place: Mapping[str, int], stride: int) -> Ints:
    """What `SetupMatrix.changeover` says of any two families: the rows with `*` first, the exact ones over them."""
    rows = matrix.minutes
    table = np.full((stride, stride), rows.get((ANY_FAMILY, ANY_FAMILY), 0), dtype=np.int64)
    for (before, after), minutes in rows.items():
        if before == ANY_FAMILY and after in place:
            table[:, place[after]] = minutes
    for (before, after), minutes in rows.items():
        if after == ANY_FAMILY and before in place:
            table[place[before]] = minutes
    same = np.arange(1, stride - 1)
    table[same, same] = 0
    for (before, after), minutes in rows.items():
        if before in place and after in place:
            table[place[before], place[after]] = minutes
    table[0], table[:, 0], table[:, stride - 1] = 0, 0, 0
    return table
