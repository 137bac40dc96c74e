"""The random numbers of compiled code: one stream per thread, seeded from inside."""

from __future__ import annotations

import numpy as np

from scheduler.planning.kernels.jit import kernel


@kernel
def seed_kernels(seed: int) -> None:
    """Seed the random numbers that kernels of this thread draw."""
    np.random.seed(seed)
