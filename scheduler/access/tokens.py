"""From the claims of a verified token to who stands behind a call: an identity provider says who somebody is, and by
configuration what that is good for here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scheduler.access.keys import Caller
from scheduler.access.roles import ROLES, Role, known_roles
from scheduler.errors import NotSignedIn

LONGEST_NAME = 80
ALL_PLANTS = "*"


@dataclass(frozen=True, slots=True)
class Claims:
    """Which claims say what: a claim's own name, or a path into nested ones ("realm_access.roles").

    plants : None: whoever has a role has it at all plants.   roles_of : from the provider's names to ours; empty: they
    are ours.
    """

    name: str = "preferred_username"
    roles: str = "roles"
    plants: str | None = None
    roles_of: Mapping[str, Role] = field(default_factory=dict)


def caller_behind(token: Mapping[str, Any], claims: Claims) -> Caller:
    """Raises NotSignedIn where the token gives no role, or, where plants are asked for, no plant."""
    subject = str(token["sub"])
    said = _claim(token, claims.name)
    name = _plain(said) if isinstance(said, str) and said.strip() else _plain(subject)
    named = {claims.roles_of.get(role) if claims.roles_of else role for role in _names(_claim(token, claims.roles))}
    roles = known_roles([role for role in ROLES if role in named])
    if not roles:
        raise NotSignedIn(f"the token of '{name}' gives no role here; roles are looked for in its '{claims.roles}'")
    plants = () if claims.plants is None or "admin" in roles else tuple(_names(_claim(token, claims.plants)))
    if claims.plants is not None and "admin" not in roles and not plants:
        raise NotSignedIn(f"the token of '{name}' opens no plant; they are looked for in its '{claims.plants}'")
    return Caller(name, roles, () if ALL_PLANTS in plants else plants, (), f"token of {_plain(subject)}")


def _claim(token: Mapping[str, Any], path: str) -> object:
    if path in token:
        return token[path]
    found: object = token
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _names(claim: object) -> list[str]:
    """A list of names, or one text with spaces between, as the standard's own `scope` is."""
    if isinstance(claim, str):
        return claim.split()
    return [name for name in claim if isinstance(name, str)] if isinstance(claim, list) else []


def _plain(name: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in name.strip())[:LONGEST_NAME]
