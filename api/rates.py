"""How much one caller may ask in a while: by its key, or by its address where none is known. Counted by `limits`."""

from __future__ import annotations

import math
import time

from fastapi import Request
from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from scheduler.access.keys import Caller
from scheduler.errors import TooManyCalls
from scheduler.limits import Limits

WINDOW_SECONDS = 10
"""Calls are counted over so long, so that who asks in bursts is not refused for a moment of them."""


class Rates:
    """Of one process, in its memory."""

    def __init__(self, limits: Limits) -> None:
        self._counted = FixedWindowRateLimiter(MemoryStorage())
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
        if self._counted.test(item, who, cost=cost) and self._counted.hit(item, who, cost=cost):
            return
        left = self._counted.get_window_stats(item, who).reset_time - time.time()
        most = item.amount // WINDOW_SECONDS
        words = f"more than {most} {item.namespace} a second over {WINDOW_SECONDS} s; send fewer, or more slowly"
        raise TooManyCalls(f"{who}: {words}", min(WINDOW_SECONDS, max(1, math.ceil(left))))


def _who(request: Request, caller: Caller | None) -> str:
    if caller is not None and caller.key is not None:
        return f"the key of '{caller.name}' ({caller.key})"
    return f"address {request.client.host if request.client else 'unknown'}"
