"""What cannot be taken in, or cannot be lived with, waits with its reason; it holds up nothing and is not lost."""

from __future__ import annotations

import datetime as dt

import pytest

from scheduler.domain.event_reading import event_json
from scheduler.domain.events import Event
from scheduler.domain.fold import Folder, fold_events
from scheduler.domain.plant import PlantState
from scheduler.errors import Conflict, UnfoldableEvent, UnknownQuarantine
from scheduler.ports import NewPlan
from scheduler.storage.ledger import SqlLedger
from tests.builders import AT, UTC, approval, at, down, event, tiny_plan, tiny_plant

LATER = AT + dt.timedelta(hours=1)
RUSH = event(
    "rush", "order.created", order="RUSH", material="shaft", quantity=1, due="2026-03-03T08:00Z", routing="shaft"
)


def started(id: str, order: str = "RUSH") -> Event:
    return event(id, "operation.started", order=order, operation=10, machine="saw")


@pytest.fixture
def loaded(ledger: SqlLedger) -> SqlLedger:
    ledger.load_plant("tiny", tiny_plant(), AT)
    return ledger


def test_what_is_refused_is_kept_as_it_came_with_its_reason(loaded: SqlLedger) -> None:
    wrong = down("e2", "sow")
    done = loaded.append("tiny", [event("e1"), wrong, event("e3")], AT)
    assert [e.event.id for e in done.accepted] == ["e1", "e3"]
    assert done.rejected[0].quarantine == 1
    (kept,) = loaded.quarantine("tiny")
    assert (kept.number, kept.state, kept.id, kept.source, kept.type) == (1, "waiting", "e2", "mes", "machine.down")
    assert kept.event == event_json(wrong, UTC)
    assert "did you mean 'saw'?" in kept.reason
    assert (kept.tries, kept.first_at, kept.revision) == (1, AT, None)
    assert loaded.plant("tiny").quarantined == 1


def test_the_same_again_is_the_same_one_tried_once_more(loaded: SqlLedger) -> None:
    for _ in range(3):
        loaded.append("tiny", [down("e2", "sow")], LATER)
    (kept,) = loaded.quarantine("tiny")
    assert (kept.number, kept.tries) == (1, 3)


def test_corrected_under_its_id_it_waits_no_more(loaded: SqlLedger) -> None:
    loaded.append("tiny", [down("e2", "sow")], AT)
    assert loaded.append("tiny", [down("e2", "saw")], LATER).revision == 2
    (kept,) = loaded.quarantine("tiny")
    assert (kept.state, kept.revision) == ("taken", 2)
    assert loaded.quarantine("tiny", waiting=True) == []
    assert loaded.plant("tiny").quarantined == 0


