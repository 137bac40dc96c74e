"""Run by Alembic inside the transaction that `scheduler.storage.upgrading` has opened."""

from __future__ import annotations

from alembic import context

from scheduler.storage.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
