"""A lock that dies with its holder: an advisory lock on PostgreSQL, a locked file beside a SQLite database."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path
from typing import Any
from urllib.parse import quote

from filelock import FileLock, Timeout

from scheduler.storage.database import Database


def take_lease(database: Database, name: str) -> FileLease | AdvisoryLease | None:
    """The lease of that name, or None while somebody holds it (this process too)."""
    if database.file is not None:
        return FileLease.take(database.file.with_name(f"{database.file.name}.{quote(name, safe='')}.lock"))
    return AdvisoryLease.take(database, name)


class FileLease:
    """The operating system frees the lock of a process that ends, however it ends. The file stays."""

    def __init__(self, lock: FileLock, file: Path) -> None:
        self._lock = lock
        self._file = file
        self._identity = _identity(file)

    @classmethod
    def take(cls, file: Path) -> FileLease | None:
        lock = FileLock(file, thread_local=False)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            return None
        return cls(lock, file)

    def held(self) -> bool:
        """False also when the file was removed or replaced: another process could lock the new one."""
        return self._lock.is_locked and self._identity is not None and _identity(self._file) == self._identity

    def release(self) -> None:
        self._lock.release(force=True)


class AdvisoryLease:
    """Held by a database session of its own, outside the pool; the server frees it when that session ends."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    @classmethod
    def take(cls, database: Database, name: str) -> AdvisoryLease | None:
        key = int.from_bytes(hashlib.blake2b(f"rejig {name}".encode(), digest_size=8).digest(), "big", signed=True)
        pooled = database.engine.raw_connection()
        connection: Any = pooled.driver_connection
        pooled.detach()
        connection.autocommit = True
        # A holder whose machine vanished is noticed by the server in 25 s, not in two hours.
        for setting in ("idle_session_timeout=0", "tcp_keepalives_idle=10", "tcp_keepalives_interval=5"):
            connection.execute(f"SET {setting}")
        connection.execute("SET tcp_keepalives_count=3")
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
        with self._lock:
            self._connection.close()


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_dev, found.st_ino
