"""Dates promised over HTTP, on the tiny plant: a saw, a lathe, SHAFT-1, SHAFT-2 and PIN-1, Monday 06:00."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.served import asked, load_tiny, planned, wait_until

ASK = {"material": "shaft", "quantity": 4, "priority": 5, "wished": "2026-03-03T14:00Z"}
UNTIL = "2026-03-03T12:00Z"


def tiny(client: httpx.Client, plant: str) -> str:
    """In mode `auto`, with a plan in force."""
    path = load_tiny(client, plant, "auto")
    planned(client, path)
    return path


def orders_of(client: httpx.Client, path: str) -> set[str]:
    """Those that the plan in force holds."""
    rows = client.get(f"{path}/plans/current/operations").json()["operations"]
    return {row["order"] for row in rows}


def test_a_date_is_promised_with_its_curve_and_what_it_stands_on(client: httpx.Client) -> None:
    path = tiny(client, "promise")
    answer = client.post(f"{path}/promises", json=ASK | {"material": "pin", "wished": None})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["date"] == told["earliest"] == told["curve"][0]["date"]
    assert len(told["curve"]) == 5
    assert told["as_of"] == client.get(path).json()["revision"]
    assert told["reservation"] is None
    assert any("Nothing is reserved" in notice for notice in told["notices"])
    assert {(b["kind"], b["material"]) for b in told["rests_on"]} <= {("stock", "bar"), ("receipt", "bar")}
    assert told["sentence"].startswith("4 x pin by ")


def test_a_place_is_kept_listed_taken_and_released(client: httpx.Client) -> None:
    path = tiny(client, "reserve")
    reserve = {"until": UNTIL, "by": "anna", "no_later_than": "2026-03-03T14:00Z"}
    answer = client.post(f"{path}/promises", json=ASK | {"reserve": reserve})
    assert answer.status_code == 201, answer.text
    told = answer.json()
    name = told["reservation"]
    assert (told["until"], told["revision"]) == ("2026-03-03T12:00+00:00", client.get(path).json()["revision"])
    assert any(notice.startswith("Reserved until Tue 3 Mar 12:00") for notice in told["notices"])
    wait_until(lambda: name in orders_of(client, path))
    (kept,) = client.get(f"{path}/promises").json()["reservations"]
    assert (kept["reservation"], kept["by"], kept["due"]) == (name, "anna", "2026-03-03T14:00+00:00")
    created = {"order": "SO-1", "material": "shaft", "quantity": 4, "due": told["date"], "reservation": name}
    event = {"specversion": "1.0", "id": "o1", "source": "erp", "type": "order.created", "time": told["now"]}
    assert client.post(f"{path}/events", json=event | {"data": created}).json()["rejected"] == []
    wait_until(lambda: "SO-1" in orders_of(client, path))
    assert name not in orders_of(client, path)
    assert client.get(f"{path}/promises").json()["reservations"] == []
    again = client.post(f"{path}/promises", json=ASK | {"reserve": {"until": UNTIL}}).json()["reservation"]
    assert client.delete(f"{path}/promises/{again}", params={"by": "anna"}).json()["reservation"] == again
    gone = client.delete(f"{path}/promises/{again}")
    assert (gone.status_code, gone.json()["type"]) == (404, "/problems/unknown-reservation")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"material": "shift"}, "material"),
        ({"material": "a\x07b"}, "material"),
        ({"quantity": 0}, "quantity"),
        ({"quantity": 1e12}, "quantity"),
        ({"priority": -1}, "priority"),
        ({"wished": "soon"}, "wished"),
        ({"wished": "2026-03-02T05:00Z"}, "wished"),
        ({"routing": "turning"}, "routing"),
        ({"reserve": {"until": "2026-03-02T06:00Z"}}, "reserve.until"),
        ({"reserve": {}}, "reserve.until"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_understood_is_refused_by_its_field(
    client: httpx.Client, change: dict[str, Any], field: str
) -> None:
    path = load_tiny(client, "refused")
    asked(client, path)
    answer = client.post(f"{path}/promises", json=ASK | change)
    assert answer.status_code == 422, answer.text
    assert field in str(answer.json()), answer.text
    assert client.get(f"{path}/promises").json()["reservations"] == []


def test_without_a_date_the_answer_says_why(client: httpx.Client) -> None:
    path = load_tiny(client, "impossible")
    asked(client, path)
    told = client.post(f"{path}/promises", json={"material": "pin", "quantity": 100}).json()
    assert (told["date"], told["curve"]) == (None, [])
    assert "bar" in told["reason"]


def test_a_plant_without_a_plan_answers_that_it_has_none(client: httpx.Client) -> None:
    path = load_tiny(client, "unplanned")
    answer = client.post(f"{path}/promises", json=ASK)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/conflict")
