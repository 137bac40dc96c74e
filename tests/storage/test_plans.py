"""Plan versions: counted, immutable, one in force, none released that is stale or that the check refused."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from scheduler.domain.plans import EngineFailure, Objective, Plan, Verdict
from scheduler.domain.promises import Promises
from scheduler.errors import Conflict, InternalFault, PlanNotFeasible, StalePlan, UnknownPlan, UnknownPlant
from scheduler.ports import NewPlan, PlanRecord
from scheduler.storage import plan_repository
from scheduler.storage.database import Database
from scheduler.storage.ledger import SqlLedger
from scheduler.storage.upgrading import upgrade
from tests.builders import AT, approval, event, refusal, ticks, tiny_plan, tiny_plant

LATER = AT + dt.timedelta(minutes=5)


@pytest.fixture
def loaded(ledger: SqlLedger) -> SqlLedger:
    """The tiny plant at revision 3."""
    ledger.load_plant("tiny", tiny_plant(), AT)
    ledger.append("tiny", ticks(["e1", "e2"]), AT)
    return ledger


def add(
    ledger: SqlLedger,
    revision: int,
    release_by: str | None = None,
    verdict: Verdict | None = None,
    plan: Plan | None = None,
) -> PlanRecord:
    plan = plan or tiny_plan()
    new = NewPlan(plan, verdict or approval(plan), revision, "asked for", Objective(1.0, 0.1))
    return ledger.add_plan("tiny", new, AT, release_by=release_by)


def test_a_version_reads_back_as_it_was_made(loaded: SqlLedger, database_url: str) -> None:
    record = add(loaded, 3)
    assert (record.number, record.status, record.revision) == (1, "proposed", 3)
    assert (record.plan, record.verdict, record.objective) == (tiny_plan(), approval(tiny_plan()), Objective(1.0, 0.1))
    assert (record.cause, record.created_at, record.decided_at, record.what_if) == ("asked for", AT, None, None)
    other = SqlLedger(database_url)
    assert other.get_plan("tiny", 1) == record
    other.close()


def test_what_customers_were_promised_is_kept_with_the_verdict(loaded: SqlLedger, database_url: str) -> None:
    late = Promises(orders=3, late=1, minutes_late=15, worst_minutes=15, worst_order="SHAFT-2", customers=1)
    add(loaded, 3, verdict=replace(approval(tiny_plan()), promises=late))
    other = SqlLedger(database_url)
    assert other.get_plan("tiny", 1).verdict.promises == late
    other.close()


def test_a_proposed_plan_changes_nothing_on_the_floor(loaded: SqlLedger) -> None:
    add(loaded, 3)
    assert loaded.state("tiny")[1].plan == ()
    with pytest.raises(UnknownPlan, match="no plan in force; ask for a plan and release it"):
        loaded.current_plan("tiny")


def test_a_released_plan_is_in_force_and_supersedes_the_one_before(loaded: SqlLedger) -> None:
    add(loaded, 2, release_by="ada")
    add(loaded, 3)
    released = loaded.release_plan("tiny", 2, "ben", LATER)
    assert (released.status, released.decided_by, released.decided_at) == ("released", "ben", LATER)
    assert loaded.get_plan("tiny", 1).status == "superseded"
    assert loaded.get_plan("tiny", 1).decided_by == "ada"
    assert loaded.current_plan("tiny") == released
    record = loaded.plant("tiny")
    assert (record.plan_in_force, record.plan_in_force_revision) == (2, 3)
    assert loaded.state("tiny") == (3, replace(loaded.state("tiny")[1], plan=tiny_plan().operations))


def test_releasing_the_plan_in_force_again_changes_nothing(loaded: SqlLedger) -> None:
    first = add(loaded, 3, release_by="ada")
    assert loaded.release_plan("tiny", 1, "ben", LATER) == first


def test_an_equal_base_may_replace_and_an_older_one_may_not(loaded: SqlLedger) -> None:
    add(loaded, 2)
    add(loaded, 3, release_by="ada")
    add(loaded, 3, release_by="ada")
    with pytest.raises(StalePlan, match="plan 1 of 'tiny' is based on revision 2, plan 3 in force on revision 3"):
        loaded.release_plan("tiny", 1, "ada", LATER)
    with pytest.raises(StalePlan):
        add(loaded, 2, release_by="ada")
    assert [(p.number, p.status) for p in loaded.plans("tiny")] == [
        (3, "released"),
        (2, "superseded"),
        (1, "proposed"),
    ]


def test_what_the_check_refused_is_stored_but_never_released(loaded: SqlLedger) -> None:
    bad = refusal(tiny_plan(), 2)
    assert add(loaded, 3, verdict=bad).verdict == bad
    with pytest.raises(PlanNotFeasible, match="plan 1 of 'tiny' breaks the rules 2 times"):
        loaded.release_plan("tiny", 1, "ada", LATER)
    with pytest.raises(PlanNotFeasible):
        add(loaded, 3, verdict=bad, release_by="ada")
    assert [p.number for p in loaded.plans("tiny")] == [1]


def test_a_refused_plan_is_never_seen_as_a_proposal(
    loaded: SqlLedger, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, list[tuple[str, str | None]]]] = []
    other = SqlLedger(database_url)

    def look(point: str) -> None:
        """As somebody else sees it, who may take over when we end here."""
        seen.append((point, [(p.status, p.decided_by) for p in other.plans("tiny")]))

    monkeypatch.setattr(plan_repository, "passing", look)
    stored = add(loaded, 3, verdict=refusal(tiny_plan(), 2))
    other.close()
    assert seen == [("plan.stored", []), ("plan.released", []), ("plan.committed", [("rejected", "check")])]
    assert (stored.status, stored.decided_by, stored.decided_at) == ("rejected", "check", AT)
    assert loaded.reject_plan("tiny", 1, "ben", LATER) == stored, "who refused it first stands there"
    assert [m.type for m in loaded.stream("tiny", after=0) if m.type.startswith("plan.")] == [], "nobody hears of it"


def test_what_an_older_version_left_half_refused_is_rejected_by_the_upgrade(
    loaded: SqlLedger, database_url: str
) -> None:
    add(loaded, 3, verdict=refusal(tiny_plan(), 2))
    add(loaded, 3)
    database = Database(database_url)
    with database.writing() as connection:
        config = Config()
        config.set_main_option("script_location", "scheduler.storage:migrations")
        config.attributes["connection"] = connection
        command.downgrade(config, "0004")
        connection.execute(sa.text("UPDATE plans SET status = 'proposed', decided_by = NULL, decided_at = NULL"))
    upgrade(database)
    database.close()
    assert [(p.status, p.decided_by, p.decided_at) for p in reversed(loaded.plans("tiny"))] == [
        ("rejected", "check", AT),
        ("proposed", None, None),
    ]
    assert loaded.get_plan("tiny", 2).plan.engine_failures == ()


def test_engines_that_failed_are_kept_with_the_plan(loaded: SqlLedger, database_url: str) -> None:
    failed = EngineFailure("annealing", "ValueError: no such mode", 1.25, 2, "Traceback")
    add(loaded, 3, plan=replace(tiny_plan(), engine_failures=(failed,)))
    other = SqlLedger(database_url)
    assert other.get_plan("tiny", 1).plan.engine_failures == (failed,)
    other.close()


def test_a_thousand_violations_are_enough(loaded: SqlLedger) -> None:
    stored = add(loaded, 3, verdict=refusal(tiny_plan(), 1001))
    assert len(stored.verdict.violations) == 1000


def test_loading_anew_supersedes_and_makes_earlier_versions_stale(loaded: SqlLedger) -> None:
    add(loaded, 3, release_by="ada")
    add(loaded, 3)
    loaded.load_plant("tiny", tiny_plant(), LATER)
    assert loaded.plant("tiny").plan_in_force is None
    assert loaded.state("tiny")[1].plan == ()
    assert [p.status for p in loaded.plans("tiny")] == ["proposed", "superseded"]
    assert loaded.get_plan("tiny", 1).plan == tiny_plan()
    with pytest.raises(StalePlan, match="at revision 4 the plant was loaded anew"):
        loaded.release_plan("tiny", 2, "ada", LATER)
    assert add(loaded, 4, release_by="ada").number == 3


def test_a_person_rejects_a_proposal_and_nothing_else(loaded: SqlLedger) -> None:
    add(loaded, 3, release_by="ada")
    add(loaded, 3)
    rejected = loaded.reject_plan("tiny", 2, "ben", LATER)
    assert (rejected.status, rejected.decided_by) == ("rejected", "ben")
    assert loaded.reject_plan("tiny", 2, "cleo", LATER) == rejected
    with pytest.raises(Conflict, match="plan 1 of 'tiny' is in force"):
        loaded.reject_plan("tiny", 1, "ben", LATER)


def test_versions_are_listed_newest_first_and_lightly_where_wished(loaded: SqlLedger) -> None:
    for _ in range(4):
        add(loaded, 3)
    assert [p.number for p in loaded.plans("tiny", limit=2)] == [4, 3]
    assert [p.number for p in loaded.plans("tiny", limit=2, before=3)] == [2, 1]
    assert [len(p.plan.operations) for p in loaded.plans("tiny", limit=1)] == [5]
    light = loaded.plans("tiny", limit=1, with_operations=False)[0]
    assert (light.plan.operations, light.plan.kpis) == ((), tiny_plan().kpis)


def test_an_unknown_version_is_named(loaded: SqlLedger) -> None:
    with pytest.raises(UnknownPlan, match="plant 'tiny' has no plan 7; it has none yet"):
        loaded.get_plan("tiny", 7)
    add(loaded, 3)
    with pytest.raises(UnknownPlan, match="has no plan 7; its versions are 1 to 1"):
        loaded.release_plan("tiny", 7, "ada", AT)
    with pytest.raises(UnknownPlant):
        loaded.plans("tony")


def test_a_plan_from_the_future_is_a_fault_of_ours(loaded: SqlLedger) -> None:
    with pytest.raises(InternalFault, match="revision 4 of a log that ends at 3"):
        add(loaded, 4)
    assert loaded.plans("tiny") == []


def test_a_plan_of_a_what_if_knows_it(loaded: SqlLedger) -> None:
    plan = tiny_plan()
    loaded.add_plan("tiny", NewPlan(plan, approval(plan), 3, "what if", Objective(), what_if="w-1"), AT)
    assert loaded.get_plan("tiny", 1).what_if == "w-1"


def test_events_after_the_release_keep_the_plan_in_the_state(loaded: SqlLedger) -> None:
    add(loaded, 3, release_by="ada")
    loaded.append("tiny", [event("e3")], AT)
    revision, state = loaded.state("tiny")
    assert (revision, state.plan) == (4, tiny_plan().operations)
