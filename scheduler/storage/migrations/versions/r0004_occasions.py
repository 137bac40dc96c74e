"""What led to a plan, beside its cause in words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("plans", sa.Column("occasion", sa.Text()))


def downgrade() -> None:
    with op.batch_alter_table("plans") as plans:
        plans.drop_column("occasion")
