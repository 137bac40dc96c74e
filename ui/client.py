"""The one way to the API. Every call answers what the contract says or raises an `ApiProblem` in words."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal, cast
from urllib.parse import quote

import httpx

from ui import answers as a

DEFAULT_URL = "http://127.0.0.1:8000"


class ApiProblem(Exception):
    """What failed, in words. status 0: no answer at all. faults: each fault where there are several."""

    def __init__(self, status: int, title: str, detail: str, faults: list[str] | None = None) -> None:
        self.status, self.title, self.detail, self.faults = status, title, detail, faults or []
        super().__init__(f"{title}: {detail}")


def api_url() -> str:
    """Where the API is: REJIG_API_URL, else this machine's port 8000."""
    return os.environ.get("REJIG_API_URL", DEFAULT_URL).rstrip("/")


def connect() -> Client:
    """The client of this process for the address in force; connections are kept between calls."""
    return _client(api_url())


@lru_cache(maxsize=8)
def _client(url: str) -> Client:
    return Client(httpx.Client(base_url=url, timeout=httpx.Timeout(30.0, connect=3.0)))


class Client:
    """Calls of the HTTP contract. `http` may be any httpx client that knows its base address."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    @property
    def url(self) -> str:
        return str(self._http.base_url).rstrip("/")

    def plants(self) -> list[a.Plant]:
        return cast(list[a.Plant], self._get("/v1/plants")["plants"])

    def plant(self, plant: str) -> a.PlantDetail:
        return cast(a.PlantDetail, self._get(_at(plant)))

    def load_plant(self, plant: str, content: bytes, workbook: bool = False) -> None:
        """A zip of a scenario folder, or an .xlsx workbook; all or nothing."""
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" if workbook else "application/zip"
        self._call("PUT", _at(plant), content=content, headers={"content-type": kind})

    def change_plant(self, plant: str, **changes: Any) -> None:
        """mode, work_center_modes, policy; what is left out stays."""
        self._call("PATCH", _at(plant), json=changes)

    def change_mode(self, plant: str, mode: str) -> None:
        self.change_plant(plant, mode=mode)

    def machines(self, plant: str, start: str, end: str) -> list[a.MachineTimes]:
        """Each with its closed time and outages between two moments."""
        answer = self._get(_at(plant, "machines"), params={"from": start, "to": end})
        return cast(list[a.MachineTimes], answer["machines"])

    def orders(self, plant: str) -> list[a.Order]:
        return cast(list[a.Order], self._get(_at(plant, "orders"))["orders"])

    def materials(self, plant: str) -> list[a.Material]:
        return cast(list[a.Material], self._get(_at(plant, "materials"))["materials"])

    # -- events

    def events(self, plant: str, after: int = 0) -> list[a.LoggedEvent]:
        """The log after a revision, oldest first, every page of it."""
        found: list[a.LoggedEvent] = []
        while True:
            page = self._get(_at(plant, "events"), params={"after": after})
            found += page["events"]
            if page.get("next_after") is None:
                return found
            after = page["next_after"]

    def reactions(self) -> list[a.Reaction]:
        return cast(list[a.Reaction], self._get("/v1/reactions")["reactions"])

    def quarantine(self, plant: str) -> list[a.Quarantined]:
        """What waits for a decision, the newest first."""
        return self.quarantine_by_cause(plant)["events"]

    def quarantine_by_cause(self, plant: str) -> a.Quarantine:
        """The same, with what those events have in common."""
        answer = self._get(_at(plant, "quarantine"), params={"waiting": True})
        return cast(a.Quarantine, answer)

    def decide_cause(
        self, plant: str, what: Literal["retry", "dismiss"], cause: str, by: str, *, from_now: bool = False
    ) -> a.QuarantineDecided:
        """All that wait for one cause. from_now : what they say holds since now."""
        body = {"by": by, "cause": cause} | ({"from_now": from_now} if what == "retry" else {})
        return cast(a.QuarantineDecided, self._call("POST", _at(plant, "quarantine", what), json=body).json())

    def retry_event(self, plant: str, number: int, by: str) -> None:
        self._call("POST", _at(plant, "quarantine", number, "retry"), json={"by": by})

    def dismiss_event(self, plant: str, number: int, by: str) -> None:
        self._call("POST", _at(plant, "quarantine", number, "dismiss"), json={"by": by})

    # -- what the floor reports

    def reports(self, plant: str) -> a.Reports:
        """Whether they can be believed."""
        return cast(a.Reports, self._get(_at(plant, "reports")))

    def doubts(self, plant: str) -> list[a.Doubt]:
        """All that are open, the newest first."""
        found: list[a.Doubt] = []
        params: dict[str, Any] = {"status": "open", "limit": 1000}
        while True:
            page = self._get(_at(plant, "doubts"), params=params)
            found += page["doubts"]
            if not page["more"]:
                return found
            params["before"] = found[-1]["id"]

    def answer_doubts(
        self, plant: str, said: Literal["confirm", "correct"], ids: Sequence[str], by: str, reason: str = ""
    ) -> None:
        self._call("POST", _at(plant, "doubts", said), json={"doubts": list(ids), "by": by, "reason": reason})

    # -- webhooks

    def webhooks(self, plant: str) -> list[a.Webhook]:
        return cast(list[a.Webhook], self._get(_at(plant, "webhooks"))["webhooks"])

    def activate_webhook(self, plant: str, id: str) -> None:
        self._call("PATCH", _at(plant, "webhooks", id), json={"active": True})

    def dead_letters(self, plant: str, id: str) -> list[a.DeadLetter]:
        return cast(list[a.DeadLetter], self._get(_at(plant, "webhooks", id, "dead-letters"))["dead_letters"])

    def resend(self, plant: str, id: str) -> int:
        """All of its dead letters; how many."""
        return int(self._call("POST", _at(plant, "webhooks", id, "dead-letters", "resend")).json()["resent"])

    # -- plans

    def plans(self, plant: str) -> list[a.Plan]:
        """Newest first, the latest page."""
        return cast(list[a.Plan], self._get(_at(plant, "plans"))["plans"])

    def plan(self, plant: str, number: int) -> a.Plan:
        return cast(a.Plan, self._get(_at(plant, "plans", number)))

    def board(self, plant: str, number: int) -> a.Board:
        return cast(a.Board, self._get(_at(plant, "plans", number, "board")))

    def compare(self, plant: str, before: int, after: int) -> a.Comparison:
        return cast(a.Comparison, self._get(_at(plant, "plans", before, "compare", after)))

    def lateness(self, plant: str, number: int, order: str) -> a.Lateness:
        """Why an order is late under a plan."""
        return cast(a.Lateness, self._get(_at(plant, "plans", number, "orders", order, "lateness")))

    def preview_plan(self, plant: str, number: int) -> a.Preview:
        """What releasing it, or rolling back to it, would change now."""
        return cast(a.Preview, self._get(_at(plant, "plans", number, "preview")))

    def release(self, plant: str, number: int, by: str) -> a.Release:
        return cast(a.Release, self._call("POST", _at(plant, "plans", number, "release"), json={"by": by}).json())

    def roll_back(self, plant: str, number: int, by: str, reason: str, preview: str) -> a.Release:
        body = {"by": by, "reason": reason, "preview": preview}
        return cast(a.Release, self._call("POST", _at(plant, "plans", number, "roll-back"), json=body).json())

    def ask_for_plan(self, plant: str, time_limit_seconds: float) -> a.Job:
        body = {"time_limit_seconds": time_limit_seconds}
        return cast(a.Job, self._call("POST", _at(plant, "plans"), json=body).json())

    def job(self, plant: str, job: str) -> a.Job:
        return cast(a.Job, self._get(_at(plant, "jobs", job)))

    def stop_job(self, plant: str, job: str) -> None:
        """Stop and keep the best."""
        self._call("DELETE", _at(plant, "jobs", job))

    # -- what-ifs

    def what_ifs(self, plant: str) -> list[a.WhatIfSummary]:
        return cast(list[a.WhatIfSummary], self._get(_at(plant, "what-ifs"))["what_ifs"])

    def what_if(self, plant: str, id: str) -> a.WhatIf:
        return cast(a.WhatIf, self._get(_at(plant, "what-ifs", id)))

    def ask_what_if(
        self,
        plant: str,
        name: str,
        events: list[dict[str, Any]],
        mode: str,
        time_limit_seconds: float,
        limits: a.Limits | None = None,
    ) -> a.WhatIfSummary:
        """limits : what it may change at most; None: as the policy says."""
        body = {"name": name, "events": events, "mode": mode, "time_limit_seconds": time_limit_seconds}
        if limits is not None:
            body["limits"] = limits
        return cast(a.WhatIfSummary, self._call("POST", _at(plant, "what-ifs"), json=body).json())

    def stop_what_if(self, plant: str, id: str) -> None:
        """Stop it; the best plan found so far stays."""
        self._call("DELETE", _at(plant, "what-ifs", id))

    def refresh_what_if(self, plant: str, id: str) -> None:
        """Search it anew on the plant as it is."""
        self._call("POST", _at(plant, "what-ifs", id, "refresh"))

    def preview_what_if(self, plant: str, id: str) -> a.Preview:
        """What adopting it would change now."""
        return cast(a.Preview, self._get(_at(plant, "what-ifs", id, "preview")))

    def adopt(self, plant: str, id: str, by: str, reason: str, preview: str) -> a.Adopted:
        body = {"by": by, "reason": reason, "preview": preview}
        return cast(a.Adopted, self._call("POST", _at(plant, "what-ifs", id, "adopt"), json=body).json())

    def way_back(self, plant: str, id: str) -> a.WayBack:
        """How its adoption would be taken back now."""
        return cast(a.WayBack, self._get(_at(plant, "what-ifs", id, "take-back")))

    def take_back(self, plant: str, id: str, by: str, reason: str, preview: str) -> a.BackAgain:
        body = {"by": by, "reason": reason, "preview": preview}
        return cast(a.BackAgain, self._call("POST", _at(plant, "what-ifs", id, "take-back"), json=body).json())

    # -- dispatch

    def dispatch_targets(self, plant: str) -> list[a.DispatchTarget]:
        return cast(list[a.DispatchTarget], self._get(_at(plant, "dispatch-lists"))["targets"])

    def dispatch_list(self, plant: str, target: str) -> a.DispatchList:
        return cast(a.DispatchList, self._get(_at(plant, "dispatch-lists", target)))

    def acknowledge(self, plant: str, target: str, version: str, by: str) -> None:
        path = _at(plant, "dispatch-lists", target, "acknowledge")
        self._call("POST", path, json={"version": version, "by": by})

    # -- the wire

    def _get(self, path: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        return cast(dict[str, Any], self._call("GET", path, params=params).json())

    def _call(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        try:
            response = self._http.request(method, path, **arguments)
        except httpx.TimeoutException as slow:
            raise ApiProblem(0, "The API does not answer", f"{self.url} took longer than 30 s") from slow
        except httpx.HTTPError as lost:
            raise ApiProblem(0, "The API cannot be reached", f"nobody answers at {self.url}") from lost
        if response.is_error:
            raise _problem(response)
        return response


def _problem(response: httpx.Response) -> ApiProblem:
    try:
        body = response.json()
    except ValueError:
        body = {}
    if not isinstance(body, dict):
        body = {}
    title = str(body.get("title") or f"The API refused the call ({response.status_code})")
    detail = str(body.get("detail") or response.text[:300] or response.reason_phrase)
    return ApiProblem(response.status_code, title, detail, [_fault(f) for f in body.get("errors") or []])


def _fault(fault: dict[str, Any]) -> str:
    """orders.csv row 17, due: found '31.2.2026', expected a date; write 2026-03-03"""
    place = str(fault.get("file") or fault.get("field") or "")
    if fault.get("row") is not None:
        place += f" row {fault['row']}"
    if fault.get("column"):
        place += f", {fault['column']}"
    parts = [f"found {fault['found']}" if fault.get("found") else "", f"expected {fault.get('expected') or ''}"]
    words = ", ".join(p for p in parts if p and not p.endswith("expected "))
    remedy = fault.get("remedy") or ""
    return f"{place}: {words}; {remedy}".strip("; :,")


def _at(plant: str, *parts: str | int) -> str:
    return "/v1/plants/" + "/".join(quote(str(p), safe="") for p in (plant, *parts))
