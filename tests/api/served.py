"""The real app behind a real port, and the calls that a test makes of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn

from api.app import create_app
from api.slow_heads import PatientForSeconds
from scheduler.bootstrap import build_services
from scheduler.ingest import scenario_zip
from scheduler.settings import Settings
from tests.builders import tiny_plant

PATIENCE_SECONDS = 120.0


@contextmanager
def serving(settings: Settings) -> Iterator[httpx.Client]:
    """A server of our own on a free port, ended cleanly."""
    config = uvicorn.Config(
        create_app(build_services(settings)),
        port=0,
        log_level="warning",
        timeout_graceful_shutdown=1,
        http=PatientForSeconds,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_until(lambda: server.started or not thread.is_alive())
        port = server.servers[0].sockets[0].getsockname()[1]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_SECONDS) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()


def wait_until(true: Callable[[], Any]) -> Any:
    """What `true` answers as soon as it is true."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        answer = true()
        if answer:
            return answer
        time.sleep(0.02)
    raise AssertionError(f"it did not come true within {PATIENCE_SECONDS:g} s")


def load_tiny(client: httpx.Client, plant: str, mode: str = "observe") -> str:
    """The tiny plant under that name, its searches short; the path of it."""
    path = f"/v1/plants/{plant}"
    answer = client.put(path, content=scenario_zip(tiny_plant()), params={"mode": mode})
    assert answer.status_code == 200, answer.text
    policy = {"improve_seconds": 0.5, "time_limit_seconds": 0.5}
    assert client.patch(path, json={"policy": policy}).status_code == 200
    return path


def planned(client: httpx.Client, path: str) -> dict[str, Any]:
    """The plan in force, as soon as there is one."""

    def current() -> Any:
        answer = client.get(f"{path}/plans/current")
        return answer.json() if answer.status_code == 200 else None

    found: dict[str, Any] = wait_until(current)
    return found


def asked(client: httpx.Client, path: str) -> int:
    """A plan made by a job; its number."""
    job = client.post(f"{path}/plans", json={"time_limit_seconds": 0.5})
    assert job.status_code == 202, job.text
    ended = wait_until(lambda: final(client, job.headers["location"]))
    assert ended["state"] == "done", ended
    number: int = ended["plan"]
    return number


def final(client: httpx.Client, place: str) -> dict[str, Any] | None:
    """A job or what-if that has ended."""
    body: dict[str, Any] = client.get(place).json()
    return None if body["state"] in ("queued", "running") else body


def down(id: str, machine: str, time: str = "2026-03-02T06:05Z", until: str | None = None) -> dict[str, Any]:
    data = {"machine": machine, "expected_up": until, "reason": "spindle"}
    return {"specversion": "1.0", "id": id, "source": "mes", "type": "machine.down", "time": time, "data": data}
