"""A lock that dies with its holder: an advisory lock on PostgreSQL, a locked file beside a SQLite database."""

from __future__ import annotations

import hashlib
import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from scheduler.errors import DeskTaken
from scheduler.fault_points import is_off
from scheduler.ports import Lease
from scheduler.storage.database import Database

SILENT_MS = 2500
"""A holder that the server has not heard of for so long has lost its lease: it is frozen, or its computer is gone."""
PING_SECONDS = 0.5


def take_lease(database: Database, name: str) -> Lease | None:
    """The lease of that name, or None while somebody holds it (this process too)."""
    if is_off("lease"):
        return Unguarded()
    if database.file is not None:
        return FileLease.take(database.file, name)
    return AdvisoryLease.take(database, name)


def occupy(database: Database) -> Lease | None:
    """What a serving process holds while it lives: with SQLite the file, so that there is one; with PostgreSQL nothing.

    Raises DeskTaken, in words, where another process has it.
    """
    if database.file is None:
        return None
    try:
        database.file.parent.mkdir(parents=True, exist_ok=True)
        lease = take_lease(database, "process")
    except OSError:
        return None  # the folder cannot be written: opening the database says so
    if lease is not None:
        return lease
    raise DeskTaken(
        f"the data in '{database.file}' are served by another process already{_whose(lock_file(database.file))}, and "
        "with SQLite there can be one only; end that one, name another folder (--data or REJIG_DATA), or let several "
        "processes share a PostgreSQL database (REJIG_DATABASE_URL)"
    )


def lock_file(database: Path) -> Path:
    return database.with_name(f"{database.name}.lock")


class Unguarded:
    """A lease that everybody gets: the negative control of the tests."""

    def held(self) -> bool:
        return True

    def release(self) -> None:
        pass


class _LockedFile:
    """The lock of one database file, held by this process as a whole while any of its leases is."""

    _of: dict[Path, _LockedFile] = {}  # noqa: RUF012
    _guard = threading.Lock()

    def __init__(self, lock: FileLock, file: Path) -> None:
        self.lock = lock
        self.file = file
        self.names: set[str] = set()
        self._identity = _identity(file)

    def intact(self) -> bool:
        """False when the file was removed or replaced: another process could lock the new one."""
        return self.lock.is_locked and self._identity is not None and _identity(self.file) == self._identity

    @classmethod
    def enter(cls, database: Path, name: str) -> _LockedFile | None:
        with cls._guard:
            held = cls._of.get(database)
            if held is not None and not held.intact():
                held.lock.release(force=True)
                held = None
            if held is None:
                lock = FileLock(lock_file(database), thread_local=False)
                try:
                    lock.acquire(blocking=False)
                except Timeout:
                    return None
                with suppress(OSError):  # only for the words of one that is refused
                    lock_file(database).write_text(f"{os.getpid()}\n")
                held = cls._of[database] = cls(lock, lock_file(database))
            if name in held.names:
                return None
            held.names.add(name)
            return held

    @classmethod
    def leave(cls, database: Path, held: _LockedFile, name: str) -> None:
        with cls._guard:
            held.names.discard(name)
            if not held.names and cls._of.get(database) is held:
                del cls._of[database]
                held.lock.release(force=True)


class FileLease:
    """A name within the process that holds the file; the operating system frees that lock however the process ends.

    There is one lock file per database, whatever plants come and go. It stays, as removing it would be a race.
    """

    def __init__(self, database: Path, name: str, locked: _LockedFile) -> None:
        self._database = database
        self._name = name
        self._locked = locked

    @classmethod
    def take(cls, database: Path, name: str) -> FileLease | None:
        locked = _LockedFile.enter(database, name)
        return None if locked is None else cls(database, name, locked)

    def held(self) -> bool:
        return self._name in self._locked.names and self._locked.intact()

    def release(self) -> None:
        _LockedFile.leave(self._database, self._locked, self._name)


class AdvisoryLease:
    """Held by a database session of its own, outside the pool; the server frees it when that session ends.

    The session speaks twice a second. The server ends one that is silent for 2.5 s, so a holder that is frozen loses
    its lease to another process like one that has died; what it does when it wakes is refused by the term of its desk.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._done = threading.Event()
        threading.Thread(target=self._speak, name="lease", daemon=True).start()

    @classmethod
    def take(cls, database: Database, name: str) -> AdvisoryLease | None:
        key = int.from_bytes(hashlib.blake2b(f"rejig {name}".encode(), digest_size=8).digest(), "big", signed=True)
        pooled = database.engine.raw_connection()
        connection: Any = pooled.driver_connection
        pooled.detach()
        connection.autocommit = True
        connection.execute(f"SET idle_session_timeout = {SILENT_MS}")
        if connection.execute("SELECT pg_try_advisory_lock(%s)", (key,)).fetchone()[0]:
            return cls(connection)
        connection.close()
        return None

    def held(self) -> bool:
        """Asks the server: a session that answers still has its locks."""
        with self._lock:
            if self._connection.closed:
                return False
            try:
                self._connection.execute("SELECT 1")
            except Exception:  # whatever is wrong with the session, the lease cannot be trusted any more
                self._connection.close()
                return False
            return True

    def release(self) -> None:
        self._done.set()
        with self._lock:
            self._connection.close()

    def _speak(self) -> None:
        while not self._done.wait(PING_SECONDS) and self.held():
            pass


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _whose(file: Path) -> str:
    try:
        text = file.read_text().strip()
    except OSError:
        return ""
    return f" (process {text})" if text.isdigit() else ""
