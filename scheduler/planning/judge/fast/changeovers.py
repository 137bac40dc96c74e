"""Changeover minutes for many successions at once, asked of the plant's matrices pair by pair as pairs come up."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from scheduler.domain.resources import Machine, SetupMatrix
from scheduler.planning.arrays import Ints, ints
from scheduler.planning.identity_cache import IdentityCache
from scheduler.planning.judge.fast.demand import NOBODY, Steps

UNASKED = -1


class Changeovers:
    """matrix : (machines of the routings,) number of its matrix, NOBODY: own setup minutes count.

    initial : (same) the family that it stands in, the last number where that is unknown.
    """

    def __init__(self, matrices: Mapping[str, SetupMatrix], steps: Steps, machines: Mapping[str, Machine]) -> None:
        there = [machines.get(name) for name in steps.machines]
        names = dict.fromkeys((*steps.families, *(m.initial_setup for m in there if m is not None)))
        self._families: tuple[str | None, ...] = (*names, None)
        number = {name: i for i, name in enumerate(self._families)}
        centers = {center: i for i, center in enumerate(matrices)}
        self._matrices = tuple(matrices.values())
        self.matrix: Ints = ints([NOBODY if m is None else centers.get(m.work_center, NOBODY) for m in there])
        self.initial: Ints = ints([number[(m.initial_setup or None) if m is not None else None] for m in there])
        # the first families are those of the steps, with the same numbers
        self._minutes = np.full((len(centers), len(number), len(number)), UNASKED)

    def minutes(self, matrix: Ints, before: Ints, after: Ints) -> Ints:
        """(k,) minutes on machines that have a matrix, from family `before` to `after`."""
        table, families = self._minutes, self._families
        found: Ints = table[matrix, before, after]
        new = np.flatnonzero(found == UNASKED)
        if len(new):
            triples = np.unique(np.stack((matrix[new], before[new], after[new]), axis=1), axis=0)
            for m, old, next_one in triples.tolist():
                table[m, old, next_one] = self._matrices[m].changeover(families[old], families[next_one] or "")
            found = table[matrix, before, after]
        return found


changeovers: IdentityCache[Changeovers] = IdentityCache(Changeovers)
"""Of `PlantState.setup_matrices`, the steps, and `PlantState.machines`."""
