"""Dispatch lists already worked out: many machines ask often, and the answer changes only with the plant."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar

Value = TypeVar("Value")

MOST_OF_A_KIND = 2000


class ListCache:
    """What was asked for last, by kind (lists, versions, changes, whole answers) and by what fixes it."""

    def __init__(self) -> None:
        self._known: dict[str, OrderedDict[Hashable, object]] = {}
        self._lock = threading.Lock()

    def remember(self, kind: str, key: Hashable, work_out: Callable[[], Value]) -> Value:
        """What is known under the key, else what is worked out; two that ask together may both work it out."""
        known = self.known(kind, key)
        if known is not None:
            return known  # type: ignore[return-value]
        value = work_out()
        with self._lock:
            kept = self._known.setdefault(kind, OrderedDict())
            kept[key] = value
            while len(kept) > MOST_OF_A_KIND:
                kept.popitem(last=False)
        return value

    def known(self, kind: str, key: Hashable) -> object | None:
        with self._lock:
            kept = self._known.get(kind)
            return None if kept is None else kept.get(key)
