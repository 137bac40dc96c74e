"""The term of a desk, which fences one that was overtaken; events that were set aside with their reason."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from scheduler.storage.schema import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

COUNTERS = ("desk_term", "last_quarantine", "quarantined")


def upgrade() -> None:
    for name in COUNTERS:
        op.add_column("plants", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("events", sa.Column("set_aside", sa.BigInteger()))
    op.create_table(
        "quarantine",
        sa.Column("plant", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("source", sa.String(255), nullable=False),
        sa.Column("event_id", sa.String(255), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("first_at", Moment(), nullable=False),
        sa.Column("last_at", Moment(), nullable=False),
        sa.Column("revision", sa.BigInteger()),
        sa.Column("decided_by", sa.Text()),
        sa.ForeignKeyConstraint(["plant"], ["plants.plant"], name="fk_quarantine_plants", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plant", "number", name="pk_quarantine"),
        sa.UniqueConstraint("plant", "source", "event_id", name="uq_quarantine_plant_source_event_id"),
    )


def downgrade() -> None:
    op.drop_table("quarantine")
    with op.batch_alter_table("events") as events:
        events.drop_column("set_aside")
    with op.batch_alter_table("plants") as plants:
        for name in COUNTERS:
            plants.drop_column(name)
