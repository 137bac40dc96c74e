"""Bring a database to the present tables, whoever comes first of several processes that start together."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from filelock import FileLock

from scheduler.errors import BadInput, StorageAway, StorageFull
from scheduler.storage.database import Database

UPGRADE_LOCK = 0x52454A49


def upgrade(database: Database) -> None:
    """One transaction: all steps or none. Raises BadInput where the database cannot be opened or is too new."""
    file = database.file
    try:
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
        lock: Any = FileLock(f"{file}.upgrade.lock") if file is not None else nullcontext()
        with lock, database.writing() as connection:
            if not database.is_sqlite:
                # The steps are read from files in between; but who is frozen must not keep all others from starting.
                connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = '60s'")
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
            config = Config()
            config.set_main_option("script_location", "scheduler.storage:migrations")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as fault:
        raise BadInput(
            f"database '{database}': it was written by a newer version ({fault}); install that version, "
            "or name another database"
        ) from fault
    except (sa.exc.DatabaseError, StorageAway, StorageFull, OSError) as fault:
        cause = fault.__cause__ if isinstance(fault, StorageAway | StorageFull) else fault
        reason = str(getattr(cause, "orig", cause)).strip()
        raise BadInput(
            f"database '{database}' cannot be opened: {reason}; check the address, and that it may be written"
        ) from fault
