"""What sources of signals have in common: what they were set up with, and of which machines they are to speak."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from scheduler.connect.credentials import Login
from scheduler.connect.sources.mapping import Item
from scheduler.source_ports import SourceSetup


class Listener:
    """passive : for who only looks, beside a server."""

    def __init__(
        self,
        setup: SourceSetup,
        items: Sequence[Item],
        login: Callable[[], Login | None] = lambda: None,
        *,
        passive: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._setup, self._items, self._login, self._passive, self._clock = setup, items, login, passive, clock
        self._machines = {item.machine for item in items if item.is_of_one}

    @property
    def setup(self) -> SourceSetup:
        return self._setup

    @property
    def machines(self) -> frozenset[str]:
        """Those that are named, and those that have spoken."""
        return frozenset(self._machines)
