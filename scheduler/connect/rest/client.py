"""Calls to another system over HTTP: who we are, how long to wait, and what of its answers is an error.

Redirects are not followed, and an address outside of the connection's own is never called, so that credentials go
nowhere else.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from scheduler.connect.rest.conversions import Scope
from scheduler.connect.rest.signature import Signature
from scheduler.connect.rest.system import Call, System
from scheduler.connect.rest.templates import looked_up, rendered, written
from scheduler.connect.webhook_post import seconds_asked

TIMEOUT_SECONDS = 30.0
SHOWN = 500
BUSY = (429, 503)
"""It did not do it, and says when to come again."""


class Refused(Exception):
    """The other side said no, or did not answer.

    doubtful : whether it may have done it nevertheless.   retry_after : seconds that it asked for.
    absent : what was asked for is not there.
    """

    def __init__(
        self, reason: str, *, doubtful: bool = False, retry_after: float | None = None, absent: bool = False
    ) -> None:
        self.doubtful, self.retry_after, self.absent = doubtful, retry_after, absent
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. url : of the request, by which what it links to is found."""

    body: Any
    url: str


class RestClient:
    """One at a time: a connection has one look at a time."""

    def __init__(
        self,
        address: str,
        system: System,
        signature: Signature,
        clock: Callable[[], float] = time.monotonic,
        timeout: float = TIMEOUT_SECONDS,
    ) -> None:
        self._address = address.rstrip("/")
        self._system = system
        self._signature = signature
        self._clock = clock
        self._quiet_until = 0.0
        self._csrf = ""
        # Proxies of the environment are for the outside, not for the systems of a plant.
        self._http = httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False)

    def close(self) -> None:
        self._http.close()

    def call(self, call: Call, scope: Scope, *, writing: bool = False) -> Answer:
        """The answer to a call. Raises Refused, ConnectionAway, and ValueError for a template without its value."""
        query = {name: str(value) for name, value in rendered(call.query, scope).items() if value != ""}
        headers = {name: str(value) for name, value in rendered(call.headers, scope).items()}
        path = written(call.path, scope, lambda text: quote(text, safe=""))
        url = httpx.URL(f"{self._address}{path}", params=query or None)
        return self._sent(call.method, url, scope, headers, rendered(call.body, scope), writing)

    def follow(self, link: str, answer: Answer, call: Call, scope: Scope) -> Answer:
        """What an answer links to."""
        try:
            url = httpx.URL(answer.url).join(link)
        except httpx.InvalidURL as fault:
            raise Refused(f"it links to what is no address ({fault})") from None
        home = httpx.URL(self._address)
        if (url.scheme, url.host, url.port) != (home.scheme, home.host, home.port):
            raise Refused(f"it links to {url.scheme}://{url.host}, which is not {self._address}; that is not followed")
        headers = {name: str(value) for name, value in rendered(call.headers, scope).items()}
        return self._sent("GET", url, scope, headers, None, False)

    def _sent(
        self, method: str, url: httpx.URL, scope: Scope, headers: Mapping[str, str], body: Any, writing: bool
    ) -> Answer:
        left = self._quiet_until - self._clock()
        if left > 0:
            raise Refused(f"it asked for {left:.0f} s more without a call", retry_after=left)
        response = self._asked(method, url, scope, headers, body, writing)
        if writing and self._csrf and response.status_code == 403:
            # A session that has ended takes its token with it.
            self._csrf = ""
            response = self._asked(method, url, scope, headers, body, writing)
        if response.status_code == 401:
            self._signature.forget()
        return self._judged(response, writing)

    def _asked(
        self, method: str, url: httpx.URL, scope: Scope, headers: Mapping[str, str], body: Any, writing: bool
    ) -> httpx.Response:
        every = {name: str(value) for name, value in rendered(self._system.headers, scope).items() if value != ""}
        every |= {"accept": "application/json", "user-agent": "rejig", **headers}
        signed = self._signature.signed(self._http)
        if writing and self._system.csrf:
            every["x-csrf-token"] = self._csrf = self._csrf or self._token(scope, every, signed)
        try:
            return self._http.request(method, url, headers=every, json=body, auth=signed)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as fault:
            raise Refused(f"{self._address}: {type(fault).__name__}: {str(fault)[:200]}") from None
        except httpx.HTTPError as fault:
            said = f"{self._address}: the answer was lost ({type(fault).__name__})"
            raise Refused(said, doubtful=writing) from None

    def _token(self, scope: Scope, headers: Mapping[str, str], signed: httpx.Auth) -> str:
        url = self._address + str(written(self._system.csrf, scope))
        try:
            answer = self._http.get(url, headers={**headers, "x-csrf-token": "Fetch"}, auth=signed)
        except httpx.HTTPError as fault:
            raise Refused(f"{self._address}: no CSRF token ({type(fault).__name__})") from None
        token = str(answer.headers.get("x-csrf-token", ""))
        if answer.status_code >= 400 or not token:
            raise Refused(f"{self._address}: no CSRF token (status {answer.status_code})")
        return token

    def _judged(self, response: httpx.Response, writing: bool) -> Answer:
        status = response.status_code
        try:
            body = response.json() if response.content else None
        except ValueError:
            body = None
            if 200 <= status < 300:
                raise Refused(f"answered {status} with what is no JSON", doubtful=writing) from None
        if status in BUSY:
            wait = seconds_asked(response.headers.get("retry-after", ""), dt.datetime.now(dt.UTC))
            self._quiet_until = self._clock() + (wait or 0.0)
            raise Refused(self._said(status, body, response.text), retry_after=wait)
        if not 200 <= status < 300:
            doubtful = writing and status >= 500
            raise Refused(self._said(status, body, response.text), doubtful=doubtful, absent=status == 404)
        for inside in self._system.errors.inside:
            scope = body if isinstance(body, Mapping) else {"list": body}
            if written(inside.when, scope):
                raise Refused(f"answered {status}, and in it: {str(written(inside.say, scope))[:SHOWN]}")
        return Answer(body, str(response.url))

    def _said(self, status: int, body: Any, text: str) -> str:
        scope = body if isinstance(body, Mapping) else {}
        reasons = (str(found) for say in self._system.errors.say if (found := written(say, scope)))
        reason = next(reasons, "" if body is None else text)
        remedy = "; check the credentials and the rights of this user" if status in (401, 403) else ""
        return f"answered {status}{': ' + reason[:SHOWN] if reason else ''}{remedy}"


def rows_of(body: Any, path: str) -> list[Mapping[str, Any]]:
    """The rows of an answer. Raises Refused where there is no list of rows."""
    found = looked_up(body, path)
    if not isinstance(found, list) or not all(isinstance(row, Mapping) for row in found):
        raise Refused(f"the answer has no list of rows at '{path}'" if path else "the answer is no list of rows")
    return found
