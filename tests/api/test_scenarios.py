"""What-ifs are named, duplicated and held against each other over HTTP."""

from __future__ import annotations

import httpx

from tests.api.served import final, load_tiny, wait_until
from tests.api.test_decisions import LATHE_UNTIL_TEN, SAW_UNTIL_TEN, post, refused, released, what_if

LONGER = {
    "type": "calendar.changed",
    "data": {"machine": "saw", "start": "2026-03-02T22:00Z", "end": "2026-03-03T00:00Z", "kind": "open"},
}


def test_a_what_if_is_named_and_keeps_its_name_through_a_search(client: httpx.Client) -> None:
    path = load_tiny(client, "named")
    released(client, path)
    place, _ = what_if(client, path, SAW_UNTIL_TEN)
    assert client.post(f"{place}/refresh").status_code == 202
    assert client.patch(place, json={"name": " no saw "}).json()["name"] == "no saw"
    assert wait_until(lambda: final(client, place))["name"] == "no saw", "whatever the search has saved meanwhile"
    assert [w["name"] for w in client.get(f"{path}/what-ifs").json()["what_ifs"]] == ["no saw"]
    refused(client.patch(place, json={"name": "  "}), 422, "bad-request", "expected a name")
    refused(client.patch(f"{path}/what-ifs/w-none", json={"name": "x"}), 404, "unknown-what-if", "no what-if 'w-none'")


def test_a_duplicate_assumes_the_same_on_the_plant_as_it_is_now(client: httpx.Client) -> None:
    path = load_tiny(client, "duplicated")
    released(client, path)
    place, first = what_if(client, path, SAW_UNTIL_TEN, mode="repair")
    post(client, path, "clock.ticked", time="2026-03-02T06:10Z")
    asked = client.post(f"{place}/duplicate")
    assert asked.status_code == 202, asked.text
    again = wait_until(lambda: final(client, asked.headers["location"]))
    assert (again["name"], again["mode"], again["state"]) == ("an idea (copy)", "repair", "done")
    assert (first["revision"], again["revision"]) == (1, 2)
    assert [(e["type"], e["data"]) for e in again["events"]] == [(e["type"], e["data"]) for e in first["events"]]
    named = client.post(f"{place}/duplicate", json={"name": "once more"}).json()
    assert named["name"] == "once more"
    assert client.get(place).json()["name"] == "an idea", "the first one stays as it was"


def test_overtime_is_what_the_assumptions_open_of_closed_hours(client: httpx.Client) -> None:
    path = load_tiny(client, "overtime")
    released(client, path)
    _, longer = what_if(client, path, LONGER)
    _, same = what_if(client, path, LATHE_UNTIL_TEN)
    assert (longer["overtime_minutes"], same["overtime_minutes"]) == (120, 0)
