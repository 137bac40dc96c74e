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


def _always(kind: Any, *names: str) -> list[Column[Any]]:
    """Columns that every row has."""
    return [Column(name, kind, nullable=False) for name in names]


def _maybe(kind: Any, *names: str) -> list[Column[Any]]:
    """Columns that may be empty."""
    return [Column(name, kind) for name in names]


def _counted(*names: str) -> list[Column[Any]]:
    """Numbers that begin at 0."""
    return [Column(name, BigInteger, nullable=False, server_default="0") for name in names]


def _of_search() -> list[Column[Any]]:
    """What a search that somebody has asked for is known by, and how far it has come."""
    return [
        Column("id", String, primary_key=True),
        *_always(String, "state"),
        *_always(Text, "request", "progress"),
        *_maybe(BigInteger, "plan_number"),
        *_maybe(Text, "error"),
        *_maybe(Moment, "created_at"),
    ]


plants = Table(
    "plants",
    metadata,
    Column("plant", String, primary_key=True),
    *_always(String, "mode"),
    *_always(Text, "policy"),
    *_always(BigInteger, "revision", "loaded_revision", "snapshot_revision"),
    *_always(Moment, "loaded_at"),
    *_maybe(Moment, "last_event_at"),
    *_maybe(BigInteger, "plan_in_force", "plan_in_force_revision"),
    *_always(BigInteger, "last_plan", "last_message"),
    *_counted("desk_term", "last_quarantine", "quarantined"),
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
    *_always(Boolean, "loaded"),
    *_always(LargeBinary, "state"),
)

events = Table(
    "events",
    metadata,
    _of_plant(),
    Column("revision", BigInteger, primary_key=True),
    *_always(String(255), "source", "event_id"),
    *_always(String, "type"),
    *_always(BigInteger, "time"),
    *_always(Text, "data"),
    *_always(Moment, "accepted_at"),
    *_maybe(BigInteger, "set_aside"),
    UniqueConstraint("plant", "source", "event_id"),
)

quarantine = Table(
    "quarantine",
    metadata,
    _of_plant(),
    Column("number", BigInteger, primary_key=True),
    *_always(String, "state"),
    *_always(String(255), "source", "event_id"),
    *_always(Text, "type", "event", "reason"),
    *_always(BigInteger, "tries"),
    *_always(Moment, "first_at", "last_at"),
    *_maybe(BigInteger, "revision"),
    *_maybe(Text, "decided_by"),
    UniqueConstraint("plant", "source", "event_id"),
)

plans = Table(
    "plans",
    metadata,
    _of_plant(),
    Column("number", BigInteger, primary_key=True),
    *_always(String, "status"),
    *_always(BigInteger, "revision"),
    *_always(Text, "cause", "engine"),
    *_always(Boolean, "feasible"),
    *_always(Text, "objective", "kpis", "unplanned", "history", "verdict"),
    *_always(LargeBinary, "operations"),
    *_always(Moment, "created_at"),
    *_maybe(Moment, "decided_at"),
    *_maybe(Text, "decided_by"),
    *_maybe(String, "what_if"),
    *_maybe(Text, "trigger"),
    Column("engine_failures", Text, nullable=False, server_default="[]"),
    Column("broken_pins", Text, nullable=False, server_default="[]"),
    *_maybe(Text, "reason", "kept_for"),
    *_maybe(BigInteger, "made_from"),
    Column("notes", Text, nullable=False, server_default="[]"),
)

what_ifs = Table(
    "what_ifs",
    metadata,
    _of_plant(),
    *_of_search(),
    *_always(Text, "name"),
    *_always(BigInteger, "revision"),
    *_always(Text, "events"),
    *_always(Boolean, "promoted"),
    *_always(String, "mode"),
    *_maybe(Text, "base"),
    *_maybe(BigInteger, "do_nothing"),
    *_maybe(Text, "adoption"),
    *_maybe(BigInteger, "frozen_minutes"),
)

jobs = Table("jobs", metadata, _of_plant(), *_of_search())

