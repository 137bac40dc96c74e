"""The channel of a task: its reports go out to whoever waits for it, the wish to stop comes in.

A task asks for it with `current_line()`, so the same function runs in a local worker, in a cluster or plainly called.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol


class TaskChannel(Protocol):
    def report(self, message: Any) -> None:
        """Send a message to whoever waits for the task; it must be picklable."""
        ...

    def should_stop(self) -> bool:
        """True once somebody wishes that the task ends with its best."""
        ...


class NoChannel:
    """Nobody listens and nobody stops."""

    def report(self, message: Any) -> None:
        del message

    def should_stop(self) -> bool:
        return False


_channel: ContextVar[TaskChannel] = ContextVar("channel")


def current_channel() -> TaskChannel:
    """The channel of the task that runs here; one that leads nowhere outside of a task."""
    return _channel.get(NoChannel())


@contextmanager
def use_channel(channel: TaskChannel) -> Iterator[None]:
    token = _channel.set(channel)
    try:
        yield
    finally:
        _channel.reset(token)
