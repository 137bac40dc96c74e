"""API keys are made and revoked, and what people do is written down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from scheduler.access.audit import Deed
from scheduler.access.keys import ANYBODY, Key, new_secret
from scheduler.access.roles import ROLES, known_roles
from scheduler.errors import BadRequest, did_you_mean
from scheduler.ports import KeyBook
from scheduler.usecases.tools import Tools

LONGEST_NAME = 80
LONGEST_LIFE = dt.timedelta(days=3650)


def make_key(
    book: KeyBook,
    name: str,
    roles: Sequence[str],
    *,
    at: dt.datetime,
    by: str,
    plants: Sequence[str] | None = None,
    work_centers: Sequence[str] | None = None,
    expires_at: dt.datetime | None = None,
) -> tuple[Key, str]:
    """The key and what its holder sends, which is kept nowhere. Raises BadRequest."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise BadRequest.of("name", f"{len(name)} letters", f"who holds the key, in 1 to {LONGEST_NAME} letters")
    for role in roles:
        if role not in ROLES:
            raise BadRequest.of("roles", f"'{role}'", f"some of {', '.join(ROLES)}", did_you_mean(role, ROLES))
    if not roles:
        raise BadRequest.of("roles", "none", f"at least one of {', '.join(ROLES)}")
    if name.casefold() == ANYBODY.name:
        raise BadRequest.of("name", f"'{name}'", "another one: the audit calls whoever needs no key so")
    if expires_at is not None and not dt.timedelta(0) < expires_at - at <= LONGEST_LIFE:
        raise BadRequest.of("expires_at", str(expires_at), f"a moment within the next {LONGEST_LIFE.days} days")
    if "admin" in roles and plants:
        raise BadRequest.of("plants", ", ".join(plants), "none for an admin, who makes keys for all plants")
    if work_centers and known_roles(roles) != ("floor",):
        raise BadRequest.of("work_centers", ", ".join(work_centers), "none but for the role floor alone")
    if not any("admin" in key.roles and key.state(at) == "valid" for key in book.api_keys()) and "admin" not in roles:
        raise BadRequest.of(
            "roles",
            ", ".join(roles),
            "admin for the first key",
            "with the first key the server is locked, and nobody could make another over HTTP",
        )
    id, sent, digest = new_secret()
    key = Key(id, name, digest, known_roles(roles), tuple(plants or ()), tuple(work_centers or ()), at, by, expires_at)
    book.add_key(key)
    return key, sent


def revoke_key(tools: Tools, id: str) -> Key:
    """It opens nothing any more. Raises UnknownKey."""
    return tools.ledger.revoke_key(id, tools.clock())


def write_down(tools: Tools, deed: Deed) -> int:
    """Into the audit; the number of its entry."""
    return tools.ledger.audit(deed).number
