"""Jobs and what-ifs: what they answer, how they stop, and that a restart loses none."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from scheduler.domain.plans import Plan
from scheduler.domain.plant import PlantState
from scheduler.errors import Conflict, InvalidEvent
from scheduler.ports import JobRecord, MoveLimits, PlanRequest, WhatIfRecord
from scheduler.usecases.ask_for_plan import ask_for_plan, stop_job
from scheduler.usecases.compare import compare_what_if
from scheduler.usecases.desk import Desk
from scheduler.usecases.promote import promote
from scheduler.usecases.release_plan import release_plan
from scheduler.usecases.resume import resume_unfinished
from scheduler.usecases.searches import LONGEST_PROGRESS, Searches, thinned
from scheduler.usecases.what_if import start_what_if, state_behind, stop_what_if
from tests.builders import at, down
from tests.usecases.shop import Shop

SHORT = PlanRequest(time_limit_seconds=1.0)
SAW_DOWN = {"type": "machine.down", "data": {"machine": "saw", "expected_up": "2026-03-02T10:00Z"}}


@pytest.fixture
def searches(shop: Shop) -> Iterator[Searches]:
    opened = Searches(shop.tools)
    yield opened
    opened.close()


def job_ended(shop: Shop, id: str) -> JobRecord:
    for _ in range(400):
        job = shop.ledger.job("tiny", id)
        if job.state not in ("queued", "running"):
            return job
        time.sleep(0.05)
    raise AssertionError("the job has not ended")


def what_if_ended(shop: Shop, id: str) -> WhatIfRecord:
    for _ in range(400):
        record = shop.ledger.what_if("tiny", id)
        if record.state not in ("queued", "running"):
            return record
        time.sleep(0.05)
    raise AssertionError("the what-if has not ended")


def under_way(shop: Shop, id: str) -> None:
    for _ in range(400):
        if shop.ledger.job("tiny", id).progress:
            return
        time.sleep(0.05)
    raise AssertionError("the job has not begun")


def test_a_plan_that_was_asked_for_is_proposed(shop: Shop, searches: Searches) -> None:
    shop.load("advise")
    job = job_ended(shop, ask_for_plan(shop.tools, searches, "tiny", SHORT).id)
    assert (job.state, job.plan_number, job.error) == ("done", 1, None)
    assert job.progress[0].cost == 99.0
    assert shop.versions() == [("proposed", "asked for")]


def test_in_auto_a_plan_that_was_asked_for_waits_for_who_asked(shop: Shop, searches: Searches) -> None:
    shop.load("auto")
    job_ended(shop, ask_for_plan(shop.tools, searches, "tiny", SHORT).id)
    assert shop.versions() == [("proposed", "asked for")]


def test_a_job_that_is_stopped_keeps_the_best_plan(shop: Shop, searches: Searches) -> None:
    shop.load("advise")
    shop.workers.held = True
    asked = ask_for_plan(shop.tools, searches, "tiny", SHORT)
    under_way(shop, asked.id)
    stop_job(shop.tools, searches, "tiny", asked.id)
    job = job_ended(shop, asked.id)
    assert (job.state, job.plan_number) == ("stopped", 1)


def broken(_state: PlantState) -> Plan:
    raise ZeroDivisionError("a fault of ours")


def test_a_job_whose_worker_breaks_down_has_a_plan_by_repair_which_says_so(shop: Shop, searches: Searches) -> None:
    shop.load("advise")
    shop.workers.answer = broken
    job = job_ended(shop, ask_for_plan(shop.tools, searches, "tiny", SHORT).id)
    assert (job.state, job.error, job.plan_number) == ("done", None, 1)
    stored = shop.ledger.get_plan("tiny", 1)
    assert (stored.status, stored.verdict.feasible) == ("proposed", True)
    (failure,) = stored.plan.engine_failures
    assert (failure.engine, failure.reason) == ("worker", "ZeroDivisionError: a fault of ours")
    assert shop.tools.meters.total("engine_failures", engine="worker") == 1


def test_a_job_with_limits_on_moves_fails_with_its_worker_as_no_repair_keeps_to_them(
    shop: Shop, searches: Searches
) -> None:
    shop.load("advise")
    shop.workers.answer = broken
    job = job_ended(
        shop, ask_for_plan(shop.tools, searches, "tiny", replace(SHORT, limits=MoveLimits(keep_machines=True))).id
    )
    assert (job.state, job.error) == ("failed", "ZeroDivisionError: a fault of ours")


def test_what_was_under_way_is_taken_up_again_at_the_next_start(shop: Shop, searches: Searches) -> None:
    shop.load("advise")
    shop.workers.held = True
    asked = ask_for_plan(shop.tools, searches, "tiny", SHORT)
    assumed = start_what_if(shop.tools, searches, "tiny", [SAW_DOWN], SHORT)
    waiting = ask_for_plan(shop.tools, searches, "tiny", SHORT)  # two run at once, so it never begins
    under_way(shop, asked.id)
    searches.close()
    assert shop.ledger.job("tiny", asked.id).state == "running"
    shop.workers.held = False
    again = Searches(shop.tools)
    assert resume_unfinished(shop.tools, again) == 3
    assert job_ended(shop, asked.id).state == "done"
    assert job_ended(shop, waiting.id).state == "done"
    assert what_if_ended(shop, assumed.id).state == "done"
    again.close()


def test_what_another_process_works_on_is_left_to_it(shop: Shop, searches: Searches) -> None:
    shop.load("advise")
    shop.workers.held = True
    asked = ask_for_plan(shop.tools, searches, "tiny", SHORT)
    other = Searches(shop.tools)
    assert resume_unfinished(shop.tools, other) == 0
    other.close()
    searches.stop(asked.id)


def test_a_what_if_changes_nothing_of_the_plant(shop: Shop, searches: Searches) -> None:
    shop.load("auto")
    Desk(shop.tools, "tiny").look()
    record = what_if_ended(shop, start_what_if(shop.tools, searches, "tiny", [SAW_DOWN], SHORT).id)
    assert (record.state, record.name) == ("done", "saw down")
    assert shop.ledger.plant("tiny").revision == 1
    assert record.plan_number is not None
    plan = shop.ledger.get_plan("tiny", record.plan_number)
    assert plan.what_if == record.id
    assert min(o.start for o in plan.plan.operations if o.machine == "saw") == at(0, 10)
    beside = compare_what_if(shop.tools, record, plan)
    assert beside.base is not None
    assert beside.base.plan == 1
    assert beside.against_base is not None
    assert ("SHAFT-1", 10) in {(m.order, m.operation) for m in beside.against_base.moved}


def test_a_rush_order_of_a_what_if_is_known_to_its_own_plan_only(shop: Shop, searches: Searches) -> None:
    shop.load("observe")
    rush = {
        "type": "order.created",
        "data": {"order": "RUSH", "material": "shaft", "quantity": 1, "due": "2026-03-02T08:00Z", "routing": "shaft"},
    }
    record = what_if_ended(shop, start_what_if(shop.tools, searches, "tiny", [rush], SHORT).id)
    assert "RUSH" in state_behind(shop.tools, "tiny", record.id).orders
    assert "RUSH" not in state_behind(shop.tools, "tiny", None).orders


def test_an_assumption_about_an_unknown_machine_is_refused_by_its_number(shop: Shop, searches: Searches) -> None:
    shop.load("observe")
    wrong = {"type": "machine.down", "data": {"machine": "sawmill"}}
    with pytest.raises(InvalidEvent, match=r"assumption 2: .*sawmill.*did you mean 'saw'"):
        start_what_if(shop.tools, searches, "tiny", [SAW_DOWN, wrong], SHORT)
    assert shop.ledger.what_ifs("tiny") == []


def test_repair_mode_moves_no_more_than_it_must(shop: Shop, searches: Searches) -> None:
    shop.load("auto")
    Desk(shop.tools, "tiny").look()
    saw_is_needed_from = {"type": "machine.down", "data": {"machine": "saw", "expected_up": "2026-03-02T06:05Z"}}
    records = [
        what_if_ended(shop, start_what_if(shop.tools, searches, "tiny", [saw_is_needed_from], SHORT, mode=mode).id)
        for mode in ("repair", "full")
    ]
    few, any_ = (shop.ledger.get_plan("tiny", r.plan_number or 0).verdict.kpis for r in records)
    assert records[0].mode == "repair"
    assert 0 < few.moved_operations <= any_.moved_operations


def test_a_promoted_what_if_becomes_events_and_a_proposal(shop: Shop, searches: Searches) -> None:
    shop.load("auto")
    Desk(shop.tools, "tiny").look()
    record = what_if_ended(shop, start_what_if(shop.tools, searches, "tiny", [SAW_DOWN], SHORT).id)
    promoted = promote(shop.tools, "tiny", record.id)
    assert (promoted.revision, promoted.accepted) == (2, 1)
    assert shop.ledger.events("tiny", after=1)[0].event.source == f"/what-if/{record.id}"
    assert (promoted.plan.status, promoted.plan.revision) == ("proposed", 2)
    Desk(shop.tools, "tiny").look()  # in auto the desk answers with its own repair, and a person decides between them
    assert shop.in_force().cause == "repaired after saw down: its work is delayed or moved"
    assert release_plan(shop.tools, "tiny", promoted.plan.number, "m.keller").record.status == "released"
    with pytest.raises(Conflict, match="promoted already"):
        promote(shop.tools, "tiny", record.id)


def test_a_promoted_plan_that_no_longer_holds_is_re_timed(shop: Shop, searches: Searches) -> None:
    shop.load("observe")
    record = what_if_ended(shop, start_what_if(shop.tools, searches, "tiny", [SAW_DOWN], SHORT).id)
    shop.post(down("d", "lathe", expected_up="2026-03-02T13:00Z"))
    promoted = promote(shop.tools, "tiny", record.id)
    assert promoted.retimed
    assert promoted.plan.verdict.feasible
    assert min(o.start for o in promoted.plan.plan.operations if o.machine == "lathe") >= at(0, 13)


def test_a_what_if_without_a_plan_cannot_be_promoted(shop: Shop, searches: Searches) -> None:
    shop.load("observe")
    shop.workers.held = True
    record = start_what_if(shop.tools, searches, "tiny", [SAW_DOWN], SHORT)
    with pytest.raises(Conflict, match="has no plan yet"):
        promote(shop.tools, "tiny", record.id)
    shop.workers.held = False
    stop_what_if(shop.tools, searches, "tiny", record.id)
    ended = what_if_ended(shop, record.id)
    assert (ended.state, ended.plan_number is not None) == ("stopped", True)


def test_a_long_search_keeps_a_short_story() -> None:
    from scheduler.ports import SolveProgress

    steps = [SolveProgress(float(n), 1000.0 - n, None, "x") for n in range(1000)]
    kept = thinned(steps)
    assert len(kept) <= LONGEST_PROGRESS
    assert (kept[0], kept[-1]) == (steps[0], steps[-1])
