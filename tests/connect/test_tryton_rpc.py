"""Tryton's answers that are no answers: refusals, a session that has ended, another server at that address."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from scheduler.connect.credentials import Login
from scheduler.connect.tryton_rpc import TrytonRefuses, TrytonServer, first_line
from scheduler.errors import ConnectionAway


def server(answers: Callable[[dict[str, Any], str], httpx.Response]) -> TrytonServer:
    def handle(request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)
        return answers(asked, request.headers.get("authorization", ""))

    return TrytonServer("http://erp/db/", lambda: Login("ada", "pw"), httpx.MockTransport(handle))


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (["UserError", ["The value is wrong.\nSee below.", "", None]], "UserError: The value is wrong."),
        (["UserWarning", ["done.1234", "Stock moves have no origin.", ""]], "UserWarning: Stock moves have no origin."),
        (["KeyError: 'x'\n", "Traceback (most recent call last):\n  File ..."], "KeyError: 'x'"),
        (["ConcurrencyException", "Record was modified"], "ConcurrencyException"),
        ([], "[]"),
    ],
)
def test_of_a_refusal_the_first_line_is_kept(error: Any, line: str) -> None:
    assert first_line(error) == line


def test_a_refusal_comes_with_status_200() -> None:
    refusing = server(
        lambda asked, _: httpx.Response(
            200,
            json={"result": [1, "s"]} if "login" in asked["method"] else {"error": ["UserError", ["No.", "", None]]},
        )
    )
    with pytest.raises(TrytonRefuses, match=r"res\.user\.get_preferences: UserError: No\."):
        refusing.call("model.production.read", [1], ["number"])


def test_a_session_that_has_ended_is_opened_once_more_and_no_oftener() -> None:
    logins: list[str] = []

    def answers(asked: dict[str, Any], _: str) -> httpx.Response:
        if asked["method"] == "common.db.login":
            logins.append(str(len(logins)))
            return httpx.Response(200, json={"result": [1, logins[-1]]})
        if asked["method"] == "model.res.user.get_preferences":
            return httpx.Response(200, json={"result": {"company": 7}})
        return httpx.Response(200, json={"result": asked["params"]}) if len(logins) == 2 else httpx.Response(401)

    opened = server(answers)
    assert opened.call("model.x.y", dt.date(2026, 3, 2), context={"a": 1}) == [
        dt.date(2026, 3, 2),
        {"company": 7, "a": 1},
    ]
    assert len(logins) == 2
    never = server(
        lambda asked, _: (
            httpx.Response(200, json={"result": [1, "s"] if "login" in asked["method"] else {}})
            if "res.user" in asked["method"] or "login" in asked["method"]
            else httpx.Response(401)
        )
    )
    with pytest.raises(TrytonRefuses, match="does not let this user in"):
        never.call("model.x.y")


@pytest.mark.parametrize(
    ("response", "words"),
    [
        (httpx.Response(404), "name of the database"),
        (httpx.Response(503), "answered 503"),
        (httpx.Response(200, text="<html>"), "is this a Tryton server"),
    ],
)
def test_another_server_is_told_as_such(response: httpx.Response, words: str) -> None:
    with pytest.raises(ConnectionAway, match=words):
        server(lambda *_: response).log_in()


def test_values_keep_their_kind_both_ways() -> None:
    echo = server(
        lambda asked, _: httpx.Response(
            200,
            json={
                "result": [1, "s"]
                if "login" in asked["method"]
                else {}
                if "res.user" in asked["method"]
                else asked["params"][0]
            },
        )
    )
    sent = [dt.date(2026, 3, 2), dt.timedelta(minutes=5), Decimal("0.10")]
    assert echo.call("model.x.y", sent) == sent
