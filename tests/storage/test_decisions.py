"""Decisions in the tables: who, why and for whom; and events with their plan, both or neither."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from scheduler.domain.events import Event
from scheduler.errors import Conflict, PlanNotFeasible, StalePlan
from scheduler.plan_ports import MOST_NOTES
from scheduler.ports import Adoption, Base, Decision, NewPlan, PlanRecord, PlanRequest, TakenBack, WhatIfRecord
from scheduler.storage.database import Database
from scheduler.storage.ledger import SqlLedger
from scheduler.storage.upgrading import upgrade
from tests.builders import AT, approval, down, event, refusal, ticks, tiny_plan, tiny_plant
from tests.storage.test_plans import add

LATER = AT + dt.timedelta(minutes=5)
WHAT_IF = WhatIfRecord("w", "tiny", "a rush order", "done", 1, (down("1", "saw"),), PlanRequest(), created_at=AT)
ADOPTED = Adoption("ada", "Keller pays", LATER, 1, 2, 3, 1)


@pytest.fixture
def loaded(ledger: SqlLedger) -> SqlLedger:
    """The tiny plant at revision 1, a plan in force, and a what-if that has been searched."""
    ledger.load_plant("tiny", tiny_plant(), AT)
    add(ledger, 1, release_by="auto")
    ledger.add_what_if(WHAT_IF)
    return ledger


def decide(ledger: SqlLedger, *events: Event, on: int = 1, feasible: bool = True) -> tuple[int, PlanRecord]:
    plan = tiny_plan()
    verdict = approval(plan) if feasible else refusal(plan)
    new = NewPlan(plan, verdict, on, "adopted", tiny_plant().objective, reason="Keller pays", kept_for="ada")

    def what_if(revision: int, number: int) -> WhatIfRecord:
        return replace(WHAT_IF, promoted=True, adoption=replace(ADOPTED, after=revision, plan=number))

    return ledger.decide("tiny", Decision(events, new, "ada", on, what_if), LATER)


def test_events_and_their_plan_go_in_together(loaded: SqlLedger, database_url: str) -> None:
    revision, plan = decide(loaded, down("1", "saw"), event("2"))
    assert (revision, plan.number, plan.revision, plan.status) == (3, 2, 3, "released")
    assert (plan.decided_by, plan.reason, plan.kept_for) == ("ada", "Keller pays", "ada")
    other = SqlLedger(database_url)
    assert other.get_plan("tiny", 2) == plan
    assert other.plant("tiny").plan_in_force == 2
    assert [e.event.id for e in other.events("tiny", after=1)] == ["1", "2"]
    assert other.state("tiny")[1].downtimes[0].machine == "saw"
    assert other.what_if("tiny", "w").adoption == replace(ADOPTED, after=3, plan=2)
    types = [m.type for m in other.stream("tiny", after=0, limit=100)]
    assert types[-3:] == ["event.accepted", "event.accepted", "plan.released"]
    other.close()


@pytest.mark.parametrize("why", ["moved on", "refused", "known", "infeasible"])
def test_or_neither_of_them(loaded: SqlLedger, why: str) -> None:
    events, on, error = [down("1", "saw"), event("2")], 1, Conflict
    match why:
        case "moved on":
            loaded.append("tiny", ticks(["t"]), AT)
            error = StalePlan
        case "refused":
            events.append(down("3", "nowhere"))
        case "known":
            loaded.append("tiny", [events[1]], AT)
            on = 2
        case _:
            error = PlanNotFeasible
    before = loaded.plant("tiny")
    with pytest.raises(error):
        decide(loaded, *events, on=on, feasible=why != "infeasible")
    assert loaded.plant("tiny") == before, "no event, no plan, nothing in quarantine"
    assert loaded.what_if("tiny", "w") == WHAT_IF
    assert len(loaded.plans("tiny")) == 1


def test_a_release_keeps_its_person_and_reason_and_a_repair_neither(loaded: SqlLedger) -> None:
    add(loaded, 1)
    done = loaded.release_plan("tiny", 2, "ada", LATER, "Keller waits")
    assert (done.decided_by, done.reason, done.kept_for) == ("ada", "Keller waits", "ada")
    assert (loaded.get_plan("tiny", 1).kept_for, loaded.get_plan("tiny", 1).reason) == (None, None)
    add(loaded, 1)
    assert loaded.reject_plan("tiny", 3, "ben", LATER, "too late").reason == "too late"


def test_a_version_that_was_made_from_a_proposal_takes_its_turn(loaded: SqlLedger) -> None:
    add(loaded, 1)
    plan = tiny_plan()
    new = NewPlan(plan, approval(plan), 1, "re-timed", tiny_plant().objective, made_from=2, kept_for="ada")
    made = loaded.add_plan("tiny", new, AT, release_by="ada")
    assert (made.made_from, made.kept_for) == (2, "ada")
    assert [p.status for p in loaded.plans("tiny")] == ["released", "superseded", "superseded"]


def test_notes_are_kept_in_order_and_not_without_end(loaded: SqlLedger) -> None:
    for n in range(MOST_NOTES + 5):
        for _ in range(2):
            loaded.note_plan("tiny", 1, f"note {n}", AT + dt.timedelta(minutes=n))
    notes = loaded.get_plan("tiny", 1).notes
    assert [note.text for note in notes] == [f"note {n}" for n in range(5, MOST_NOTES + 5)]
    assert notes[0].at == AT + dt.timedelta(minutes=5)


def test_what_stands_beside_a_what_if_reads_back(loaded: SqlLedger, database_url: str) -> None:
    back = TakenBack("ben", "no need", LATER, 4, 5, ("work has begun",))
    full = replace(
        WHAT_IF, base=Base(1, tiny_plan().kpis), do_nothing=2, promoted=True, adoption=replace(ADOPTED, taken_back=back)
    )
    loaded.save_what_if(full)
    other = SqlLedger(database_url)
    assert other.what_if("tiny", "w") == full
    other.close()


def test_what_a_person_had_released_before_is_theirs_after_the_upgrade(ledger: SqlLedger, database_url: str) -> None:
    for plant, by in (("person", "ada"), ("machine", "auto"), ("files", "scenario")):
        ledger.load_plant(plant, tiny_plant(), AT)
        plan = tiny_plan()
        ledger.add_plan(plant, NewPlan(plan, approval(plan), 1, "x", tiny_plant().objective), AT, release_by=by)
    ledger.add_what_if(replace(WHAT_IF, plant="person"))
    database = Database(database_url)
    with database.writing() as connection:
        config = Config()
        config.set_main_option("script_location", "scheduler.storage:migrations")
        config.attributes["connection"] = connection
        command.downgrade(config, "0008")
        columns = {c["name"] for c in sa.inspect(connection).get_columns("plans")}
        assert not columns & {"reason", "kept_for", "made_from", "notes"}
    upgrade(database)
    database.close()
    kept = [ledger.get_plan(plant, 1).kept_for for plant in ("person", "machine", "files")]
    assert kept == ["ada", None, None]
    old = ledger.what_if("person", "w")
    assert (old.base, old.do_nothing, old.adoption) == (None, None, None)
