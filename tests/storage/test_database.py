"""The tables come up by themselves, transactions are real, and a lease dies with its holder."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from scheduler.domain.events import Event
from scheduler.domain.fold import Folder
from scheduler.domain.plant import PlantState
from scheduler.errors import BadInput
from scheduler.storage import database as database_file
from scheduler.storage.database import Database, read_url
from scheduler.storage.ledger import SqlLedger
from scheduler.storage.schema import metadata
from tests.builders import AT, ticks, tiny_plant

HOLD = """
import sys, time
from scheduler.storage.ledger import SqlLedger
lease = SqlLedger(sys.argv[1]).lease("desk of tiny/1")
print("held" if lease and lease.held() else "refused", flush=True)
time.sleep(60)
"""


def test_the_migrations_make_the_tables_that_the_code_speaks_of(ledger: SqlLedger, database_url: str) -> None:
    del ledger  # it has walked the migrations
    database = Database(database_url)
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    database.close()


def test_opening_again_keeps_what_is_there(ledger: SqlLedger, database_url: str) -> None:
    ledger.load_plant("tiny", tiny_plant(), AT)
    again = SqlLedger.open(database_url)
    assert again.state("tiny") == (1, tiny_plant())
    again.close()


def test_several_that_start_together_agree(database_url: str) -> None:
    faults: list[BaseException] = []

    def start() -> None:
        try:
            SqlLedger.open(database_url).close()
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def test_a_database_of_a_newer_version_is_left_alone(ledger: SqlLedger, database_url: str) -> None:
    del ledger
    database = Database(database_url)
    with database.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(BadInput, match="written by a newer version"):
        SqlLedger.open(database_url)


def test_a_file_that_is_no_database_is_refused_in_words(tmp_path: Path) -> None:
    file = tmp_path / "notes.db"
    file.write_text("these are notes, and they are long enough to be looked at as a database header" * 20)
    with pytest.raises(BadInput, match="cannot be opened: file is not a database"):
        SqlLedger.open(f"sqlite:///{file}")
    assert file.read_text().startswith("these are notes")


def test_the_folder_of_the_file_is_made(tmp_path: Path) -> None:
    SqlLedger.open(f"sqlite:///{tmp_path / 'new' / 'rejig.db'}").close()
    assert (tmp_path / "new" / "rejig.db").exists()


def test_a_password_is_not_told(tmp_path: Path) -> None:
    url = f"postgresql://ada:secret@/db?host={tmp_path}"
    with pytest.raises(BadInput, match=r"ada:\*\*\*@") as fault:
        SqlLedger.open(url)
    assert "secret" not in str(fault.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_spoken_through_psycopg(scheme: str) -> None:
    assert read_url(f"{scheme}://ada@db/plant").drivername == "postgresql+psycopg"


def test_what_fails_halfway_leaves_nothing(ledger: SqlLedger, database_url: str) -> None:
    ledger.load_plant("tiny", tiny_plant(), AT)
    database = Database(database_url)

    def fail_halfway() -> None:
        with database.writing() as connection:
            connection.execute(sa.text("UPDATE plants SET revision = 99"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()
    assert ledger.plant("tiny").revision == 1
    with pytest.raises(sa.exc.IntegrityError), database.writing() as connection:
        connection.execute(sa.text("INSERT INTO snapshots (plant, revision, loaded, state) VALUES ('x', 1, true, '')"))
    database.close()


def test_sqlite_writes_ahead_and_waits_for_the_disk(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'rejig.db'}")
    for durable, level in ((True, 2), (False, 1), (True, 2)):
        with database.writing(durable) as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == level
    database.close()


def test_one_holds_the_lease_and_another_waits_for_its_release(ledger: SqlLedger, database_url: str) -> None:
    other = SqlLedger(database_url)
    lease = ledger.lease("desk of tiny/1")
    assert lease is not None
    assert lease.held()
    assert ledger.lease("desk of tiny/1") is None
    assert other.lease("desk of tiny/1") is None
    second = other.lease("desk of another")
    assert second is not None
    lease.release()
    assert not lease.held()
    third = other.lease("desk of tiny/1")
    assert third is not None
    for held in (second, third):
        held.release()
    other.close()


def test_a_lease_dies_with_its_holder(ledger: SqlLedger, database_url: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, database_url], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    ) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            assert ledger.lease("desk of tiny/1") is None
        finally:
            holder.send_signal(signal.SIGKILL)
    lease = None
    for _ in range(100):  # PostgreSQL notices the broken connection a moment later
        lease = ledger.lease("desk of tiny/1")
        if lease is not None:
            break
        threading.Event().wait(0.05)
    assert lease is not None
    assert lease.held()
    lease.release()


def test_a_lease_whose_session_was_ended_is_not_held(database_url: str) -> None:
    if database_url.startswith("sqlite"):
        pytest.skip("a file lock has no session")
    ledger = SqlLedger.open(database_url)
    lease = ledger.lease("desk")
    assert lease is not None
    database = Database(database_url)
    with database.reading() as connection:
        connection.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' "
                "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        )
    assert not lease.held()
    assert not lease.held()
    lease.release()
    database.close()
    ledger.close()


def test_a_lock_file_that_was_taken_away_is_not_held(tmp_path: Path) -> None:
    ledger = SqlLedger.open(f"sqlite:///{tmp_path / 'rejig.db'}")
    lease = ledger.lease("desk/1")
    assert lease is not None
    (tmp_path / "rejig.db.lock").unlink()
    assert not lease.held()
    again = ledger.lease("desk/1")
    assert again is not None
    assert again.held()
    assert not lease.held()
    lease.release()
    assert again.held()
    again.release()
    ledger.close()


def test_only_who_holds_the_file_knows_that_nothing_was_written(tmp_path: Path) -> None:
    ledger = SqlLedger.open(f"sqlite:///{tmp_path / 'rejig.db'}")
    assert ledger.writes() is None
    for end in ("given up", "taken away"):
        lease = ledger.occupy()
        assert lease is not None
        assert ledger.writes() is not None
        if end == "given up":
            lease.release()
        else:
            (tmp_path / "rejig.db.lock").unlink()
        assert ledger.writes() is None
    ledger.close()


def test_whatever_plants_come_and_go_there_is_one_lock_file(tmp_path: Path) -> None:
    ledger = SqlLedger.open(f"sqlite:///{tmp_path / 'rejig.db'}")
    for n in range(3):
        lease = ledger.lease(f"desk:plant-{n}")
        assert lease is not None
        lease.release()
    assert sorted(f.name for f in tmp_path.glob("*.lock")) == ["rejig.db.lock", "rejig.db.upgrade.lock"]
    ledger.close()


def test_long_work_in_a_transaction_is_not_taken_for_a_frozen_process(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_file, "IDLE_MS", 1000)
    monkeypatch.setattr(database_file, "SPEAK_SECONDS", 0.1)

    fold = Folder.fold

    def slowly(folder: Folder, one: Event) -> PlantState:
        time.sleep(0.25)
        return fold(folder, one)

    monkeypatch.setattr(Folder, "fold", slowly)
    ledger = SqlLedger.open(database_url)
    ledger.load_plant("tiny", tiny_plant(), AT)
    assert len(ledger.append("tiny", ticks("abcdef"), AT).accepted) == 6
    started = SqlLedger(database_url)
    assert started.state("tiny") == ledger.state("tiny")
    assert started.set_aside("tiny", 2, "nobody can plan with it", AT) == 8
    started.close()
    ledger.close()
