"""The one way to the API. Every call answers what the contract says or raises an `ApiProblem` in words."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal, cast
from uuid import uuid4

import httpx
import streamlit as st

from ui import answers as a
from ui.api_problem import ApiProblem as ApiProblem
from ui.asking import address
from ui.last_answers import LastAnswers
from ui.what_if_calls import WhatIfCalls

KEY = "api_key"
"""Of the session: what its user has signed in with."""
DEFAULT_URL = "http://127.0.0.1:8000"
READ_SECONDS = 7.0
"""A page that waits longer for what it shows keeps what it had, and says so."""
WRITE_SECONDS = 9.0
LOAD_SECONDS = 120.0
"""A whole plant, read and checked row by row."""


def api_url() -> str:
    """Where the API is: REJIG_API_URL, else this machine's port 8000."""
    return os.environ.get("REJIG_API_URL", DEFAULT_URL).rstrip("/")


def api_key() -> str:
    """What this session sends to the API: the key that its user has signed in with, else REJIG_API_KEY, else none."""
    return str(st.session_state.get(KEY) or os.environ.get("REJIG_API_KEY", ""))


def connect(patience: float = READ_SECONDS, *, recall: bool = True) -> Client:
    """The client of this process for the address in force; connections are kept between calls.

    patience : seconds to wait for an answer that is only read.
    recall : while the API is silent, its last answer to the same question counts; False: that is an `ApiProblem`.
    """
    return _client(api_url(), patience, recall, api_key())


def last_answers() -> LastAnswers:
    """Of the API at the address in force."""
    return _last_answers(api_url(), api_key())


@lru_cache(maxsize=64)
def _last_answers(url: str, key: str) -> LastAnswers:  # noqa: ARG001 - one for each address and who asks there
    return LastAnswers()


@lru_cache(maxsize=128)
def _client(url: str, patience: float, recall: bool, key: str) -> Client:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    http = httpx.Client(base_url=url, timeout=httpx.Timeout(WRITE_SECONDS, connect=3.0), headers=headers)
    return Client(http, patience, _last_answers(url, key), recall=recall)


