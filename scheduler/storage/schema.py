"""The tables. Every change here has its migration in `migrations/versions`; a test compares the two."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, LargeBinary, String, Table, Text, UniqueConstraint

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


class Moment(sa.types.TypeDecorator[dt.datetime]):
    """An aware datetime, kept in UTC; SQLite has no time zones, so it is put back on reading."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Any) -> dt.datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without an offset cannot be stored: {value.isoformat()}")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Any) -> dt.datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def _of_plant() -> Column[str]:
    return Column("plant", String, ForeignKey("plants.plant", ondelete="CASCADE"), primary_key=True)


plants = Table(
    "plants",
    metadata,
    Column("plant", String, primary_key=True),
    Column("mode", String, nullable=False),
    Column("policy", Text, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("loaded_revision", BigInteger, nullable=False),
    Column("snapshot_revision", BigInteger, nullable=False),
    Column("loaded_at", Moment, nullable=False),
    Column("last_event_at", Moment),
    Column("plan_in_force", BigInteger),
    Column("plan_in_force_revision", BigInteger),
    Column("last_plan", BigInteger, nullable=False),
    Column("last_message", BigInteger, nullable=False),
    Column("desk_term", BigInteger, nullable=False, server_default="0"),
    Column("last_quarantine", BigInteger, nullable=False, server_default="0"),
    Column("quarantined", BigInteger, nullable=False, server_default="0"),
)

plants_gone = Table(
    "plants_gone",
    metadata,
    Column("plant", String, primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("last_plan", BigInteger, nullable=False),
    Column("last_message", BigInteger, nullable=False),
    Column("desk_term", BigInteger, nullable=False),
)
"""The numbers that a deleted plant has come to; loaded again, it goes on from there."""

snapshots = Table(
    "snapshots",
    metadata,
    _of_plant(),
    Column("revision", BigInteger, primary_key=True),
    Column("loaded", Boolean, nullable=False),
    Column("state", LargeBinary, nullable=False),
)

events = Table(
    "events",
    metadata,
    _of_plant(),
    Column("revision", BigInteger, primary_key=True),
    Column("source", String(255), nullable=False),
    Column("event_id", String(255), nullable=False),
    Column("type", String, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("data", Text, nullable=False),
    Column("accepted_at", Moment, nullable=False),
    Column("set_aside", BigInteger),
    UniqueConstraint("plant", "source", "event_id"),
)

quarantine = Table(
    "quarantine",
    metadata,
    _of_plant(),
    Column("number", BigInteger, primary_key=True),
    Column("state", String, nullable=False),
    Column("source", String(255), nullable=False),
    Column("event_id", String(255), nullable=False),
    Column("type", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("tries", BigInteger, nullable=False),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("revision", BigInteger),
    Column("decided_by", Text),
    UniqueConstraint("plant", "source", "event_id"),
)

plans = Table(
    "plans",
    metadata,
    _of_plant(),
    Column("number", BigInteger, primary_key=True),
    Column("status", String, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("cause", Text, nullable=False),
    Column("engine", Text, nullable=False),
    Column("feasible", Boolean, nullable=False),
    Column("objective", Text, nullable=False),
    Column("kpis", Text, nullable=False),
    Column("unplanned", Text, nullable=False),
    Column("history", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("operations", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("decided_at", Moment),
    Column("decided_by", Text),
    Column("what_if", String),
    Column("occasion", Text),
    Column("engine_failures", Text, nullable=False, server_default="[]"),
)

what_ifs = Table(
    "what_ifs",
    metadata,
    _of_plant(),
    Column("id", String, primary_key=True),
    Column("name", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("events", Text, nullable=False),
    Column("request", Text, nullable=False),
    Column("progress", Text, nullable=False),
    Column("plan_number", BigInteger),
    Column("error", Text),
    Column("promoted", Boolean, nullable=False),
    Column("created_at", Moment),
    Column("mode", String, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    _of_plant(),
    Column("id", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("request", Text, nullable=False),
    Column("progress", Text, nullable=False),
    Column("plan_number", BigInteger),
    Column("error", Text),
    Column("created_at", Moment),
)

acknowledgements = Table(
    "acknowledgements",
    metadata,
    _of_plant(),
    Column("target", String, primary_key=True),
    Column("version", String, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("plan", BigInteger),
    Column("rows", Text),
)

messages = Table(
    "messages",
    metadata,
    _of_plant(),
    Column("number", BigInteger, primary_key=True),
    Column("type", String, nullable=False),
    Column("data", Text, nullable=False),
)

webhooks = Table(
    "webhooks",
    metadata,
    _of_plant(),
    Column("id", String, primary_key=True),
    Column("url", Text, nullable=False),
    Column("types", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("disabled_because", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("old_secret", Text),
    Column("old_secret_until", Moment),
    Column("created_at", Moment, nullable=False),
    Column("failing_since", Moment),
    Column("delivered_at", Moment),
)

deliveries = Table(
    "deliveries",
    metadata,
    _of_plant(),
    Column("webhook", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("type", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("attempts", BigInteger, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    sa.Index("ix_deliveries_state_next_at", "state", "next_at"),
)
