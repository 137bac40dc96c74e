"""Waiting for the bell without holding a thread."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Self

from scheduler.usecases.bell import Bell


class BellWaiter:
    """Hears the bell of one plant, from any thread, as an event of the running loop."""

    def __init__(self, bell: Bell, plant: str) -> None:
        self._bell = bell
        self._plant = plant
        self._heard = asyncio.Event()

    def __enter__(self) -> Self:
        loop = asyncio.get_running_loop()

        def rung(plant: str) -> None:
            if plant == self._plant and not loop.is_closed():
                loop.call_soon_threadsafe(self._heard.set)

        self._stop = self._bell.listen(rung)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop()

    def clear(self) -> None:
        """Forget what was heard; call it before looking, so that nothing rung meanwhile is missed."""
        self._heard.clear()

    async def wait(self, seconds: float) -> bool:
        """True as soon as the bell has rung since `clear`, False after `seconds`."""
        try:
            await asyncio.wait_for(self._heard.wait(), seconds)
        except TimeoutError:
            return False
        return True
