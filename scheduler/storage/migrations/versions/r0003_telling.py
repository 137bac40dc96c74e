"""Webhooks and what waits for them; the rows of the list that the floor has confirmed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from scheduler.storage.schema import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("acknowledgements", sa.Column("plan", sa.BigInteger()))
    op.add_column("acknowledgements", sa.Column("rows", sa.Text()))
    op.create_table(
        "webhooks",
        sa.Column("plant", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("types", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("disabled_because", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("old_secret", sa.Text()),
        sa.Column("old_secret_until", Moment()),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("failing_since", Moment()),
        sa.Column("delivered_at", Moment()),
        sa.ForeignKeyConstraint(["plant"], ["plants.plant"], name="fk_webhooks_plants", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plant", "id", name="pk_webhooks"),
    )
    op.create_table(
        "deliveries",
        sa.Column("plant", sa.String(), nullable=False),
        sa.Column("webhook", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("next_at", Moment(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["plant"], ["plants.plant"], name="fk_deliveries_plants", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plant", "webhook", "id", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_state_next_at", "deliveries", ["state", "next_at"])


def downgrade() -> None:
    op.drop_table("deliveries")
    op.drop_table("webhooks")
    with op.batch_alter_table("acknowledgements") as acknowledgements:
        acknowledgements.drop_column("rows")
        acknowledgements.drop_column("plan")
