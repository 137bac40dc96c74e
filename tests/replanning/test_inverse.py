"""What takes an event back: afterwards the plant is as it would have been, or it is said why not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scheduler.domain.events import EVENT_TYPES, Event
from scheduler.domain.fold import fold_event
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Downtime, Pool
from scheduler.errors import InvalidEvent
from scheduler.replanning.inverse import INVERSES, TakingBack, take_back
from tests.builders import MONDAY_SIX, at, down, event, named, tiny_plant
from tests.domain.test_fold_properties import events

PLANT = tiny_plant(pools=named(Pool("setters", 2.0)))
TWO = at(0, 8)


def folded(state: PlantState, *happened: Event) -> PlantState:
    for one in happened:
        state = fold_event(state, one)
    return state


def back(*assumed: Event, since: tuple[Event, ...] = (), plant: PlantState = PLANT) -> TakingBack:
    return take_back(plant, assumed, folded(plant, *assumed, *since), "/what-if/w/take-back")


def types(taking: TakingBack) -> list[tuple[str, dict[str, Any]]]:
    return [(e.type, {k: v for k, v in e.data.items() if k != "reason"}) for e in taking.events]


def test_a_machine_that_was_assumed_down_is_up_again() -> None:
    taking = back(down("1", "saw"), since=(event("t", time=TWO),))
    assert (types(taking), taking.left) == ([("machine.up", {"machine": "saw"})], ())
    assert taking.state.outages("saw") == [(MONDAY_SIX, TWO)], "the hours that have passed were lost"


def test_a_machine_that_somebody_reported_up_meanwhile_is_left() -> None:
    taking = back(down("1", "saw"), since=(event("u", "machine.up", TWO, machine="saw"),))
    assert (taking.events, taking.left) == ((), ("'saw' is up again already",))


def test_an_outage_that_was_only_made_longer_is_as_long_as_before() -> None:
    broken = folded(PLANT, down("0", "saw", expected_up="2026-03-02T09:00Z"))
    taking = back(down("1", "saw", expected_up="2026-03-02T12:00Z"), plant=broken)
    assert taking.state.outages("saw") == broken.outages("saw") == [(MONDAY_SIX, at(0, 9))]


def test_an_outage_beside_maintenance_is_left_as_machine_up_would_end_both() -> None:
    serviced = replace(PLANT, downtimes=(Downtime("saw", at(0, 5), at(0, 12)),))
    taking = back(down("1", "saw"), plant=serviced)
    assert taking.left == ("another outage of 'saw' lasts, and machine.up would end both",)


def test_a_speed_is_set_back_unless_it_was_changed_since() -> None:
    slow = event("1", "machine.speed", machine="saw", efficiency=0.5)
    assert back(slow).state.machines["saw"].efficiency == 1.0
    again = event("2", "machine.speed", machine="saw", efficiency=0.7)
    assert back(slow, since=(again,)).left == ("'saw' has been given another speed since",)


@pytest.mark.parametrize("whose", [{"machine": "saw"}, {"calendar": "early"}])
@pytest.mark.parametrize("kind", ["open", "closed"])
def test_hours_are_as_they_were_from_now_on(whose: dict[str, str], kind: str) -> None:
    hours = event("1", "calendar.changed", start="2026-03-02T12:00Z", end="2026-03-02T18:00Z", kind=kind, **whose)
    taking = back(hours, since=(event("t", time=at(0, 13)),))
    assert taking.left == ()
    first, last = at(0, 13), at(1, 14)
    expected = PLANT.machine_time("saw", first, last)
    got = taking.state.machine_time("saw", first, last)
    assert [got.is_open(minute) for minute in range(first, last)] == [
        expected.is_open(minute) for minute in range(first, last)
    ]


def test_hours_that_are_past_are_left() -> None:
    hours = event(
        "1", "calendar.changed", machine="saw", start="2026-03-02T06:00Z", end="2026-03-02T07:00Z", kind="closed"
    )
    taking = back(hours, since=(event("t", time=TWO),))
    assert taking.left == ("the hours of 'saw' that it changed are past, or were so anyhow",)


@pytest.mark.parametrize("when", [{}, {"start": "2026-03-02T07:00Z", "end": "2026-03-02T12:00Z"}])
def test_a_pool_has_its_capacity_again(when: dict[str, str]) -> None:
    taking = back(event("1", "pool.changed", pool="setters", capacity=1, **when))
    assert taking.left == ()
    assert [taking.state.pools["setters"].room(at(0, hour)) for hour in range(6, 14)] == [2.0] * 8


def test_an_order_that_was_assumed_is_cancelled_unless_work_on_it_has_begun() -> None:
    rush = event(
        "1", "order.created", order="R", material="shaft", routing="shaft", quantity=1, due="2026-03-02T08:00Z"
    )
    assert back(rush).state == PLANT
    begun = event("s", "operation.started", order="R", operation=10, machine="saw")
    assert back(rush, since=(begun,)).left == ("work on order 'R' has begun",)


def test_an_order_has_its_old_values_but_those_that_were_changed_since() -> None:
    changed = event("1", "order.changed", order="PIN-1", priority=9, due="2026-03-03T14:00Z", quantity=4)
    since = event("2", "order.changed", order="PIN-1", priority=5)
    taking = back(changed, since=(since,))
    assert taking.left == ("the priority of order 'PIN-1' has been changed since",)
    assert taking.state.orders["PIN-1"] == replace(PLANT.orders["PIN-1"], priority=5.0)


def test_a_cancelled_order_comes_back_with_its_pins() -> None:
    pin = event("0", "operation.pinned", order="PIN-1", operation=10, machine="lathe", by="ada")
    pinned = folded(PLANT, pin)
    taking = back(event("1", "order.cancelled", order="PIN-1"), plant=pinned)
    assert (taking.left, taking.state.orders, taking.state.pins) == ((), pinned.orders, pinned.pins)


def test_a_delivery_comes_when_it_was_expected_unless_it_has_come() -> None:
    late = event("1", "receipt.changed", receipt="PO-7", expected="2026-03-06T08:00Z", quantity=5)
    assert back(late).state == PLANT
    came = event("2", "receipt.arrived", receipt="PO-7", quantity=5)
    assert back(late, since=(came,)).left == ("delivery 'PO-7' has arrived already",)


def test_what_the_floor_has_reported_is_a_fact() -> None:
    done = event("1", "operation.finished", order="SHAFT-1", operation=10, machine="saw")
    assert back(done).left == ("operation.finished SHAFT-1 is a fact of the log; post what is right instead",)


def test_the_last_is_taken_back_first() -> None:
    slow, slower = (event(str(n), "machine.speed", machine="saw", efficiency=e) for n, e in ((1, 0.5), (2, 0.25)))
    taking = back(slow, slower)
    assert [data["efficiency"] for _, data in types(taking)] == [0.5, 1.0]
    assert taking.state == PLANT


REVERSIBLE = sorted(set(INVERSES) - {"clock.ticked"})


@settings(deadline=None, max_examples=200)
@given(events(), st.sampled_from([PLANT, folded(PLANT, down("0", "saw"))]))
def test_whatever_is_taken_back_at_once_and_whole_leaves_the_plant_as_it_would_have_been(
    assumed: Event, plant: PlantState
) -> None:
    """But for when a running outage began, and how a stretch of hours or of a pool is written."""
    assumed = replace(assumed, time=plant.now)
    assume(assumed.type in REVERSIBLE)
    try:
        after = fold_event(plant, assumed)
    except InvalidEvent:
        assume(False)
        return
    taking = take_back(plant, [assumed], after, "/what-if/w/take-back")
    if taking.left or after == plant:
        return
    got = taking.state
    last = plant.now + 7 * 1440
    for name in plant.machines:
        assert got.machine_time(name, plant.now, last).stretches == plant.machine_time(name, plant.now, last).stretches
    for name, pool in plant.pools.items():
        assert [got.pools[name].room(m) for m in range(plant.now, last, 30)] == [
            pool.room(m) for m in range(plant.now, last, 30)
        ]
    for field in ("orders", "receipts", "pins", "progress", "materials"):
        assert getattr(got, field) == getattr(plant, field), field


def test_every_type_is_known_here_or_is_a_fact() -> None:
    assert set(INVERSES) <= set(EVENT_TYPES)