def test_a_fault_of_ours_over_one_event_leaves_the_rest_of_the_batch_alone(
    loaded: SqlLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    fold = Folder.fold

    def breaks(folder: Folder, one: Event) -> PlantState:
        if one.id == "poison":
            raise ZeroDivisionError("division by zero")
        return fold(folder, one)

    monkeypatch.setattr(Folder, "fold", breaks)
    done = loaded.append("tiny", [event("e1"), event("poison"), event("e3")], AT)
    assert [e.event.id for e in done.accepted] == ["e1", "e3"]
    assert "a fault of ours, the event is kept to be tried again: ZeroDivisionError" in done.rejected[0].reason
    monkeypatch.undo()
    assert loaded.append("tiny", [event("poison")], AT).accepted[0].revision == 4
    assert loaded.plant("tiny").quarantined == 0


def test_what_is_no_event_is_kept_where_it_says_who_it_is(loaded: SqlLedger) -> None:
    raw = {"id": "x", "source": "mes", "type": "fire"}
    done = loaded.append("tiny", [raw, 7], AT)
    assert [r.quarantine for r in done.rejected] == [1, None]
    assert done.rejected[0].reason == "specversion: found nothing, expected '1.0'"
    assert loaded.quarantined("tiny", 1).event == raw


def test_work_told_of_before_its_order_is_taken_in_with_the_order(loaded: SqlLedger) -> None:
    assert loaded.append("tiny", [started("s"), started("other", "NOBODY")], AT).accepted == ()
    done = loaded.append("tiny", [RUSH], LATER)
    assert [e.event.id for e in done.accepted] == ["rush"]
    assert [e.event.id for e in loaded.events("tiny")] == ["rush", "s"]
    assert loaded.state("tiny")[1].status_of("RUSH", 10) == "running"
    assert [(q.id, q.state) for q in loaded.quarantine("tiny")] == [("other", "waiting"), ("s", "taken")]


def test_in_one_batch_the_order_may_come_last(loaded: SqlLedger) -> None:
    done = loaded.append("tiny", [started("s"), RUSH], AT)
    assert ([e.event.id for e in done.accepted], done.rejected) == (["rush", "s"], ())
    assert [e.revision for e in loaded.events("tiny")] == [2, 3]


def test_dismissed_it_stays_readable_and_may_come_again(loaded: SqlLedger) -> None:
    loaded.append("tiny", [down("e2", "sow")], AT)
    kept = loaded.dismiss("tiny", 1, "m.keller", LATER)
    assert (kept.state, kept.decided_by, kept.last_at) == ("dismissed", "m.keller", LATER)
    assert loaded.plant("tiny").quarantined == 0
    loaded.append("tiny", [down("e2", "sow")], LATER)
    assert (loaded.quarantined("tiny", 1).state, loaded.plant("tiny").quarantined) == ("waiting", 1)
    with pytest.raises(UnknownQuarantine, match="no event 9 in quarantine"):
        loaded.dismiss("tiny", 9, "m.keller", LATER)


def test_a_logged_event_is_set_aside_as_if_it_had_not_been(loaded: SqlLedger, database_url: str) -> None:
    bad, good = down("bad", "saw"), [event("a", time=at(0, 7)), down("b", "lathe"), event("c", time=at(0, 9))]
    loaded.append("tiny", [good[0], bad, *good[1:]], AT)
    assert loaded.set_aside("tiny", 3, "nobody can plan with it", LATER) == 6
    assert loaded.state("tiny") == (6, fold_events(tiny_plant(), good))
    assert loaded.state_at("tiny", 4) == fold_events(tiny_plant(), good[:2])
    assert [e.set_aside for e in loaded.events("tiny")] == [None, 6, None, None]
    (kept,) = loaded.quarantine("tiny")
    assert (kept.id, kept.revision, kept.reason) == ("bad", 3, "nobody can plan with it")
    assert loaded.set_aside("tiny", 3, "again", LATER) == 6
    # Still one event: it is not taken in a second time under its id.
    assert loaded.append("tiny", [bad, event("d", time=at(0, 10))], LATER).revision == 7
    other = SqlLedger(database_url)
    assert other.state("tiny") == loaded.state("tiny")
    other.close()


def test_what_cannot_be_without_it_goes_with_it_and_a_second_one_after_it(loaded: SqlLedger) -> None:
    loaded.append("tiny", [RUSH, started("s"), down("b", "lathe"), event("t", time=at(0, 8))], AT)
    loaded.set_aside("tiny", 2, "too heavy", LATER)
    assert [(q.id, q.state) for q in loaded.quarantine("tiny")] == [("s", "waiting"), ("rush", "waiting")]
    assert "cannot be without revision 2" in loaded.quarantined("tiny", 2).reason
    loaded.set_aside("tiny", 4, "too heavy as well", LATER)
    assert loaded.state("tiny") == (7, fold_events(tiny_plant(), [event("t", time=at(0, 8))]))


def test_a_plan_from_before_it_was_set_aside_is_stale(loaded: SqlLedger) -> None:
    loaded.append("tiny", [down("bad", "saw")], AT)
    loaded.set_aside("tiny", 2, "bad", LATER)
    late = NewPlan(tiny_plan(), approval(tiny_plan()), 2, "late", tiny_plant().objective)
    with pytest.raises(Conflict, match="an event set aside"):
        loaded.add_plan("tiny", late, LATER, release_by="auto")


def test_an_event_from_before_the_plant_was_loaded_anew_is_left_alone(loaded: SqlLedger) -> None:
    loaded.append("tiny", [down("bad", "saw")], AT)
    loaded.load_plant("tiny", tiny_plant(), LATER)
    with pytest.raises(Conflict, match="loaded anew after revision 2"):
        loaded.set_aside("tiny", 2, "bad", LATER)


def test_a_log_that_makes_no_state_names_the_event(
    loaded: SqlLedger, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after an upgrade whose fold no longer takes what an older one took."""
    loaded.append("tiny", [event("e1"), down("old", "saw"), event("e3")], AT)
    fold = Folder.fold

    def stricter(folder: Folder, one: Event) -> PlantState:
        if one.id == "old":
            raise KeyError("saw")
        return fold(folder, one)

    monkeypatch.setattr(Folder, "fold", stricter)
    started = SqlLedger(database_url)
    with pytest.raises(UnfoldableEvent) as fault:
        started.state("tiny")
    assert (fault.value.plant, fault.value.revision, fault.value.reason) == ("tiny", 3, "KeyError: 'saw'")
    started.set_aside("tiny", 3, fault.value.reason, LATER)
    assert started.state("tiny")[0] == 5
    started.close()


def test_what_a_desk_of_an_earlier_term_publishes_is_refused(loaded: SqlLedger) -> None:
    from scheduler.errors import DeskTaken

    first, second = loaded.begin_term("tiny"), loaded.begin_term("tiny")
    assert (first, second) == (1, 2)
    plan = NewPlan(tiny_plan(), approval(tiny_plan()), 1, "c", tiny_plant().objective)
    with pytest.raises(DeskTaken, match="the desk of term 1 was overtaken by that of term 2"):
        loaded.add_plan("tiny", plan, AT, release_by="auto", term=first)
    assert loaded.plans("tiny") == []
    loaded.add_plan("tiny", plan, AT, release_by="auto", term=second)
    loaded.append("tiny", [event("e")], AT)
    with pytest.raises(DeskTaken):
        loaded.rebase_plan("tiny", 1, 2, term=first)
    assert loaded.rebase_plan("tiny", 1, 2, term=second).revision == 2
