"""What would help, asked of a plant that is served: in a worker, one after the other, and adopted as a what-if."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from scheduler.domain.plans import Plan
from scheduler.domain.plant import PlantState
from scheduler.errors import TooMuchOpen, UnknownOrder, UnknownPlan
from scheduler.ports import PlanRequest
from scheduler.usecases.fixes import FixesWish, fixes_for
from scheduler.usecases.plan_requests import asked_by_a_person
from scheduler.usecases.promote import promote
from scheduler.usecases.release_plan import release_plan
from scheduler.usecases.searches import Searches
from scheduler.usecases.what_if import start_what_if
from tests.builders import at
from tests.replanning.late_shop import made, step
from tests.replanning.late_shop import shop as late_shop
from tests.usecases.shop import Shop

WISH = FixesWish(time_limit_seconds=60.0, iterations=20)


def two_on_the_saw() -> PlantState:
    """A is four hours late behind B."""
    return late_shop(
        made("A", at(0, 10), step(10, "saw", 240)), made("B", at(0, 10), step(10, "saw", 240), priority=2.5)
    )


@pytest.fixture
def searches(shop: Shop) -> Iterator[Searches]:
    started = Searches(shop.tools)
    yield started
    started.close()


@pytest.fixture
def served(shop: Shop) -> Shop:
    shop.load("observe", state=two_on_the_saw())
    return shop


def plan_of(shop: Shop, id: str) -> int:
    """The number of a what-if's plan, as soon as it has one."""
    for _ in range(400):
        number = shop.ledger.what_if("tiny", id).plan_number
        if number is not None:
            return number
        time.sleep(0.05)
    raise AssertionError("the what-if has no plan")


def test_what_would_help_is_worked_out_in_workers(served: Shop) -> None:
    found = fixes_for(served.tools, "tiny", "A", WISH)
    assert found.plan == 1
    assert {f.change.kind for f in found.fixes.fixes} == {"nothing", "priority", "due"}
    assert len(served.workers.handles) == found.fixes.trials
    request = served.workers.handles[0].request
    assert (request.budget, request.workers, request.solver) == (20, 1, "search")


def test_a_what_if_of_a_fix_makes_the_plan_that_was_proven(served: Shop, searches: Searches) -> None:
    found = fixes_for(served.tools, "tiny", "A", WISH)
    fix = next(f for f in found.fixes.fixes if f.change.kind == "priority")
    request = asked_by_a_person(served.tools.snapshot("tiny"), iterations=20)
    raw = [{"type": e.type, "data": dict(e.data)} for e in fix.change.events]
    idea = start_what_if(served.tools, searches, "tiny", raw, request, "A in time")
    number = plan_of(served, idea.id)
    assert fix.trial.plan is not None
    assert served.ledger.get_plan("tiny", number).plan.operations == fix.trial.plan.operations
    done = promote(served.tools, "tiny", idea.id)
    release_plan(served.tools, "tiny", done.plan.number, "m.keller")
    after = served.tools.snapshot("tiny").state
    assert after.orders["A"].priority == 3
    assert served.start_of("A", 10) == at(0, 6)


def test_on_the_plan_of_a_what_if_its_assumptions_come_first(served: Shop, searches: Searches) -> None:
    raw = [{"type": "order.changed", "data": {"order": "B", "priority": 1.5}}]
    request = asked_by_a_person(served.tools.snapshot("tiny"), iterations=20)
    idea = start_what_if(served.tools, searches, "tiny", raw, request)
    number = plan_of(served, idea.id)
    found = fixes_for(served.tools, "tiny", "A", replace(WISH, plan=number))
    assert [e.type for e in found.assumed] == ["order.changed"]
    priority = next(f for f in found.fixes.fixes if f.change.kind == "priority")
    assert priority.change.words == "Priority of A from 1 to 2"


def test_nothing_is_changed_by_asking(served: Shop) -> None:
    before = served.tools.snapshot("tiny")
    fixes_for(served.tools, "tiny", "A", WISH)
    after = served.tools.snapshot("tiny")
    assert (after.revision, after.state.orders) == (before.revision, before.state.orders)
    assert served.versions() == [("released", served.versions()[0][1])]


def test_time_is_given_to_all_of_it_together(served: Shop) -> None:
    clock = iter((0.0, *[0.0] * 4, *[99.0] * 50))
    found = fixes_for(served.tools, "tiny", "A", WISH, clock=lambda: next(clock))
    assert found.fixes.trials == 2
    assert found.fixes.untried
    with pytest.raises(TooMuchOpen, match="no plan came within 60 s"):
        fixes_for(served.tools, "tiny", "A", WISH, clock=iter((0.0, *[99.0] * 9)).__next__)
    assert fixes_for(served.tools, "tiny", "A", WISH).fixes.untried == (), "whoever gave up has made room"


def test_a_worker_that_does_not_answer_in_time_is_stopped(served: Shop) -> None:
    served.workers.held = True
    with pytest.raises(TooMuchOpen, match="every worker is busy"):
        fixes_for(served.tools, "tiny", "A", replace(WISH, time_limit_seconds=0.2))
    assert served.workers.handles[-1].stopped()


def test_a_proof_that_fails_is_no_help_and_the_others_go_on(served: Shop) -> None:
    planner = served.planner

    def broken(state: PlantState) -> Plan:
        if state.orders["A"].priority > 1:
            raise ValueError("no such mode")
        return planner.plan(state, PlanRequest())

    served.workers.answer = broken
    found = fixes_for(served.tools, "tiny", "A", WISH)
    assert {f.change.kind for f in found.fixes.fixes} == {"nothing", "due"}
    (failed,) = [t for t in found.fixes.no_help if t.change.kind == "priority"]
    assert failed.late_minutes is None


def test_no_more_ask_at_once_than_may(served: Shop) -> None:
    with served.tools.asked_searches.begun() as first, served.tools.asked_searches.begun() as second:
        assert (first, second) == (True, True)
        with pytest.raises(TooMuchOpen, match="is being looked for already"):
            fixes_for(served.tools, "tiny", "A", WISH)
        assert served.tools.asked_searches.at_work()
    assert not served.tools.asked_searches.at_work()
    assert fixes_for(served.tools, "tiny", "A", WISH).fixes.trials


def test_unknown_names_are_told(served: Shop) -> None:
    with pytest.raises(UnknownOrder, match="no order 'C'"):
        fixes_for(served.tools, "tiny", "C", WISH)
    with pytest.raises(UnknownPlan):
        fixes_for(served.tools, "tiny", "A", replace(WISH, plan=99))
