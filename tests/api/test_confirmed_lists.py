"""A MES confirms a list and hears what becomes of it: after a restart, and on each kind of database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from scheduler.settings import Settings
from scheduler.solving.warm import warm_kernels
from tests.api.served import down, load_tiny, planned, serving, wait_until


def listed(client: httpx.Client, path: str, target: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"{path}/dispatch-lists/{target}").json()
    return found


def confirm(client: httpx.Client, path: str, target: str, version: str) -> dict[str, Any]:
    answer = client.post(f"{path}/dispatch-lists/{target}/acknowledge", json={"version": version, "by": "mes-1"})
    found: dict[str, Any] = answer.json()
    return found


def test_after_a_confirmation_lists_say_what_has_changed_and_why_also_after_a_restart(
    database_url: str, tmp_path: Path
) -> None:
    warm_kernels()
    settings = Settings(data=tmp_path, database_url=database_url, workers=1)
    with serving(settings) as client:
        path = load_tiny(client, "floor", mode="auto")
        planned(client, path)
        for target in ("lathe", "turning"):
            shown = listed(client, path, target)
            assert shown["changes"] is None
            assert confirm(client, path, target, shown["version"])["known"]
            assert listed(client, path, target)["changes"] == []
    with serving(settings) as client:
        assert listed(client, path, "lathe")["changes"] == []
        client.post(f"{path}/events", json=down("d", "lathe", until="2026-03-02T10:00Z"))
        wait_until(lambda: client.get(path).json()["plan_is_current"])
        for target in ("lathe", "turning"):
            shafts = [c for c in listed(client, path, target)["changes"] if c["order"].startswith("SHAFT")]
            assert len(shafts) == 2
            for change in shafts:
                assert change["what"] == "retimed"
                assert change["start_before"] < "2026-03-02T10:00" <= change["start_after"]
                assert (
                    change["reason"]
                    == f"plan {change['plan']}: repaired after lathe down: its work is delayed or moved"
                )


def test_a_version_confirmed_late_is_still_compared_and_one_that_nobody_served_is_said(client: httpx.Client) -> None:
    path = load_tiny(client, "late", mode="auto")
    planned(client, path)
    old = listed(client, path, "lathe")["version"]
    client.post(f"{path}/events", json=down("d", "lathe", until="2026-03-02T10:00Z"))
    wait_until(lambda: listed(client, path, "lathe")["version"] != old)
    done = confirm(client, path, "lathe", f'W/"{old}"')
    assert (done["current"], done["known"], done["version"]) == (False, True, old)
    assert {c["what"] for c in listed(client, path, "lathe")["changes"]} == {"retimed"}
    assert confirm(client, path, "lathe", "yesterday's")["known"] is False
    assert listed(client, path, "lathe")["changes"] is None
