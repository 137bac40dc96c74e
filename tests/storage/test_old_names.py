"""A database of an older version names some fields otherwise: it is read under the names of now, and back again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from scheduler.ports import JobRecord, PlanRequest, Policy, Trigger, WhatIfRecord
from scheduler.storage.database import Database
from scheduler.storage.ledger import SqlLedger
from scheduler.storage.upgrading import upgrade
from tests.builders import AT, tiny_plant
from tests.storage.test_plans import add

BEFORE = "0005"
POLICY = {"objective": None, "nothing_inside_minutes": 240, "improve_moves": 70, "keep_machines": True}
REQUEST = {
    "time_limit_seconds": 3.0,
    "objective": {"tardiness": 2.0},
    "nothing_inside_minutes": 120,
    "calm_price": 5.0,
    "calm_minutes": 1440,
}
OCCASION = {"need": "repair", "reason": "running late", "after": 1, "until": 2}


@pytest.fixture
def old(ledger: SqlLedger, database_url: str) -> Iterator[Database]:
    """The tiny plant with a plan of a desk, a job and a what-if, as an older version has left them."""
    ledger.load_plant("tiny", tiny_plant(), AT)
    add(ledger, 1)
    ledger.add_job(JobRecord("j", "tiny", "queued", PlanRequest()))
    ledger.add_what_if(WhatIfRecord("w", "tiny", "a rush order", "queued", 1, (), PlanRequest()))
    database = Database(database_url)
    with database.writing() as connection:
        command.downgrade(_config(connection), BEFORE)
        _write(connection, "plants", "policy", POLICY)
        _write(connection, "jobs", "request", REQUEST)
        _write(connection, "what_ifs", "request", REQUEST)
        _write(connection, "plans", "occasion", OCCASION)
    yield database
    database.close()


def test_what_was_stored_under_old_names_is_read_under_the_new_ones(ledger: SqlLedger, old: Database) -> None:
    upgrade(old)
    policy = _fields(ledger.plant("tiny").policy)
    assert (policy["time_fence_minutes"], policy["improve_iterations"], policy["keep_machines"]) == (240, 70, True)
    for asked in (_fields(ledger.job("tiny", "j").request), _fields(ledger.what_if("tiny", "w").request)):
        assert (asked["time_fence_minutes"], asked["move_price"], asked["move_price_within_minutes"]) == (
            120,
            5.0,
            1440,
        )
        assert (asked["time_limit_seconds"], asked["objective"]["tardiness"]) == (3.0, 2.0)
    assert ledger.get_plan("tiny", 1).trigger == Trigger(**OCCASION)  # type: ignore[arg-type]


def test_an_older_version_finds_its_own_names_after_the_way_back(old: Database) -> None:
    upgrade(old)
    with old.writing() as connection:
        command.downgrade(_config(connection), BEFORE)
        assert _read(connection, "plants", "policy") == POLICY
        assert _read(connection, "jobs", "request") == REQUEST
        assert _read(connection, "what_ifs", "request") == REQUEST
        assert _read(connection, "plans", "occasion") == OCCASION
    upgrade(old)


def _fields(value: Policy | PlanRequest) -> dict[str, Any]:
    """All fields side by side, the limits on moves among them."""
    fields = asdict(value)
    return fields | fields.pop("limits", {})


def _config(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", "scheduler.storage:migrations")
    config.attributes["connection"] = connection
    return config


def _write(connection: sa.Connection, table: str, column: str, fields: dict[str, object]) -> None:
    connection.execute(sa.text(f"UPDATE {table} SET {column} = :text"), {"text": json.dumps(fields)})


def _read(connection: sa.Connection, table: str, column: str) -> Any:
    return json.loads(connection.execute(sa.text(f"SELECT {column} FROM {table}")).scalar_one())
