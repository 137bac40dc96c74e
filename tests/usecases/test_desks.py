"""The threads around the desks: leases, faults of one plant, the clock on the wall, a clean end."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from scheduler.domain.minutes import EPOCH
from scheduler.domain.plans import Plan
from scheduler.domain.plant import PlantState
from scheduler.usecases.desks import Desks
from scheduler.usecases.searches import Searches
from tests.builders import down, tiny_plant
from tests.usecases.shop import Shop

Start = Callable[[], Desks]


@pytest.fixture
def start(shop: Shop) -> Iterator[Start]:
    opened: list[tuple[Desks, Searches]] = []

    def one() -> Desks:
        searches = Searches(shop.tools)
        desks = Desks(shop.tools, searches)
        opened.append((desks, searches))
        desks.start()
        return desks

    yield one
    for desks, searches in opened:
        desks.close()
        searches.close()


def until(true: Callable[[], bool]) -> None:
    for _ in range(400):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come true within 20 s")


def test_an_event_wakes_the_desk(shop: Shop, start: Start) -> None:
    shop.load("auto")
    start()
    until(lambda: shop.ledger.plant("tiny").plan_in_force == 1)
    shop.post(down("d", "lathe"))
    until(lambda: shop.ledger.plant("tiny").plan_in_force_revision == 2)


def test_there_is_one_desk_per_plant_and_another_takes_over(shop: Shop, start: Start) -> None:
    shop.load("auto")
    first, second = start(), start()
    until(lambda: bool(first.health()) and bool(second.health()))
    until(lambda: sorted(d.health()[0].here for d in (first, second)) == [False, True])
    holder, other = (first, second) if first.health()[0].here else (second, first)
    holder.close()
    until(lambda: other.health()[0].here)


def test_a_plant_that_breaks_its_desk_stops_no_other(shop: Shop, start: Start) -> None:
    def fussy(state: PlantState) -> Plan:
        if state.name == "poison":
            raise ZeroDivisionError("poison")
        return shop.planner.plan(state, request=PLAIN)

    from scheduler.ports import PlanRequest

    PLAIN = PlanRequest()  # noqa: N806
    shop.workers.answer = fussy
    shop.load("auto", "poison", replace(tiny_plant(), name="poison"))
    shop.load("auto")
    desks = start()
    until(lambda: shop.ledger.plant("tiny").plan_in_force == 1)
    until(lambda: any(d.error for d in desks.health()))
    assert {d.plant: d.error for d in desks.health()} == {"poison": "ZeroDivisionError: poison", "tiny": None}
    assert shop.tools.meters.total("desk_errors", plant="poison") >= 1


def test_with_the_clock_on_the_wall_each_minute_is_an_event(shop: Shop, start: Start) -> None:
    shop.load("observe", state=tiny_plant(clock="wall"))
    shop.clock.moment = dt.datetime(2026, 3, 2, 6, 7, 30, tzinfo=dt.UTC)
    start()
    until(lambda: shop.ledger.plant("tiny").revision == 2)
    logged = shop.ledger.events("tiny", after=1)[0].event
    assert (logged.type, EPOCH + dt.timedelta(minutes=logged.time)) == (
        "clock.ticked",
        dt.datetime(2026, 3, 2, 6, 7, tzinfo=dt.UTC),
    )


def test_closing_leaves_no_thread_behind(shop: Shop) -> None:
    others = set(threading.enumerate())  # servers of other tests may still be up
    shop.load("auto")
    searches = Searches(shop.tools)
    desks = Desks(shop.tools, searches)
    desks.start()
    until(lambda: shop.ledger.plant("tiny").plan_in_force == 1)
    desks.close()
    searches.close()
    left = set(threading.enumerate()) - others
    assert not [t for t in left if t.name.startswith(("desk", "search"))]
    lease = shop.ledger.lease("desk:tiny")
    assert lease is not None
    lease.release()
