"""A loop that runs in one process among all: it looks when the bell rings, and once a second by itself."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from scheduler.ports import Lease
from scheduler.usecases.tools import Tools

log = structlog.get_logger("rejig.loop")

LOOK_SECONDS = 1.0


class LeasedLoop:
    """Calls `look` from a thread of its own, as long as this process holds the lease.

    name : of the lease.   errors : the meter that counts what `look` raises; the loop goes on.
    breath : seconds between two looks at least, however often the bell rings.
    stand_by : called instead of `look` where another process holds the lease.
    """

    def __init__(
        self,
        tools: Tools,
        name: str,
        look: Callable[[], object],
        *,
        errors: str,
        breath: float,
        stand_by: Callable[[], object] = lambda: None,
    ) -> None:
        self._tools = tools
        self._name = name
        self._look = look
        self._stand_by = stand_by
        self._errors = errors
        self._breath = breath
        self._lease: Lease | None = None
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._deaf = tools.bell.listen(lambda _plant: self._wake.set())

    @property
    def closing(self) -> bool:
        return self._closing.is_set()

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Look soon."""
        self._wake.set()

    def pause(self) -> None:
        """For as long as between two looks, or until it ends."""
        self._closing.wait(LOOK_SECONDS)

    def end(self) -> None:
        """No look begins any more, and none is at work. The lease stays, for what the looks have begun."""
        self._deaf()
        self._closing.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def release(self) -> None:
        """Another process may go on."""
        if self._lease is not None:
            self._lease.release()

    def holds_lease(self) -> bool:
        """Whether it is this process that looks; it is asked for where nobody has it."""
        if self._lease is not None and not self._lease.held():
            log.warning("loop.lease_lost", loop=self._name)
            self._lease = None
        if self._lease is None:
            self._lease = self._tools.ledger.lease(self._name)
        return self._lease is not None

    def _run(self) -> None:
        while not self.closing:
            self._wake.clear()
            try:
                if self.holds_lease():
                    self._look()
                else:
                    self._stand_by()
            except Exception:
                log.exception("loop.failed", loop=self._name)
                self._tools.meters.count(self._errors)
            self._closing.wait(self._breath)
            self._wake.wait(LOOK_SECONDS)
