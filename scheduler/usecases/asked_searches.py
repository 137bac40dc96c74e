"""Searches that a person waits for at the screen: so many at a time, and desks make room for them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

MOST = 2


class AskedSearches:
    """How many are at work in this process. While there is one, no desk begins a leg, and a long one ends with what it
    has: behind legs of ten seconds an answer of a tenth of a second would come too late. Safe between threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._count = 0
        self._lock = threading.Lock()

    def at_work(self) -> bool:
        return self._count > 0

    @contextmanager
    def begun(self) -> Iterator[bool]:
        """Whether it may: False where as many are at work as may be."""
        with self._lock:
            may = self._count < self._most
            self._count += may
        try:
            yield may
        finally:
            with self._lock:
                self._count -= may
