"""What people say of orders and plans."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "comments",
        sa.Column("plant", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("of", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("plant", "number", name="pk_comments"),
        sa.ForeignKeyConstraint(["plant"], ["plants.plant"], name="fk_comments_plants_plant", ondelete="CASCADE"),
    )
    op.create_index("ix_comments_plant_of_name", "comments", ["plant", "of", "name"])


def downgrade() -> None:
    op.drop_table("comments")
