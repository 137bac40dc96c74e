"""What the product asks to remember of keys and of the audit. Each method is one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from scheduler.access.audit import Deed, Entry
from scheduler.access.keys import Key


class Tokens(Protocol):
    """Tokens of an identity provider."""

    def claims(self, token: str) -> Mapping[str, Any]:
        """What a token says that holds now; `sub` is among it. Raises NotSignedIn, StorageAway."""
        ...


class KeyReader(Protocol):
    """Keys, the revoked ones too: the audit speaks of them."""

    def api_keys(self) -> list[Key]:
        """By the moment they were made."""
        ...


class KeyBook(KeyReader, Protocol):
    """Who also makes and revokes them."""

    def add_key(self, key: Key) -> None: ...

    def revoke_key(self, id: str, at: dt.datetime) -> Key:
        """Raises UnknownKey; one that is revoked already stays so."""
        ...


class AuditReader(Protocol):
    """Who did what."""

    def audited(self, after: int, most: int, *, plant: str | None = None, who: str | None = None) -> list[Entry]:
        """Those with a higher number, oldest first. who : a name, with any key, or as an entry has it."""
        ...

    def audit_end(self) -> tuple[int, str]:
        """(number, hash) of the last entry, as who appended it has written them down."""
        ...

    def audit_trail(self) -> Iterator[Entry]:
        """All, by number, read piece by piece."""
        ...


class AuditBook(AuditReader, Protocol):
    """Append only."""

    def audit(self, deed: Deed) -> Entry:
        """Append it, chained to the last."""
        ...
