"""Minutes as the plant's clock says them."""

from __future__ import annotations

import datetime as dt
from typing import overload
from zoneinfo import ZoneInfo

from scheduler.domain.minutes import Minute, iso


class Times:
    """ISO 8601 with the plant's offset; each minute is worked out once, for plans name most of them twice."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self._known: dict[Minute, str] = {}

    @overload
    def __call__(self, minute: Minute) -> str: ...
    @overload
    def __call__(self, minute: Minute | None) -> str | None: ...
    def __call__(self, minute: Minute | None) -> str | None:
        if minute is None:
            return None
        text = self._known.get(minute)
        if text is None:
            text = self._known[minute] = iso(minute, self.zone)
        return text

    @overload
    def wall(self, moment: dt.datetime) -> str: ...
    @overload
    def wall(self, moment: dt.datetime | None) -> str | None: ...
    def wall(self, moment: dt.datetime | None) -> str | None:
        """A moment of the server's clock, to the millisecond."""
        return None if moment is None else moment.astimezone(self.zone).isoformat(timespec="milliseconds")
