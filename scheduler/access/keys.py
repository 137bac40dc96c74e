"""API keys: what one is, how its secret is made, and who stands behind a call.

A secret has 256 random bits, so its plain SHA-256 is kept: there is nothing to guess, and each call can afford it.
Passwords of people are not kept here at all.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from dataclasses import dataclass

from scheduler.access.roles import ROLES, Right, Role, may

PREFIX = "rejig"


@dataclass(frozen=True, slots=True)
class Key:
    """One key, without its secret.

    id : part of what its holder sends; no secret.   name : who holds it; every decision is kept under it.
    digest : SHA-256 of the secret, hexadecimal.   plants : those it opens, () for all.
    work_centers : for the floor, those whose lists it opens, () for all.
    """

    id: str
    name: str
    digest: str
    roles: tuple[Role, ...]
    plants: tuple[str, ...]
    work_centers: tuple[str, ...]
    created_at: dt.datetime
    created_by: str
    expires_at: dt.datetime | None = None
    revoked_at: dt.datetime | None = None

    def state(self, now: dt.datetime) -> str:
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "valid"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who stands behind a call, and what that is good for."""

    name: str
    roles: tuple[Role, ...]
    plants: tuple[str, ...] = ()
    work_centers: tuple[str, ...] = ()
    key: str | None = None

    @property
    def signature(self) -> str:
        """As the audit names them: two keys may have one name."""
        return self.name if self.key is None else f"{self.name} ({self.key})"

    def may(self, right: Right) -> bool:
        return may(self.roles, right)

    def opens(self, plant: str) -> bool:
        return not self.plants or plant in self.plants


ANYBODY = Caller("anybody", ROLES)
"""Behind every call of a server that no key was made for."""


def new_secret() -> tuple[str, str, str]:
    """(id, what the holder sends, digest)."""
    id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    return id, f"{PREFIX}_{id}_{secret}", digest_of(secret)


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def parted(sent: str) -> tuple[str, str] | None:
    """(id, secret) of what was sent; None: it is no key of ours."""
    parts = sent.split("_", 2)
    if len(parts) != 3 or parts[0] != PREFIX or not parts[1] or not parts[2]:
        return None
    return parts[1], parts[2]


def fits(key: Key, secret: str) -> bool:
    return hmac.compare_digest(key.digest, digest_of(secret))
