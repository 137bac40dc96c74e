"""What has happened and what it has cost: each event blamed for what the plan that answered it has changed."""

from __future__ import annotations

from typing import Any, cast

from tests.ui.test_views import event, kpis, plan
from ui.answers import Plan
from ui.views.blame import disturbances


def ran(
    number: int, after: int, until: int, late: int, days: float = 1.0, cause: str = "repaired", **more: Any
) -> Plan:
    """A plan that was in force: made for the events (after, until], with so many late orders, so many days in all."""
    promised = {"late": late, "minutes_late": round(1440 * days)}
    made = {"cause": cause, "trigger": {"need": "improve", "reason": "", "after": after, "until": until}}
    kept = {"promises": promised, "kpis": kpis(moved_operations=more.pop("moved", 0))}
    return cast(Plan, plan(number, until) | made | kept | more)


FIRST = ran(7, 0, 42, late=3, days=1.0)
DOWN = event(43, "machine.down", machine="mill-1")


def test_an_event_that_no_plan_knows_waits() -> None:
    (one,) = disturbances([DOWN], [FIRST])
    assert (one.revision, one.effect, one.worse) == (43, "not yet planned", True)


def test_an_event_is_blamed_for_the_repair_that_answered_it() -> None:
    (down,) = disturbances([DOWN], [FIRST, ran(8, 42, 43, late=7, days=3.5, moved=14)])
    assert down.effect == "4 more late orders, 2.5 d later in all, 14 operations moved · plan 8"
    assert down.worse


def test_what_the_search_gains_is_told_apart_from_what_the_event_has_cost() -> None:
    """The breakdown makes 4 more orders late; the search brings back 6. The breakdown is not praised for it."""
    plans = [FIRST, ran(8, 42, 43, late=7, days=3.5), ran(9, 42, 43, late=1, days=0.5, cause="improved after")]
    (down,) = disturbances([DOWN], plans)
    assert down.effect == (
        "4 more late orders, 2.5 d later in all · plan 8 · the search since: 6 fewer late orders, 3.0 d sooner in all "
        "· plan 9"
    )
    assert not down.worse


def test_a_search_before_an_event_is_not_its_gain() -> None:
    """Plan 8 was found by a search for earlier events before the machine went down; plan 9 answers that."""
    plans = [FIRST, ran(8, 41, 42, late=1, cause="improved after"), ran(9, 42, 43, late=2)]
    (down,) = disturbances([DOWN], plans)
    assert down.effect == "1 more late order · plan 9"


def test_proposals_are_compared_with_nothing() -> None:
    proposal = ran(8, 42, 43, late=0, status="proposed")
    (down,) = disturbances([DOWN], [FIRST, proposal])
    assert down.effect == "not yet planned"
    (down,) = disturbances([DOWN], [FIRST, proposal, ran(9, 42, 43, late=4)])
    assert down.effect == "1 more late order · plan 9"


def test_events_that_one_plan_answers_are_one_line() -> None:
    log = [DOWN, *(event(n, "order.created", order=f"A-{n}") for n in (44, 45, 46))]
    (batch,) = disturbances(log, [FIRST, ran(8, 42, 46, late=5)])
    assert batch.what == "machine.down!; order.created!; and 2 more"
    assert (batch.revision, batch.effect) == (43, "2 more late orders · plan 8")
    (batch,) = disturbances(log, [FIRST], opens=lambda e: e["event"]["type"] == "order.created")
    assert batch.prefill["revision"] == 44, "the first that opens a what-if"


def test_events_through_which_the_plan_was_kept_have_no_effect() -> None:
    """Plan 7 was made for revision 42 and held until 44: what came then is not blamed for its own gain on 6."""
    kept = FIRST | {"revision": 44}
    plans = [ran(6, 0, 40, late=9), cast(Plan, kept), ran(8, 44, 45, late=4)]
    log = [event(43, "order.changed"), event(45, "machine.down", machine="mill-1")]
    down, changed = disturbances(log, plans)
    assert changed.effect == "no effect: plan 7 holds"
    assert down.effect == "1 more late order · plan 8"


def test_repairs_after_ordinary_reports_are_not_the_searchs_gain() -> None:
    plans = [FIRST, ran(8, 42, 43, late=7), ran(9, 43, 44, late=5), ran(10, 43, 44, late=4, cause="improved after")]
    log = [event(44, "operation.started"), DOWN]
    (down,) = disturbances(log, plans)
    assert down.effect == "4 more late orders · plan 8 · the search since: 1 fewer late order · plan 10"


def test_a_plan_that_a_person_asked_for_says_that_it_was_searched() -> None:
    """It knew what had come in before it was stored: the event was accepted at 06:30 UTC, the plan made at 06:40."""
    kept = {"promises": {"late": 1, "minutes_late": 0}, "kpis": kpis(moved_operations=0)}
    asked = plan(8, 44, cause="asked for", created_at="2026-03-02T06:40+00:00") | kept
    (down,) = disturbances([DOWN], [FIRST, cast(Plan, asked)])
    assert down.effect == "2 fewer late orders, 1.0 d sooner in all with a new search · plan 8"
    earlier = cast(Plan, asked | {"created_at": "2026-03-02T06:20+00:00"})
    (down,) = disturbances([DOWN], [FIRST, earlier])
    assert down.effect == "no effect: plan 8 holds", "it was kept when the event came"


def test_plans_of_earlier_releases_are_compared_by_their_late_orders() -> None:
    old = plan(7, 42, kpis=kpis(late_orders=3))
    new = ran(8, 42, 43, late=4) | {"promises": None, "kpis": kpis(late_orders=5, moved_operations=0)}
    (down,) = disturbances([DOWN], [old, cast(Plan, new)])
    assert down.effect == "2 more late orders · plan 8"
