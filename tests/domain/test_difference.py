"""An import is a difference: only what the other system has changed becomes an event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from scheduler.domain.fold import fold_event
from scheduler.domain.imports import (
    NOTHING,
    Difference,
    Imported,
    ImportedTable,
    Kind,
    Rules,
    difference,
    merged,
    reported,
)
from scheduler.domain.orders import Progress
from scheduler.domain.plant import PlantState
from tests.builders import at, event, tiny_plant

LIST: Mapping[str, Mapping[str, Any]] = {
    "SHAFT-1": {"material": "shaft", "quantity": 10.0, "due": at(0, 14)},
    "SHAFT-2": {"material": "shaft", "quantity": 10.0, "due": at(1, 14)},
    "PIN-1": {"material": "pin", "quantity": 10.0, "due": at(2, 14)},
}


def says(
    kind: Kind, rows: Mapping[str, Mapping[str, Any]], whole: bool = True, columns: tuple[str, ...] = ()
) -> Imported:
    return Imported({kind: ImportedTable(rows, whole, columns)})


def told(state: PlantState, said: Imported, before: Imported = NOTHING, **more: Any) -> Difference:
    return difference(state, said, before, source="/connections/erp", message="7", **more)


def types(found: Difference) -> list[tuple[str, Mapping[str, Any]]]:
    return [(e.type, e.data) for e in found.events]


def test_the_same_list_again_is_no_event_and_one_new_due_date_is_one() -> None:
    plant, said = tiny_plant(), says("orders", LIST)
    assert types(told(plant, said)) == []
    assert types(told(plant, said, said)) == []
    later = says("orders", {**LIST, "PIN-1": {**LIST["PIN-1"], "due": at(3, 14)}})
    (only,) = told(plant, later, said).events
    assert (only.type, only.data) == ("order.changed", {"order": "PIN-1", "due": "2026-03-05T14:00+00:00"})
    assert types(told(fold_event(plant, only), later, later)) == []


def test_what_a_planner_has_changed_since_stays_until_the_other_system_says_something_new() -> None:
    plant, said = tiny_plant(), says("orders", LIST)
    planner = fold_event(plant, event("1", "order.changed", order="PIN-1", due="2026-03-03T14:00+00:00"))
    assert types(told(planner, said, said)) == []
    more = says("orders", {**LIST, "PIN-1": {**LIST["PIN-1"], "quantity": 12.0}})
    assert types(told(planner, more, said)) == [("order.changed", {"order": "PIN-1", "quantity": 12.0})]


def test_a_new_order_comes_once_and_one_that_was_taken_out_here_does_not_come_back() -> None:
    new = {**LIST, "PIN-2": {"material": "pin", "quantity": 3.0, "due": at(4, 14), "customer": ""}}
    plant, said = tiny_plant(), says("orders", new)
    (only,) = told(plant, said, says("orders", LIST)).events
    assert only.data == {"order": "PIN-2", "material": "pin", "quantity": 3.0, "due": "2026-03-06T14:00+00:00"}
    assert (only.id, only.source, only.time) == ("7/orders/PIN-2", "/connections/erp", plant.now)
    assert types(told(plant, said, said)) == []  # it was cancelled here meanwhile


def test_what_has_vanished_is_asked_about_and_cancelled_only_by_rule() -> None:
    plant, before = tiny_plant(), says("orders", LIST)
    fewer = says("orders", {n: r for n, r in LIST.items() if n != "PIN-1"})
    asked = told(plant, fewer, before)
    assert (types(asked), asked.vanished) == ([], ("PIN-1",))
    known = merged(before, fewer, (), asked.vanished)
    assert told(plant, fewer, known).vanished == ("PIN-1",)  # and asked about again
    assert types(told(plant, fewer, before, rules=Rules("cancel"))) == [("order.cancelled", {"order": "PIN-1"})]
    assert told(plant, says("orders", dict(fewer.of("orders").rows), whole=False), before).vanished == ()
    done = replace(plant, progress={("PIN-1", 10): Progress("PIN-1", 10, "done")})
    assert told(done, fewer, before).vanished == ()


def test_half_a_list_cancels_nothing() -> None:
    before, half = says("orders", LIST), says("orders", {"PIN-1": LIST["PIN-1"]})
    stopped = told(tiny_plant(), half, before, rules=Rules("cancel", most_vanished_percent=50))
    assert stopped.events == ()
    assert "2 of the 3" in stopped.stopped
    assert len(told(tiny_plant(), half, before, rules=Rules("cancel", most_vanished_percent=67)).events) == 2


def test_a_column_that_is_gone_stops_it() -> None:
    before, now = (
        says("orders", LIST, columns=("order", "due", "priority")),
        says("orders", LIST, columns=("order", "due")),
    )
    assert "'priority' was there before" in told(tiny_plant(), now, before).stopped
    assert told(tiny_plant(), before, now).stopped == ""


def test_an_order_that_makes_something_else_is_rejected_and_comes_again() -> None:
    plant, other = tiny_plant(), says("orders", {"PIN-1": {"material": "shaft", "due": at(2, 14)}}, whole=False)
    (row,) = told(plant, other).rejected
    assert (row.name, row.rule) == ("PIN-1", "order.material")
    known = merged(NOTHING, other, {("orders", "PIN-1")}, ())
    assert told(plant, other, known).rejected == (row,)


def test_stock_counts_what_the_floor_has_moved_since() -> None:
    plant = tiny_plant()
    assert types(told(plant, says("stock", {"bar": {"on_hand": 5.0}}))) == []
    after = told(plant, says("stock", {"bar": {"on_hand": 9.0}}), unseen={"bar": -3.0})
    assert types(after) == [("material.counted", {"material": "bar", "on_hand": 6.0})]
    assert told(plant, says("stock", {"tin": {"on_hand": 9.0}})).rejected[0].rule == "stock.material"


def test_a_delivery_slips() -> None:
    row = {"material": "bar", "quantity": 20.0, "expected": at(1, 8)}
    assert types(told(tiny_plant(), says("receipts", {"PO-7": row}))) == []
    later = says("receipts", {"PO-7": {**row, "expected": at(2, 8)}})
    assert types(told(tiny_plant(), later)) == [
        ("receipt.changed", {"receipt": "PO-7", "expected": "2026-03-04T08:00+00:00"})
    ]


@pytest.mark.parametrize("second", [(7.0, 1.0), (3.0, 0.0)])
def test_what_was_told_adds_up_to_what_was_reported(second: tuple[float, float]) -> None:
    """PIN-1 of 10: 4 good, then a total that is higher, or lower and so a correction, then all."""
    state, good, scrap = tiny_plant(), 0.0, 0.0
    words = []
    for type_, data in (
        ("operation.started", {"machine": "lathe"}),
        ("operation.progressed", {"quantity_good": 4.0}),
        ("operation.progressed", {"quantity_good": second[0], "quantity_scrap": second[1]}),
        ("operation.finished", {"quantity_good": 9.0, "quantity_scrap": 1.0}),
    ):
        report = event(str(len(words)), type_, order="PIN-1", operation=10, **data)
        before, state = state, fold_event(state, report)
        for one in reported(before, state, report):
            if one.kind == "confirmations":
                words.append(one.body["what"])
                good, scrap = good + one.body["quantity_good"], scrap + one.body["quantity_scrap"]
    assert words == ["started", "progressed", "progressed" if second[0] > 4 else "corrected", "finished"]
    assert (good, scrap) == (9.0, 1.0)


def test_stock_that_moves_by_an_answer_without_an_order_is_told_of_the_order_whose_work_it_was() -> None:
    before = tiny_plant()
    finish = event("f", "operation.finished", order="PIN-1", operation=10, quantity_good=9, quantity_scrap=1)
    after = fold_event(before, finish)
    answer = event("a", "doubt.answered", doubt="1", answer="corrected")
    said = [(one.kind, one.body["order"]) for one in reported(before, after, answer)]
    assert said == [("confirmations", "PIN-1"), ("stock", "PIN-1"), ("stock", "PIN-1")]
