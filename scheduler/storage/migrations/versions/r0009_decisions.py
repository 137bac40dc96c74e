"""Who decides, and why: reasons of releases, whose release a plan carries on, and what stands beside a what-if."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

NEW = {
    "plans": (
        sa.Column("reason", sa.Text()),
        sa.Column("kept_for", sa.Text()),
        sa.Column("made_from", sa.BigInteger()),
        sa.Column("notes", sa.Text(), nullable=False, server_default="[]"),
    ),
    "what_ifs": (
        sa.Column("base", sa.Text()),
        sa.Column("do_nothing", sa.BigInteger()),
        sa.Column("adoption", sa.Text()),
    ),
}
NO_PERSON = ("auto", "scenario", "check")


def upgrade() -> None:
    for table, columns in NEW.items():
        for column in columns:
            op.add_column(table, column)
    plans = sa.table("plans", *(sa.column(name) for name in ("status", "decided_by", "kept_for")))
    op.execute(
        sa.update(plans)
        .where(plans.c.status == "released", plans.c.decided_by.not_in(NO_PERSON))
        .values(kept_for=plans.c.decided_by)
    )


def downgrade() -> None:
    for table, columns in NEW.items():
        with op.batch_alter_table(table) as changed:
            for column in columns:
                changed.drop_column(column.name)
