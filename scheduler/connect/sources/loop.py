"""asyncio for a source that is asked to end by an event of threads."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any

LOOK_SECONDS = 0.1


def run_until(listening: Coroutine[Any, Any, None], closing: threading.Event) -> None:
    """Runs it until it ends or `closing` is set; then it is cancelled, and may tidy up. What it raises comes out."""
    asyncio.run(_until(listening, closing))


async def _until(listening: Coroutine[Any, Any, None], closing: threading.Event) -> None:
    task = asyncio.create_task(listening)
    while not closing.is_set() and not task.done():
        await asyncio.wait([task], timeout=LOOK_SECONDS)
    if not task.done():
        task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        if not closing.is_set():
            raise
