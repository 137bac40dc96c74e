"""The connection to SQLite or PostgreSQL: how transactions begin, and how one writer at a time is had on each."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine

from scheduler.errors import BadInput, StorageAway, StorageFull

T = TypeVar("T")
BUSY_SECONDS = 30
IDLE_MS = 4000
"""PostgreSQL ends a transaction that is silent for so long: whoever was frozen in it would keep the plant's row."""
SPEAK_SECONDS = 0.5
AWAY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY})
"""Of SQLite: another process writes, or the file cannot be read or written now."""
DISK_FULL = "53100"
EXPECTED = "expected sqlite:///path/to/rejig.db or postgresql://user:password@host/database"


def read_url(text: str) -> URL:
    """The address of a database; postgres:// and postgresql:// go through psycopg. Raises BadInput in words."""
    try:
        url = sa.make_url(text)
    except sa.exc.ArgumentError:
        raise BadInput(f"database address: found '{text}', {EXPECTED}") from None
    if url.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise BadInput(f"database address: found '{url.drivername}', {EXPECTED}")
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise BadInput(f"database address: found '{text}', which names no file; {EXPECTED}")
    return url.set(drivername="sqlite")


class Database:
    """An engine whose transactions are real on both databases.

    SQLite: WAL, foreign keys on, readers BEGIN, writers BEGIN IMMEDIATE. Writers of one process queue on a lock of
    ours, because SQLite's own waiting is sleeping and unfair; between processes the busy timeout decides.
    A commit is on the disk when it returns (synchronous=FULL), unless `durable` is False.
    PostgreSQL: read committed; who changes a plant locks its row first, and loses it when silent for four seconds.

    writes : how many transactions of ours that write have ended.
    """

    def __init__(self, url: str) -> None:
        self.url = read_url(url)
        self.is_sqlite = self.url.drivername == "sqlite"
        self.engine = _sqlite_engine(self.url) if self.is_sqlite else _postgresql_engine(self.url)
        self._writer = self.engine.execution_options(rejig_begin="BEGIN IMMEDIATE")
        self._careless_writer = self.engine.execution_options(rejig_begin="BEGIN IMMEDIATE", rejig_durable=False)
        self._writing = threading.Lock() if self.is_sqlite else None
        self.writes = 0

    def __str__(self) -> str:
        return self.url.render_as_string(hide_password=True)

    @property
    def file(self) -> Path | None:
        """Where a SQLite database lies; None for PostgreSQL."""
        return Path(self.url.database or "").absolute() if self.is_sqlite else None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with in_words(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self, durable: bool = True) -> Iterator[Connection]:
        """One transaction. Not `durable`: not waited for on the disk; a power cut may lose it, a crash of ours not."""
        with in_words(), self._writing or nullcontext():
            try:
                with (self._writer if durable else self._careless_writer).begin() as connection:
                    if not durable and not self.is_sqlite:
                        connection.exec_driver_sql("SET LOCAL synchronous_commit TO OFF")
                    yield connection
            finally:
                self.writes += 1

    def close(self) -> None:
        self.engine.dispose()


@contextmanager
def in_words() -> Iterator[None]:
    """What the surroundings do to a transaction. Raises StorageFull and StorageAway; faults of ours stay what they
    are."""
    try:
        yield
    except sa.exc.DBAPIError as fault:
        words = str(fault.orig).strip().partition("\n")[0]
        if getattr(fault.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL or _state(fault) == DISK_FULL:
            raise StorageFull(f"the disk of the database is full ({words}); nothing was changed") from fault
        if fault.connection_invalidated or _is_away(fault):
            raise StorageAway(f"the database gives no answer ({words}); nothing was changed") from fault
        raise
    except sa.exc.TimeoutError as fault:
        raise StorageAway("every connection to the database is taken; nothing was changed") from fault


def _is_away(fault: sa.exc.DBAPIError) -> bool:
    code = getattr(fault.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in AWAY
    # psycopg has no state for a connection that was never made, or has broken off.
    return isinstance(fault, sa.exc.OperationalError) and (_state(fault) or "08")[:2] in ("08", "53", "57")


def _state(fault: sa.exc.DBAPIError) -> str | None:
    return getattr(fault.orig, "sqlstate", None)


def speaking(connection: Connection, items: Iterable[T]) -> Iterator[T]:
    """The items, for work that takes long inside a transaction: who is at work is heard, who is frozen is not."""
    heard = time.monotonic()
    for item in items:
        if time.monotonic() - heard > SPEAK_SECONDS:
            connection.exec_driver_sql("SELECT 1")
            heard = time.monotonic()
        yield item


def _postgresql_engine(url: URL) -> Engine:
    engine = sa.create_engine(url, pool_size=10, max_overflow=20, pool_pre_ping=True)

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        connection.execute(f"SET idle_in_transaction_session_timeout = {IDLE_MS}")
        connection.commit()

    return engine


def _sqlite_engine(url: URL) -> Engine:
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_SECONDS}, pool_size=10, max_overflow=20)

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        # sqlite3 would begin transactions by itself, and only before some statements: we say when and how.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        synchronous = "FULL" if options.get("rejig_durable", True) else "NORMAL"
        if connection.info.get("synchronous") != synchronous:
            connection.exec_driver_sql(f"PRAGMA synchronous={synchronous}")
            connection.info["synchronous"] = synchronous
        connection.exec_driver_sql(options.get("rejig_begin", "BEGIN"))

    return engine
