"""Who we are at another system: named in the file of connections, kept outside of it, read anew when needed."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from scheduler.errors import InvalidConnections

FORM = 'expected "env:NAME" or "file:PATH"; there stands user:password'


@dataclass(frozen=True, slots=True)
class Login:
    """It shows in no log."""

    user: str
    password: str = field(repr=False)


def login_of(where: str) -> Login:
    """What an environment variable ("env:NAME") or a file ("file:PATH") says. Raises InvalidConnections."""
    kind, _, name = where.partition(":")
    if kind == "env" and name:
        text = os.environ.get(name)
        if text is None:
            raise InvalidConnections(f"credentials: the environment has no {name}; {FORM}")
    elif kind == "file" and name:
        try:
            text = Path(name).read_text(encoding="utf-8")
        except OSError as error:
            raise InvalidConnections(f"credentials: {name}: {error.strerror}; {FORM}") from None
    else:
        raise InvalidConnections(f"credentials: {FORM}")
    user, colon, password = text.strip().partition(":")
    if not (user and colon and password):
        raise InvalidConnections(f"credentials: what {name} holds is not user:password")
    return Login(user, password)
