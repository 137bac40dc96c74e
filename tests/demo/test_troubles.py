"""Troubles in words, and what doing nothing would have cost."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scheduler.demo.troubles import Told
from scheduler.demo.untouched import Untouched, saved_words
from scheduler.domain.events import Event
from scheduler.domain.orders import Order
from scheduler.domain.resources import Downtime
from scheduler.simulation.atc import Atc
from scheduler.simulation.future import AS_PLANNED, Arrival, Future
from scheduler.solving.planner import RejigPlanner
from tests.builders import at, tiny_plan, tiny_plant
from tests.simulation.test_shop import Listening


def heard(*events: tuple[str, int, dict[str, object]]) -> list[str]:
    said: list[str] = []
    inner = Listening(Atc())
    told = Told(inner, tiny_plant(), said.append)
    for number, (type_, minute, data) in enumerate(events):
        told.hear([Event(str(number), "/floor", type_, minute, data)])
    assert len(inner.heard) == len(events)
    return said


def test_a_machine_breaks_needs_longer_and_is_back() -> None:
    assert heard(
        ("machine.down", at(0, 7), {"machine": "saw", "expected_up": "2026-03-02T08:00+00:00", "reason": "belt"}),
        ("machine.down", at(0, 8), {"machine": "saw", "expected_up": "2026-03-02T08:30+00:00", "reason": "belt"}),
        ("machine.up", at(0, 8, 20), {"machine": "saw"}),
    ) == [
        "saw breaks down (belt), expected back Mon 2 Mar 08:00",
        "saw needs longer (belt), expected back Mon 2 Mar 08:30",
        "saw works again, 10 min early",
    ]


def test_a_machine_that_is_back_within_five_minutes_is_back_as_expected() -> None:
    down: dict[str, object] = {"machine": "saw", "expected_up": "2026-03-02T08:00+00:00", "reason": "belt"}
    assert heard(("machine.down", at(0, 7), down), ("machine.up", at(0, 8, 4), {"machine": "saw"}))[1] == (
        "saw works again"
    )
    assert heard(("machine.down", at(0, 7), down), ("machine.up", at(0, 8, 5), {"machine": "saw"}))[1] == (
        "saw works again, 5 min late"
    )


def test_a_delivery_slips_from_where_it_was_last_expected() -> None:
    assert heard(
        ("receipt.changed", at(0, 7), {"receipt": "PO-7", "expected": "2026-03-04T08:00+00:00"}),
        ("receipt.changed", at(0, 8), {"receipt": "PO-7", "expected": "2026-03-05T08:00+00:00"}),
    ) == [
        "delivery PO-7 (20 bar) slips from Tue 3 Mar 08:00 to Wed 4 Mar 08:00",
        "delivery PO-7 (20 bar) slips from Wed 4 Mar 08:00 to Thu 5 Mar 08:00",
    ]


def test_work_as_usual_is_no_trouble() -> None:
    assert heard(("clock.ticked", at(0, 7), {}), ("operation.started", at(0, 7), {"order": "SHAFT-1"})) == []


def test_where_nothing_goes_wrong_doing_nothing_costs_nothing() -> None:
    state = tiny_plant(plan=tiny_plan().operations)
    untouched = Untouched(state, Future(state, 1, AS_PLANNED), RejigPlanner())
    assert untouched.figures(at(0, 7)).late_orders == 0
    assert untouched.figures(at(1, 9)).weighted_tardiness == 0


def test_doing_nothing_waits_for_the_machine_that_is_down() -> None:
    """The lathe stands still until 13:30. Then it changes over to SHAFT-1 for 15 minutes and works at it for 50, of
    which 15 are left of Monday, so it ends on Tuesday at 06:35, 16 h 35 min after it was due."""
    state = tiny_plant(
        plan=tiny_plan().operations, downtimes=(Downtime("lathe", at(0, 5), at(0, 13, 30), "breakdown"),)
    )
    state = replace(state, orders={n: replace(o, priority=1.0) for n, o in state.orders.items()})
    future = Future(state, 1, AS_PLANNED)
    now = Untouched(state, future, RejigPlanner()).figures(at(0, 6))
    assert (now.late_orders, now.weighted_tardiness) == (1, 16 * 60 + 35)
    later = Untouched(state, future, RejigPlanner()).figures(at(1, 9))
    assert (later.late_orders, later.weighted_tardiness) == (1, 16 * 60 + 35)


def test_what_was_saved_and_what_was_lost() -> None:
    without = replace(tiny_plan().kpis, late_orders=3, orders=5, weighted_tardiness=600.0)
    assert saved_words(without, 1, 5, 120.0) == (
        "had the first plan only been pushed back, 3 of 5 orders would be late; now 1 of 5 are. "
        "Hours late x priority: 10 then, 2 now, 8 saved"
    )
    assert saved_words(without, 4, 5, 720.0).endswith("10 then, 12 now, 2 lost")


@dataclass(frozen=True, slots=True)
class OneRushOrder(Future):
    """Nothing goes wrong but that 20 shafts are wanted at once, which is known at 06:10."""

    def rush_orders(self) -> tuple[Arrival, ...]:
        return (Arrival(at(0, 6, 10), Order("RUSH-01", "shaft", 20.0, at(0, 7), "shaft", priority=90.0)),)


def test_what_is_expected_with_a_rush_order_is_what_then_happens() -> None:
    """It takes the saw at 06:20, in front of SHAFT-2, and then the lathe in front of it too: SHAFT-1 leaves that at
    07:10, 15 minutes of changeover and 100 of work make 09:05. Nobody is told that the lathe began to change over to
    SHAFT-1 at 06:05, so 5 minutes more are expected."""
    state = tiny_plant(plan=tiny_plan().operations)
    untouched = Untouched(state, OneRushOrder(state, 1, AS_PLANNED), RejigPlanner())
    assert untouched.figures(at(0, 6, 10)).weighted_tardiness == 90 * 130
    assert untouched.figures(at(3, 9)).weighted_tardiness == 90 * 125
