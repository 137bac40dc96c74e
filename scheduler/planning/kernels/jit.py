"""How every kernel is compiled: cached on disk, without the interpreter lock.

numba counts the references to an array wherever a function takes it, and hands each array over as seven words. Between
kernels that call each other for every operation both cost more than their work (docs/decisions/0012): so those that
make no arrays count nothing, and the innermost are inlined.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

import numba
from numba.core import config

from scheduler.planning.kernels import cache_folder

P = ParamSpec("P")
R = TypeVar("R")

OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy"}
WITHOUT_COUNTS = {**OPTIONS, "_nrt": False}  # numba refuses to compile what makes an array then

vars(config)["CACHE_DIR"] = str(cache_folder())


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile at first use (or at installation: `rejig warm`), keep on disk, release the lock while running.

    It makes no arrays, nor does anything that it calls.
    """
    return cast(Callable[P, R], numba.njit(**WITHOUT_COUNTS)(function))


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """The same for one that a loop calls at one or two places."""
    return cast(Callable[P, R], numba.njit(**WITHOUT_COUNTS, forceinline=True)(function))


def array_kernel(function: Callable[P, R]) -> Callable[P, R]:
    """The same for one that makes arrays, or calls one that does."""
    return cast(Callable[P, R], numba.njit(**OPTIONS)(function))
