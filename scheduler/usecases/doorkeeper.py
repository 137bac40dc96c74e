"""Who is at the door: a key as it was sent to the caller behind it. Keys are read anew every few seconds."""

from __future__ import annotations

import threading
import time

from scheduler.access.keys import ANYBODY, Caller, Key, fits, parted
from scheduler.errors import NotSignedIn
from scheduler.usecases.tools import Tools

FRESH_SECONDS = 2.0
"""How old the keys may be that a call is judged by: a revoked one opens nothing after that, in any process."""


class Doorkeeper:
    """Of one process. While no key was made everybody may do everything; `rejig serve` listens on loopback then."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._lock = threading.Lock()
        self._keys: dict[str, Key] = {}
        self._read_at = float("-inf")

    def stale(self) -> bool:
        """Whether the next call has to ask the storage first."""
        return time.monotonic() - self._read_at > FRESH_SECONDS

    def caller(self, authorization: str | None) -> Caller:
        """Who sends `Authorization: Bearer rejig_…`. Raises NotSignedIn, in words that help its holder only."""
        keys = self._present()
        if not keys:
            return ANYBODY
        scheme, _, sent = (authorization or "").partition(" ")
        parts = parted(sent.strip()) if scheme.lower() == "bearer" else None
        if parts is None:
            raise NotSignedIn("this server asks for a key: send `Authorization: Bearer rejig_…` (rejig keys create)")
        key = keys.get(parts[0])
        if key is None or not fits(key, parts[1]):
            raise NotSignedIn("the key is not known here; ask who made it for another")
        state = key.state(self._tools.clock())
        if state != "valid":
            raise NotSignedIn(f"the key of '{key.name}' is {state}; ask for another")
        return Caller(key.name, key.roles, key.plants, key.work_centers, key.id)

    def forget(self) -> None:
        """The keys have changed here."""
        with self._lock:
            self._read_at = float("-inf")

    def _present(self) -> dict[str, Key]:
        with self._lock:
            if self.stale():
                asked_at = time.monotonic()
                self._keys = {key.id: key for key in self._tools.ledger.api_keys()}
                self._read_at = asked_at
            return self._keys
