"""The same thing said in a file and by an event means the same."""

from __future__ import annotations

import pytest

from scheduler.domain.event_reading import parse_event
from scheduler.domain.fold import fold_event
from scheduler.domain.plant import PlantState
from scheduler.planning.judge.check import check_plan
from scheduler.solving.planner import RejigPlanner
from tests.ingest.workshop import FILES, read


def told(state: PlantState, type_: str, **data: object) -> PlantState:
    raw = {"specversion": "1.0", "id": type_, "source": "/erp", "type": type_, "time": "2026-03-02T06:00", "data": data}
    return fold_event(state, parse_event(raw, state.zone))


@pytest.mark.parametrize("quantity", [0, 7])
def test_an_order_of_no_pieces_is_the_same_order_in_a_file_and_an_event(quantity: int) -> None:
    row = f"MO-3,shaft,{quantity},2026-03-03T16:00\n"
    in_file = read(orders=FILES["orders.csv"] + row).state
    by_event = told(
        read().state, "order.created", order="MO-3", material="shaft", quantity=quantity, due="2026-03-03T16:00"
    )
    assert in_file == by_event
    plan = RejigPlanner().repair(in_file)
    assert {o.order for o in plan.operations} == {"MO-1", "MO-2", "MO-3"}
    assert check_plan(in_file, plan.operations).feasible


def test_a_delivery_of_nothing_is_a_shortage_in_a_file_and_in_an_event() -> None:
    row = "receipt,material,quantity,expected\nPO-1,bar-20,{},2026-03-02T09:00\n"
    in_file = read(receipts=row.format(0)).state
    assert in_file == told(read(receipts=row.format(5)).state, "receipt.changed", receipt="PO-1", quantity=0)


@pytest.mark.parametrize("calendar", ["", "day"])
def test_an_exception_of_a_machine_closes_that_machine_alone(calendar: str) -> None:
    """Whether its row names the calendar as well or not, as the event does."""
    rows = f"calendar,start,end,kind,machine\n{calendar},2026-03-02T07:00,2026-03-02T12:00,closed,lathe-1\n"
    state = read(calendar_exceptions=rows).state
    span = {"start": "2026-03-02T07:00", "end": "2026-03-02T12:00", "kind": "closed"}
    assert state == told(read().state, "calendar.changed", machine="lathe-1", **span)
    assert state.calendars["day"].exceptions == ()
    assert [name for name, machine in state.machines.items() if machine.exceptions] == ["lathe-1"]
