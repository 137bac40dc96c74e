"""Who is at the door: a key as it was sent to the caller behind it. Keys are read anew every few seconds."""

from __future__ import annotations

import threading
import time

from scheduler.access.keys import ANYBODY, PREFIX, Caller, Key, fits, parted
from scheduler.access.tokens import caller_behind
from scheduler.errors import NotSignedIn
from scheduler.usecases.tools import Tools

FRESH_SECONDS = 2.0
"""How old the keys may be that a call is judged by: a revoked one opens nothing after that, in any process."""


class Doorkeeper:
    """Of one process. While no key was made, and no issuer of tokens is named, everybody may do everything, and
    `rejig serve` listens on loopback."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._lock = threading.Lock()
        self._keys: dict[str, Key] = {}
        self._read_at = float("-inf")

    def stale(self) -> bool:
        """Whether the keys have to be read anew."""
        return time.monotonic() - self._read_at > FRESH_SECONDS

    def may_wait(self, authorization: str | None) -> bool:
        """Whether to judge a call may take the storage, the issuer of tokens, or a signature to be verified."""
        is_key = (authorization or "").partition(" ")[2].strip().startswith(f"{PREFIX}_")
        return self.stale() or (self._tools.tokens is not None and not is_key)

    def caller(self, authorization: str | None) -> Caller:
        """Who sends `Authorization: Bearer rejig_…`. Raises NotSignedIn, in words that help its holder only."""
        keys = self._present()
        tokens = self._tools.tokens
        if not keys and tokens is None:
            return ANYBODY
        scheme, _, sent = (authorization or "").partition(" ")
        parts = parted(sent.strip()) if scheme.lower() == "bearer" else None
        if parts is None and tokens is not None and scheme.lower() == "bearer" and sent.strip():
            return caller_behind(tokens.claims(sent.strip()), self._tools.claims)
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
