"""What would help a late order, over HTTP: asked, opened as a what-if, promoted, and the order is in time."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from scheduler.ingest import scenario_zip
from tests.api.served import final, wait_until
from tests.builders import at
from tests.replanning.late_shop import made, shop, step

ITERATIONS = 50


@pytest.fixture(scope="module")
def path(client: httpx.Client) -> str:
    """A of a late shop is four hours late behind B, by the plan in force."""
    state = shop(made("A", at(0, 10), step(10, "saw", 240)), made("B", at(0, 10), step(10, "saw", 240), priority=2.5))
    answer = client.put("/v1/plants/late-shop", content=scenario_zip(state), params={"mode": "observe"})
    assert answer.status_code == 200, answer.text
    return "/v1/plants/late-shop"


def asked(client: httpx.Client, path: str, order: str = "A", **wish: Any) -> dict[str, Any]:
    answer = client.post(
        f"{path}/orders/{order}/fixes", json={"iterations": ITERATIONS, "time_limit_seconds": 60, **wish}
    )
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_what_would_help_is_ranked_proven_and_priced(client: httpx.Client, path: str) -> None:
    found = asked(client, path)
    assert (found["plan"], found["order"], found["late_minutes"], found["untried"]) == (1, "A", 240, [])
    fixes = {f["kind"]: f for f in found["fixes"]}
    assert set(fixes) == {"nothing", "priority", "due"}
    assert [f["score"] for f in found["fixes"]] == sorted(f["score"] for f in found["fixes"])
    assert (fixes["nothing"]["on_time"], fixes["nothing"]["late_minutes"]) == (False, 240)
    priority = fixes["priority"]
    assert (priority["words"], priority["amount"], priority["unit"], priority["smaller"]) == (
        "Priority of A from 1 to 3", 2, "1", "all",
    )  # fmt: skip
    assert (priority["on_time"], priority["newly_late"], priority["later_minutes"]) == (True, ["B"], 240)
    assert (priority["moved_operations"], priority["moved_within_24_h"], priority["overtime_minutes"]) == (2, 2, 0)
    assert priority["events"] == [{"type": "order.changed", "data": {"order": "A", "priority": 3.0}}]
    assert found["sentence"].startswith("A ends Mon 2 Mar 14:00, 4 h late. 2 changes bring it in time; the cheapest: ")


def test_a_fix_is_opened_as_a_what_if_and_adopted(client: httpx.Client, path: str) -> None:
    found = asked(client, path)
    fix = next(f for f in found["fixes"] if f["kind"] == "priority")
    wish = {"name": fix["words"], "events": fix["events"], "iterations": found["iterations"]}
    idea = client.post(f"{path}/what-ifs", json=wish)
    assert idea.status_code == 202, idea.text
    ended = wait_until(lambda: final(client, idea.headers["location"]))
    assert ended["comparison"]["rescued"][0]["order"] == "A"
    assert ended["comparison"]["newly_late"][0]["order"] == "B"
    assert len(ended["comparison"]["moved"]) == fix["moved_operations"]
    done = client.post(f"{idea.headers['location']}/promote").json()
    assert client.post(f"{path}/plans/{done['plan']['id']}/release").status_code == 200
    again = asked(client, path)
    assert (again["late_minutes"], again["fixes"], again["trials"]) == (0, [], 0)
    assert again["sentence"].endswith("It needs no help.")


def test_it_is_asked_without_a_body_too(client: httpx.Client, path: str) -> None:
    answer = client.post(f"{path}/orders/B/fixes")
    assert answer.status_code == 200
    assert {f["kind"] for f in answer.json()["fixes"]} >= {"nothing"}


@pytest.mark.parametrize(
    ("order", "wish", "status", "kind"),
    [
        ("C", {}, 404, "/problems/unknown-order"),
        ("A", {"plan": 99}, 404, "/problems/unknown-plan"),
        ("A", {"time_limit_seconds": 61}, 422, "about:blank"),
        ("A", {"iterations": 0}, 422, "about:blank"),
        ("A", {"overtime_step_minutes": 0}, 422, "about:blank"),
        ("A", {"step": 1}, 422, "about:blank"),
    ],
)
def test_what_cannot_be_asked_is_told(
    client: httpx.Client, path: str, order: str, wish: dict[str, Any], status: int, kind: str
) -> None:
    answer = client.post(f"{path}/orders/{order}/fixes", json=wish)
    assert (answer.status_code, answer.json()["type"]) == (status, kind)


def test_a_what_if_by_iterations_makes_the_same_plan_each_time(client: httpx.Client, path: str) -> None:
    plans = []
    for _ in range(2):
        idea = client.post(f"{path}/what-ifs", json={"events": [], "iterations": 30})
        ended = wait_until(lambda place=idea.headers["location"]: final(client, place))
        operations = client.get(f"{path}/plans/{ended['plan_id']}/operations").json()["operations"]
        plans.append([(o["order"], o["operation"], o["machine"], o["start"]) for o in operations])
    assert plans[0] == plans[1]
