"""Dispatch lists already worked out: many machines ask often, and the answer changes only with the plant."""

from __future__ import annotations

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Hashable
from typing import TypeVar

Value = TypeVar("Value")

MOST_OF_A_KIND = 2000


class ListCache:
    """What was asked for last, by kind (dispatchers, lists, versions, changes, answers) and by what fixes it."""

    def __init__(self) -> None:
        self._known: defaultdict[str, OrderedDict[Hashable, object]] = defaultdict(OrderedDict)
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._lock = threading.Lock()

    def remember(self, kind: str, key: Hashable, work_out: Callable[[], Value], most: int = MOST_OF_A_KIND) -> Value:
        """What is known under the key, else what is worked out, once, however many ask together.

        One thing of a kind is worked out at a time: after a new plan everybody asks, and the interpreter has one lock.
        """
        known = self.known(kind, key)
        if known is not None:
            return known  # type: ignore[return-value]
        with self._lock:
            turn = self._turns[kind]
        with turn:
            known = self.known(kind, key)
            if known is not None:
                return known  # type: ignore[return-value]
            value = work_out()
            with self._lock:
                kept = self._known[kind]
                kept[key] = value
                while len(kept) > most:
                    kept.popitem(last=False)
        return value

    def known(self, kind: str, key: Hashable) -> object | None:
        with self._lock:
            return self._known[kind].get(key)
