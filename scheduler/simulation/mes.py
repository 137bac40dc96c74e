"""The MES's side of the HTTP contract: events out, dispatch lists in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, cast
from urllib.parse import quote
from zoneinfo import ZoneInfo

import httpx

from scheduler.domain.event_reading import event_json
from scheduler.domain.events import Event
from scheduler.domain.minutes import Minute, parse_minute
from scheduler.domain.plans import OperationKey
from scheduler.errors import RejigError

BATCH = "application/cloudevents-batch+json"
LOOK_SECONDS = 0.01
LONGEST_LOOK_SECONDS = 0.1
ANSWER_SECONDS = 60.0


class Refused(RejigError):
    """The API answered with an error, or not at all."""


@dataclass(frozen=True, slots=True)
class Line:
    """The part of a dispatch list's line that the floor needs. Moments in minutes."""

    order: str
    operation: int
    setup_start: Minute
    start: Minute
    ready: bool

    @property
    def key(self) -> OperationKey:
        return self.order, self.operation


@dataclass(slots=True)
class Mes:
    """Calls for one plant. `lists` holds the dispatch list of each machine, as last fetched.

    run : goes before the ids of events, so that those of another run are others.   confirms : it acknowledges each list
    that it shows; the server then works out for the next one what has changed against it, for people to read.
    """

    http: httpx.Client
    plant: str
    zone: ZoneInfo
    run: str = ""
    confirms: bool = True
    lists: dict[str, tuple[Line, ...]] = field(default_factory=dict)
    posted: int = 0
    rejected: list[str] = field(default_factory=list)
    fetched: int = 0
    unchanged: int = 0
    moves: int = 0
    unsettled: int = 0
    _etags: dict[str, str] = field(default_factory=dict)

    def load(self, scenario_zip: bytes) -> dict[str, Any]:
        headers = {"content-type": "application/zip"}
        return self._json("PUT", "", content=scenario_zip, headers=headers, timeout=120)

    def begin(self, scenario_zip: bytes, improve_iterations: int) -> None:
        """Load the plant, let it plan by itself, and wait until it has.

        improve_iterations : what each search in the background tries; by moves, so that a seed tells all that happens.
        """
        self.load(scenario_zip)
        self.rest()
        self.change(mode="auto", policy={"improve_iterations": improve_iterations})
        self.settle(int(self._json("GET", "")["revision"]))

    def rest(self) -> None:
        """From now on the plant is left alone; returns once its desk knows."""
        self.change(mode="observe")
        self._wait(lambda settled: settled is None)

    def change(self, **settings: Any) -> None:
        self._json("PATCH", "", json=settings)

    def scenario(self) -> bytes:
        """The present state with the plan in force, as a zip of a scenario folder."""
        return _good(self._call("GET", "/scenario")).content

    def post(self, events: Iterable[Event]) -> int:
        """Send a batch; returns the log's revision after it."""
        body = [event_json(replace(e, id=f"{self.run}{e.id}"), self.zone) for e in events]
        answer = self._json("POST", "/events", json=body, headers={"content-type": BATCH})
        self.posted += len(answer["accepted"])
        self.rejected += [str(r["reason"]) for r in answer["rejected"]]
        return int(answer["revision"])

    def settle(self, revision: int) -> None:
        """Wait until the desk has planned for that revision and looks for no better plan any more.

        Simulated time stands still meanwhile: a desk has minutes where a search takes seconds. Where no plan is found
        the floor goes on with the lists that it has.
        """
        self._wait(lambda settled: settled is not None and settled >= revision)

    def _wait(self, well: Callable[[int | None], bool]) -> None:
        until, pause = time.monotonic() + ANSWER_SECONDS, LOOK_SECONDS
        while time.monotonic() < until:
            desks = self.http.get("/readyz").json()["desks"]
            if well(next((d["settled"] for d in desks if d["plant"] == self.plant), None)):
                return
            time.sleep(pause)
            pause = min(LONGEST_LOOK_SECONDS, 1.3 * pause)
        self.unsettled += 1

    def current_plan(self) -> dict[str, Any] | None:
        """The plan in force; None where there is none yet."""
        response = self._call("GET", "/plans/current")
        return None if response.status_code == 404 else cast(dict[str, Any], _good(response).json())

    def expected_ends(self) -> dict[str, Minute]:
        """When each order ends that has work left, as the plan in force says."""
        ends: dict[str, Minute] = {}
        for row in self._json("GET", "/plans/current/operations")["operations"]:
            ends[row["order"]] = max(parse_minute(row["end"], self.zone), ends.get(row["order"], 0))
        return ends

    def plans_after(self, number: int) -> list[dict[str, Any]]:
        """Plans that came into force after one, oldest first; of the newest hundred."""
        page = self._json("GET", "/plans", params={"limit": 4})["plans"]
        if page and page[-1]["id"] > number + 1:  # there are more of them
            page = self._json("GET", "/plans", params={"limit": 100})["plans"]
        return [p for p in reversed(page) if p["id"] > number and p["status"] in ("released", "superseded")]

    def compare(self, before: int, after: int) -> dict[str, Any]:
        return self._json("GET", f"/plans/{before}/compare/{after}")

    def fetch_list(self, machine: str) -> bool:
        """Fetch a machine's dispatch list where it has changed (ETag); True where it has."""
        known = {"If-None-Match": self._etags[machine]} if machine in self._etags else {}
        target = f"/dispatch-lists/{quote(machine, safe='')}"
        response = self._call("GET", target, headers=known)
        self.fetched += 1
        if response.status_code == 304:
            self.unchanged += 1
            return False
        answer = _good(response).json()
        self._etags[machine] = response.headers["etag"]
        lines = tuple(
            Line(
                row["order"],
                int(row["operation"]),
                parse_minute(row["setup_start"] or row["start"], self.zone),
                parse_minute(row["start"], self.zone),
                bool(row["material_ready"]),
            )
            for row in answer["lines"]
            if not row["running"]
        )
        self.moves += moved(self.lists.get(machine, ()), lines)
        self.lists[machine] = lines
        if self.confirms:
            self._json("POST", f"{target}/acknowledge", json={"version": answer["version"], "by": "floor"})
        return True

    def _json(self, method: str, path: str, **arguments: Any) -> dict[str, Any]:
        response = _good(self._call(method, path, **arguments))
        return cast(dict[str, Any], response.json()) if response.content else {}

    def _call(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        try:
            return self.http.request(method, f"/v1/plants/{quote(self.plant, safe='')}{path}", **arguments)
        except httpx.HTTPError as lost:
            raise Refused(f"{method} {path or '/'}: the API does not answer ({type(lost).__name__})") from lost


def moved(before: tuple[Line, ...], after: tuple[Line, ...]) -> int:
    """How many operations of a machine's list have changed places among those that stand in both."""
    place = {line.key: i for i, line in enumerate(before)}
    common = [place[line.key] for line in after if line.key in place]
    tails: list[int] = []
    for at in common:  # the longest rising run keeps its order
        i = next((i for i, tail in enumerate(tails) if tail >= at), len(tails))
        tails[i : i + 1] = [at]
    return len(common) - len(tails)


def _good(response: httpx.Response) -> httpx.Response:
    if response.is_error:
        raise Refused(f"{response.request.method} {response.request.url}: {response.status_code} {response.text[:300]}")
    return response
