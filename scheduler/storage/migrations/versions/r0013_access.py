"""API keys, and the audit with the one row that its chain hangs on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from scheduler.storage.schema import Moment

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

FIRST = "0" * 64


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("plants", sa.Text(), nullable=False),
        sa.Column("work_centers", sa.Text(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment()),
        sa.Column("revoked_at", Moment()),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
    )
    op.create_table(
        "audit",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("plant", sa.String()),
        sa.Column("before", sa.Text()),
        sa.Column("after", sa.Text()),
        sa.Column("status", sa.BigInteger()),
        sa.Column("asked", sa.BigInteger()),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
    )
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )
    op.bulk_insert(head, [{"id": 1, "number": 0, "hash": FIRST}])


def downgrade() -> None:
    for table in ("audit_head", "audit", "api_keys"):
        op.drop_table(table)
