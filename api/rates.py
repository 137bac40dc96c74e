"""How much one caller may ask in a while: by its key, or by its address where none is known. Counted by `limits`."""

from __future__ import annotations

import math
import threading
import time

from fastapi import Request
from limits import RateLimitItemPerSecond
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter

from scheduler.access.keys import Caller
from scheduler.errors import TooManyCalls
from scheduler.limits import Limits

WINDOW_SECONDS = 10
"""Calls are counted over so long, so that who asks in bursts is not refused for a moment of them."""


SWEPT_AT = 10_000
"""So many windows are kept before those that are over are looked for."""


class Windows(Storage):
    """Where `limits` counts: a number for each window that has not ended.

    Its own MemoryStorage starts a thread each hundredth of a second to clear up and waits until that runs, on the event
    loop (docs/decisions/0060-windows-without-a-thread.md).
    """

    STORAGE_SCHEME = None

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._open: dict[str, tuple[float, int]] = {}

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = time.time()
        with self._lock:
            end, count = self._open.get(key, (0.0, 0))
            if end <= now:
                end, count = now + expiry, 0
                if len(self._open) >= SWEPT_AT:
                    self._open = {k: window for k, window in self._open.items() if window[0] > now}
            self._open[key] = (end, count + amount)
        return count + amount

    def get(self, key: str) -> int:
        end, count = self._open.get(key, (0.0, 0))
        return count if end > time.time() else 0

    def get_expiry(self, key: str) -> float:
        return self._open.get(key, (time.time(), 0))[0]

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        with self._lock:
            count = len(self._open)
            self._open.clear()
        return count

    def clear(self, key: str) -> None:
        with self._lock:
            self._open.pop(key, None)


class Rates:
    """Of one process, in its memory."""

    def __init__(self, limits: Limits) -> None:
        self._counted = FixedWindowRateLimiter(Windows())
        self._calls = RateLimitItemPerSecond(limits.calls_a_second * WINDOW_SECONDS, WINDOW_SECONDS, "calls")
        self._events = RateLimitItemPerSecond(limits.events_a_second * WINDOW_SECONDS, WINDOW_SECONDS, "events")

    def call(self, request: Request, caller: Caller | None) -> None:
        """One more. Raises TooManyCalls."""
        self._count(self._calls, _who(request, caller), 1)

    def events(self, request: Request, caller: Caller, count: int) -> None:
        """So many more, of a batch that has not been taken in yet. Raises TooManyCalls."""
        if count:
            self._count(self._events, _who(request, caller), count)

    def _count(self, item: RateLimitItemPerSecond, who: str, cost: int) -> None:
        # A batch that is refused takes nothing of the share, so that a smaller one still has room.
        if (cost == 1 or self._counted.test(item, who, cost=cost)) and self._counted.hit(item, who, cost=cost):
            return
        left = self._counted.get_window_stats(item, who).reset_time - time.time()
        most = item.amount // WINDOW_SECONDS
        words = f"more than {most} {item.namespace} a second over {WINDOW_SECONDS} s; send fewer, or more slowly"
        raise TooManyCalls(f"{who}: {words}", min(WINDOW_SECONDS, max(1, math.ceil(left))))


def _who(request: Request, caller: Caller | None) -> str:
    if caller is not None and caller.key is not None:
        return f"the key of '{caller.name}' ({caller.key})"
    return f"address {request.client.host if request.client else 'unknown'}"
