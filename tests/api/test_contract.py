"""What holds for every call: problems in one form, a complete OpenAPI document, health."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import httpx
import pytest

from scheduler.replanning.reactions import REACTIONS
from tests.api.served import load_tiny

CALLS = """PUT /v1/plants/{plant} | PATCH /v1/plants/{plant} | GET /v1/plants/{plant}/scenario | GET /v1/plants
GET /v1/plants/{plant} | POST /v1/plants/{plant}/events | GET /v1/plants/{plant}/events | POST /v1/plants/{plant}/plans
GET /v1/plants/{plant}/plans | GET /v1/plants/{plant}/plans/current | GET /v1/plants/{plant}/plans/{id}
GET /v1/plants/{plant}/plans/{id}/operations | GET /v1/plants/{plant}/plans/{a}/compare/{b}
GET /v1/plants/{plant}/plans/{id}/orders/{order}/lateness | POST /v1/plants/{plant}/orders/{order}/fixes
POST /v1/plants/{plant}/plans/{id}/release | POST /v1/plants/{plant}/plans/{id}/reject
GET /v1/plants/{plant}/dispatch-lists/{target} | POST /v1/plants/{plant}/dispatch-lists/{target}/acknowledge
POST /v1/plants/{plant}/what-ifs | GET /v1/plants/{plant}/what-ifs/{id} | DELETE /v1/plants/{plant}/what-ifs/{id}
POST /v1/plants/{plant}/what-ifs/{id}/promote | GET /v1/plants/{plant}/stream
GET /v1/plants/{plant}/plans/{id}/preview | POST /v1/plants/{plant}/plans/{id}/roll-back
GET /v1/plants/{plant}/what-ifs/{id}/preview | POST /v1/plants/{plant}/what-ifs/{id}/adopt
GET /v1/plants/{plant}/what-ifs/{id}/take-back | POST /v1/plants/{plant}/what-ifs/{id}/take-back
POST /v1/plants/{plant}/what-ifs/{id}/refresh
GET /v1/reactions | GET /healthz | GET /readyz | GET /metrics"""
PAGE = Path(__file__).parents[2] / "docs" / "http.md"


def test_every_call_of_the_contract_is_described(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    served = {f"{m.upper()} {path}" for path, calls in document["paths"].items() for m in calls}
    wanted = {call.strip() for line in CALLS.splitlines() for call in line.split("|")}
    assert wanted - {re.sub(":path}", "}", s) for s in served} == set()


def shown_calls() -> list[tuple[str, str]]:
    """(method, path) of each `curl` in docs/http.md."""
    page = PAGE.read_text().replace("$api", "/v1/plants/shop")
    shell = "\n".join(re.findall(r"^```sh\n(.*?)^```", page, re.DOTALL | re.MULTILINE))
    calls = []
    for line in re.split(r"^curl ", shell, flags=re.MULTILINE)[1:]:
        words = shlex.split(line)
        path = next(w for w in words if w.startswith("/v1/")).split("?")[0]
        method = words[words.index("-X") + 1] if "-X" in words else "POST" if "-d" in words else "GET"
        calls.append(("PUT" if "-T" in words else method, path))
    return calls


def test_every_call_that_the_page_on_http_shows_is_served(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    served = [
        (method.upper(), re.compile(re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(path))))
        for path, calls in paths.items()
        for method in calls
    ]
    calls = shown_calls()
    assert len(calls) > 20
    assert [c for c in calls if not any(c[0] == m and pattern.fullmatch(c[1]) for m, pattern in served)] == []


def test_every_field_has_description_unit_and_example(client: httpx.Client) -> None:
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    bare = [
        f"{name}.{field}"
        for name, schema in schemas.items()
        for field, told in schema.get("properties", {}).items()
        if not {"description", "examples", "unit"} <= set(told)
    ]
    assert bare == []
    assert {"Problem", "CloudEvent", "StreamData", "PlanOperation", "DispatchLine", "WhatIf"} <= set(schemas)
    assert all(schema.get("description") for schema in schemas.values() if "properties" in schema)


def test_every_parameter_is_described_and_every_reference_leads_somewhere(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    for path, calls in document["paths"].items():
        for method, call in calls.items():
            assert call.get("description"), f"{method} {path}"
            for parameter in call.get("parameters", ()):
                assert parameter.get("description"), f"{method} {path}: {parameter['name']}"

    def references(part: Any) -> set[str]:
        if isinstance(part, dict):
            own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
            return own.union(*(references(v) for v in part.values()))
        return set().union(*(references(v) for v in part)) if isinstance(part, list) else set()

    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert references(document) <= known


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "kind"),
    [
        ("GET", "/v1/plant", None, 404, "about:blank"),
        ("DELETE", "/v1/plants", None, 405, "about:blank"),
        ("DELETE", "/v1/plants/nowhere", None, 404, "/problems/unknown-plant"),
        ("GET", "/v1/plants/nowhere", None, 404, "/problems/unknown-plant"),
        ("GET", "/v1/plants/problems/plans/99", None, 404, "/problems/unknown-plan"),
        ("GET", "/v1/plants/problems/plans/current", None, 404, "/problems/unknown-plan"),
        ("GET", "/v1/plants/problems/what-ifs/w-1", None, 404, "/problems/unknown-what-if"),
        ("GET", "/v1/plants/problems/jobs/j-1", None, 404, "/problems/unknown-job"),
        ("GET", "/v1/plants/problems/dispatch-lists/x", None, 404, "/problems/unknown-machine"),
        ("GET", "/v1/plants/problems/plans/first", None, 422, "about:blank"),
        ("PATCH", "/v1/plants/problems", {"mode": "automatic"}, 422, "about:blank"),
        ("PATCH", "/v1/plants/problems", {"policy": {"frozen": 5}}, 422, "about:blank"),
        ("PATCH", "/v1/plants/problems", {"policy": {"improve_seconds": None}}, 422, "/problems/bad-request"),
        ("PATCH", "/v1/plants/problems", {"policy": {"expected_delay_minutes": -1}}, 422, "about:blank"),
        ("PATCH", "/v1/plants/problems", {"policy": {"expected_delay_minutes": None}}, 422, "/problems/bad-request"),
        ("POST", "/v1/plants/problems/plans", {"time_limit_seconds": -1}, 422, "about:blank"),
        ("POST", "/v1/plants/problems/what-ifs", {"events": [{"type": "fire"}]}, 422, "/problems/invalid-event"),
    ],
)
def test_every_error_is_a_problem_in_words(
    client: httpx.Client, method: str, path: str, body: Any, status: int, kind: str
) -> None:
    load_tiny(client, "problems")
    answer = client.request(method, path, json=body)
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["type"]) == (status, status, kind)
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["instance"] == path
    assert len(problem["detail"]) > 10


def test_the_table_of_reactions_is_told_as_it_is(client: httpx.Client) -> None:
    rows = {r["event"]: (r["need"], r["reason"]) for r in client.get("/v1/reactions").json()["reactions"]}
    assert rows == {name: (reaction.need.name, reaction.reason) for name, reaction in REACTIONS.items()}


def test_a_field_at_fault_is_named_with_what_was_found_and_expected(client: httpx.Client) -> None:
    load_tiny(client, "fields")
    fault = client.patch("/v1/plants/fields", json={"mode": "automatic"}).json()["errors"][0]
    assert fault == {"field": "mode", "found": "'automatic'", "expected": "'observe', 'advise' or 'auto'"}
    other = client.post("/v1/plants/fields")
    assert other.headers["allow"] == "DELETE, GET, PATCH, PUT"


def test_health_readiness_and_figures(client: httpx.Client) -> None:
    load_tiny(client, "health")
    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["storage"]) == (200, "ok")
    figures = client.get("/metrics").text
    assert 'rejig_plant_revision{plant="health"} 1.0' in figures
    assert 'rejig_http_calls_total{method="GET",route="/healthz",status="200"}' in figures
