"""What orders, materials and events look like to the planner."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.domain.events import EVENT_TYPES, Event
from scheduler.domain.orders import Progress, Receipt
from scheduler.domain.plans import Unplanned
from scheduler.planning.lists.describe_event import NAMES, SENTENCES, describe_event, name_event
from scheduler.planning.lists.material_outlook import material_outlook
from scheduler.planning.lists.order_outlook import order_outlook
from scheduler.replanning.reactions import cause_of
from tests.builders import UTC, at, down, event, tiny_plan, tiny_plant


def test_orders_come_by_due_date_with_end_and_lateness() -> None:
    lines = order_outlook(tiny_plant(), tiny_plan().operations)
    assert [(x.order.name, x.end, x.late_minutes) for x in lines] == [
        ("SHAFT-1", at(0, 7, 10), -410),
        ("SHAFT-2", at(0, 8, 15), -1785),
        ("PIN-1", at(1, 8, 30), -1770),
    ]


def test_a_finished_order_ends_when_the_floor_says() -> None:
    done = {("PIN-1", 10): Progress("PIN-1", 10, "done", "lathe", at(0, 8), at(0, 9))}
    line = next(x for x in order_outlook(tiny_plant(progress=done), ()) if x.order.name == "PIN-1")
    assert (line.progress, line.done, line.end) == ("done", 1, at(0, 9))


def test_an_order_that_cannot_be_planned_says_why_and_has_no_end() -> None:
    line = order_outlook(tiny_plant(), tiny_plan().operations[:-1], [Unplanned("PIN-1", 10, "no bar is left")])[-1]
    assert (line.end, line.late_minutes, line.unplanned_reason) == (None, None, "operation 10: no bar is left")


def test_stock_is_projected_in_the_order_of_things() -> None:
    bar = material_outlook(tiny_plant(), tiny_plan().operations)[0]
    assert [(p.at, p.stock, p.cause) for p in bar.projection] == [
        (at(1, 8), 25.0, "PO-7"),  # what comes at 08:00 is there before what goes at 08:00
        (at(1, 8), 15.0, "PIN-1/10"),
    ]
    assert (bar.lowest, bar.short_from, bar.orders_hit) == (5.0, None, ())


def test_a_late_delivery_shows_who_would_start_without_it() -> None:
    late = tiny_plant(receipts={"PO-7": Receipt("PO-7", "bar", 20.0, at(1, 8, 1))})
    bar = material_outlook(late, tiny_plan().operations)[0]
    assert (bar.lowest, bar.short_from, bar.orders_hit) == (-5.0, at(1, 8), ("PIN-1",))


def test_work_that_runs_has_taken_its_material() -> None:
    running = tiny_plant(progress={("PIN-1", 10): Progress("PIN-1", 10, "running", "lathe", at(0, 6), None, 30)})
    bar = material_outlook(running, tiny_plan().operations)[0]
    assert [p.cause for p in bar.projection] == ["PO-7"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (down("1", "saw", expected_up="2026-03-02T10:00Z"), "saw is down until Mon 2 Mar 10:00 (spindle)"),
        (down("1", "saw", reason=""), "saw is down, nobody knows how long"),
        (event("1", "order.changed", order="SHAFT-1", priority=2.0), "Order SHAFT-1 has changed: priority 2"),
        (event("1", "quality.held", order="SHAFT-1", reason="cracks"), "Order SHAFT-1 is held for quality (cracks)"),
        (
            event(
                "1", "calendar.changed", machine="saw", start="2026-03-02T14:00Z", end="2026-03-02T22:00Z", kind="open"
            ),
            "saw: works Mon 2 Mar 14:00 to Mon 2 Mar 22:00",
        ),
        (
            event("1", "calendar.changed", calendar="early", end="2026-03-02T22:00Z", kind="closed", reason="feast"),
            "early: closed Mon 2 Mar 06:00 to Mon 2 Mar 22:00 (feast)",
        ),
        (event("1", "pool.changed", pool="crew", capacity=2), "crew: 2 available"),
        (event("1", "machine.added", machine="saw-2", like="saw"), "saw-2 is new, and does what saw does"),
        (
            event("1", "pool.changed", pool="crew", capacity=1, end="2026-03-02T22:00Z", reason="ill"),
            "crew: 1 available from Mon 2 Mar 06:00 to Mon 2 Mar 22:00 (ill)",
        ),
        (event("1", "routing.changed", routing="shaft"), "shaft is made in a new way"),
        (event("1", "receipt.arrived", receipt="PO-7", quantity=18), "Delivery PO-7 has arrived: 18"),
        (
            event("1", "receipt.arrived", receipt="PO-7", quantity=8.0, complete=False),
            "Delivery PO-7 has arrived: 8, the rest comes later",
        ),
        (
            event("1", "material.issued", material="bar", quantity=4, order="PIN-1", operation=10),
            "bar: 4 issued for PIN-1/10",
        ),
        (event("1", "material.issued", material="bar", quantity=-4, reason="spare"), "bar: 4 put back (spare)"),
        (event("1", "operation.paused", order="S", operation=10, reason="lunch"), "S/10 is paused (lunch)"),
        (event("1", "operation.resumed", order="S", operation=10), "S/10 goes on again"),
        (
            event(
                "1",
                "promise.reserved",
                reservation="PR-1",
                material="pin",
                quantity=4.0,
                due="2026-03-04T14:00Z",
                until="2026-03-03T12:00Z",
                reason="offer 7",
            ),
            "PR-1 reserved until Tue 3 Mar 12:00: 4 of pin, due Wed 4 Mar 14:00 (offer 7)",
        ),
        (event("1", "promise.released", reservation="PR-1", reason=""), "PR-1 is not reserved any more"),
        (
            event(
                "1", "order.created", order="S", material="pin", quantity=4, due="2026-03-04T14:00Z", reservation="P"
            ),
            "Order S is new: 4 of pin, due Wed 4 Mar 14:00, in the place of P",
        ),
        (
            event("1", "operation.progressed", order="S", operation=10, quantity_good=40.0, remaining_minutes=66),
            "S/10: 40 good, 66 min left",
        ),
        (event("1", "operation.progressed", order="S", operation=10), "S/10: at work"),
        (event("1", "operation.finished", order="S", operation=10, quantity_good=9.0), "S/10 is finished: 9 good"),
    ],
)
def test_an_event_is_told_in_the_words_of_the_shop(said: Event, words: str) -> None:
    assert describe_event(said, UTC) == words


def test_every_type_of_disturbance_has_its_sentence() -> None:
    assert SENTENCES.keys() == {*EVENT_TYPES}
    assert NAMES.keys() == {*EVENT_TYPES}


def test_an_event_is_named_to_stand_behind_after() -> None:
    assert name_event(down("1", "saw")) == "saw down"
    assert name_event(event("1", "calendar.changed", calendar="early")) == "other working hours of early"
    assert name_event(event("1", "receipt.arrived", receipt="PO-7", quantity=18)) == "the arrival of delivery PO-7"


def test_the_event_that_asks_for_a_new_plan_speaks_for_the_rest() -> None:
    tick, broken = event("t"), down("d", "saw")
    assert cause_of([tick, broken, tick]) == "saw down and 2 more reports"
    assert cause_of([tick]) == "time passing"
    assert cause_of([replace(tick, type="operation.started", data={"order": "A", "operation": 10})]) == (
        "the start of A/10"
    )
