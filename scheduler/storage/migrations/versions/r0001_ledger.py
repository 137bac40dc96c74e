"""The ledger: plants, their log and snapshots, plan versions, what-ifs, jobs, acknowledgements, messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from scheduler.storage.schema import Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _table(name: str, *columns: sa.schema.SchemaItem, key: str) -> None:
    """A table of things that belong to a plant."""
    op.create_table(
        name,
        sa.Column("plant", sa.String(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["plant"], ["plants.plant"], name=f"fk_{name}_plants", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plant", key, name=f"pk_{name}"),
    )


def upgrade() -> None:
    op.create_table(
        "plants",
        sa.Column("plant", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("loaded_revision", sa.BigInteger(), nullable=False),
        sa.Column("snapshot_revision", sa.BigInteger(), nullable=False),
        sa.Column("loaded_at", Moment(), nullable=False),
        sa.Column("last_event_at", Moment()),
        sa.Column("plan_in_force", sa.BigInteger()),
        sa.Column("plan_in_force_revision", sa.BigInteger()),
        sa.Column("last_plan", sa.BigInteger(), nullable=False),
        sa.Column("last_message", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("plant", name="pk_plants"),
    )
    _table(
        "snapshots",
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("loaded", sa.Boolean(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        key="revision",
    )
    _table(
        "events",
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(255), nullable=False),
        sa.Column("event_id", sa.String(255), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("accepted_at", Moment(), nullable=False),
        sa.UniqueConstraint("plant", "source", "event_id", name="uq_events_plant_source_event_id"),
        key="revision",
    )
    _table(
        "plans",
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("feasible", sa.Boolean(), nullable=False),
        sa.Column("objective", sa.Text(), nullable=False),
        sa.Column("kpis", sa.Text(), nullable=False),
        sa.Column("unplanned", sa.Text(), nullable=False),
        sa.Column("history", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("operations", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("decided_at", Moment()),
        sa.Column("decided_by", sa.Text()),
        sa.Column("what_if", sa.String()),
        key="number",
    )
    _table(
        "what_ifs",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("events", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("progress", sa.Text(), nullable=False),
        sa.Column("plan_number", sa.BigInteger()),
        sa.Column("error", sa.Text()),
        sa.Column("promoted", sa.Boolean(), nullable=False),
        sa.Column("created_at", Moment()),
        sa.Column("mode", sa.String(), nullable=False),
        key="id",
    )
    _table(
        "jobs",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("progress", sa.Text(), nullable=False),
        sa.Column("plan_number", sa.BigInteger()),
        sa.Column("error", sa.Text()),
        sa.Column("created_at", Moment()),
        key="id",
    )
    _table(
        "acknowledgements",
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        key="target",
    )
    _table(
        "messages",
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        key="number",
    )


def downgrade() -> None:
    for name in (
        "messages",
        "acknowledgements",
        "jobs",
        "what_ifs",
        "plans",
        "events",
        "snapshots",
        "plants",
    ):
        op.drop_table(name)
