"""What waits in quarantine, decided on by its cause, all of it in one call."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scheduler.domain.resources import Machine
from scheduler.errors import Conflict
from scheduler.usecases.quarantine_bulk import Which, cause_of, causes, dismiss_events, retry_events
from tests.builders import at, down, event, tiny_plant
from tests.usecases.shop import Shop

NO_MACHINE = "machine.down '…': no machine '…' in the plant"
TINY = tiny_plant()
WITH_NEW = replace(TINY, machines={**TINY.machines, **{n: Machine(n, "turning", "early") for n in ("new-1", "new-2")}})


def waiting(shop: Shop) -> list[str]:
    return [kept.id for kept in reversed(shop.ledger.quarantine("tiny", waiting=True))]


def outages(shop: Shop) -> list[tuple[str, int]]:
    return [(d.machine, d.start) for d in shop.ledger.state("tiny")[1].downtimes]


def refused(shop: Shop) -> None:
    """At 10:00 three outages of machines that the plant lacks, the later one first, and work of an order it lacks."""
    shop.load("observe")
    shop.post(event("t", time=at(0, 10)))
    shop.post(down("d2", "new-2", at(0, 9)), down("d1", "new-1", at(0, 8)), down("d3", "gone", at(0, 7)))
    shop.post(event("s", "operation.started", at(0, 9), order="NOBODY", operation=10, machine="saw"))


def test_a_cause_is_a_reason_without_names_figures_and_remedy() -> None:
    assert cause_of("no machine 'mill-9' in the plant; did you mean 'mill-1'?") == "no machine '…' in the plant"
    assert cause_of("found 12.5 at 2026-03-02T06:00, expected 3") == "found … at …, expected …"
    assert cause_of("no order 'it; is' here") == "no order '…' here"


def test_what_waits_is_counted_by_its_cause_the_most_first(shop: Shop) -> None:
    refused(shop)
    first, second = causes(shop.ledger.quarantine("tiny", waiting=True))
    assert (first.cause, first.waiting, first.types, first.sources) == (NO_MACHINE, 3, ("machine.down",), ("mes",))
    assert (second.waiting, second.types) == (1, ("operation.started",))


def test_all_of_a_cause_are_dismissed_and_the_others_wait_on(shop: Shop) -> None:
    refused(shop)
    assert dismiss_events(shop.tools, "tiny", Which(cause=NO_MACHINE), "m.keller").done == 3
    assert waiting(shop) == ["s"]
    assert shop.ledger.plant("tiny").quarantined == 1
    assert {kept.decided_by for kept in shop.ledger.quarantine("tiny") if kept.state == "dismissed"} == {"m.keller"}
    assert dismiss_events(shop.tools, "tiny", Which(cause=NO_MACHINE), "m.keller").done == 0


def test_tried_again_they_hold_since_their_own_time_and_what_is_refused_again_waits(shop: Shop) -> None:
    refused(shop)
    shop.load("observe", state=replace(WITH_NEW, now=at(0, 10)))
    done = retry_events(shop.tools, "tiny", Which(cause=NO_MACHINE), "m.keller")
    assert (done.done, [number for number, _ in done.refused]) == (2, [3])
    assert outages(shop) == [("new-1", at(0, 8)), ("new-2", at(0, 9))]
    assert waiting(shop) == ["d3", "s"]
    assert shop.ledger.quarantined("tiny", 3).tries == 2


def test_tried_again_from_now_they_hold_since_now_and_what_is_refused_keeps_its_time(shop: Shop) -> None:
    refused(shop)
    shop.load("observe", state=replace(WITH_NEW, now=at(0, 10)))
    done = retry_events(shop.tools, "tiny", Which(type="machine.down"), "m.keller", from_now=True)
    assert (done.done, [number for number, _ in done.refused]) == (2, [3])
    assert outages(shop) == [("new-1", at(0, 10)), ("new-2", at(0, 10))]
    assert waiting(shop) == ["d3", "s"]
    assert shop.ledger.quarantined("tiny", 3).event["time"].startswith("2026-03-02T07:00")


def test_those_that_were_set_aside_come_in_under_another_id_and_wait_no_more(shop: Shop) -> None:
    shop.load("observe")
    shop.post(down("a", "saw", at(0, 7)), down("b", "lathe", at(0, 8)))
    for revision in (2, 3):
        shop.ledger.set_aside("tiny", revision, f"no plan with revision {revision}", shop.clock())
    assert outages(shop) == []
    assert retry_events(shop.tools, "tiny", Which(numbers=frozenset({1, 2})), "m.keller").done == 2
    assert outages(shop) == [("saw", at(0, 7)), ("lathe", at(0, 8))]
    assert waiting(shop) == []
    assert shop.ledger.plant("tiny").quarantined == 0


def test_one_that_was_set_aside_and_is_refused_waits_once(shop: Shop) -> None:
    shop.load("observe")
    shop.post(down("a", "saw", at(0, 7)))
    shop.ledger.set_aside("tiny", 2, "no plan with it", shop.clock())
    machines = {name: m for name, m in TINY.machines.items() if name != "saw"}
    routings = {"pin": TINY.routings["pin"]}
    shop.load("observe", state=replace(TINY, machines=machines, routings=routings, orders={}))
    done = retry_events(shop.tools, "tiny", Which(source="mes"), "m.keller")
    assert (done.done, len(done.refused)) == (0, 1)
    assert waiting(shop) == ["a"]


def test_whoever_asks_for_nothing_decides_on_nothing(shop: Shop) -> None:
    refused(shop)
    with pytest.raises(Conflict, match="found none of numbers, cause, type, source"):
        dismiss_events(shop.tools, "tiny", Which(), "m.keller")
    assert len(waiting(shop)) == 4
