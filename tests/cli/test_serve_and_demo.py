"""The servers that the command line starts: what they serve, and that they leave nothing behind."""

from __future__ import annotations

import io
import signal
import socket
import sys
import zipfile
from pathlib import Path

import httpx
import pytest

from scheduler.ingest import scenario_zip, write_scenario
from tests.builders import tiny_plant
from tests.cli.conftest import Rejig
from tests.cli.serving import all_gone, free_port, rejig_process, wait_for

TINY = "/v1/plants/tiny"
linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def test_the_story_from_an_order_to_the_dispatch_list(tmp_path: Path, rejig: Rejig) -> None:
    """An order posted to a server in auto mode stands in the saw's list; the plan it came with passes `rejig check`."""
    port = free_port()
    with rejig_process("serve", "--no-ui", "--port", port, "--data", tmp_path / "d", log=tmp_path / "log") as server:
        wait_for(f"http://127.0.0.1:{port}/readyz", server)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as api:
            loaded = api.put(TINY, content=scenario_zip(tiny_plant()), headers={"content-type": "application/zip"})
            assert loaded.status_code == 200, loaded.text
            assert api.patch(TINY, json={"mode": "auto", "policy": {"improve_seconds": 0.5}}).status_code == 200
            before = list_that_holds(api, "SHAFT-2")
            order = {"order": "RUSH-1", "material": "shaft", "quantity": 10, "due": "2026-03-02T10:00Z", "priority": 9}
            event = {
                "specversion": "1.0", "id": "1", "source": "/erp", "type": "order.created",
                "time": "2026-03-02T06:05Z", "data": order,
            }  # fmt: skip
            posted = api.post(f"{TINY}/events", json=event)
            assert (posted.status_code, len(posted.json()["accepted"])) == (202, 1)
            after = list_that_holds(api, "RUSH-1")
            assert after.headers["etag"] != before.headers["etag"]
            folder = zipfile.ZipFile(io.BytesIO(api.get(f"{TINY}/scenario").content))
    folder.extractall(tmp_path / "now")
    scenario = next((tmp_path / "now").rglob("plant.toml")).parent
    assert "RUSH-1,10" in (scenario / "plan.csv").read_text()
    assert rejig("check", scenario, scenario / "plan.csv").status == 0


def list_that_holds(api: httpx.Client, order: str) -> httpx.Response:
    """The saw's dispatch list, once the order stands in it."""
    etag = ""
    for _ in range(20):
        answer = api.get(
            f"{TINY}/dispatch-lists/saw", params={"wait": 10}, headers={"If-None-Match": etag} if etag else {}
        )
        if answer.status_code == 200:
            etag = answer.headers["etag"]
            if order in [line["order"] for line in answer.json()["lines"]]:
                return answer
    raise AssertionError(f"{order} never came to the saw's list")


@linux
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_serve_ends_its_screens_with_itself(how: signal.Signals, tmp_path: Path) -> None:
    port, ui_port = free_port(), free_port()
    log = tmp_path / "log"
    with rejig_process("serve", "--port", port, "--ui-port", ui_port, "--data", tmp_path / "d", log=log) as server:
        wait_for(f"http://127.0.0.1:{port}/readyz", server)
        wait_for(f"http://127.0.0.1:{ui_port}/_stcore/health", server)
        server.send_signal(how)
        server.wait(30)
        assert all_gone(f"--server.port={ui_port}")


@linux
def test_screens_do_not_outlive_a_server_that_was_killed(tmp_path: Path) -> None:
    port, ui_port = free_port(), free_port()
    log = tmp_path / "log"
    with rejig_process("serve", "--port", port, "--ui-port", ui_port, "--data", tmp_path / "d", log=log) as server:
        wait_for(f"http://127.0.0.1:{ui_port}/_stcore/health", server)
        server.kill()
        server.wait(10)
        assert all_gone(f"--server.port={ui_port}")


def test_a_port_that_is_taken_is_said_in_words(rejig: Rejig) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = rejig("serve", "--no-ui", "--port", taken.getsockname()[1])
    assert said.status == 2
    assert "choose another with --port" in said.words


@linux
def test_the_demo_plans_works_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """Twelve seconds at 40 minutes each: the floor starts at 06:00 and has finished work by then."""
    write_scenario(tiny_plant(), tmp_path / "tiny")
    port, log = free_port(), tmp_path / "log"
    arguments = ("--scenario", tmp_path / "tiny", "--no-ui", "--port", port, "--seconds", 12, "--speed", 40)
    with rejig_process("demo", *arguments, log=log) as demo:
        assert demo.wait(180) == 0, log.read_text()
    said = log.read_text()
    assert "Plant Tiny Works: 2 machines, 3 orders." in said
    assert "plan 1, planned" in said
    assert "The floor posted" in said
    assert "finished 0 operations" not in said
    assert "refused:" not in said
    assert all_gone(f"--port {port}")


@linux
def test_ctrl_c_ends_the_demo_and_everything_that_it_started(tmp_path: Path) -> None:
    write_scenario(tiny_plant(), tmp_path / "tiny")
    port, log = free_port(), tmp_path / "log"
    with rejig_process("demo", "--scenario", tmp_path / "tiny", "--no-ui", "--port", port, log=log) as demo:
        wait_for(f"http://127.0.0.1:{port}/readyz", demo)
        demo.send_signal(signal.SIGINT)
        assert demo.wait(40) in (0, 130), log.read_text()
        assert all_gone(f"--port {port}")
    assert "Traceback" not in log.read_text()
