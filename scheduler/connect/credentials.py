"""Who we are at another system: named in the file of connections, kept outside of it, read anew when needed."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from scheduler.errors import InvalidConnections

FORM = 'expected "env:NAME" or "file:PATH"'


@dataclass(frozen=True, slots=True)
class Login:
    """It shows in no log."""

    user: str
    password: str = field(repr=False)


def secret_of(where: str) -> str:
    """What an environment variable ("env:NAME") or a file ("file:PATH") holds. Raises InvalidConnections."""
    kind, _, name = where.partition(":")
    if kind == "env" and name:
        text = os.environ.get(name)
        if text is None:
            raise InvalidConnections(f"credentials: the environment has no {name}; {FORM}")
    elif kind == "file" and name:
        try:
            text = Path(name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            said = error.strerror if isinstance(error, OSError) else "it is no text"
            raise InvalidConnections(f"credentials: {name}: {said}; {FORM}") from None
    else:
        raise InvalidConnections(f"credentials: {FORM}")
    text = text.strip()
    if not text or any(ord(c) < 32 for c in text):
        raise InvalidConnections(f"credentials: {name} holds no line of text; {FORM}")
    return text


def login_of(where: str) -> Login:
    """The user:password that stands there. Raises InvalidConnections."""
    user, colon, password = secret_of(where).partition(":")
    if not (user and colon and password):
        raise InvalidConnections(f"credentials: what {where.partition(':')[2]} holds is not user:password")
    return Login(user, password)
