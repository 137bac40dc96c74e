"""Rows that concern one order or operation alone are named and passed over; the rest of the plant is loaded."""

from __future__ import annotations

import pytest

from scheduler.domain.orders import Issued
from scheduler.ingest import read_scenario, scenario_zip
from scheduler.planning.tables.obstacles import find_obstacles
from tests.ingest.workshop import FILES, read, workshop, zipped


def test_progress_of_an_order_that_is_gone_is_a_notice_and_the_rest_is_read() -> None:
    scenario = read(progress="order,operation,status\nMO-9,10,done\nMO-2,10,done\n")
    assert list(scenario.state.progress) == [("MO-2", 10)]
    assert scenario.notices == ("progress.csv: row 2 of orders that are no longer there ('MO-9'); passed over",)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("progress", "order,operation,status\nMO-2,20,done\n"),
        ("plan", "order,operation,machine,start,end\nMO-2,20,mill-1,2026-03-02T07:00,2026-03-02T08:00\n"),
    ],
)
def test_a_row_of_an_operation_that_the_routing_lost_is_a_notice(file: str, text: str) -> None:
    scenario = read(**{file: text})
    assert (scenario.state.progress, scenario.state.plan) == ({}, ())
    assert scenario.notices == (
        f"{file}.csv: row 2 of operations that the order's routing does not have ('MO-2/20'); passed over",
    )


def test_of_many_stale_rows_three_are_named() -> None:
    rows = "".join(f"OLD-{i},10,done\n" for i in range(5))
    assert read(progress=f"order,operation,status\n{rows}").notices == (
        "progress.csv: rows 2, 3, 4 and 2 more of orders that are no longer there "
        "('OLD-0', 'OLD-1', 'OLD-2' and 2 more); passed over",
    )


def test_an_order_without_a_routing_stays_and_every_plan_names_it() -> None:
    scenario = read(orders=FILES["orders.csv"].replace("MO-2,flange", "MO-2,flanje"))
    assert scenario.notices == (
        "orders.csv row 3: order 'MO-2' has no routing 'flanje' in routings.csv; it is not planned until it has "
        "(did you mean 'flange'?)",
    )
    assert [(u.order, u.operation) for u in find_obstacles(scenario.state)] == [("MO-2", None)]
    assert read_scenario(scenario_zip(scenario.state)).state == scenario.state


def test_a_stock_below_zero_is_taken_as_owed() -> None:
    scenario = read(materials=FILES["materials.csv"].replace("m,12", "m,-3"))
    assert scenario.state.materials["bar-20"].on_hand == -3
    assert scenario.notices == (
        "materials.csv row 2: 'bar-20' has -3 on hand; it is owed, and what comes in fills it first",
    )
    assert read_scenario(scenario_zip(scenario.state)).state == scenario.state


def test_a_plan_row_of_a_machine_that_is_gone_is_still_a_fault_of_the_plant() -> None:
    plan = "order,operation,machine,start,end\nMO-1,10,lathe-9,2026-03-02T07:00,2026-03-02T08:00\n"
    with pytest.raises(Exception, match="lathe-9"):
        read_scenario(zipped({**workshop(), "plan.csv": plan}))


ISSUED = "order,operation,material,quantity,quantity_per_unit\n"


def test_what_was_issued_for_an_order_that_is_gone_is_a_notice() -> None:
    scenario = read(issued=f"{ISSUED}MO-9,10,bar-20,3,0.5\nMO-1,10,bar-20,2,0.5\n")
    assert scenario.state.issued == (Issued("MO-1", 10, "bar-20", 2.0, 0.5),)
    assert scenario.notices == ("issued.csv: row 2 of orders that are no longer there ('MO-9'); passed over",)


def test_what_was_issued_for_an_operation_that_the_routing_lost_stays_for_the_day_when_it_is_back() -> None:
    scenario = read(issued=f"{ISSUED}MO-1,50,bar-20,2,0.5\n")
    assert scenario.state.issued == (Issued("MO-1", 50, "bar-20", 2.0, 0.5),)
    assert scenario.notices == ()
