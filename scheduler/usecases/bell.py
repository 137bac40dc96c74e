"""A bell wakes whoever waits in this process. Waiters in other processes look again by themselves."""

from __future__ import annotations

import threading
from collections.abc import Callable

Listener = Callable[[str], None]


class Bell:
    """Rung with a plant's name whenever something was told of it. Listeners are quick and never raise."""

    def __init__(self) -> None:
        self._listeners: dict[int, Listener] = {}
        self._next = 0
        self._lock = threading.Lock()

    def ring(self, plant: str) -> None:
        with self._lock:
            listeners = list(self._listeners.values())
        for listener in listeners:
            listener(plant)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Called with each plant's name from now on, from any thread, until the answer is called."""
        with self._lock:
            number = self._next
            self._next += 1
            self._listeners[number] = listener

        def stop() -> None:
            with self._lock:
                self._listeners.pop(number, None)

        return stop
