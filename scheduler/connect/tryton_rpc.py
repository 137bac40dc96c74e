"""Tryton's JSON-RPC: `POST ADDRESS/rpc/`, where the address ends in the name of the database.

Tryton answers a refusal with HTTP 200 and {"error": [...]}, followed by pages of traceback: its first line is kept.
"""

from __future__ import annotations

import base64
import datetime as dt
import itertools
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

import httpx

from scheduler.connect.credentials import Login
from scheduler.errors import ConnectionAway, RejigError

Record: TypeAlias = dict[str, Any]
TIMEOUT_SECONDS = 30.0
PAGE = 1000


class TrytonRefuses(RejigError):
    """It has understood and does not do it, in its own words. warning : the name by which a person may allow it."""

    def __init__(self, message: str, warning: str = "") -> None:
        self.warning = warning
        super().__init__(message)


class TrytonServer:
    """Calls as one user; logs in at the first one, and once more where its session has ended. Safe from any thread."""

    def __init__(self, address: str, login: Callable[[], Login], transport: httpx.BaseTransport | None = None) -> None:
        self._url = f"{address.rstrip('/')}/rpc/"
        self._login = login
        # Proxies of the environment are for the outside, not for the machines of a plant.
        self._http = httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False, transport=transport)
        self._session = ""
        self._context: Record = {}
        self._lock = threading.RLock()
        self._numbers = itertools.count(1)

    def log_in(self) -> None:
        """Raises ConnectionAway, TrytonRefuses, InvalidConnections where the credentials cannot be read."""
        with self._lock:
            login = self._login()
            answer = self._post("common.db.login", [login.user, {"password": login.password}], {})
            number, session = answer[0], answer[1]
            self._session = base64.b64encode(f"{login.user}:{number}:{session}".encode()).decode()
            self._context = {}
            self._context = self.call("model.res.user.get_preferences", True)

    def call(self, method: str, *arguments: Any, context: Mapping[str, Any] | None = None) -> Any:
        """What `method` answers. Raises ConnectionAway, TrytonRefuses."""
        with self._lock:
            if not self._session:
                self.log_in()
            for again in (True, False):
                asked = [*arguments, {**self._context, **(context or {})}]
                try:
                    return self._post(method, asked, {"Authorization": f"Session {self._session}"})
                except _SessionEnded:
                    if not again:
                        raise TrytonRefuses("Tryton does not let this user in") from None
                    self.log_in()
        raise AssertionError("unreachable")

    @property
    def company(self) -> int:
        """That of its user. Raises TrytonRefuses, ConnectionAway."""
        with self._lock:
            if not self._session:
                self.log_in()
            if self._context.get("company"):
                return int(self._context["company"])
        raise TrytonRefuses("this user has no company; set one in its preferences")

    def series(self) -> str:
        """Its version, like 8.2. Raises ConnectionAway, TrytonRefuses."""
        return str(
            self._post("common.server.version", [], {}, f"{self._url.rpartition('/rpc/')[0].rpartition('/')[0]}/rpc/")
        )

    def read(
        self,
        model: str,
        domain: Sequence[Any],
        fields: Sequence[str],
        order: Sequence[tuple[str, str]] = (("id", "ASC"),),
        context: Mapping[str, Any] | None = None,
    ) -> list[Record]:
        """Every record that fits, a page at a time.

        By id, where nothing else is asked: what is added or ended between two pages then hides no other record.
        """
        found: list[Record] = []
        by_id = [list(by) for by in order] == [["id", "ASC"]]
        while True:
            part = [domain, ["id", ">", found[-1]["id"]]] if by_id and found else domain
            asked = (part, 0 if by_id else len(found), PAGE, [list(by) for by in order], list(fields))
            page = self.call(f"model.{model}.search_read", *asked, context=context)
            found += page
            if len(page) < PAGE:
                return found

    def close(self) -> None:
        self._http.close()

    def _post(self, method: str, arguments: Sequence[Any], headers: Mapping[str, str], url: str = "") -> Any:
        body = json.dumps({"id": next(self._numbers), "method": method, "params": arguments}, default=_coded)
        try:
            answer = self._http.post(
                url or self._url, content=body, headers={"Content-Type": "application/json", **headers}
            )
        except httpx.TimeoutException:
            raise ConnectionAway(f"{self._url}: no answer within {TIMEOUT_SECONDS:g} s") from None
        except (httpx.HTTPError, httpx.InvalidURL) as fault:
            raise ConnectionAway(f"{self._url}: {type(fault).__name__}: {str(fault)[:200]}") from None
        if answer.status_code == 401:
            if not headers:
                raise TrytonRefuses("Tryton knows no such user and password")
            raise _SessionEnded
        if answer.status_code != 200:
            hint = "; does the address end in the name of the database?" if answer.status_code == 404 else ""
            raise ConnectionAway(f"{self._url}: answered {answer.status_code}{hint}")
        try:
            said = json.loads(answer.text, object_hook=_decoded)
        except ValueError:
            raise ConnectionAway(f"{self._url}: answered no JSON; is this a Tryton server?") from None
        if isinstance(said, dict) and said.get("error"):
            error = said["error"]
            warning = str(error[1][0]) if isinstance(error, list) and error[0] == "UserWarning" else ""
            raise TrytonRefuses(f"{method.removeprefix('model.')}: {first_line(error)}", warning)
        return said["result"] if isinstance(said, dict) else said


class _SessionEnded(Exception):
    """Whoever asks has to log in again."""


def first_line(error: Any) -> str:
    """Of ["UserError", ["The message", "", null]] or ["KeyError: 'x'", "Traceback ..."] what says most in one line.

    ["UserWarning", ["name", "The message", ""]] carries a name first.
    """
    if not isinstance(error, list) or not error:
        return str(error).strip().partition("\n")[0][:300]
    kind, rest = str(error[0]), error[1] if len(error) > 1 else ""
    if kind == "UserWarning" and isinstance(rest, list):
        rest = rest[1:]
    if isinstance(rest, list):
        said = next((str(part).strip() for part in rest if part), "")
        return f"{kind}: {said.partition(chr(10))[0]}"[:300] if said else kind
    return kind.strip().partition("\n")[0][:300]


def _decoded(found: Record) -> Any:
    match found.get("__class__"):
        case "datetime":
            day = dt.date(found["year"], found["month"], found["day"])
            clock = dt.time(found["hour"], found["minute"], found["second"], found["microsecond"])
            return dt.datetime.combine(day, clock, dt.UTC)  # as Tryton keeps them
        case "date":
            return dt.date(found["year"], found["month"], found["day"])
        case "timedelta":
            return dt.timedelta(seconds=found["seconds"])
        case "Decimal":
            return Decimal(found["decimal"])
    return found


def _coded(value: Any) -> Record:
    match value:
        case dt.date():
            return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}
        case dt.timedelta():
            return {"__class__": "timedelta", "seconds": value.total_seconds()}
        case Decimal():
            return {"__class__": "Decimal", "decimal": str(value)}
    raise TypeError(f"Tryton has no form for {type(value).__name__}")
