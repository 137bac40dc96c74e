"""A copy of a SQLite database while servers write to it, and back. PostgreSQL has tools of its own for both."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from scheduler.atomic import keep_names, move_file
from scheduler.errors import BadInput
from scheduler.storage.database import Database
from scheduler.storage.leases import occupy
from scheduler.storage.ledger import SqlLedger

PARTS = ("", "-wal", "-shm")
"""A SQLite database that somebody has open, or has left without closing, is these files."""


def back_up(url: str, target: Path) -> int:
    """All that was committed when it began, as one file that only its owner may read; its size in bytes.

    Servers go on writing meanwhile. It is checked before it gets its name. Raises BadInput.
    """
    source = _file_of(url)
    if not source.is_file():
        raise BadInput(f"'{source}': there is no database to back up; name its folder with --data or REJIG_DATA")
    if target.exists():
        raise BadInput(f"'{target}' is there already; choose another name, a backup replaces nothing")
    with _beside(target) as place:
        _copy(source, place)
        _check(place)
        size = place.stat().st_size
        move_file(place, target)
    return size


def restore(url: str, source: Path) -> Path | None:
    """Puts a backup where the database lies; what was there is kept beside it, and its name returned.

    Nobody may serve it meanwhile: what a server has in memory would not be true any more. The backup is checked and
    brought to this version's tables first; where that fails nothing has changed. Raises BadInput, DeskTaken.
    """
    target = _file_of(url)
    if not source.is_file():
        raise BadInput(f"'{source}': there is no such file")
    target.parent.mkdir(parents=True, exist_ok=True)
    lease = occupy(Database(url))
    try:
        with _beside(target) as place:
            _check(source)
            _copy(source, place)
            SqlLedger.open(f"sqlite:///{place}").close()
            with contextlib.closing(sqlite3.connect(place)) as copy:
                # Since the backup it may have gone out: what is not known to be sent waits for a person.
                copy.execute("UPDATE outgoing SET state = 'dead', reason = ? WHERE state = 'waiting'", (RESTORED,))
                copy.commit()
                copy.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
            aside = _set_aside(target)
            move_file(place, target)
            return aside
    finally:
        if lease is not None:
            lease.release()


RESTORED = "from a backup; look over there whether it was booked, then send it again or drop it"


def _copy(source: Path, place: Path) -> None:
    """In one look, by SQLite's own means; one file, whoever opens it next."""
    with (
        contextlib.closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True)) as there,
        contextlib.closing(sqlite3.connect(place)) as copy,
    ):
        there.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE").close()


def _set_aside(database: Path) -> Path | None:
    """The database under another name, with what belongs to it; None: there is none."""
    # What belongs to a database that is gone goes too: a journal that stays would be played into the restored one.
    there = [part for part in PARTS if Path(f"{database}{part}").exists()]
    if not there:
        return None
    number = 1
    while any(Path(f"{database}.before-restore-{number}{part}").exists() for part in PARTS):
        number += 1
    aside = Path(f"{database}.before-restore-{number}")
    for part in reversed(there):  # the main file last: a crash between two leaves what belongs to it named
        os.replace(f"{database}{part}", f"{aside}{part}")
    keep_names(database.parent)
    return aside


def _file_of(url: str) -> Path:
    file = Database(url).file
    if file is None:
        raise BadInput(
            "the data lie in PostgreSQL, whose own tools do this, also while servers write: "
            "pg_dump --format=custom --file=FILE DATABASE, and pg_restore --clean --if-exists --single-transaction "
            "--dbname=DATABASE FILE with every server ended"
        )
    return file


@contextlib.contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A place for a database on the same file system, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as folder:
        place = Path(folder) / "rejig.db"
        place.touch(mode=0o600)
        yield place
        for part in PARTS:
            Path(f"{place}{part}").unlink(missing_ok=True)


def _check(file: Path) -> None:
    """Raises BadInput where it is no whole database of ours."""
    try:
        with contextlib.closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as database:
            said = database.execute("PRAGMA integrity_check").fetchone()[0]
            tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.DatabaseError as fault:
        raise BadInput(f"'{file}' is no backup of Rejig's: {fault}") from fault
    if said != "ok":
        raise BadInput(f"'{file}' is damaged: {said}")
    if not {"plants", "events", "alembic_version"} <= tables:
        raise BadInput(f"'{file}' is no backup of Rejig's: it has no plants and no events")
