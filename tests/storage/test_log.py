"""Plants are loaded, events are taken in once and in order, and the log says the same for ever."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import replace

import pytest

from scheduler.domain.fold import fold_event
from scheduler.domain.plans import Objective
from scheduler.errors import BadInput, UnknownPlant
from scheduler.ports import MoveLimits, Policy
from scheduler.storage import folding
from scheduler.storage.ledger import SqlLedger
from tests.builders import AT, MONDAY_SIX, at, big_plant, down, event, full_plant, ticks, tiny_plan, tiny_plant

LATER = AT + dt.timedelta(hours=1)


def test_a_loaded_plant_is_at_revision_one_and_reads_back_as_it_was(ledger: SqlLedger) -> None:
    record = ledger.load_plant("tiny", full_plant(), AT)
    assert (record.revision, record.mode, record.policy) == (1, "observe", Policy())
    assert (record.loaded_at, record.last_event_at, record.plan_in_force) == (AT, None, None)
    assert ledger.plant("tiny") == record
    assert ledger.plants() == [record]
    assert ledger.state("tiny") == (1, full_plant())


def test_a_wrong_name_is_answered_with_the_nearest(ledger: SqlLedger) -> None:
    ledger.load_plant("tiny", tiny_plant(), AT)
    with pytest.raises(UnknownPlant, match=r"no plant 'tinny' is loaded; did you mean 'tiny'\?"):
        ledger.state("tinny")
    with pytest.raises(UnknownPlant):
        ledger.append("tinny", ticks(["a"]), AT)
    with pytest.raises(UnknownPlant):
        ledger.events("tinny")


def test_events_take_the_next_revisions_and_change_the_state(ledger: SqlLedger) -> None:
    ledger.load_plant("tiny", tiny_plant(), AT)
    appended = ledger.append("tiny", [down("e1", "saw"), *ticks(["e2"], at(0, 7))], LATER)
    assert appended.revision == 3
    assert [(e.revision, e.event.id, e.accepted_at) for e in appended.accepted] == [(2, "e1", LATER), (3, "e2", LATER)]
    revision, state = ledger.state("tiny")
    assert revision == 3
    assert state.now == at(0, 7)
    assert [d.machine for d in state.downtimes] == ["saw"]
    record = ledger.plant("tiny")
    assert (record.revision, record.last_event_at) == (3, LATER)


def test_the_same_id_from_the_same_source_is_one_event(ledger: SqlLedger) -> None:
    ledger.load_plant("tiny", tiny_plant(), AT)
    ledger.append("tiny", [event("e1")], AT)
    again = ledger.append("tiny", [event("e1"), event("e1", source="erp"), event("e2"), event("e2")], AT)
    assert [(e.event.source, e.event.id) for e in again.accepted] == [("erp", "e1"), ("mes", "e2")]
    assert [(e.source, e.id) for e in again.duplicates] == [("mes", "e1"), ("mes", "e2")]
    assert again.revision == 4
    assert len(ledger.events("tiny")) == 3


def test_what_cannot_be_folded_is_rejected_with_its_reason_and_the_rest_is_taken(ledger: SqlLedger) -> None:
    ledger.load_plant("tiny", tiny_plant(), AT)
    appended = ledger.append("tiny", [event("e1"), down("e2", "sow"), event("e3")], AT)
    assert [e.event.id for e in appended.accepted] == ["e1", "e3"]
    assert [(r.id, r.source) for r in appended.rejected] == [("e2", "mes")]
    assert "did you mean 'saw'?" in appended.rejected[0].reason
    # It may come again, corrected, under its id.
    assert [e.revision for e in ledger.append("tiny", [down("e2", "saw")], AT).accepted] == [4]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (event(""), "event id"),
        (event("x" * 256), "256 characters"),
        (event("a\0b"), "NUL"),
        (event("a", source="\ud800"), "Unicode"),
        (event("a", expected=float("nan")), "JSON cannot say"),
        (event("a", expected={1, 2}), "JSON cannot say"),
    ],
)
def test_an_event_that_no_database_could_keep_is_rejected(ledger: SqlLedger, bad: object, reason: str) -> None:
    ledger.load_plant("tiny", tiny_plant(), AT)
    appended = ledger.append("tiny", [bad, event("good")], AT)  # type: ignore[list-item]
    assert [e.event.id for e in appended.accepted] == ["good"]
    assert reason in appended.rejected[0].reason


def test_the_log_is_read_in_pages_oldest_first(ledger: SqlLedger) -> None:
    ledger.load_plant("tiny", tiny_plant(), AT)
    sent = ticks([f"e{n}" for n in range(5)])
    ledger.append("tiny", sent, AT)
    assert [e.event for e in ledger.events("tiny")] == sent
    assert [e.revision for e in ledger.events("tiny", after=3, limit=2)] == [4, 5]
    assert ledger.events("tiny", after=6) == []


def test_an_empty_batch_changes_nothing(ledger: SqlLedger) -> None:
    ledger.load_plant("tiny", tiny_plant(), AT)
    assert ledger.append("tiny", [], AT).revision == 1
    assert ledger.plant("tiny").last_event_at is None


def test_another_process_sees_each_event_and_folds_on(ledger: SqlLedger, database_url: str) -> None:
    other = SqlLedger(database_url)
    ledger.load_plant("tiny", tiny_plant(), AT)
    assert other.state("tiny")[0] == 1
    ledger.append("tiny", [down("e1", "saw")], AT)
    assert other.append("tiny", [event("e1"), event("e2", time=at(0, 9))], AT).revision == 3
    assert ledger.state("tiny") == other.state("tiny")
    assert ledger.state("tiny")[1].now == at(0, 9)
    other.close()


def test_loading_anew_takes_a_revision_forgets_the_state_and_keeps_policy_and_log(ledger: SqlLedger) -> None:
    ledger.load_plant("tiny", tiny_plant(), AT)
    policy = Policy(Objective(1, 2, 3, 4, 5), 30, MoveLimits(7, 240, True), time_limit_seconds=2.5, improve_seconds=1.5)
    ledger.change_plant("tiny", mode="auto", policy=policy)
    ledger.append("tiny", [down("e1", "saw")], AT)
    record = ledger.load_plant("tiny", tiny_plant(name="New"), LATER)
    assert (record.revision, record.mode, record.policy, record.loaded_at) == (3, "auto", policy, LATER)
    assert ledger.state("tiny") == (3, tiny_plant(name="New"))
    assert ledger.append("tiny", [event("e1"), event("e2")], LATER).revision == 4
    assert [e.revision for e in ledger.events("tiny")] == [2, 4]


def test_mode_and_policy_change_apart(ledger: SqlLedger) -> None:
    ledger.load_plant("tiny", tiny_plant(), AT)
    assert ledger.change_plant("tiny", mode="advise").policy == Policy()
    assert ledger.change_plant("tiny", policy=Policy(limits=MoveLimits(max_moves=3))).mode == "advise"
    assert ledger.change_plant("tiny").policy.limits == MoveLimits(max_moves=3)


def test_the_log_folded_over_the_loaded_state_is_the_state(
    ledger: SqlLedger, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.storage.log_repository.EVENTS_PER_SNAPSHOT", 10)
    ledger.load_plant("tiny", tiny_plant(), AT)
    for n in range(35):
        happened = down(f"e{n}", "saw", at(0, 6, n)) if n % 7 == 0 else event(f"e{n}", time=at(0, 6, n))
        ledger.append("tiny", [happened], AT)
    folded = tiny_plant()
    for logged in ledger.events("tiny"):
        folded = fold_event(folded, logged.event)
    assert ledger.state("tiny") == (36, folded)

    read: list[int] = []
    fold_log = folding.fold_log

    def counted(connection: object, plant: str, start: int, revision: int, state: object) -> object:
        read.append(revision - start)
        return fold_log(connection, plant, start, revision, state)  # type: ignore[arg-type]

    monkeypatch.setattr(folding, "fold_log", counted)
    started = SqlLedger(database_url)
    assert started.state("tiny") == (36, folded)
    assert read == [5]  # snapshots were kept at revisions 11, 21 and 31
    started.close()


def test_eight_threads_leave_no_gap_and_take_no_event_twice(ledger: SqlLedger) -> None:
    """Each posts 20 events of its own, and 20 that all of them post."""
    ledger.load_plant("tiny", tiny_plant(), AT)
    accepted: list[int] = []
    begin = threading.Barrier(8)

    def post(thread: int) -> None:
        begin.wait()
        for n in range(20):
            for one in (event(f"common-{n}"), event(f"own-{thread}-{n}")):
                accepted.extend(e.revision for e in ledger.append("tiny", [one], AT).accepted)

    threads = [threading.Thread(target=post, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(accepted) == list(range(2, 2 + 20 + 8 * 20))
    log = ledger.events("tiny", limit=1000)
    assert [e.revision for e in log] == list(range(2, 182))
    assert len({e.event.id for e in log}) == 180


def test_two_ledgers_at_one_database_leave_no_gap(ledger: SqlLedger, database_url: str) -> None:
    other = SqlLedger(database_url)
    ledger.load_plant("tiny", tiny_plant(), AT)
    begin = threading.Barrier(2)

    def post(to: SqlLedger, prefix: str) -> None:
        begin.wait()
        for n in range(25):
            to.append("tiny", [event(f"{prefix}-{n}", time=at(0, 6, n))], AT)

    threads = [threading.Thread(target=post, args=pair) for pair in ((ledger, "a"), (other, "b"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [e.revision for e in ledger.events("tiny")] == list(range(2, 52))
    assert ledger.state("tiny") == other.state("tiny")
    other.close()


def test_a_plan_that_came_with_the_plant_stands_until_one_is_released(ledger: SqlLedger) -> None:
    plan = tiny_plan()
    ledger.load_plant("tiny", tiny_plant(plan=plan.operations), AT)
    assert ledger.state("tiny")[1].plan == plan.operations


def test_a_batch_as_large_as_a_day_is_one_answer(ledger: SqlLedger) -> None:
    ledger.load_plant("big", big_plant(20), AT)
    batch = ticks([f"e{n}" for n in range(1200)], MONDAY_SIX)
    assert ledger.append("big", batch, AT).revision == 1201
    again = ledger.append("big", [*batch, event("new")], AT)
    assert (len(again.duplicates), again.revision) == (1200, 1202)
    assert ledger.state("big")[1] == replace(big_plant(20), now=MONDAY_SIX + 1199)


@pytest.mark.parametrize("url", ["mysql://host/db", "nonsense", "sqlite://", "sqlite:///:memory:"])
def test_an_address_of_no_use_is_refused_in_words(url: str) -> None:
    with pytest.raises(BadInput, match=r"expected sqlite:///path/to/rejig\.db or postgresql://"):
        SqlLedger(url)
