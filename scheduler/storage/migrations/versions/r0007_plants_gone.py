"""Where the numbers of a plant go on that was deleted and is loaded again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plants_gone",
        sa.Column("plant", sa.String(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("last_plan", sa.BigInteger(), nullable=False),
        sa.Column("last_message", sa.BigInteger(), nullable=False),
        sa.Column("desk_term", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("plant", name="pk_plants_gone"),
    )


def downgrade() -> None:
    op.drop_table("plants_gone")
