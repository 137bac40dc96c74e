"""What-ifs may assume another frozen zone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("what_ifs", sa.Column("frozen_minutes", sa.BigInteger()))


def downgrade() -> None:
    with op.batch_alter_table("what_ifs") as changed:
        changed.drop_column("frozen_minutes")
