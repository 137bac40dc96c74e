"""A what-if may assume other weights and another frozen zone; adopting it changes the policy, taking back undoes it."""

from __future__ import annotations

from typing import Any

import httpx

from tests.api.served import load_tiny
from tests.api.test_decisions import SAW_UNTIL_TEN, WHO, released, what_if


def policy(client: httpx.Client, path: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(path).json()["policy"]
    return found


def adopt(client: httpx.Client, place: str) -> None:
    seen = client.get(f"{place}/preview").json()["preview"]
    answer = client.post(f"{place}/adopt", json=WHO | {"preview": seen})
    assert answer.status_code == 200, answer.text


def take_back(client: httpx.Client, place: str) -> httpx.Response:
    return client.post(f"{place}/take-back", json=WHO)


def test_all_columns_are_judged_by_the_weights_that_are_assumed(client: httpx.Client) -> None:
    path = load_tiny(client, "assumed-weights")
    released(client, path)
    _, idea = what_if(client, path, SAW_UNTIL_TEN, objective={"flow": 1.0})
    _, plain = what_if(client, path, SAW_UNTIL_TEN)
    assert (idea["objective"]["flow"], plain["objective"]) == (1.0, None)
    for name in ("in_force", "do_nothing"):
        dearer = idea["columns"][name]["kpis"]["cost"] - plain["columns"][name]["kpis"]["cost"]
        assert dearer > 0, (
            f"minutes in the shop cost nothing by the plant's own weights, and something by these: {name}"
        )
    assert policy(client, path)["objective"]["flow"] == 0.0, "nothing of the plant has changed"


def test_adopting_changes_the_policy_and_taking_back_restores_it(client: httpx.Client) -> None:
    path = load_tiny(client, "assumed-rules")
    released(client, path)
    before = policy(client, path)
    place, _ = what_if(client, path, objective={"setup": 3.0}, frozen_minutes=240)
    preview = client.get(f"{place}/preview").json()
    changes = {c["rule"]: (c["before"], c["after"]) for c in preview["rules"]}
    assert changes == {"setup": (before["objective"]["setup"], 3.0), "frozen_minutes": (before["frozen_minutes"], 240)}
    adopt(client, place)
    now = policy(client, path)
    assert (now["objective"], now["frozen_minutes"]) == (before["objective"] | {"setup": 3.0}, 240)
    way = client.get(f"{place}/take-back").json()
    back = {c["rule"]: (c["before"], c["after"]) for c in way["change"]["rules"]}
    assert back == {rule: (after, was) for rule, (was, after) in changes.items()}
    assert take_back(client, place).json()["left"] == []
    assert policy(client, path) == before


def test_what_was_changed_since_stays_and_is_told(client: httpx.Client) -> None:
    path = load_tiny(client, "assumed-since")
    released(client, path)
    place, _ = what_if(client, path, objective={"setup": 3.0}, frozen_minutes=240)
    adopt(client, place)
    client.patch(path, json={"policy": {"frozen_minutes": 60}}).raise_for_status()
    assert take_back(client, place).json()["left"] == ["the frozen zone has been changed since"]
    now = policy(client, path)
    assert (now["frozen_minutes"], now["objective"]["setup"] == 3.0) == (60, False)


def test_where_nothing_of_the_rules_is_in_force_any_more_nothing_is_taken_back(client: httpx.Client) -> None:
    path = load_tiny(client, "assumed-gone")
    released(client, path)
    place, _ = what_if(client, path, frozen_minutes=240)
    adopt(client, place)
    client.patch(path, json={"policy": {"frozen_minutes": 60}}).raise_for_status()
    assert client.get(f"{place}/take-back").json()["change"] is None
    answer = take_back(client, place)
    assert (answer.status_code, "the frozen zone has been changed since" in answer.json()["detail"]) == (409, True)
