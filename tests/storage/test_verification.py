"""The log makes the stored state again, byte by byte; what was changed behind its back is found."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from scheduler.errors import UnknownPlant
from scheduler.storage.ledger import SqlLedger
from scheduler.storage.schema import events, snapshots
from scheduler.storage.state_codec import encode_state
from scheduler.usecases.verify_plants import verify_plants
from tests.builders import AT, at, down, event, tiny_plant


@pytest.fixture
def lived(ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch) -> SqlLedger:
    """A plant of 35 events, loaded twice, with states kept at every tenth, and pages of seven."""
    monkeypatch.setattr("scheduler.storage.log_repository.EVENTS_PER_SNAPSHOT", 10)
    monkeypatch.setattr("scheduler.storage.verification.PAGE", 7)
    ledger.load_plant("tiny", tiny_plant(), AT)
    ledger.append("tiny", [event("before")], AT)
    ledger.load_plant("tiny", tiny_plant(), AT)
    for n in range(35):
        happened = down(f"e{n}", "saw", at(0, 6, n)) if n % 7 == 0 else event(f"e{n}", time=at(0, 6, n))
        ledger.append("tiny", [happened], AT)
    return ledger


def test_what_is_stored_and_in_memory_is_what_the_log_says(lived: SqlLedger, database_url: str) -> None:
    (check,) = verify_plants(lived)
    assert (check.loaded_revision, check.revision, check.events, check.wrong) == (3, 38, 35, ())
    assert check.compared > 10  # most of them from memory
    with lived._database.reading() as connection:
        assert connection.execute(sa.select(snapshots.c.revision).where(~snapshots.c.loaded)).scalars().all() == [33]
    other = SqlLedger(database_url)
    fresh = other.verify_log("tiny")
    other.close()
    assert (fresh.compared, fresh.wrong, fresh.digest) == (1, (), check.digest)
    with pytest.raises(UnknownPlant):
        verify_plants(lived, "nowhere")


def test_a_state_that_was_changed_is_found(lived: SqlLedger, database_url: str) -> None:
    changed = encode_state(lived.state_at("tiny", 10))
    with lived._database.writing() as connection:
        connection.execute(sa.update(snapshots).where(snapshots.c.revision == 33).values(state=changed))
    other = SqlLedger(database_url)
    assert other.verify_log("tiny").wrong == ("the stored state of revision 33 is not what the log says",)
    with other._database.writing() as connection:
        connection.execute(sa.update(snapshots).where(snapshots.c.revision == 33).values(state=b"no state at all"))
    assert other.verify_log("tiny").wrong == ("the stored state of revision 33 is not what the log says",)
    other.close()


@pytest.mark.parametrize(("revision", "told"), [(5, True), (38, False)])
def test_an_event_that_was_changed_or_removed_is_found(lived: SqlLedger, revision: int, told: bool) -> None:
    """Revision 5 is a tick, which the next one hides in the state; only its place in the log shows."""
    with lived._database.writing() as connection:
        connection.execute(sa.delete(events).where(events.c.plant == "tiny", events.c.revision == revision))
    wrong = lived.verify_log("tiny").wrong
    assert f"revision {revision} is missing in the log" in wrong
    with lived._database.writing() as connection:
        connection.execute(
            sa.update(events).where(events.c.revision == 4).values(data='{"machine": "lathe", "reason": "x"}')
        )
    wrong = lived.verify_log("tiny").wrong
    assert any("state of revision 33 is not" in words for words in wrong)
    assert told or any("in memory of revision 38" in words for words in wrong)


def test_what_was_set_aside_is_passed_over(lived: SqlLedger) -> None:
    before = lived.verify_log("tiny").digest
    lived.set_aside("tiny", 11, "it breaks the plan", AT)  # the saw was down
    lived.append("tiny", [event("later", time=at(0, 8))], AT)
    check = lived.verify_log("tiny")
    assert (check.events, check.set_aside, check.wrong, check.revision) == (36, 1, (), 40)
    assert check.digest != before
