"""The script of the documents that does over HTTP what a planner does on the screens."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx

from scheduler.ingest import read_scenario, scenario_zip
from scheduler.settings import Settings
from tests.api.served import serving, wait_until

HERE = Path(__file__).parents[2]


def test_every_act_of_a_planner_can_be_done_over_http_alone(tmp_path: Path) -> None:
    with serving(Settings(data=tmp_path, workers=1)) as client:
        content = scenario_zip(read_scenario(HERE / "scenarios" / "machine-shop").state)
        client.put("/v1/plants/shop", params={"mode": "auto"}, content=content).raise_for_status()
        wait_until(lambda: client.get("/v1/plants/shop").json()["plan_is_current"])
        done = acts(client)
        assert done.returncode == 0, done.stdout + done.stderr
        for words in (
            "newly late beside doing nothing", "adopted: plan", "taken back", "is down: plan",
            "without overtime: ", "overtime (copy): ",
            "overtime was looked at", "is pinned", "is late",
            "ends", "Reserved as PR-", "the order has come", "stopped and released", "rolled back", "bytes of PDF",
        ):  # fmt: skip
            assert words in done.stdout
        by = [p["decided_by"] for p in client.get("/v1/plants/shop/plans").json()["plans"]]
        assert by.count("m.keller") >= 3


def acts(client: httpx.Client) -> subprocess.CompletedProcess[str]:
    address = str(client.base_url).rstrip("/")
    command = [sys.executable, str(HERE / "docs" / "acts.py"), address, "shop"]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
