"""Minutes as the plant's clock says them."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import overload
from zoneinfo import ZoneInfo

from scheduler.domain.minutes import Minute, iso

_iso = lru_cache(maxsize=1 << 17)(iso)
"""Plans name most minutes twice, and the next plan most of them again."""


class Times:
    """ISO 8601 with the plant's offset."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone

    @overload
    def __call__(self, minute: Minute) -> str: ...
    @overload
    def __call__(self, minute: Minute | None) -> str | None: ...
    def __call__(self, minute: Minute | None) -> str | None:
        return None if minute is None else _iso(minute, self.zone)

    @overload
    def wall(self, moment: dt.datetime) -> str: ...
    @overload
    def wall(self, moment: dt.datetime | None) -> str | None: ...
    def wall(self, moment: dt.datetime | None) -> str | None:
        """A moment of the server's clock, to the millisecond."""
        return None if moment is None else moment.astimezone(self.zone).isoformat(timespec="milliseconds")
