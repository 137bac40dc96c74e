"""What fixes the lists of a plant is looked up once as long as nothing is written, and never served when it is old."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from scheduler.domain.events import Event
from scheduler.ports import PlantRecord
from scheduler.storage.database import Database
from scheduler.storage.ledger import SqlLedger
from scheduler.usecases.acknowledge import acknowledge
from scheduler.usecases.dispatch_lists import heading, known_heading, serve_list
from scheduler.usecases.post_events import post_events
from tests.usecases.shop import Shop


@pytest.fixture
def alone(shop: Shop) -> Iterator[Shop]:
    """The process serves this file, so nobody else writes it."""
    ledger = shop.tools.ledger
    assert isinstance(ledger, SqlLedger)
    lease = ledger.occupy()
    assert lease is not None
    shop.load()
    yield shop
    lease.release()


def test_it_is_known_until_something_is_written(alone: Shop) -> None:
    tools = alone.tools
    assert known_heading(tools, "tiny") is None
    first = heading(tools, "tiny")
    assert known_heading(tools, "tiny") is first
    post_events(tools, "tiny", [Event("1", "/test", "machine.speed", 0, {"machine": "saw", "efficiency": 0.9})])
    assert known_heading(tools, "tiny") is None
    second = heading(tools, "tiny")
    assert second.record.revision == first.record.revision + 1
    assert second.key("saw") != first.key("saw")


def test_a_confirmation_makes_another_answer_of_its_target_alone(alone: Shop) -> None:
    tools = alone.tools
    before = heading(tools, "tiny")
    acknowledge(tools, "tiny", "saw", serve_list(tools, "tiny", "saw").listing.version, "mes")
    after = heading(tools, "tiny")
    assert after.key("saw") != before.key("saw")
    assert after.key("lathe") == before.key("lathe")
    assert serve_list(tools, "tiny", "saw").key == after.key("saw")


def test_what_is_written_while_one_looks_makes_the_look_old(alone: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = alone.tools
    look = tools.ledger.plant

    def overtaken(plant: str) -> PlantRecord:
        record = look(plant)
        tools.ledger.publish("tiny", "plant.changed", {})
        return record

    monkeypatch.setattr(tools.ledger, "plant", overtaken)
    heading(tools, "tiny")
    assert known_heading(tools, "tiny") is None


def test_where_others_may_write_it_is_looked_up_each_time(shop: Shop) -> None:
    shop.load()
    heading(shop.tools, "tiny")
    assert known_heading(shop.tools, "tiny") is None


def test_the_count_of_writes_rises_with_each_one_that_has_ended_well_or_not(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'rejig.db'}")
    with database.writing():
        assert database.writes == 0
    assert database.writes == 1
    with pytest.raises(sa.exc.OperationalError), database.writing() as connection:
        connection.exec_driver_sql("SELECT * FROM nowhere")
    assert database.writes == 2
    with database.reading():
        pass
    assert database.writes == 2
    database.close()
