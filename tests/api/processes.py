"""A server in a process of its own, as somebody would run it, and the referee beside it."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.served import PATIENCE_SECONDS, wait_until

ROOT = Path(__file__).parents[2]
SERVE = """
import sys
from api.server import run
from scheduler.bootstrap import build_services
from scheduler.settings import read_settings
run("127.0.0.1", int(sys.argv[1]), build_services(read_settings()))
"""


class Server:
    """A process that serves `environment`'s data."""

    def __init__(self, environment: dict[str, str]) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(port)],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
        )
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_SECONDS)
        wait_until(self._ready)

    def _ready(self) -> bool:
        assert self.process.poll() is None, "the server has ended by itself"
        try:
            return self.client.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def family(self) -> list[int]:
        """The process and everything that it has started."""
        found, unseen = [], [self.process.pid]
        while unseen:
            pid = unseen.pop()
            found.append(pid)
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                unseen += [int(child) for child in children.read_text().split()]
        return found

    def end(self, how: signal.Signals = signal.SIGTERM) -> str:
        """What it had said on stdout."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        said, _ = self.process.communicate(timeout=PATIENCE_SECONDS)
        self.client.close()
        return said.decode()


@contextmanager
def started(environment: dict[str, str]) -> Iterator[Server]:
    server = Server(environment)
    try:
        yield server
    finally:
        server.end()


def alive(pid: int) -> bool:
    """Running, and not only waiting to be buried."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] not in ("Z", "X")


def generated(shared: Path, family: str, orders: int, folder: Path) -> bytes:
    """A plant of `plantgen.py` as a zip."""
    command = [sys.executable, str(shared / "plants" / "plantgen.py"), family, str(orders), "1", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
    return content.getvalue()


def referee_accepts(shared: Path, client: httpx.Client, path: str, folder: Path) -> None:
    """The plan in force, by the second opinion that shares nothing with us, on the scenario as served."""
    plan_in_force = client.get(f"{path}/plans/current").json()
    place = f"{path}/plans/{plan_in_force['id']}/operations"
    with zipfile.ZipFile(io.BytesIO(client.get(f"{path}/scenario").content)) as archive:
        archive.extractall(folder)
    plan = folder / "served.csv"
    plan.write_text(client.get(place, headers={"accept": "text/csv"}).text)
    command = [sys.executable, str(shared / "referee" / "referee.py"), str(folder), str(plan)]
    said = subprocess.run(command, capture_output=True, text=True)
    opinion: dict[str, Any] = json.loads(said.stdout)
    assert opinion["feasible"], opinion
    for figure in ("weighted_tardiness", "late_orders", "setup_minutes", "operations"):
        assert opinion[figure] == pytest.approx(plan_in_force["kpis"][figure], abs=0.01), figure
