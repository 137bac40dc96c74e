"""A date is promised and its place is kept, in the tiny plant: every plan after it keeps it, until the order comes or
its time is over."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import patch

import pytest

from scheduler.domain.routings import Component, Routing
from scheduler.errors import BadRequest, Conflict, UnknownReservation
from scheduler.planning.lists.dispatch_list import Dispatcher
from scheduler.ports import Policy
from scheduler.replanning.promise import Wish
from scheduler.usecases import promises
from scheduler.usecases.desk import Desk
from scheduler.usecases.promises import Keep, Promised, promise_date, promises_of, release_promise
from tests.builders import at, down, event, tiny_plan, tiny_plant
from tests.usecases.shop import Shop

WISH = Wish("shaft", 4.0, priority=5.0, wished=at(1, 14))
TUESDAY_NOON = at(1, 12)


def desk_of(shop: Shop) -> Desk:
    """The tiny plant with its plan by hand in force, and nobody who looks for a better one."""
    shop.load("auto", state=tiny_plant(plan=tiny_plan().operations))
    shop.ledger.change_plant("tiny", policy=Policy(improve_seconds=0))
    desk = Desk(shop.tools, "tiny")
    desk.look()
    return desk


def reserved(shop: Shop, desk: Desk, until: int = TUESDAY_NOON) -> Promised:
    told = promise_date(shop.tools, "tiny", WISH, Keep(until, by="anna"))
    desk.look()
    return told


def rows_of(shop: Shop, order: str) -> list[tuple[int, str, int, int]]:
    plan = shop.in_force().plan.operations
    return [(o.operation, o.machine, o.start, o.end) for o in plan if o.order == order]


def test_a_date_is_only_asked_and_nothing_happens(shop: Shop) -> None:
    desk_of(shop)
    told = promise_date(shop.tools, "tiny", WISH)
    assert (told.promise.date, told.as_of, told.plan, told.reservation) == (at(1, 14), 1, 1, None)
    assert shop.ledger.plant("tiny").revision == 1


def test_a_reservation_stands_in_the_log_and_in_every_plan_after_it(shop: Shop) -> None:
    desk = desk_of(shop)
    told = reserved(shop, desk)
    assert (told.reservation, told.until, told.revision) == ("PR-2", TUESDAY_NOON, 2)
    assert [e.event.type for e in shop.ledger.events("tiny")] == ["promise.reserved"]
    assert shop.in_force().cause == "repaired after reservation PR-2: a place is kept for it"
    assert max(end for *_, end in rows_of(shop, "PR-2")) <= at(1, 14)
    shop.post(down("d1", "saw", expected_up="2026-03-02T09:00Z"))
    desk.look()
    assert min(start for _, machine, start, _ in rows_of(shop, "PR-2") if machine == "saw") >= at(0, 9)
    assert max(end for *_, end in rows_of(shop, "PR-2")) <= at(1, 14)
    _, kept = promises_of(shop.tools, "tiny")
    assert [(k.order.name, k.reservation.by, k.planned_end) for k in kept] == [
        ("PR-2", "anna", max(end for *_, end in rows_of(shop, "PR-2")))
    ]


def test_nobody_can_begin_what_is_only_reserved(shop: Shop) -> None:
    desk = desk_of(shop)
    reserved(shop, desk)
    state = shop.tools.snapshot("tiny").state
    assert rows_of(shop, "PR-2")
    listed = [row.order for machine in state.machines for row in Dispatcher(state, state.plan).list_of(machine).rows]
    assert "PR-2" not in listed
    assert "SHAFT-1" in listed


def test_once_its_time_is_over_the_place_is_free_by_itself(shop: Shop) -> None:
    desk = desk_of(shop)
    reserved(shop, desk, until=at(0, 7))
    shop.post(event("t1", time=at(0, 7)))
    desk.look()
    assert rows_of(shop, "PR-2")
    shop.post(event("t2", time=at(0, 7, 1)))
    desk.look()
    assert rows_of(shop, "PR-2") == []
    assert shop.in_force().cause.endswith("a place that was kept is free again")
    assert promises_of(shop.tools, "tiny")[1] == []


def test_the_order_that_comes_takes_the_place_to_the_minute(shop: Shop) -> None:
    desk = desk_of(shop)
    reserved(shop, desk)
    places, others = rows_of(shop, "PR-2"), [o for o in shop.in_force().plan.operations if o.order != "PR-2"]
    came = {"order": "SO-1", "material": "shaft", "quantity": 4, "due": "2026-03-03T14:00Z", "priority": 5}
    shop.post(event("o", "order.created", **came, reservation="PR-2"))
    assert [o.order for o in shop.tools.snapshot("tiny").state.plan].count("SO-1") == 2, "at once, before the next plan"
    desk.look()
    assert rows_of(shop, "SO-1") == places
    assert [o for o in shop.in_force().plan.operations if o.order != "SO-1"] == others
    assert shop.in_force().cause == "kept after new order SO-1: it takes the place that was kept for it"
    assert promises_of(shop.tools, "tiny")[1] == []
    shop.post(event("t", time=TUESDAY_NOON + 1))
    assert "SO-1" in shop.tools.snapshot("tiny").state.orders


def test_a_reservation_outlives_a_restart_and_a_reload(shop: Shop) -> None:
    desk = desk_of(shop)
    reserved(shop, desk)
    snapshot = shop.tools.snapshot("tiny")
    again = shop.tools.files.read(shop.tools.files.write_zip(snapshot.state)).state
    assert again.reservations == snapshot.state.reservations
    shop.load("auto", "copy", again)
    assert [k.order.name for k in promises_of(shop.tools, "copy")[1]] == ["PR-2"]


def test_a_reservation_is_released_by_hand(shop: Shop) -> None:
    desk = desk_of(shop)
    reserved(shop, desk)
    assert release_promise(shop.tools, "tiny", "PR-2", "anna") == 3
    desk.look()
    assert rows_of(shop, "PR-2") == []
    with pytest.raises(UnknownReservation, match="no reservation 'PR-2'"):
        release_promise(shop.tools, "tiny", "PR-2")


def test_no_name_is_given_twice(shop: Shop) -> None:
    desk = desk_of(shop)
    reserved(shop, desk)
    release_promise(shop.tools, "tiny", "PR-2")
    assert reserved(shop, desk).reservation == "PR-4", "who still names PR-2 must not get another's place"


def test_an_end_that_is_past_reserves_nothing(shop: Shop) -> None:
    desk_of(shop)
    with pytest.raises(BadRequest, match="a moment after the plant's now"):
        promise_date(shop.tools, "tiny", WISH, Keep(at(0, 6)))
    assert shop.ledger.plant("tiny").revision == 1


def test_a_date_that_was_seen_and_cannot_be_kept_any_more_is_not_reserved(shop: Shop) -> None:
    desk_of(shop)
    with pytest.raises(Conflict, match="nothing is reserved"):
        promise_date(shop.tools, "tiny", WISH, Keep(TUESDAY_NOON, no_later_than=at(1, 13)))
    assert shop.ledger.plant("tiny").revision == 1


def test_a_plant_without_a_plan_promises_nothing(shop: Shop) -> None:
    shop.load("observe")
    with pytest.raises(Conflict, match="no plan to put an order in"):
        promise_date(shop.tools, "tiny", WISH)


def test_where_the_plant_moves_on_meanwhile_the_date_is_looked_at_once_more(shop: Shop) -> None:
    desk_of(shop)
    soon = replace(WISH, wished=None)
    worked_out = promises.find_promise

    def while_the_lathe_breaks_down(*arguments: object) -> object:
        found = worked_out(*arguments)  # type: ignore[arg-type]
        shop.post(down("d1", "lathe", expected_up="2026-03-02T12:00Z"))
        return found

    with patch.object(promises, "find_promise", while_the_lathe_breaks_down), pytest.raises(Conflict, match="moved on"):
        promise_date(shop.tools, "tiny", soon, Keep(TUESDAY_NOON))
    assert promises_of(shop.tools, "tiny")[1] == [], "what was reserved on the old plant is free again"

    def while_time_passes(*arguments: object) -> object:
        found = worked_out(*arguments)  # type: ignore[arg-type]
        shop.post(event("r", "receipt.changed", receipt="PO-7", quantity=21))
        return found

    with patch.object(promises, "find_promise", while_time_passes):
        told = promise_date(shop.tools, "tiny", replace(WISH, wished=at(3, 14)), Keep(TUESDAY_NOON))
    assert told.reservation is not None
    assert [k.order.name for k in promises_of(shop.tools, "tiny")[1]] == [told.reservation]


def test_components_that_must_be_made_are_reserved_with_it(shop: Shop) -> None:
    plant = tiny_plant(plan=tiny_plan().operations)
    (turn,) = plant.routings["pin"].operations
    kit = Routing("kit", (replace(turn, components=(Component("shaft", 1.0),)),))
    shop.load("auto", state=replace(plant, routings={**plant.routings, "kit": kit}))
    shop.ledger.change_plant("tiny", policy=Policy(improve_seconds=0))
    desk = Desk(shop.tools, "tiny")
    desk.look()
    told = promise_date(shop.tools, "tiny", Wish("kit", 23.0), Keep(TUESDAY_NOON))
    desk.look()
    assert [(o.name, o.material, o.quantity) for o in told.promise.orders] == [
        ("PR-2", "kit", 23.0),
        ("PR-2.1", "shaft", 3.0),
    ]
    assert [k.reservation.part_of for k in promises_of(shop.tools, "tiny")[1]] == ["", "PR-2"]
    assert rows_of(shop, "PR-2.1")
    assert max(end for *_, end in rows_of(shop, "PR-2")) <= (told.promise.date or 0)
    release_promise(shop.tools, "tiny", "PR-2")
    assert promises_of(shop.tools, "tiny")[1] == []
