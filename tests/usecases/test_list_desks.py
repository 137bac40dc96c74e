"""Lists on their way to machines: made when they change, brought by a carrier, confirmed or refused."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from scheduler.domain.events import Event
from scheduler.errors import ConnectionAway
from scheduler.list_ports import ListDesk, ListSetup, MachineList
from scheduler.usecases.desk import Desk
from scheduler.usecases.list_desks import ListDesks, OneListDesk
from tests.builders import at
from tests.usecases.shop import Shop


class Van:
    """A carrier that keeps what it got; `cut` lets it fail once."""

    def __init__(self, rows: int = 50) -> None:
        self.setup = ListSetup("van", "mqtt", "tiny", "mqtt://x", rows=rows, answers=True)
        self.got: list[MachineList] = []
        self.began = 0
        self.cut = threading.Event()

    def carry(self, desk: ListDesk, closing: threading.Event) -> None:
        self.began += 1
        number = 0
        while not closing.is_set():
            if self.cut.is_set():
                self.cut.clear()
                raise ConnectionAway("the line is cut")
            number, lists = desk.newer(number, 0.01)
            for one in lists:
                self.got.append(one)
                desk.carried(one.machine, one.version)


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.fixture
def van(shop: Shop) -> Iterator[tuple[Shop, Van, OneListDesk]]:
    shop.load()
    Desk(shop.tools, "tiny").look()
    carrier = Van()
    desk = OneListDesk(shop.tools, carrier)
    yield shop, carrier, desk
    desk.stop()


def down(shop: Shop, id: str, minute: int, machine: str = "lathe") -> None:
    shop.post(Event(id, "/mes", "machine.down", minute, {"machine": machine, "expected_up": "2026-03-03T10:00+00:00"}))
    Desk(shop.tools, "tiny").look()


def test_each_machine_gets_its_list_and_then_what_changes(van: tuple[Shop, Van, OneListDesk]) -> None:
    shop, carrier, desk = van
    desk.look()
    machines = sorted(shop.tools.snapshot("tiny").state.machines)
    until(lambda: sorted(one.machine for one in carrier.got) == machines)
    first = {one.machine: one for one in carrier.got}
    body = json.loads(first["lathe"].body)
    assert (body["machine"], body["version"], body["revision"]) == (
        "lathe",
        first["lathe"].version,
        first["lathe"].revision,
    )
    assert body["lines"]
    assert [line["position"] for line in body["lines"]] == [*range(1, len(body["lines"]) + 1)]

    desk.look()
    down(shop, "d1", at(0, 6, 5))
    desk.look()
    until(lambda: desk_seen(desk, "lathe").carried != first["lathe"].version)
    again = [one for one in carrier.got if one.machine == "lathe"]
    assert [one.revision for one in again] == sorted({one.revision for one in again})
    assert again[-1].version == desk_seen(desk, "lathe").made


def desk_seen(desk: OneListDesk, machine: str):  # type: ignore[no-untyped-def]
    return next(seen for seen in desk.seen() if seen.machine == machine)


def test_a_carrier_that_was_away_gets_every_list_anew(van: tuple[Shop, Van, OneListDesk]) -> None:
    _, carrier, desk = van
    desk.look()
    until(lambda: len(carrier.got) >= 2)
    count = len(carrier.got)
    carrier.cut.set()
    until(lambda: carrier.began == 2)
    until(lambda: len(carrier.got) == 2 * count)
    assert [one.version for one in carrier.got[:count]] == [one.version for one in carrier.got[count:]]


def test_a_list_is_confirmed_once_and_an_old_one_is_shown(van: tuple[Shop, Van, OneListDesk]) -> None:
    shop, _, desk = van
    desk.look()
    seen = desk_seen(desk, "lathe")
    desk.confirmed("lathe", seen.made, "panel")
    desk.confirmed("lathe", seen.made, "panel")
    said = [m for m in shop.ledger.stream("tiny", 0, 1000) if m.type == "dispatch-list.acknowledged"]
    assert len(said) == 1
    assert shop.ledger.acknowledgement("tiny", "lathe").by == "panel"  # type: ignore[union-attr]
    now = shop.tools.clock()
    assert not desk_seen(desk, "lathe").works_by_an_old_one(now + dt.timedelta(hours=1), 10)

    down(shop, "d1", at(0, 6, 5))
    desk.look()
    changed = desk_seen(desk, "lathe")
    assert (changed.confirmed, changed.made != changed.confirmed) == (seen.made, True)
    assert not changed.works_by_an_old_one(changed.since + dt.timedelta(minutes=9), 10)
    assert changed.works_by_an_old_one(changed.since + dt.timedelta(minutes=11), 10)
    (newest,) = (one for one in desk.newer(0, 0)[1] if one.machine == "lathe")
    assert json.loads(newest.body)["changes"]


def test_what_a_machine_refuses_is_shown_until_it_confirms(van: tuple[Shop, Van, OneListDesk]) -> None:
    shop, _, desk = van
    desk.look()
    made = desk_seen(desk, "lathe").made
    desk.refused("lathe", made, "panel", "unknown order")
    seen = desk_seen(desk, "lathe")
    assert (seen.why, seen.works_by_an_old_one(seen.since, 10)) == ("refused: unknown order", True)
    desk.confirmed("lathe", made, "panel")
    assert not desk_seen(desk, "lathe").works_by_an_old_one(seen.since + dt.timedelta(hours=1), 10)
    desk.confirmed("nothing", "x", "panel")
    assert shop.tools.meters.total("lists_refused") == 1


def test_long_lists_are_cut_and_keep_their_version(shop: Shop) -> None:
    shop.load()
    Desk(shop.tools, "tiny").look()
    desk = OneListDesk(shop.tools, Van(rows=1))
    desk.look()
    bodies = [json.loads(one.body) for one in desk.newer(0, 0)[1]]
    assert {len(body["lines"]) for body in bodies} <= {0, 1}
    assert max(body["operations"] for body in bodies) > 1
    desk.stop()


def test_the_loop_carries_and_ends(shop: Shop) -> None:
    carrier = Van()
    lists = ListDesks(shop.tools, [carrier])
    lists.start()
    shop.load()
    Desk(shop.tools, "tiny").look()
    until(lambda: bool(carrier.got))
    lists.close()
    assert not lists.desks[0].carries
