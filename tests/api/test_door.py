"""Who is let in: every call of the OpenAPI document with every role and with no key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from api.door import CALLS, OPEN, right_of
from scheduler.access.roles import MAY, ROLES
from scheduler.settings import Settings
from tests.api.served import load_tiny, planned, serving, wait_until

NAMES = {"plant": "shop", "id": "1", "a": "1", "b": "1", "number": "1", "target": "nowhere", "order": "NONE"}


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, dict[str, dict[str, str]]]]:
    """A server with a key for each role, and the headers of each."""
    with serving(Settings(data=tmp_path_factory.mktemp("locked"), workers=1)) as client:
        load_tiny(client, "shop", "auto")
        planned(client, "/v1/plants/shop")
        admin = client.post("/v1/keys", json={"name": "root", "roles": ["admin"]})
        assert admin.status_code == 201, admin.text
        keys = {"admin": {"Authorization": f"Bearer {admin.json()['key']}"}}
        for role in ROLES:
            if role != "admin":
                made = client.post("/v1/keys", json={"name": role, "roles": [role]}, headers=keys["admin"])
                keys[role] = {"Authorization": f"Bearer {made.json()['key']}"}
        yield client, keys


def calls_of(client: httpx.Client) -> list[tuple[str, str]]:
    document = client.get("/openapi.json").json()
    return [(method.upper(), path) for path, calls in document["paths"].items() for method in calls]


def address(path: str) -> str:
    """A place that there is none of: what is let in answers 404 or 422 and changes nothing."""
    return re.sub(r"{(\w+)}", lambda m: NAMES.get(m[1], "none"), path.replace("{plant}", "nowhere"))


def test_every_call_with_every_role_and_none(locked: tuple[httpx.Client, dict[str, dict[str, str]]]) -> None:
    client, keys = locked
    wrong = []
    for method, path in calls_of(client):
        at = address(path)
        status = client.request(method, at).status_code
        if (status == 401) != (path not in OPEN):
            wrong.append((method, path, "nobody", status))
        for role, key in keys.items():
            if path in OPEN or (role == "admin" and at == "/v1/keys/none"):
                continue
            status = client.request(method, at, headers=key).status_code
            allowed = right_of(method, path) in MAY[role]  # type: ignore[index]
            if (status == 403) == allowed or status == 401 or status >= 500:
                wrong.append((method, path, role, status))
    assert wrong == []


def test_what_changes_something_is_named_and_the_names_are_true(
    locked: tuple[httpx.Client, dict[str, dict[str, str]]],
) -> None:
    served, named = {f"{method} {path}" for method, path in calls_of(locked[0])}, set(CALLS)
    assert named - served == set(), "rows of calls that are not served"
    unnamed = {call for call in served if not call.startswith("GET ") and call not in named}
    assert {call for call in unnamed if "webhooks" not in call} == set(), "calls that only an admin may make, unsaid"


def test_a_viewer_and_the_floor_change_no_plan(locked: tuple[httpx.Client, dict[str, dict[str, str]]]) -> None:
    client, keys = locked
    for role in ("viewer", "floor", "sales", "finance", "erp", "planner"):
        answer = client.post("/v1/plants/shop/plans/1/release", json={"by": "x"}, headers=keys[role])
        assert answer.status_code == 403, role
        assert "it is for supervisor, admin" in answer.json()["detail"]


def test_a_wrong_key_and_a_revoked_one_open_nothing(locked: tuple[httpx.Client, dict[str, dict[str, str]]]) -> None:
    client, keys = locked
    made = client.post("/v1/keys", json={"name": "leaver", "roles": ["viewer"]}, headers=keys["admin"]).json()
    leaver = {"Authorization": f"Bearer {made['key']}"}
    assert client.get("/v1/plants", headers=leaver).status_code == 200
    assert client.delete(f"/v1/keys/{made['id']}", headers=keys["admin"]).json()["state"] == "revoked"
    gone = client.get("/v1/plants", headers=leaver)
    assert (gone.status_code, gone.headers["www-authenticate"]) == (401, "Bearer")
    assert "the key of 'leaver' is revoked" in gone.json()["detail"]
    for sent in (made["key"][:-1], "x", "rejig_0_0"):
        assert client.get("/v1/plants", headers={"Authorization": f"Bearer {sent}"}).status_code == 401
    listed = {key["id"]: key for key in client.get("/v1/keys", headers=keys["admin"]).json()["keys"]}
    assert listed[made["id"]]["state"] == "revoked"
    assert "key" not in listed[made["id"]]


def test_a_key_of_one_plant_sees_no_other(locked: tuple[httpx.Client, dict[str, dict[str, str]]]) -> None:
    client, keys = locked
    ask = {"name": "other site", "roles": ["planner"], "plants": ["elsewhere"]}
    made = client.post("/v1/keys", json=ask, headers=keys["admin"]).json()
    theirs = {"Authorization": f"Bearer {made['key']}"}
    assert client.get("/v1/plants", headers=theirs).json() == {"plants": []}
    assert client.get("/v1/plants/shop/orders", headers=theirs).status_code == 403
    assert client.get("/v1/plants/elsewhere/orders", headers=theirs).status_code == 404


def test_a_floor_key_of_a_work_center_opens_its_lists_alone(
    locked: tuple[httpx.Client, dict[str, dict[str, str]]],
) -> None:
    client, keys = locked
    targets = client.get("/v1/plants/shop/dispatch-lists", headers=keys["viewer"]).json()
    machines: list[dict[str, Any]] = [t for t in targets["targets"] if t["kind"] == "machine"]
    one, other = machines[0], next(m for m in machines if m["work_center"] != machines[0]["work_center"])
    ask = {"name": "terminal", "roles": ["floor"], "work_centers": [one["work_center"]]}
    made = client.post("/v1/keys", json=ask, headers=keys["admin"]).json()
    theirs = {"Authorization": f"Bearer {made['key']}"}
    lists = "/v1/plants/shop/dispatch-lists"
    assert client.get(f"{lists}/{one['target']}", headers=theirs).status_code == 200
    assert client.get(f"{lists}/{one['work_center']}", headers=theirs).status_code == 200
    assert client.get(f"{lists}/{other['target']}", headers=theirs).status_code == 403
    assert client.get(f"{lists}.pdf", headers=theirs).status_code == 403


def test_each_side_says_its_own(locked: tuple[httpx.Client, dict[str, dict[str, str]]]) -> None:
    client, keys = locked
    now = client.get("/v1/plants/shop", headers=keys["viewer"]).json()["now"]
    every = {"specversion": "1.0", "source": "mes", "time": now}
    batch = [
        every | {"id": "e1", "type": "clock.ticked", "data": {}},
        every | {"id": "e2", "type": "order.cancelled", "data": {"order": "PIN-1"}},
    ]
    answer = client.post("/v1/plants/shop/events", json=batch, headers=keys["floor"]).json()
    assert [e["id"] for e in answer["accepted"]] == ["e1"]
    assert [(r["id"], r["quarantine"]) for r in answer["rejected"]] == [("e2", None)]
    assert "order.cancelled belongs to ERP or planning" in answer["rejected"][0]["reason"]


def test_a_release_is_in_the_audit_before_and_after_and_the_chain_holds(
    locked: tuple[httpx.Client, dict[str, dict[str, str]]],
) -> None:
    client, keys = locked
    body = {"mode": "advise"}
    assert client.patch("/v1/plants/shop", json=body, headers=keys["supervisor"]).status_code == 200
    found = wait_until(
        lambda: client.get("/v1/audit", params={"who": "supervisor"}, headers=keys["admin"]).json()["entries"]
    )
    asked, done = found[-2:]
    assert (asked["act"], asked["status"], asked["after"]) == ("PATCH /v1/plants/shop", None, '{"mode": "advise"}')
    assert (done["status"], done["asked"]) == (200, asked["number"])
    assert '"mode": "auto"' in asked["before"]
    assert '"mode": "advise"' in done["after"]
    verdict = client.get("/v1/audit/verification", headers=keys["admin"]).json()
    assert verdict["holds"] is True
    assert verdict["entries"] >= done["number"]


def test_who_may_load_and_not_release_puts_no_plan_in_force_and_says_no_mode(
    locked: tuple[httpx.Client, dict[str, dict[str, str]]],
) -> None:
    client, keys = locked
    whole = client.get("/v1/plants/shop/scenario", headers=keys["planner"]).content
    refused = client.put("/v1/plants/copy", content=whole, params={"mode": "auto"}, headers=keys["planner"])
    assert refused.status_code == 403
    loaded = client.put("/v1/plants/copy", content=whole, headers=keys["planner"])
    assert loaded.status_code == 200, loaded.text
    assert "who may release puts it in force" in str(loaded.json()["notices"])
    plans = client.get("/v1/plants/copy/plans", headers=keys["planner"]).json()["plans"]
    assert [p["status"] for p in plans if p["cause"] == "came with the scenario"] == ["proposed"]
    again = client.put("/v1/plants/copy", content=whole, headers=keys["supervisor"])
    assert "puts it in force" not in str(again.json()["notices"])


@pytest.mark.parametrize(
    ("ask", "wrong"),
    [
        ({"roles": ["admin"], "plants": ["shop"]}, "plants"),
        ({"roles": ["viewer"], "work_centers": ["turning"]}, "work_centers"),
        ({"roles": ["viewer"], "name": "Anybody"}, "name"),
        ({"roles": ["viewer"], "expires_at": "9999-12-31T23:59:00-12:00"}, "expires_at"),
        ({"roles": ["viewer"], "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
    ],
)
def test_a_key_that_means_something_else_than_it_says_is_not_made(
    locked: tuple[httpx.Client, dict[str, dict[str, str]]], ask: dict[str, Any], wrong: str
) -> None:
    client, keys = locked
    answer = client.post("/v1/keys", json={"name": "x"} | ask, headers=keys["admin"])
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, wrong)


def test_odd_calls_are_answered_in_words(locked: tuple[httpx.Client, dict[str, dict[str, str]]]) -> None:
    client, keys = locked
    json_type = {"content-type": "application/json"}
    deep = client.post("/v1/keys", content=b"[" * 100_000, headers=keys["admin"] | json_type)
    assert deep.status_code in (400, 422)
    half = b'{"specversion":"1.0","id":"\\ud800","source":"mes","type":"order.cancelled","data":{}}'
    answer = client.post("/v1/plants/shop/events", content=half, headers=keys["floor"] | json_type)
    assert (answer.status_code, answer.json()["rejected"][0]["id"]) == (202, "\\ud800")
    assert client.post("/v1/plants/a%00b/plans", headers=keys["admin"]).status_code == 422
    assert client.get("/readyz").json()["desks"] == []
    assert client.get("/readyz", headers=keys["viewer"]).json()["desks"] != []
    assert client.get("/v1/plants/shop/webhooks", headers=keys["viewer"]).status_code == 200


def test_events_that_decide_are_in_the_audit_with_their_key(
    locked: tuple[httpx.Client, dict[str, dict[str, str]]],
) -> None:
    client, keys = locked
    now = client.get("/v1/plants/shop", headers=keys["viewer"]).json()["now"]
    told = {"specversion": "1.0", "id": "due-1", "source": "erp", "type": "order.changed", "time": now}
    answer = client.post(
        "/v1/plants/shop/events", json=told | {"data": {"order": "PIN-1", "priority": 2}}, headers=keys["erp"]
    )
    assert len(answer.json()["accepted"]) == 1, answer.text
    entries = client.get("/v1/audit", params={"who": "erp"}, headers=keys["admin"]).json()["entries"]
    assert entries[-1]["after"] == "order.changed due-1"
    assert entries[-1]["who"].startswith("erp (")
