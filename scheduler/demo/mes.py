"""The MES's side of the HTTP contract: events out, dispatch lists in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import quote

import httpx

from scheduler.domain.event_reading import event_json
from scheduler.domain.events import Event
from scheduler.domain.minutes import Minute, parse_minute
from scheduler.domain.plans import OperationKey
from scheduler.errors import RejigError

SOURCE = "/demo/shop-floor"
BATCH = "application/cloudevents-batch+json"


class Refused(RejigError):
    """The API answered with an error, or not at all."""


@dataclass(frozen=True, slots=True)
class Line:
    """The part of a dispatch list's line that the floor needs. Moments in minutes."""

    order: str
    operation: int
    setup_start: Minute
    start: Minute

    @property
    def key(self) -> OperationKey:
        return self.order, self.operation


@dataclass(slots=True)
class Mes:
    """Calls for one plant. `lists` holds the dispatch list of each machine, as last fetched."""

    http: httpx.Client
    plant: str
    zone: Any
    lists: dict[str, tuple[Line, ...]] = field(default_factory=dict)
    posted: int = 0
    rejected: list[str] = field(default_factory=list)
    fetched: int = 0
    unchanged: int = 0
    _etags: dict[str, str] = field(default_factory=dict)

    def load(self, scenario_zip: bytes) -> dict[str, Any]:
        headers = {"content-type": "application/zip"}
        return self._json("PUT", "", content=scenario_zip, headers=headers, timeout=120)

    def change(self, **settings: Any) -> None:
        self._json("PATCH", "", json=settings)

    def post(self, events: Iterable[Event]) -> int:
        """Send a batch; returns the log's revision after it."""
        body = [event_json(e, self.zone) for e in events]
        answer = self._json("POST", "/events", json=body, headers={"content-type": BATCH})
        self.posted += len(answer["accepted"])
        self.rejected += [str(r["reason"]) for r in answer["rejected"]]
        return int(answer["revision"])

    def current_plan(self) -> dict[str, Any] | None:
        """The plan in force; None where there is none yet."""
        response = self._call("GET", "/plans/current")
        return None if response.status_code == 404 else cast(dict[str, Any], _good(response).json())

    def plans_after(self, number: int) -> list[dict[str, Any]]:
        """Plans that came into force after one, oldest first."""
        page = self._json("GET", "/plans", params={"limit": 100})["plans"]
        return [p for p in reversed(page) if p["id"] > number and p["status"] in ("released", "superseded")]

    def compare(self, before: int, after: int) -> dict[str, Any]:
        return self._json("GET", f"/plans/{before}/compare/{after}")

    def fetch_list(self, machine: str) -> bool:
        """Fetch a machine's dispatch list where it has changed (ETag), and confirm it; True where it has."""
        known = {"If-None-Match": self._etags[machine]} if machine in self._etags else {}
        target = f"/dispatch-lists/{quote(machine, safe='')}"
        response = self._call("GET", target, headers=known)
        self.fetched += 1
        if response.status_code == 304:
            self.unchanged += 1
            return False
        answer = _good(response).json()
        self._etags[machine] = response.headers["etag"]
        self.lists[machine] = tuple(
            Line(
                row["order"],
                int(row["operation"]),
                parse_minute(row["setup_start"] or row["start"], self.zone),
                parse_minute(row["start"], self.zone),
            )
            for row in answer["lines"]
        )
        self._json("POST", f"{target}/acknowledge", json={"version": answer["version"], "by": "demo floor"})
        return True

    def _json(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        response = _good(self._call(method, path, **arguments))
        return cast(dict[str, Any], response.json()) if response.content else {}

    def _call(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        try:
            return self.http.request(method, f"/v1/plants/{quote(self.plant, safe='')}{path}", **arguments)
        except httpx.HTTPError as lost:
            raise Refused(f"{method} {path or '/'}: the API does not answer ({type(lost).__name__})") from lost


def _good(response: httpx.Response) -> httpx.Response:
    if response.is_error:
        raise Refused(f"{response.request.method} {response.request.url}: {response.status_code} {response.text[:300]}")
    return response


class EventMaker:
    """Makes the floor's events, each with an id of its own."""

    def __init__(self, run: str) -> None:
        self._run = run
        self._count = 0

    def __call__(self, type_: str, time: Minute, **data: Any) -> Event:
        self._count += 1
        return Event(f"{self._run}-{self._count:05d}", SOURCE, type_, time, data)
