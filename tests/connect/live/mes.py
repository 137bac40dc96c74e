"""A real FactorySemantics MES, in a virtual environment of its own: it needs Python 3.12.

`REJIG_MES_VENV` names its environment; without it, it is `rejig/factorysemantics-0.4.2` in the user's cache. It is
installed where `REJIG_ITEST` is set (`make itest`), and is otherwise used where it is there already.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from filelock import FileLock

from benchmarks.served import free_port
from tests.connect.live.tryton import CACHE

VERSION = "0.4.2"
VENV = Path(os.environ.get("REJIG_MES_VENV") or CACHE / f"factorysemantics-{VERSION}")
PATIENCE_SECONDS = 60.0


def installed() -> Path:
    """Its command. Skips the test where it is not there and shall not, or cannot, be installed."""
    done = VENV / "rejig-installed"
    if not done.exists() and not os.environ.get("REJIG_ITEST"):
        pytest.skip("needs a FactorySemantics MES, which `make itest` installs, or REJIG_MES_VENV")
    VENV.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{VENV}.lock"):
        if not done.exists():
            python = sys.executable if sys.version_info >= (3, 12) else shutil.which("python3.12")
            if python is None or subprocess.run([python, "-c", ""], check=False).returncode:
                pytest.skip("the FactorySemantics MES needs Python 3.12")
            subprocess.run([python, "-m", "venv", VENV], check=True)
            pip = [VENV / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            subprocess.run([*pip, f"factorysemantics-mes=={VERSION}"], check=True)
            done.touch()
    return VENV / "bin" / "fsmes"


class Mes:
    """Its API with the plant that comes with it (machines MIX01 and PACK01, material FG-COLA), and the worker that
    speaks to us, which can be ended."""

    def __init__(self, folder: Path, erp: str) -> None:
        self._command = installed()
        self._folder = folder
        port = free_port()
        self._environment = {
            **os.environ,
            "MES_DATABASE_URL": f"sqlite:///{folder / 'mes.db'}",
            "MES_API_PORT": str(port),
            "MES_ERP_MODE": "rest",
            "MES_ERP_BASE_URL": erp,
            "MES_ERP_POLL_SECONDS": "0.3",
            "MES_ERP_BASE_BACKOFF_S": "1",
        }
        for step in ("init-db", "seed"):
            subprocess.run([self._command, step], env=self._environment, cwd=folder, check=True, capture_output=True)
        self._api = self._started("run-api")
        self.worker = self._started("run-erp-sync")
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_SECONDS)
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                token = self._client.post("/auth/login", json={"code": "ADMIN", "password": "admin"}).json()["token"]
                break
            except httpx.TransportError:
                assert time.monotonic() < end, (folder / "run-api.log").read_text()
                time.sleep(0.1)
        self._client.headers["authorization"] = f"Bearer {token}"

    def _started(self, command: str) -> subprocess.Popen[bytes]:
        with (self._folder / f"{command}.log").open("ab") as log:
            return subprocess.Popen(
                [self._command, command], env=self._environment, cwd=self._folder, stdout=log, stderr=log
            )

    def worker_dies_and_starts(self) -> None:
        """kill -9: what it had sent and not noted it sends again."""
        self.worker.kill()
        self.worker.wait()
        self.worker = self._started("run-erp-sync")

    def get(self, path: str, **params: Any) -> Any:
        return self._client.get(path, params=params).raise_for_status().json()

    def post(self, path: str, **body: Any) -> Any:
        answer = self._client.post(path, json=body)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def close(self) -> None:
        self._client.close()
        for process in (self._api, self.worker):
            process.kill()
            process.wait()


@contextmanager
def running(folder: Path, erp: str) -> Iterator[Mes]:
    mes = Mes(folder, erp)
    try:
        yield mes
    finally:
        mes.close()
