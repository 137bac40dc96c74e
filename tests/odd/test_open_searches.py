"""Jobs and what-ifs that wait or run are few, and no plant waits behind all that another has asked for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from scheduler.errors import TooMuchOpen, UnknownPlant
from scheduler.limits import Limits
from scheduler.ports import PlanRequest
from scheduler.storage.ledger import SqlLedger
from scheduler.usecases.ask_for_plan import ask_for_plan
from scheduler.usecases.delete_plant import delete_plant
from scheduler.usecases.resume import resume_unfinished
from scheduler.usecases.searches import Searches
from scheduler.usecases.what_if import start_what_if
from tests.usecases.shop import Shop

HOUR = PlanRequest(time_limit_seconds=3_600.0)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    ledger = SqlLedger.open(f"sqlite:///{tmp_path / 'rejig.db'}")
    opened = Shop(ledger)
    for plant in ("greedy", "other", "third"):
        opened.load("advise", plant)
    opened.workers.held = True
    yield opened
    opened.workers.close()
    ledger.close()


@pytest.fixture
def searches(shop: Shop) -> Iterator[Searches]:
    opened = Searches(shop.tools, 1, Limits(open_per_plant=3, open_in_all=5))
    yield opened
    opened.close()


def until(true: Callable[[], object]) -> None:
    for _ in range(6_000):
        if true():
            return
        time.sleep(0.02)
    raise AssertionError("it did not come true")


def test_so_many_are_open_of_a_plant_and_in_all(shop: Shop, searches: Searches) -> None:
    for _ in range(2):
        start_what_if(shop.tools, searches, "greedy", [], HOUR)
    ask_for_plan(shop.tools, searches, "greedy", HOUR)
    with pytest.raises(
        TooMuchOpen, match=r"^3 jobs and what-ifs of plant 'greedy' wait or run, at most 3 may; wait for"
    ):
        start_what_if(shop.tools, searches, "greedy", [], HOUR)
    assert len(shop.ledger.what_ifs("greedy")) == 2
    for _ in range(2):
        ask_for_plan(shop.tools, searches, "other", HOUR)
    with pytest.raises(TooMuchOpen, match="5 jobs and what-ifs of all plants together"):
        ask_for_plan(shop.tools, searches, "third", HOUR)


def test_plants_take_turns(shop: Shop, searches: Searches) -> None:
    first, second, last = (start_what_if(shop.tools, searches, "greedy", [], HOUR) for _ in range(3))
    mine = ask_for_plan(shop.tools, searches, "other", HOUR)
    for count, id in enumerate((first.id, mine.id, second.id), start=1):
        until(partial(searched, shop, count))
        searches.stop(id)
        until(partial(gone, searches, id))
    assert shop.ledger.job("other", mine.id).state == "stopped"
    assert shop.ledger.what_if("greedy", second.id).state == "stopped"
    assert shop.ledger.what_if("greedy", last.id).state in ("queued", "running")
    numbers = [shop.ledger.what_if("greedy", first.id).plan_number, shop.ledger.job("other", mine.id).plan_number]
    assert numbers == [1, 1]


def searched(shop: Shop, count: int) -> bool:
    return len(shop.workers.handles) >= count


def running(searches: Searches) -> set[str]:
    return set(searches._stops)


def gone(searches: Searches, id: str) -> bool:
    return id not in running(searches)


def test_what_was_open_at_the_last_stop_is_taken_up_however_much_it_is(shop: Shop, searches: Searches) -> None:
    for _ in range(3):
        ask_for_plan(shop.tools, searches, "greedy", HOUR)
    searches.close()
    again = Searches(shop.tools, 1, Limits(open_per_plant=1, open_in_all=1))
    try:
        assert resume_unfinished(shop.tools, again) == 3
    finally:
        again.close()


def test_a_deleted_plant_has_no_searches(shop: Shop, searches: Searches) -> None:
    for _ in range(3):
        start_what_if(shop.tools, searches, "greedy", [], HOUR)
    mine = ask_for_plan(shop.tools, searches, "other", HOUR)
    delete_plant(shop.tools, searches, "greedy")
    until(lambda: shop.workers.handles and running(searches) <= {mine.id})
    with pytest.raises(UnknownPlant):
        shop.ledger.what_ifs("greedy")
    assert shop.ledger.unfinished()[1] == []
    shop.load("advise", "greedy")
    assert shop.ledger.plant("greedy").revision == 2
    with pytest.raises(UnknownPlant):
        delete_plant(shop.tools, searches, "nowhere")
