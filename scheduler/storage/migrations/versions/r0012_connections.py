"""Connections to other systems: what came in, what is known of them, what goes out."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from scheduler.storage.schema import Moment

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def _of_connection(table: str, *key: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.ForeignKeyConstraint(["plant"], ["plants.plant"], name=f"fk_{table}_plants", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plant", *key, name=f"pk_{table}"),
    ]


def _always(kind: Any, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "connections",
        *_always(sa.String(), "plant", "name"),
        *_always(sa.Text(), "writes", "source", "policy", "trouble", "vanished"),
        *_always(sa.BigInteger(), "last_in", "last_out"),
        *(sa.Column(name, Moment()) for name in ("read_at", "data_at", "wrote_at")),
        *_of_connection("connections", "name"),
        sa.UniqueConstraint("name", name="uq_connections_name"),
    )
    op.create_table(
        "inbox",
        *_always(sa.String(), "plant", "connection"),
        *_always(sa.BigInteger(), "number"),
        *_always(sa.String(), "outer_id", "digest", "state"),
        *_always(sa.LargeBinary(), "content"),
        *_always(Moment(), "received_at"),
        sa.Column("spoken_at", Moment()),
        sa.Column("settled_at", Moment()),
        *_always(sa.Text(), "said", "rejected"),
        *_of_connection("inbox", "connection", "number"),
        sa.UniqueConstraint(
            "plant", "connection", "outer_id", "digest", name="uq_inbox_plant_connection_outer_id_digest"
        ),
    )
    op.create_table(
        "imports",
        *_always(sa.String(), "plant", "connection", "kind"),
        *_always(sa.Boolean(), "whole"),
        *_always(sa.LargeBinary(), "rows"),
        sa.Column("spoken_at", Moment()),
        *_of_connection("imports", "connection", "kind"),
    )
    op.create_table(
        "outgoing",
        *_always(sa.String(), "plant", "connection"),
        *_always(sa.BigInteger(), "number"),
        *_always(sa.String(), "key", "kind"),
        *_always(sa.Text(), "subject", "body"),
        *_always(sa.String(), "state"),
        *_always(sa.BigInteger(), "attempts"),
        *_always(Moment(), "created_at", "next_at"),
        *_always(sa.Text(), "reason"),
        *_of_connection("outgoing", "connection", "number"),
    )
    op.create_index("ix_outgoing_state_next_at", "outgoing", ["state", "next_at"])


def downgrade() -> None:
    for table in ("outgoing", "imports", "inbox", "connections"):
        op.drop_table(table)
