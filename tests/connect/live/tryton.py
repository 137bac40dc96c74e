"""A real Tryton, in a virtual environment of its own: it is under the GPL, so it is only ever another process.

`REJIG_TRYTON_VENV` names its environment; without it, it is `rejig/tryton-8.2` in the user's cache. It is installed
where `REJIG_ITEST` is set (`make itest`), and is otherwise used where it is there already.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from scheduler.connect.credentials import Login
from scheduler.connect.tryton_rpc import TrytonServer
from tests.connect.live.shop_in_tryton import Shop, set_up

SERIES = "8.2"
MODULES = (
    "production_routing", "production_work", "stock_supply_production", "purchase", "sale_supply_production",
)  # fmt: skip
PACKAGES = tuple(f"{name}=={SERIES}.*" for name in ("trytond", *(f"trytond-{m.replace('_', '-')}" for m in MODULES)))
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rejig"
VENV = Path(os.environ.get("REJIG_TRYTON_VENV") or CACHE / f"tryton-{SERIES}")
USER, PASSWORD = "admin", "for-tests-only"
PATIENCE_SECONDS = 120.0
TAKES_MINUTES = pytest.mark.skipif(not os.environ.get("REJIG_ITEST"), reason="takes minutes: `make itest`")


def installed() -> Path:
    """The environment with its packages. Skips the test where it is not there and shall not be installed."""
    done = VENV / "rejig-installed"
    if not done.exists() and not os.environ.get("REJIG_ITEST"):
        pytest.skip(f"needs a Tryton {SERIES}, which `make itest` installs, or REJIG_TRYTON_VENV")
    VENV.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{VENV}.lock"):
        if not done.exists():
            subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
            pip = [VENV / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            subprocess.run([*pip, *PACKAGES], check=True)
            done.touch()
    return VENV


def empty_database() -> Path:
    """A database with the modules and nothing else, made once."""
    venv = installed()
    made = venv / "modules.sqlite"
    with FileLock(f"{VENV}.lock"):
        if not made.exists():
            making = venv / "making"
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir()
            (making / "erp.sqlite").touch()
            (making / "password").write_text(PASSWORD)
            (making / "trytond.conf").write_text(f"[database]\nuri = sqlite://\npath = {making}\n")
            admin = [venv / "bin" / "trytond-admin", "-c", making / "trytond.conf", "-d", "erp"]
            more = ["--all", "--email", "admin@example.com", "-u", *MODULES, "--activate-dependencies"]
            environment = {**os.environ, "TRYTONPASSFILE": str(making / "password")}
            subprocess.run([*admin, *more], check=True, env=environment, capture_output=True)
            _whole(making / "erp.sqlite").rename(made)
    return made


class Tryton:
    """One server on a copy of a database; it can be ended and started again. Its address stays."""

    def __init__(self, folder: Path, database: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(database, folder / "erp.sqlite")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self._port}/erp"
        where = f"[database]\nuri = sqlite://\npath = {folder}\n[web]\nlisten = 127.0.0.1:{self._port}\n"
        (folder / "trytond.conf").write_text(where)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def database(self) -> Path:
        return self._folder / "erp.sqlite"

    def start(self) -> Tryton:
        command = [installed() / "bin" / "trytond", "-c", self._folder / "trytond.conf", "-d", "erp"]
        with (self._folder / "trytond.log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        end = time.monotonic() + PATIENCE_SECONDS
        while not self._answers():
            said = (self._folder / "trytond.log").read_text()[-2000:]
            assert self._process.poll() is None, f"Tryton ended: {said}"
            assert time.monotonic() < end, f"Tryton does not answer within {PATIENCE_SECONDS:g} s: {said}"
            time.sleep(0.1)
        return self

    def end(self) -> None:
        """At once, as where the power goes."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def client(self) -> TrytonServer:
        return TrytonServer(self.address, lambda: Login(USER, PASSWORD))

    def shop(self) -> Shop:
        return Shop(self.client())

    def _answers(self) -> bool:
        with contextlib.suppress(OSError):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self._port}/", timeout=5).close()
            except urllib.error.HTTPError as answer:
                answer.close()
            return True
        return False


@contextlib.contextmanager
def running(folder: Path, database: Path) -> Iterator[Tryton]:
    server = Tryton(folder, database)
    try:
        yield server.start()
    finally:
        server.end()


def shop_database(folder: Path) -> Path:
    """A database with the tiny plant."""
    with running(folder, empty_database()) as server:
        client = server.client()
        set_up(client)
        client.close()
    return _whole(server.database)


def _whole(database: Path) -> Path:
    """All of it in one file."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return database
