"""Every call of the OpenAPI document, with odd names, parameters and bodies: none breaks, and each says its problem."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from scheduler.settings import Settings
from scheduler.solving.warm import warm_kernels
from tests.api.served import down, load_tiny, planned, serving

NAMES = (
    "x",
    "..",
    ".",
    "a/b",
    "\0",
    "\x1b[31m",
    "é",
    "e\u0301",
    "日" * 60,
    "%",
    "' OR 1=1 --",
    "0",
    "-1",
    "9" * 30,
    "nan",
)
VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    10**30,
    1e308,
    float("nan"),
    float("inf"),
    "",
    "\0",
    "\ud800",
    "x" * 5_000,
    [],
    [None] * 20,
    {},
    {"\0": {"\ud800": [[[[]]]]}},
)
SLOW = ("/stream",)
DONE_WITH = {"DELETE /v1/plants/{plant}"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    warm_kernels()
    with serving(Settings(data=tmp_path_factory.mktemp("calls"), workers=1)) as client:
        path = load_tiny(client, "calls", "auto")
        planned(client, path)
        client.post(f"{path}/events", json=down("d", "saw"))
        client.post(f"{path}/events", json=down("odd", "nowhere"))
        yield client


def calls(client: httpx.Client) -> list[tuple[str, str, dict[str, Any]]]:
    """(method, path with its parameters in braces, its description)."""
    document = client.get("/openapi.json").json()
    found = [(m.upper(), path, call) for path, of in document["paths"].items() for m, call in of.items()]
    return [c for c in found if not c[1].endswith(SLOW) and f"{c[0]} {c[1]}" not in DONE_WITH]


def at(path: str, plant: str, value: str) -> str:
    """The address with that plant, and the value in every other place."""
    parts = [
        plant if part == "{plant}" else quote(value, safe="") if part.startswith("{") else part
        for part in path.split("/")
    ]
    return "/".join(parts)


def properties(client: httpx.Client, call: dict[str, Any]) -> list[str]:
    """The names of what a body of JSON may hold."""
    content = call.get("requestBody", {}).get("content", {}).get("application/json", {})
    text = json.dumps(content)
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    named = [name for name in schemas if f"/{name}" in text]
    return sorted({field for name in named for field in schemas[name].get("properties", {})})


def held(answer: httpx.Response) -> str | None:
    """What is wrong with an answer; None: nothing."""
    if answer.status_code >= 500:
        return f"{answer.status_code}: {answer.text[:200]}"
    if answer.status_code >= 400 and answer.headers["content-type"] != "application/problem+json":
        return f"{answer.status_code} is no problem in words: {answer.text[:200]}"
    return None


def test_odd_names_in_every_address(client: httpx.Client) -> None:
    wrong = {}
    for method, path, _ in calls(client):
        # A client makes `…/what-ifs/..` the plant's own address before it sends it.
        for name in NAMES if method != "DELETE" else NAMES[3:]:
            for plant in ("calls", quote(name, safe="")):
                answer = client.request(method, at(path, plant, name), headers={"prefer": "wait=0"})
                if why := held(answer):
                    wrong[f"{method} {path} {name!r}"] = why
    assert wrong == {}


def test_odd_values_of_every_parameter(client: httpx.Client) -> None:
    wrong = {}
    for method, path, call in calls(client):
        for parameter in (p["name"] for p in call.get("parameters", ()) if p["in"] == "query" and p["name"] != "wait"):
            for value in NAMES:
                answer = client.request(method, at(path, "calls", "1"), params={parameter: value})
                if why := held(answer):
                    wrong[f"{method} {path}?{parameter}={value!r}"] = why
    assert wrong == {}


def test_odd_values_of_every_field_of_every_body(client: httpx.Client) -> None:
    wrong = {}
    json_type = {"content-type": "application/json"}
    for method, path, call in calls(client):
        if method not in ("POST", "PATCH", "PUT"):
            continue
        for value in VALUES:
            bodies = [value, [value], *({field: value} for field in properties(client, call))]
            for body in bodies:
                content = json.dumps(body)
                answer = client.request(method, at(path, "calls", "1"), content=content, headers=json_type)
                if why := held(answer):
                    wrong[f"{method} {path} {content[:60]}"] = why
    assert wrong == {}
    for page in ("", "/events", "/quarantine", "/what-ifs", "/plans", "/doubts", "/orders", "/scenario", "/webhooks"):
        assert client.get(f"/v1/plants/calls{page}").status_code == 200, page
    assert client.get("/v1/plants").status_code == 200
