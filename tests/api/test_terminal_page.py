"""The terminal's page: whole, strict, open to all and the same for every machine; and what a list tells it."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx

from api.floor.shell import HERE, WORKER
from tests.api.served import down, load_tiny, planned, wait_until


def test_every_machine_gets_the_same_page_with_a_strict_policy(client: httpx.Client) -> None:
    page = client.get("/floor/no-such-plant/mill%2F1")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.content == client.get("/floor/other/lathe").content == client.get("/floor/page.html").content
    policy = dict(p.split(" ", 1) for p in page.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["form-action"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert not re.search(r"<script>| on\w+=| style=", page.text), "nothing that the policy would stop"


def test_what_page_and_scripts_name_is_served_and_nothing_is_from_elsewhere(client: httpx.Client) -> None:
    names = {p.name for p in HERE.iterdir() if p.suffix in (".html", ".js", ".css", ".svg")}
    for name in names:
        answer = client.get(f"/floor/{name}")
        assert answer.status_code == 200, name
        used = re.findall(
            r"(?:from \"\./|import \"\./|(?:src|href)=\"/floor/|register\(\"/floor/)([\w.-]+)\"", answer.text
        )
        assert set(used) <= names, name
        assert "http" not in re.sub(r"http://www\.w3\.org/2000/svg|\bhttps?\b(?!:)", "", answer.text), name


def test_the_worker_keeps_all_files_of_one_version(client: httpx.Client) -> None:
    worker = client.get(f"/floor/{WORKER}").text
    kept = json.loads(re.findall(r"FILES = (\[.*\]);", worker)[0])
    assert {*kept, WORKER} == {p.name for p in HERE.iterdir() if p.suffix in (".html", ".js", ".css", ".svg")}
    assert re.search(r"terminal-\$\{\"[0-9a-f]{16}\"\}", worker)


def test_a_file_that_is_known_is_not_sent_again_and_one_that_is_none_is_said(client: httpx.Client) -> None:
    first = client.get("/floor/terminal.js")
    assert client.get("/floor/terminal.js", headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    none = client.get("/floor/nothing.js")
    assert (none.status_code, none.headers["content-type"]) == (404, "application/problem+json")
    assert client.get("/floor/shell.py").status_code == 404


def test_a_list_tells_pieces_outages_and_doubts_and_its_version_stays(client: httpx.Client) -> None:
    path = load_tiny(client, "told", "auto")
    planned(client, path)

    def posted(id: str, type: str, time: str, **data: Any) -> None:
        event = {"specversion": "1.0", "id": id, "source": "mes", "type": type, "time": time, "data": data}
        answer = client.post(f"{path}/events", json=event).json()
        assert len(answer["accepted"]) == 1, answer

    def list_now() -> Any:
        return client.get(f"{path}/dispatch-lists/saw").json()

    work = {"order": "SHAFT-1", "operation": 10, "machine": "saw"}
    posted("t1", "operation.started", "2026-03-02T06:00Z", **work)
    assert [(x["quantity_good"], x["quantity_scrap"]) for x in list_now()["lines"]] == [(0, 0), (0, 0)]
    posted("t2", "operation.progressed", "2026-03-02T06:10Z", **work, quantity_good=4, quantity_scrap=1)
    told = list_now()
    assert [(x["order"], x["quantity_good"], x["quantity_scrap"]) for x in told["lines"]] == [
        ("SHAFT-1", 4, 1),
        ("SHAFT-2", 0, 0),
    ]
    assert (told["down"], told["doubts"]) == ([], [])

    client.post(f"{path}/events", json=down("t3", "saw", "2026-03-02T06:12Z", "2026-03-02T07:00Z"))
    assert list_now()["down"] == [
        {"machine": "saw", "kind": "breakdown", "since": "2026-03-02T06:12+00:00",
         "expected_up": "2026-03-02T07:00+00:00", "reason": "spindle"}
    ]  # fmt: skip
    assert client.get(f"{path}/dispatch-lists/lathe").json()["down"] == []
    posted("t4", "machine.up", "2026-03-02T06:20Z", machine="saw")
    assert list_now()["down"] == []

    posted("t5", "operation.started", "2026-03-02T06:21Z", order="SHAFT-2", operation=10, machine="saw")
    doubts = wait_until(lambda: list_now()["doubts"])
    assert [(d["order"], d["operation"], d["rule"]) for d in doubts] == [("SHAFT-1", 10, "put_aside")]
    assert doubts[0]["words"] == "operation 10 of order 'SHAFT-2' began on 'saw', so it was put aside"


def test_pieces_alone_leave_the_version_of_a_list(client: httpx.Client) -> None:
    path = load_tiny(client, "pieces", "observe")
    work = {"order": "SHAFT-1", "operation": 10, "machine": "saw"}
    every = {"specversion": "1.0", "source": "mes", "time": "2026-03-02T06:00Z"}
    for id, type, data in (
        ("1", "operation.started", work),
        ("2", "operation.progressed", work | {"quantity_good": 0, "remaining_minutes": 20}),
    ):
        client.post(f"{path}/events", json=every | {"id": id, "type": type, "data": data})
    before = client.get(f"{path}/dispatch-lists/saw").json()
    event = every | {"id": "3", "type": "operation.progressed"}
    client.post(f"{path}/events", json=event | {"data": work | {"quantity_scrap": 2, "remaining_minutes": 20}})
    after = client.get(f"{path}/dispatch-lists/saw").json()
    assert (before["lines"][0]["quantity_scrap"], after["lines"][0]["quantity_scrap"]) == (0, 2)
    assert before["version"] == after["version"]
