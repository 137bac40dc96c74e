"""How every kernel is compiled: cached on disk, without the interpreter lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba
from numba.core import config

from scheduler.planning.kernels import cache_folder

P = ParamSpec("P")
R = TypeVar("R")

vars(config)["CACHE_DIR"] = str(cache_folder())


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile at first use (or at installation: `rejig warm`), keep on disk, release the lock while running."""
    return cast(Callable[P, R], numba.njit(cache=True, nogil=True, error_model="numpy")(function))
