"""An event that no plan can live with is set aside; the others are planned."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest

from scheduler.domain.plans import Plan
from scheduler.domain.plant import PlantState
from scheduler.errors import Conflict
from scheduler.ports import PlanRequest
from scheduler.usecases.poison import PlanningFailed
from scheduler.usecases.post_events import post_events
from scheduler.usecases.quarantine import dismiss_event, retry_event
from scheduler.usecases.webhooks import add_webhook
from tests.builders import at, down, event
from tests.usecases.shop import Shop
from tests.usecases.test_desk import caught_up


def poisoned(shop: Shop, id: str) -> None:
    """Neither repair nor search can live with an outage of that reason."""

    def trouble(state: PlantState) -> None:
        if any(d.reason == id for d in state.downtimes):
            raise ZeroDivisionError(id)

    plan, repair = shop.planner.plan, shop.planner.repair

    def answer(state: PlantState) -> Plan:
        trouble(state)
        return plan(state, PlanRequest())

    def repaired(state: PlantState) -> Plan:
        trouble(state)
        return repair(state)

    shop.workers.answer = answer
    shop.planner.repair = repaired  # type: ignore[method-assign]


def test_an_event_that_no_plan_can_live_with_is_set_aside_and_the_others_are_planned(shop: Shop) -> None:
    desk = caught_up(shop)
    poisoned(shop, "poison")
    shop.post(
        *(event(f"s{n}", "machine.speed", machine="saw", efficiency=1 + n / 10) for n in range(3)),
        down("p", "saw", reason="poison"),
        down("d", "lathe", expected_up="2026-03-02T10:00Z"),
    )
    with pytest.raises(PlanningFailed, match="ZeroDivisionError: poison"):
        desk.look()
    desk.look()  # the second time it looks for the culprit, and finds it
    desk.look()
    (kept,) = shop.ledger.quarantine("tiny")
    assert (kept.id, kept.state, kept.revision) == ("p", "waiting", 5)
    assert kept.reason == "no plan can be made with it: ZeroDivisionError: poison"
    assert shop.in_force().revision == shop.ledger.plant("tiny").revision == 7
    assert shop.in_force().cause == "repaired after lathe down and 3 more reports: its work is delayed or moved"
    assert min(o.start for o in shop.in_force().plan.operations if o.machine == "lathe") >= at(0, 10)


def test_whoever_wants_to_hear_of_events_set_aside_is_told_through_a_webhook(shop: Shop) -> None:
    desk = caught_up(shop)
    hook, _ = add_webhook(shop.tools, "tiny", "http://mes/x", ["event.set_aside", "event.dismissed"])
    poisoned(shop, "poison")
    shop.post(down("p", "saw", reason="poison"))
    for _ in range(2):
        with contextlib.suppress(PlanningFailed):
            desk.look()
    (kept,) = shop.ledger.quarantine("tiny", waiting=True)
    dismiss_event(shop.tools, "tiny", kept.number, "Ada")
    waiting = shop.ledger.due_deliveries(shop.clock.moment)
    assert [(d.webhook, d.type) for d in waiting] == [(hook.id, "event.set_aside"), (hook.id, "event.dismissed")]


def test_of_two_poisons_both_are_set_aside(shop: Shop) -> None:
    desk = caught_up(shop)
    poisoned(shop, "poison")
    shop.post(down("p1", "saw", reason="poison"), event("s", "machine.speed", machine="saw", efficiency=1.5))
    shop.post(down("p2", "lathe", reason="poison"))
    for _ in range(4):
        with contextlib.suppress(PlanningFailed):
            desk.look()
    desk.look()
    assert {q.id for q in shop.ledger.quarantine("tiny", waiting=True)} == {"p1", "p2"}
    assert shop.in_force().revision == shop.ledger.plant("tiny").revision


def test_a_fault_that_no_event_is_to_blame_for_sets_nothing_aside(shop: Shop) -> None:
    desk = caught_up(shop)

    def broken(_state: PlantState) -> Plan:
        raise ZeroDivisionError

    shop.planner.repair = broken  # type: ignore[method-assign]
    shop.workers.answer = broken
    shop.post(down("d1", "saw"))
    for _ in range(3):
        with pytest.raises(PlanningFailed):
            desk.look()
    assert shop.ledger.quarantine("tiny") == []


def test_a_poison_comes_in_again_when_a_person_wants_it_and_is_planned_once_we_can(shop: Shop) -> None:
    desk = caught_up(shop)
    repair = shop.planner.repair
    poisoned(shop, "poison")
    shop.post(down("p", "saw", reason="poison", expected_up="2026-03-02T10:00Z"))
    with pytest.raises(PlanningFailed):
        desk.look()
    desk.look()
    shop.planner.repair = repair  # type: ignore[method-assign]
    retried = retry_event(shop.tools, "tiny", 1, "m.keller")
    assert (retried.state, retried.decided_by) == ("taken", "m.keller")
    desk.look()
    assert min(o.start for o in shop.in_force().plan.operations if o.machine == "saw") >= at(0, 10)
    with pytest.raises(Conflict, match="is taken; only one that waits"):
        retry_event(shop.tools, "tiny", 1, "m.keller")


def test_one_that_is_set_aside_again_after_a_retry_waits_in_its_row(shop: Shop) -> None:
    desk = caught_up(shop)
    poisoned(shop, "poison")
    shop.post(down("p", "saw", reason="poison"))
    for tries in (1, 2, 3):
        with pytest.raises(PlanningFailed):
            desk.look()
        desk.look()
        (kept,) = shop.ledger.quarantine("tiny")
        assert (kept.number, kept.id, kept.state, kept.tries, kept.event["id"]) == (1, "p", "waiting", tries, "p")
        assert shop.ledger.plant("tiny").quarantined == 1
        assert kept.reason == "no plan can be made with it: ZeroDivisionError: poison"
        if tries < 3:
            assert retry_event(shop.tools, "tiny", 1, "m.keller").state == "taken"
            assert shop.ledger.plant("tiny").quarantined == 0
    assert dismiss_event(shop.tools, "tiny", 1, "m.keller").state == "dismissed"


def test_one_that_was_set_aside_and_is_refused_at_its_retry_waits_in_its_row(shop: Shop) -> None:
    shop.load("observe")
    shop.post(down("a", "saw", at(0, 7)))
    shop.ledger.set_aside("tiny", 2, "no plan with it", shop.clock())
    state = shop.tools.snapshot("tiny").state
    machines = {name: m for name, m in state.machines.items() if name != "saw"}
    shop.load("observe", state=replace(state, machines=machines, routings={}, orders={}))
    with pytest.raises(Conflict, match=r"refused again: .*no machine 'saw'"):
        retry_event(shop.tools, "tiny", 1, "m.keller")
    (kept,) = shop.ledger.quarantine("tiny")
    assert (kept.number, kept.id, kept.state, kept.tries) == (1, "a", "waiting", 2)


def test_one_that_is_refused_again_says_why_and_waits_on(shop: Shop) -> None:
    shop.load("observe")
    post_events(shop.tools, "tiny", [{"id": "x", "source": "mes", "type": "fire"}])
    with pytest.raises(Conflict, match=r"refused again: specversion: found nothing"):
        retry_event(shop.tools, "tiny", 1, "m.keller")
    assert shop.ledger.quarantined("tiny", 1).tries == 2
    assert dismiss_event(shop.tools, "tiny", 1, "m.keller").state == "dismissed"