class Client(WhatIfCalls):
    """Calls of the HTTP contract."""

    def plants(self) -> list[a.Plant]:
        return cast(list[a.Plant], self._get("/v1/plants")["plants"])

    def plant(self, plant: str) -> a.PlantDetail:
        return cast(a.PlantDetail, self._get(address(plant)))

    def load_plant(self, plant: str, content: bytes, workbook: bool = False) -> list[str]:
        """A zip of a scenario folder, or an .xlsx workbook; all or nothing. What was guessed or passed over in it."""
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" if workbook else "application/zip"
        headers = {"content-type": kind}
        answer = self._call("PUT", address(plant), content=content, headers=headers, timeout=LOAD_SECONDS).json()
        return cast(list[str], answer.get("notices") or [])

    def delete_plant(self, plant: str) -> None:
        """For good, with its log and plans."""
        self._call("DELETE", address(plant))

    def change_plant(self, plant: str, **changes: Any) -> None:
        """mode, work_center_modes, policy; what is left out stays."""
        self._call("PATCH", address(plant), json=changes)

    def change_mode(self, plant: str, mode: str) -> None:
        self.change_plant(plant, mode=mode)

    def machines(self, plant: str, start: str, end: str) -> list[a.MachineTimes]:
        """Each with its closed time and outages between two moments."""
        answer = self._get(address(plant, "machines"), params={"from": start, "to": end})
        return cast(list[a.MachineTimes], answer["machines"])

    def orders(self, plant: str) -> list[a.Order]:
        return cast(list[a.Order], self._get(address(plant, "orders"))["orders"])

    def materials(self, plant: str) -> list[a.Material]:
        return cast(list[a.Material], self._get(address(plant, "materials"))["materials"])

    def pools(self, plant: str) -> list[a.Pool]:
        return cast(list[a.Pool], self._get(address(plant, "pools"))["pools"])

    # -- events

    def events(self, plant: str, after: int = 0) -> list[a.LoggedEvent]:
        """The log after a revision, oldest first, every page of it."""
        found: list[a.LoggedEvent] = []
        while True:
            page = self._get(address(plant, "events"), params={"after": after})
            found += page["events"]
            if page.get("next_after") is None:
                return found
            after = page["next_after"]

    def say_now(self, plant: a.Plant, event: Mapping[str, Any]) -> None:
        """Posts what a person says at the screen, as of the plant's now. Raises ApiProblem where it is not taken in."""
        whole = {
            "specversion": "1.0",
            "id": f"screen-{uuid4()}",
            "source": "/rejig/screens",
            "time": plant["now"],
            **event,
        }
        answer = self._call("POST", address(plant["plant"], "events"), json=whole).json()
        if answer["rejected"]:
            raise ApiProblem(422, "Not taken in", answer["rejected"][0]["reason"])

    def reactions(self) -> list[a.Reaction]:
        return cast(list[a.Reaction], self._get("/v1/reactions")["reactions"])

    def quarantine(self, plant: str) -> list[a.Quarantined]:
        """What waits for a decision, the newest first."""
        return self.quarantine_by_cause(plant)["events"]

    def quarantine_by_cause(self, plant: str) -> a.Quarantine:
        """The same, with what those events have in common."""
        answer = self._get(address(plant, "quarantine"), params={"waiting": True})
        return cast(a.Quarantine, answer)

    def decide_cause(
        self, plant: str, what: Literal["retry", "dismiss"], cause: str, by: str, *, from_now: bool = False
    ) -> a.QuarantineDecided:
        """All that wait for one cause. from_now : what they say holds since now."""
        body = {"by": by, "cause": cause} | ({"from_now": from_now} if what == "retry" else {})
        return cast(a.QuarantineDecided, self._call("POST", address(plant, "quarantine", what), json=body).json())

    def retry_event(self, plant: str, number: int, by: str) -> None:
        self._call("POST", address(plant, "quarantine", number, "retry"), json={"by": by})

    def dismiss_event(self, plant: str, number: int, by: str) -> None:
        self._call("POST", address(plant, "quarantine", number, "dismiss"), json={"by": by})

    # -- what the floor reports

    def reports(self, plant: str) -> a.Reports:
        """Whether they can be believed."""
        return cast(a.Reports, self._get(address(plant, "reports")))

    def doubts(self, plant: str) -> list[a.Doubt]:
        """All that are open, the newest first."""
        found: list[a.Doubt] = []
        params: dict[str, Any] = {"status": "open", "limit": 1000}
        while True:
            page = self._get(address(plant, "doubts"), params=params)
            found += page["doubts"]
            if not page["more"]:
                return found
            params["before"] = found[-1]["id"]

    def answer_doubts(
        self, plant: str, said: Literal["confirm", "correct"], ids: Sequence[str], by: str, reason: str = ""
    ) -> None:
        self._call("POST", address(plant, "doubts", said), json={"doubts": list(ids), "by": by, "reason": reason})

    def stops(self, plant: str) -> list[a.Stop]:
        """Newest first."""
        return cast(list[a.Stop], self._get(address(plant, "stops"))["stops"])

    # -- connections

    def connections(self, plant: str) -> list[a.Connection]:
        """Those of the plant, by name."""
        found = cast(list[a.Connection], self._get("/v1/connections")["connections"])
        return [one for one in found if one["plant"] == plant]

    def sources(self, plant: str) -> list[a.Source]:
        """Those of signals of the plant's machines, by name."""
        found = cast(list[a.Source], self._get("/v1/sources")["sources"])
        return [one for one in found if one["plant"] == plant]

    def carriers(self, plant: str) -> list[a.Carrier]:
        """What brings the plant's lists to machines, by name."""
        found = cast(list[a.Carrier], self._get("/v1/lists")["carriers"])
        return [one for one in found if one["plant"] == plant]

    def connection(self, name: str) -> a.ConnectionDetail:
        return cast(a.ConnectionDetail, self._get(f"/v1/connections/{name}"))

    def test_connection(self, name: str) -> list[a.Step]:
        return cast(list[a.Step], self._call("POST", f"/v1/connections/{name}/test").json()["steps"])

    def replay_message(self, name: str, number: int) -> str:
        """What became of it, in words."""
        return str(self._call("POST", f"/v1/connections/{name}/messages/{number}/replay").json()["said"])

    def resend_outgoing(self, name: str) -> int:
        """All that was given up or waits for approval; how many."""
        return int(self._call("POST", f"/v1/connections/{name}/resend", json={}).json()["count"])

    def drop_outgoing(self, name: str, numbers: Sequence[int], by: str, reason: str) -> int:
        said = {"numbers": list(numbers), "by": by, "reason": reason}
        return int(self._call("POST", f"/v1/connections/{name}/drop", json=said).json()["count"])

    # -- webhooks

    def webhooks(self, plant: str) -> list[a.Webhook]:
        return cast(list[a.Webhook], self._get(address(plant, "webhooks"))["webhooks"])

    def activate_webhook(self, plant: str, id: str) -> None:
        self._call("PATCH", address(plant, "webhooks", id), json={"active": True})

    def dead_letters(self, plant: str, id: str) -> list[a.DeadLetter]:
        return cast(list[a.DeadLetter], self._get(address(plant, "webhooks", id, "dead-letters"))["dead_letters"])

    def resend(self, plant: str, id: str) -> int:
        """All of its dead letters; how many."""
        return int(self._call("POST", address(plant, "webhooks", id, "dead-letters", "resend")).json()["resent"])

    # -- plans

    def plans(self, plant: str, before: int | None = None) -> list[a.Plan]:
        """Newest first, the latest page; of those with a lower number where `before` is given."""
        params = None if before is None else {"before": before}
        return cast(list[a.Plan], self._get(address(plant, "plans"), params=params)["plans"])

    def plan(self, plant: str, number: int) -> a.Plan:
        return cast(a.Plan, self._get(address(plant, "plans", number)))

    def board(self, plant: str, number: int) -> a.Board:
        return cast(a.Board, self._get(address(plant, "plans", number, "board")))

    def compare(self, plant: str, before: int, after: int) -> a.Comparison:
        return cast(a.Comparison, self._get(address(plant, "plans", before, "compare", after)))

    def lateness(self, plant: str, number: int, order: str) -> a.Lateness:
        """Why an order is late under a plan."""
        return cast(a.Lateness, self._get(address(plant, "plans", number, "orders", order, "lateness")))

    def fixes(self, plant: str, order: str, plan: int, time_limit_seconds: float) -> a.Fixes:
        """What would bring a late order in time, by the reasons of a plan. Waits for it."""
        body = {"plan": plan, "time_limit_seconds": time_limit_seconds}
        path, patience = address(plant, "orders", order, "fixes"), httpx.Timeout(WRITE_SECONDS + time_limit_seconds)
        return cast(a.Fixes, self._call("POST", path, json=body, timeout=patience).json())

    def preview_plan(self, plant: str, number: int) -> a.Preview:
        """What releasing it, or rolling back to it, would change now."""
        return cast(a.Preview, self._get(address(plant, "plans", number, "preview")))

    def release(self, plant: str, number: int, by: str) -> a.Release:
        return cast(a.Release, self._call("POST", address(plant, "plans", number, "release"), json={"by": by}).json())

    def roll_back(self, plant: str, number: int, by: str, reason: str, preview: str) -> a.Release:
        body = {"by": by, "reason": reason, "preview": preview}
        return cast(a.Release, self._call("POST", address(plant, "plans", number, "roll-back"), json=body).json())

    def ask_for_plan(self, plant: str, time_limit_seconds: float) -> a.Job:
        body = {"time_limit_seconds": time_limit_seconds}
        return cast(a.Job, self._call("POST", address(plant, "plans"), json=body).json())

    def job(self, plant: str, job: str) -> a.Job:
        return cast(a.Job, self._get(address(plant, "jobs", job)))

    def stop_job(self, plant: str, job: str) -> None:
        """Stop and keep the best."""
        self._call("DELETE", address(plant, "jobs", job))

    # -- comments

    def comments(self, plant: str, of: Literal["orders", "plans"], name: str | int, before: int | None) -> a.Comments:
        """The newest first; `before` : only numbers below that."""
        params = None if before is None else {"before": before}
        return cast(a.Comments, self._get(address(plant, of, name, "comments"), params))

    def comment(self, plant: str, of: Literal["orders", "plans"], name: str | int, by: str, text: str) -> None:
        self._call("POST", address(plant, of, name, "comments"), json={"by": by, "text": text})

    # -- promises

    def ask_promise(
        self,
        plant: str,
        material: str,
        quantity: float,
        priority: float,
        wished: str | None = None,
        reserve: dict[str, Any] | None = None,
    ) -> a.Promise:
        """By when an order could be delivered.   reserve : until when, and by whom, the place is kept; None: not."""
        body = {"material": material, "quantity": quantity, "priority": priority, "wished": wished, "reserve": reserve}
        return cast(a.Promise, self._call("POST", address(plant, "promises"), json=body).json())

    def reservations(self, plant: str) -> list[a.Reservation]:
        return cast(list[a.Reservation], self._get(address(plant, "promises"))["reservations"])

    def release_reservation(self, plant: str, reservation: str, by: str) -> None:
        self._call("DELETE", address(plant, "promises", reservation), params={"by": by})

    # -- dispatch

    def dispatch_targets(self, plant: str) -> list[a.DispatchTarget]:
        return cast(list[a.DispatchTarget], self._get(address(plant, "dispatch-lists"))["targets"])

    def dispatch_list(self, plant: str, target: str) -> a.DispatchList:
        return cast(a.DispatchList, self._get(address(plant, "dispatch-lists", target)))

    def dispatch_pdf(self, plant: str, targets: Sequence[str], paper: str, hours: int) -> bytes:
        """The lists of these targets, or of every machine with work, to print."""
        params = {"target": list(targets), "paper": paper, "hours": hours}
        return self._call("GET", address(plant, "dispatch-lists.pdf"), params=params).content

    def acknowledge(self, plant: str, target: str, version: str, by: str) -> None:
        path = address(plant, "dispatch-lists", target, "acknowledge")
        self._call("POST", path, json={"version": version, "by": by})

    # -- the wire
