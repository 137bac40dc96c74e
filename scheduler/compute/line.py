"""The line between a task and who waits for it: reports go out, the wish to stop comes in.

A task asks for it with `current_line()`, so the same function runs in a local worker, in a cluster or plainly called.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol


class Line(Protocol):
    def report(self, message: Any) -> None:
        """Tell who waits; the message must be picklable."""
        ...

    def should_stop(self) -> bool:
        """True once somebody wishes that the task ends with its best."""
        ...


class NoLine:
    """Nobody listens and nobody stops."""

    def report(self, message: Any) -> None:
        del message

    def should_stop(self) -> bool:
        return False


_line: ContextVar[Line] = ContextVar("line")


def current_line() -> Line:
    """The line of the task that runs here; one that leads nowhere outside of a task."""
    return _line.get(NoLine())


@contextmanager
def on_the_line(line: Line) -> Iterator[None]:
    token = _line.set(line)
    try:
        yield
    finally:
        _line.reset(token)
