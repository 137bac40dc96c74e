"""A place that is kept for an order: it goes by itself, or the order comes and takes it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scheduler.domain.fold import fold_event, fold_events
from scheduler.domain.orders import Issued, Order
from scheduler.domain.pins import Pin
from scheduler.domain.plans import PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.domain.reservations import Reservation, in_places_taken
from scheduler.errors import InvalidEvent
from tests.builders import at, event, tiny_plan, tiny_plant

WEDNESDAY = "2026-03-04T14:00+00:00"
PR_1 = {"reservation": "PR-1", "material": "shaft", "quantity": 4, "due": WEDNESDAY, "until": "2026-03-03T12:00+00:00"}
PART = PR_1 | {"reservation": "PR-1.1", "material": "pin", "part_of": "PR-1"}
COMES = {"order": "SO-1", "material": "shaft", "quantity": 4, "due": WEDNESDAY, "reservation": "PR-1"}


def reserved(*more: dict[str, Any], **changes: Any) -> PlantState:
    asked = (PR_1 | changes, *more)
    return fold_events(tiny_plant(), [event(str(n), "promise.reserved", **data) for n, data in enumerate(asked)])


def tick(day: int, hour: int, minute: int = 0) -> Any:
    return event(f"t{day}-{hour}-{minute}", time=at(day, hour, minute))


def test_a_reservation_is_an_order_with_an_end() -> None:
    state = reserved(priority=3, customer="Arno", by="anna", reason="offer 7")
    assert state.orders["PR-1"] == Order(
        "PR-1", "shaft", 4.0, at(2, 14), "shaft", priority=3.0, status="planned", customer="Arno"
    )
    assert state.reservations == {"PR-1": Reservation("PR-1", at(1, 12), "", "anna", "offer 7")}


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"reservation": "SHAFT-1"}, "data.reservation", "already"),
        ({"material": "nut"}, "data.routing", "no routing 'nut'"),
        ({"until": "2026-03-02T06:00+00:00"}, "data.until", "a moment after the plant's now"),
        ({"part_of": "PR-9"}, "data.part_of", "no reservation 'PR-9'"),
    ],
)
def test_what_cannot_be_reserved_is_refused_with_the_reason(change: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(InvalidEvent, match=words) as caught:
        reserved(**change)
    assert caught.value.field == field


@pytest.mark.parametrize(("moment", "kept"), [((1, 11, 59), True), ((1, 12, 0), True), ((1, 12, 1), False)])
def test_it_goes_by_itself_once_now_is_past_its_end(moment: tuple[int, int, int], kept: bool) -> None:
    state = fold_event(reserved(), tick(*moment))
    assert ("PR-1" in state.orders, "PR-1" in state.reservations) == (kept, kept)
    assert {"SHAFT-1", "SHAFT-2", "PIN-1"} <= state.orders.keys()


def test_it_goes_with_its_parts_when_it_is_released() -> None:
    state = fold_event(reserved(PART), event("r", "promise.released", reservation="PR-1"))
    assert state.orders == tiny_plant().orders
    assert state.reservations == {}


def test_what_is_not_reserved_cannot_be_released() -> None:
    with pytest.raises(InvalidEvent, match="did you mean 'PR-1'"):
        fold_event(reserved(), event("r", "promise.released", reservation="PR-2"))
    with pytest.raises(InvalidEvent, match="no reservation 'SHAFT-1'"):
        fold_event(reserved(), event("r", "promise.released", reservation="SHAFT-1"))


def test_its_end_can_be_put_off_and_an_order_has_none() -> None:
    later = event("c", "order.changed", order="PR-1", until="2026-03-05T12:00+00:00")
    assert "PR-1" in fold_events(reserved(), [later, tick(2, 12)]).orders
    with pytest.raises(InvalidEvent, match="no reservation"):
        fold_event(reserved(), event("c", "order.changed", order="SHAFT-1", until=WEDNESDAY))


def test_work_that_has_begun_on_it_keeps_it() -> None:
    begun = event("s", "operation.started", order="PR-1", operation=10, machine="saw")
    state = fold_events(reserved(), [begun, tick(1, 13)])
    assert state.reservations.keys() == {"PR-1"}
    assert ("PR-1", 10) in state.progress


def test_the_order_that_comes_takes_its_place() -> None:
    rows = (*tiny_plan().operations, PlannedOperation("PR-1", 10, "saw", at(1, 6), at(1, 6, 8)))
    before = replace(
        reserved(),
        plan=rows,
        pins={("PR-1", 10): Pin("PR-1", 10, "saw")},
        issued=(Issued("PR-1", 10, "bar", 1.0, 0.5),),
    )
    state = fold_event(before, event("o", "order.created", **COMES, customer="Arno"))
    assert state.orders["SO-1"] == Order("SO-1", "shaft", 4.0, at(2, 14), "shaft", customer="Arno", reservation="PR-1")
    assert list(state.orders) == ["SHAFT-1", "SHAFT-2", "PIN-1", "SO-1"]
    assert state.reservations == {}
    assert state.plan[-1] == PlannedOperation("SO-1", 10, "saw", at(1, 6), at(1, 6, 8))
    assert state.pins == {("SO-1", 10): Pin("SO-1", 10, "saw")}
    assert state.issued == (Issued("SO-1", 10, "bar", 1.0, 0.5),)
    assert fold_event(state, tick(2, 6)).orders == state.orders, "its end is the reservation's, not the order's"
    assert list(in_places_taken(state, rows)) == list(state.plan)
    assert in_places_taken(state, state.plan) is state.plan


def test_it_may_keep_the_reservations_name() -> None:
    state = fold_event(reserved(), event("o", "order.created", **COMES | {"order": "PR-1"}))
    assert (state.orders["PR-1"].status, state.reservations) == ("released", {})
    with pytest.raises(InvalidEvent, match="name it under reservation too"):
        fold_event(reserved(), event("o", "order.created", **COMES | {"order": "PR-1", "reservation": None}))


def test_another_quantity_stretches_what_has_begun() -> None:
    begun = event("s", "operation.started", order="PR-1", operation=10, machine="saw")
    state = fold_events(reserved(), [begun, event("o", "order.created", **COMES | {"quantity": 10})])
    assert state.progress["SO-1", 10].remaining_minutes == 20, "2 minutes a piece, 10 pieces"


def test_an_order_of_another_material_cannot_take_it() -> None:
    with pytest.raises(InvalidEvent, match="kept for 'shaft', not for 'pin'") as caught:
        fold_event(reserved(), event("o", "order.created", **COMES | {"material": "pin"}))
    assert caught.value.field == "data.material"


def test_an_order_that_comes_too_late_comes_in_like_any_other_and_that_is_a_doubt() -> None:
    state = fold_event(reserved(), event("o", "order.created", time=at(1, 12, 1), **COMES))
    assert state.orders["SO-1"].reservation == ""
    assert [(d.rule, d.order, d.status) for d in state.doubts.values()] == [("no_reservation", "SO-1", "open")]
    assert "PR-1" not in state.orders


def test_parts_stay_with_the_order_without_an_end_and_go_with_it() -> None:
    came = fold_event(reserved(PART), event("o", "order.created", **COMES))
    assert came.reservations == {"PR-1.1": Reservation("PR-1.1", None, "SO-1")}
    assert "PR-1.1" in fold_event(came, tick(3, 6)).orders
    gone = fold_event(came, event("x", "order.cancelled", order="SO-1"))
    assert (gone.orders, gone.reservations) == (tiny_plant().orders, {})
    part = event("p", "order.created", order="PO-1", material="pin", quantity=4, due=WEDNESDAY, reservation="PR-1.1")
    assert fold_event(came, part).reservations == {}


def test_a_part_that_is_made_already_stays_when_its_order_is_cancelled() -> None:
    begun = event("s", "operation.started", order="PR-1.1", operation=10, machine="lathe")
    came = fold_events(reserved(PART), [event("o", "order.created", **COMES), begun])
    gone = fold_event(came, event("x", "order.cancelled", order="SO-1"))
    assert "PR-1.1" in gone.orders
    assert gone.reservations == {}
