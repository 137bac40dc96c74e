"""How a call says who we are. What is secret is read where it is needed and kept nowhere but in a request."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

import httpx

from scheduler.connect.credentials import login_of, secret_of
from scheduler.connect.rest.system import AuthKind
from scheduler.errors import ConnectionAway

EARLY_SECONDS = 60.0
"""A token that is about to end is asked for anew."""


class _Signed(httpx.Auth):
    """Writes `Authorization` into a request, and nowhere else: httpx shows it to nobody, nor does this."""

    def __init__(self, header: str) -> None:
        self._header = header

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["authorization"] = self._header
        yield request


@dataclass(slots=True)
class Signature:
    """kind : bearer (a key), token (ERPNext's `key:secret`), basic (user and password), oauth (client credentials).

    where : as `secret_of` takes it.   token_url, scope : of oauth.
    """

    kind: AuthKind
    where: str
    token_url: str = ""
    scope: str = ""
    clock: Callable[[], float] = time.monotonic
    _token: str = field(default="", repr=False)
    _until: float = 0.0

    def read(self) -> None:
        """Look whether the secret is there. Raises InvalidConnections, which names the place and never the secret."""
        if self.kind in ("basic", "oauth"):
            login_of(self.where)
        else:
            secret_of(self.where)

    def signed(self, http: httpx.Client) -> httpx.Auth:
        """Raises InvalidConnections, ConnectionAway."""
        match self.kind:
            case "bearer":
                return _Signed(f"Bearer {secret_of(self.where)}")
            case "token":
                return _Signed(f"token {secret_of(self.where)}")
            case "basic":
                login = login_of(self.where)
                pair = base64.b64encode(f"{login.user}:{login.password}".encode()).decode()
                return _Signed(f"Basic {pair}")
            case "oauth":
                return _Signed(f"Bearer {self._fresh(http)}")

    def forget(self) -> None:
        """The other side did not take it: the next call asks for a token anew."""
        self._token = ""

    def _fresh(self, http: httpx.Client) -> str:
        if self._token and self.clock() < self._until - EARLY_SECONDS:
            return self._token
        login = login_of(self.where)
        form = {"grant_type": "client_credentials", "client_id": login.user, "client_secret": login.password}
        if self.scope:
            form["scope"] = self.scope
        try:
            answer = http.post(self.token_url, data=form)
        except httpx.HTTPError as fault:
            raise ConnectionAway(f"{self.token_url}: {type(fault).__name__}") from None
        try:
            found = answer.json() if answer.status_code == 200 else {}
            self._token, lasts = str(found["access_token"]), float(found.get("expires_in", 3600))
        except (ValueError, KeyError, TypeError, AttributeError):
            said = f"{self.token_url}: no token (status {answer.status_code}); check client and secret"
            raise ConnectionAway(said) from None
        self._until = self.clock() + lasts
        return self._token
