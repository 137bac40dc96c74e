"""The Orders, Capacity and Materials screens: what their tables and pictures say, and what they open."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

import pytest

from tests.ui.conftest import button, clean
from tests.ui.small_plant import board, machines
from ui.answers import Material, Order
from ui.client import Client
from ui.views.assumptions import changed_order, other_hours
from ui.views.capacity import by_center, changeover_share, day_figure, fullest_first, heat_figure
from ui.views.load import daily_loads, loads
from ui.views.orders import found_orders, order_rows
from ui.views.stock import stock_figure, stock_rows

ZURICH = "+01:00"


def order(name: str, **changes: Any) -> Order:
    plain = {
        "order": name,
        "material": "gear-17",
        "description": "Gear",
        "quantity": 25.0,
        "customer": "Keller AG",
        "due": f"2026-03-02T12:00{ZURICH}",
        "priority": 1.0,
        "status": "released",
        "progress": "waiting",
        "operations": 4,
        "operations_done": 1,
        "planned_end": f"2026-03-02T10:00{ZURICH}",
        "late_minutes": -120,
        "unplanned_reason": None,
    }
    return cast(Order, plain | changes)


ORDERS = [
    order("MO-1"),
    order("MO-2", late_minutes=720, customer="Huber", status="hold"),
    order(
        "MO-3",
        late_minutes=None,
        planned_end=None,
        unplanned_reason="no machine",
        material="shaft",
        description="Shaft",
    ),
    order("MO-4", late_minutes=None, planned_end=None, operations_done=4, progress="done"),
]


@pytest.mark.parametrize(
    ("text", "shown", "names"),
    [
        ("", "All", ["MO-3", "MO-2", "MO-1", "MO-4"]),
        ("keller gear", "All", ["MO-1", "MO-4"]),
        ("HUBER", "All", ["MO-2"]),
        ("", "Late", ["MO-2"]),
        ("", "Not planned", ["MO-3"]),
        ("", "On hold", ["MO-2"]),
        ("gear nobody", "All", []),
    ],
)
def test_orders_are_found_by_any_words_and_what_is_worst_comes_first(text: str, shown: str, names: list[str]) -> None:
    assert [o["order"] for o in found_orders(ORDERS, text, shown)] == names


def test_rows_of_orders_hold_dates_and_numbers_that_sort() -> None:
    early, late, gone, done = order_rows(ORDERS)
    assert early["Due"] == dt.datetime(2026, 3, 2, 12)
    assert (early["Late"], late["Late"], gone["Late"]) == (-2, 12, None)
    assert [row["State"] for row in (early, late, gone, done)] == ["waiting", "on hold", "not planned", "done"]
    assert (early["Done"], done["Done"]) == (25, 100)


def test_a_days_load_ends_at_midnight_and_the_days_add_up() -> None:
    # Monday from 08:00 on: 16 hours, of which mill-2 is broken for two
    late = board()
    late["operations"]["end"][3] = 1500  # mill-2 works from 10:00 on, until 01:00 on Tuesday
    (monday, first), (tuesday, second), *_ = daily = daily_loads(late, machines(), 3)
    assert (monday, tuesday) == (dt.date(2026, 3, 2), dt.date(2026, 3, 3))
    assert (first[1].work, first[1].open, second[1].work) == (840, 960 - 120, 60)
    (whole,) = [x for x in loads(late, machines(), 3) if x.machine == "mill-2"]
    assert sum(of[1].work for _, of in daily) == whole.work


def test_work_centers_are_the_sum_of_their_machines_and_the_fullest_stands_first() -> None:
    daily = daily_loads(board(now=0), machines(), 2)
    (_, of), *_ = centers = by_center(daily)
    assert [(x.machine, x.work, x.changeover) for x in of] == [("mill", 240, 20), ("saw", 150, 0)]
    assert fullest_first(daily) == ["mill-1", "saw-1", "mill-2"]
    assert changeover_share(daily, "mill-1") == pytest.approx(20 / 140)
    assert changeover_share(daily, "nobody") is None
    heat = heat_figure(centers).data[0]
    assert list(heat.y) == ["mill", "saw"] or list(heat.y) == ["saw", "mill"]
    assert heat.z[list(heat.y).index("saw")][0] == pytest.approx(of[1].share)
    bars = {bar.name: list(bar.y) for bar in day_figure(daily, "mill-1").data}
    assert (bars["work"][0], bars["changeover"][0]) == (2.0, pytest.approx(20 / 60))


def test_a_closed_day_is_an_empty_cell() -> None:
    shut = machines()
    for machine in shut:
        machine["closed"] = [{"start": "2026-03-03T00:00+01:00", "end": "2026-03-04T00:00+01:00"}]
    heat = heat_figure(daily_loads(board(), shut, 2)).data[0]
    assert [row[1] for row in heat.z] == [None, None, None]
    assert heat.customdata[0][1] == "closed"


def material(name: str, *points: tuple[str, float], **changes: Any) -> Material:
    plain = {
        "material": name,
        "description": name,
        "unit": "kg",
        "on_hand": 10.0,
        "receipts": [],
        "projection": [{"at": f"2026-03-02T{at}{ZURICH}", "stock": stock, "cause": "MO-1/10"} for at, stock in points],
        "lowest": min([10.0, *(stock for _, stock in points)]),
        "short_from": None,
        "orders_hit": [],
    }
    return cast(Material, plain | changes)


def test_the_picture_of_stock_steps_and_fills_what_is_missing() -> None:
    comes = {"receipt": "PO-1", "material": "bar", "quantity": 30.0, "expected": f"2026-03-02T12:00{ZURICH}"}
    short = material("bar", ("09:00", -5.0), ("12:00", 25.0), receipts=[comes, comes | {"quantity": 0.0}])
    missing, stock, deliveries = stock_figure(short, f"2026-03-02T08:00{ZURICH}").data
    assert list(stock.y) == [10.0, -5.0, 25.0]
    assert (stock.x[0], stock.line.shape) == (dt.datetime(2026, 3, 2, 8), "hv")
    assert list(missing.y) == [0.0, -5.0, 0.0]
    assert list(deliveries.x) == [dt.datetime(2026, 3, 2, 12)]
    assert len(stock_figure(material("plenty", ("09:00", 2.0)), f"2026-03-02T08:00{ZURICH}").data) == 1


def test_what_falls_short_first_stands_first() -> None:
    rows = stock_rows(
        [
            material("a"),
            material("b", short_from=f"2026-03-03T08:00{ZURICH}", orders_hit=["MO-1", "MO-2"]),
            material("c", short_from=f"2026-03-02T08:00{ZURICH}"),
        ]
    )
    assert [row["Material"] for row in rows] == ["c", "b", "a"]
    assert (rows[1]["Short from"], rows[1]["Orders hit"]) == (dt.datetime(2026, 3, 3, 8), 2)


def test_what_is_changed_from_a_screen_is_an_event_that_says_only_what_changes() -> None:
    due = dt.datetime(2026, 3, 9, 12)
    assert changed_order("MO-1", due, None).event() == {
        "type": "order.changed",
        "data": {"order": "MO-1", "due": "2026-03-09T12:00"},
    }
    assert changed_order("MO-1", None, 4.0).data == {"order": "MO-1", "priority": 4.0}
    longer = other_hours("mill-1", dt.datetime(2026, 3, 2, 22), dt.datetime(2026, 3, 3, 0))
    assert longer.words == "mill-1 works from Mon 2 Mar 22:00 to Tue 3 Mar 00:00"
    shut = other_hours("mill-1", dt.datetime(2026, 3, 2, 22), dt.datetime(2026, 3, 3, 0), opened=False)
    assert (shut.data["kind"], shut.words) == ("closed", "mill-1 is closed from Mon 2 Mar 22:00 to Tue 3 Mar 00:00")
    assert changed_order("MO-1", None, None, 40.0).words == "MO-1: 40 pieces"


# -- the screens over the real API ------------------------------------------------------------------------------------


def test_orders_are_searched_and_one_is_shown_by_its_address(app: Any, client: Client, planned: str) -> None:
    screen = clean(app("orders", planned))
    assert len(screen.dataframe[0].value) == len(client.orders(planned))
    screen.text_input(key="orders.find").input("shaft kunde").run()
    assert set(clean(screen).dataframe[0].value["Product"]) == {"shaft"}
    screen.query_params["orders"] = "A-100"
    clean(screen.run())
    assert any("A-100" in html.value for html in screen.get("html"))
    assert any("Why late" in m.value or "What fills its time" in m.value for m in screen.markdown)


def test_another_due_date_becomes_a_line_of_the_what_if(app: Any, planned: str) -> None:
    screen = clean(app("orders", planned))
    screen.query_params["orders"] = "A-100"
    clean(screen.run())
    screen.number_input[0].set_value(9.0)
    button(screen, "Try it in a what-if").click().run()
    (line,) = clean(screen).session_state["what_if.lines"]
    assert line.event() == {"type": "order.changed", "data": {"order": "A-100", "priority": 9.0}}


def test_overtime_is_tried_and_can_be_planned(app: Any, client: Client, planned: str) -> None:
    screen = clean(app("capacity", planned))
    assert any("The fullest machine is" in m.value for m in screen.markdown)
    button(screen, "Try it in a what-if").click().run()
    (line,) = clean(screen).session_state["what_if.lines"]
    assert line.type == "calendar.changed"
    asked = client.ask_what_if(planned, "longer", [line.event()], "repair", 1.0)
    assert asked["id"]


def test_materials_show_their_stock_and_a_delivery_opens_the_what_if(app: Any, planned: str) -> None:
    screen = clean(app("materials", planned))
    assert list(screen.dataframe[0].value["Material"]) == ["bar-40"]
    screen.query_params["materials"] = "bar-40"
    clean(screen.run())
    button(screen, "PO-7").click().run()
    form = clean(screen).session_state["what_if.form"]
    assert (form.kind, form.values["receipt"]) == ("late material", "PO-7")


@pytest.mark.parametrize("screen", ["orders", "capacity", "materials"])
def test_without_a_plan_the_screens_say_so_and_fail_nowhere(app: Any, plant: str, screen: str) -> None:
    clean(app(screen, plant))
