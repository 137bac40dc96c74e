"""A server in a process of its own, one plant on it, and what happens there over HTTP."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from benchmarks import surroundings as beside

PATIENCE_SECONDS = 180.0


def free_port() -> int:
    """One that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def server(data: Path, screens: int | None = None) -> Iterator[tuple[httpx.Client, int]]:
    """`rejig serve` on a free port, ended with everything that it started; (client, its process id).

    screens : the port of the screens; None: the API alone.
    """
    port = free_port()
    command = [sys.executable, "-m", "scheduler.cli", "serve", "--port", str(port), "--data", str(data)]
    command += ["--no-ui"] if screens is None else ["--ui-port", str(screens)]
    log = (data.parent / "server.log").open("w")
    process = subprocess.Popen(command, cwd=beside.CHECKOUT, stdout=log, stderr=log, start_new_session=True)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_SECONDS) as client:
            until = time.monotonic() + PATIENCE_SECONDS
            while True:
                if process.poll() is not None or time.monotonic() > until:
                    raise SystemExit(f"the server did not start:\n{(data.parent / 'server.log').read_text()}")
                with contextlib.suppress(httpx.HTTPError):
                    if client.get("/readyz").status_code == 200:
                        break
                time.sleep(0.1)
            yield client, process.pid
    finally:
        log.close()
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class Floor:
    """One plant on the server, and the events that happen to it."""

    def __init__(self, client: httpx.Client, name: str) -> None:
        self.client = client
        self.path = f"/v1/plants/{name}"
        self.sent = 0

    def load(self, folder: Path, improve_seconds: float) -> float:
        """Load, switch to auto, wait for the first plan in force; seconds from the switch to that."""
        self._ok(self.client.put(self.path, content=beside.zipped_folder(folder)))
        policy = {"improve_seconds": improve_seconds, "time_limit_seconds": max(1.0, improve_seconds)}
        began = time.perf_counter()
        self._ok(self.client.patch(self.path, json={"mode": "auto", "policy": policy}))
        self.settled(0)
        return time.perf_counter() - began

    def settled(self, revision: int) -> None:
        """Wait until the plan in force knows of every event."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            plant = self.plant()
            if plant["plan_in_force"] is not None and (plant["plan_in_force_revision"] or 0) >= max(1, revision):
                return
            time.sleep(0.05)
        raise SystemExit(f"no plan within {PATIENCE_SECONDS:g} s of revision {revision}")

    def plant(self) -> dict[str, Any]:
        return dict(self._ok(self.client.get(self.path)).json())

    def busiest(self) -> list[str]:
        """Machines with work on their lists, most of it first."""
        targets = self._ok(self.client.get(f"{self.path}/dispatch-lists")).json()["targets"]
        machines = [t for t in targets if t["kind"] == "machine" and t["operations"] > 1]
        return [t["target"] for t in sorted(machines, key=lambda t: (-t["operations"], t["target"]))]

    def etag(self, machine: str) -> str:
        return str(self._ok(self.client.get(f"{self.path}/dispatch-lists/{machine}")).headers["etag"])

    def happen(self, type: str, **data: Any) -> tuple[dict[str, Any], dt.datetime]:
        """The event a minute after the plant's now, as posted."""
        now = dt.datetime.fromisoformat(self.plant()["now"]) + dt.timedelta(minutes=1)
        self.sent += 1
        event = {"specversion": "1.0", "id": f"bench-{self.sent}", "source": "/bench", "type": type}
        return {**event, "time": now.isoformat(), "data": data}, now

    def time_event(self, machine: str, event: dict[str, Any], wait: float) -> tuple[float, float] | None:
        """(seconds until the POST is answered, seconds until the list has changed); None: it has not within `wait`."""
        before = self.etag(machine)
        done: dict[str, Any] = {}
        polling = threading.Event()
        posted = threading.Event()

        def poll() -> None:
            """Answered lists that came from a plan before the event are not the answer to it: ask on."""
            known = before
            with httpx.Client(base_url=self.client.base_url, timeout=PATIENCE_SECONDS) as own:
                until = time.monotonic() + wait
                while time.monotonic() < until:
                    polling.set()
                    left = max(0.1, min(30.0, until - time.monotonic()))
                    answer = own.get(
                        f"{self.path}/dispatch-lists/{machine}", params={"wait": left}, headers={"If-None-Match": known}
                    )
                    at = time.perf_counter()
                    if answer.status_code != 200:
                        continue
                    known = answer.headers["etag"]
                    posted.wait(PATIENCE_SECONDS)
                    plan = own.get(f"{self.path}/plans/{answer.json()['plan']}").json()
                    if plan["revision"] >= done["revision"]:
                        if not plan["cause"].startswith("improved"):
                            done["changed"] = at  # else the answer to the event left this list as it was
                        return

        thread = threading.Thread(target=poll)
        thread.start()
        polling.wait()
        time.sleep(0.2)  # so that the long poll is there before the event
        began = time.perf_counter()
        answer = self._ok(self.client.post(f"{self.path}/events", json=event)).json()
        answered = time.perf_counter() - began
        if answer["rejected"]:
            raise SystemExit(f"refused: {answer['rejected'][0]['reason']}")
        done["revision"] = answer["revision"]
        posted.set()
        thread.join()
        self.settled(answer["revision"])
        return (answered, done["changed"] - began) if "changed" in done else None

    def judge(self, folder: Path) -> str | None:
        """What the referee has against the plan in force; None: nothing."""
        content = self._ok(self.client.get(f"{self.path}/scenario")).content
        written = beside.unzipped(content, folder)
        verdict = beside.judged(written, written / "plan.csv")
        return None if verdict.feasible else ", ".join(f"{k} x{v}" for k, v in verdict.violations.items())

    @staticmethod
    def _ok(answer: httpx.Response) -> httpx.Response:
        if answer.is_error:
            raise SystemExit(f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:500]}")
        return answer
