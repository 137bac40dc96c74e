"""Libraries that only some sources need."""

from __future__ import annotations

import importlib
from types import ModuleType

from scheduler.errors import InvalidConnections


def needed(module: str, extra: str, source: str) -> ModuleType:
    """The module. Raises InvalidConnections that says how to install it."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as missing:
        raise InvalidConnections(
            f"source '{source}': {missing.name} is not installed; pip install 'rejig[{extra}]', or take the source out"
        ) from missing