acknowledgements = Table(
    "acknowledgements",
    metadata,
    _of_plant(),
    Column("target", String, primary_key=True),
    *_always(String, "version"),
    *_always(Text, "by"),
    *_always(Moment, "at"),
    *_maybe(BigInteger, "plan"),
    *_maybe(Text, "rows"),
)

comments = Table(
    "comments",
    metadata,
    _of_plant(),
    Column("number", BigInteger, primary_key=True),
    *_always(String, "of"),
    *_always(Text, "name", "by", "text"),
    *_always(Moment, "at"),
    sa.Index("ix_comments_plant_of_name", "plant", "of", "name"),
)

messages = Table(
    "messages",
    metadata,
    _of_plant(),
    Column("number", BigInteger, primary_key=True),
    *_always(String, "type"),
    *_always(Text, "data"),
)

webhooks = Table(
    "webhooks",
    metadata,
    _of_plant(),
    Column("id", String, primary_key=True),
    *_always(Text, "url", "types", "description"),
    *_always(String, "state"),
    *_always(Text, "disabled_because", "secret"),
    *_maybe(Text, "old_secret"),
    *_maybe(Moment, "old_secret_until"),
    *_always(Moment, "created_at"),
    *_maybe(Moment, "failing_since", "delivered_at"),
)

deliveries = Table(
    "deliveries",
    metadata,
    _of_plant(),
    Column("webhook", String, primary_key=True),
    Column("id", String, primary_key=True),
    *_always(String, "type"),
    *_always(Text, "body"),
    *_always(String, "state"),
    *_always(BigInteger, "attempts"),
    *_always(Moment, "created_at", "next_at"),
    *_always(Text, "reason"),
    sa.Index("ix_deliveries_state_next_at", "state", "next_at"),
)


def _of_connection() -> list[Column[Any]]:
    return [_of_plant(), Column("connection", String, primary_key=True)]


connections = Table(
    "connections",
    metadata,
    _of_plant(),
    Column("name", String, primary_key=True),
    *_always(Text, "writes", "source", "policy", "trouble", "vanished"),
    *_always(BigInteger, "last_in", "last_out"),
    *_maybe(Moment, "read_at", "data_at", "wrote_at"),
    UniqueConstraint("name"),
)

inbox = Table(
    "inbox",
    metadata,
    *_of_connection(),
    Column("number", BigInteger, primary_key=True),
    *_always(String, "outer_id", "digest", "state"),
    *_always(LargeBinary, "content"),
    *_always(Moment, "received_at"),
    *_maybe(Moment, "spoken_at", "settled_at"),
    *_always(Text, "said", "rejected"),
    UniqueConstraint("plant", "connection", "outer_id", "digest"),
)

imports = Table(
    "imports",
    metadata,
    *_of_connection(),
    Column("kind", String, primary_key=True),
    *_always(Boolean, "whole"),
    *_always(LargeBinary, "rows"),
    *_maybe(Moment, "spoken_at"),
)
"""What is known of the other system, a kind a row: its rows and columns, packed."""

outgoing = Table(
    "outgoing",
    metadata,
    *_of_connection(),
    Column("number", BigInteger, primary_key=True),
    *_always(String, "key", "kind"),
    *_always(Text, "subject", "body"),
    *_always(String, "state"),
    *_always(BigInteger, "attempts"),
    *_always(Moment, "created_at", "next_at"),
    *_always(Text, "reason"),
    sa.Index("ix_outgoing_state_next_at", "state", "next_at"),
)


api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String, primary_key=True),
    *_always(String, "name", "digest", "created_by"),
    *_always(Text, "roles", "plants", "work_centers"),
    *_always(Moment, "created_at"),
    *_maybe(Moment, "expires_at", "revoked_at"),
)

audit = Table(
    "audit",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    *_always(Moment, "at"),
    *_always(String, "who", "act", "hash"),
    *_maybe(String, "plant"),
    *_maybe(Text, "before", "after"),
    *_maybe(BigInteger, "status", "asked"),
)
"""No row is ever changed or removed, also when its plant is."""

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("hash", String, nullable=False),
)
"""One row: the last entry's number and hash. Who appends locks it."""
