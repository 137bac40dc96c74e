"""Engines that failed while a plan was made.

What the check refused is no proposal: an older version left it one where it was ended before it had rejected it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("plans", sa.Column("engine_failures", sa.Text(), nullable=False, server_default="[]"))
    plans = sa.table("plans", *(sa.column(c) for c in ("status", "feasible", "decided_by", "decided_at", "created_at")))
    op.execute(
        sa.update(plans)
        .where(plans.c.status == "proposed", plans.c.feasible == sa.false())
        .values(status="rejected", decided_by="check", decided_at=plans.c.created_at)
    )


def downgrade() -> None:
    with op.batch_alter_table("plans") as plans:
        plans.drop_column("engine_failures")
