"""A scenario's files say what the contract says they say."""

from __future__ import annotations

import json
from zoneinfo import ZoneInfo

from scheduler.domain.minutes import parse_minute
from scheduler.domain.orders import Order
from scheduler.domain.plans import Objective
from scheduler.ingest import read_scenario
from tests.ingest.workshop import FILES, read, workshop, zipped

ZURICH = ZoneInfo("Europe/Zurich")


def at(text: str) -> int:
    return parse_minute(text, ZURICH)


def test_the_plant_is_as_its_file_says_and_otherwise_by_default() -> None:
    state = read().state
    assert (state.name, str(state.zone)) == ("Workshop", "Europe/Zurich")
    assert state.now == at("2026-03-02T06:00+01:00")
    assert (state.horizon_days, state.clock, state.default_repair_minutes) == (60, "events", 120)
    assert state.objective == Objective(tardiness=1.0, setup=0.0)


def test_weights_come_from_the_objective_table() -> None:
    plant = FILES["plant.toml"] + "[objective]\nsetup = 0.5\nflow = 0.01\n"
    assert read(plant=plant).state.objective == Objective(tardiness=1.0, setup=0.5, flow=0.01)


def test_an_order_takes_the_routing_of_its_material_and_the_default_of_every_empty_cell() -> None:
    assert read().state.orders["MO-1"] == Order("MO-1", "shaft", 10.0, at("2026-03-03T16:00"), "shaft")


def test_an_order_may_name_another_routing() -> None:
    orders = (
        "order,material,quantity,routing,due,status,release\nMO-1,shaft,1,flange,2026-03-03T16:00,hold,2026-03-02\n"
    )
    order = read(orders=orders).state.orders["MO-1"]
    assert (order.routing, order.status, order.release) == ("flange", "hold", at("2026-03-02T00:00"))


def test_without_predecessors_an_operation_follows_the_next_lower_and_with_a_dash_none() -> None:
    state = read().state
    assert [o.predecessors for o in state.routings["shaft"].operations] == [(), (10,)]
    assert [o.predecessors for o in state.routings["flange"].operations] == [(), ()]


def test_predecessors_are_joined_by_semicolons_and_operations_stand_in_their_order() -> None:
    routings = (
        "routing,operation,predecessors\nshaft,30,10;20\nshaft,20,-\nshaft,10,\nflange,10,\nflange,30,\nshaft,40,\n"
    )
    operations = read(routings=routings).state.routings["shaft"].operations
    assert [(o.number, o.predecessors) for o in operations] == [(10, ()), (20, ()), (30, (10, 20)), (40, (30,))]


def test_min_wait_is_rounded_up_and_max_wait_down_to_whole_minutes() -> None:
    mill = read().state.routings["shaft"].operations[1]
    assert (mill.min_wait, mill.max_wait) == (16, 90)


def test_pausable_is_yes_unless_the_cell_says_no() -> None:
    state = read().state
    assert [o.pausable for o in state.routings["shaft"].operations] == [True, False]
    for no in ("No", "false", "0"):
        routings = FILES["routings.csv"].replace("steel,yes", f"steel,{no}")
        assert not read(routings=routings).state.routings["shaft"].operations[0].pausable


def test_setup_minutes_lose_their_fraction_and_are_none_by_default() -> None:
    state = read().state
    shaft = state.routings["shaft"].operations
    assert [m.setup_minutes for m in shaft[0].machines] == [10, 0]
    assert [m.setup_minutes for m in shaft[1].machines] == [5]


def test_run_minutes_count_fixed_time_quantity_and_efficiency() -> None:
    state = read().state
    assert state.run_minutes("MO-1", 10, "lathe-1") == 30  # 5 + 10 x 2.5
    assert state.run_minutes("MO-1", 10, "lathe-2") == 38  # 10 x 3 / 0.8 = 37.5
    assert state.run_minutes("MO-1", 10, "mill-1") is None


def test_an_empty_initial_setup_is_an_unknown_state() -> None:
    machines = read().state.machines
    assert (machines["lathe-1"].initial_setup, machines["lathe-2"].initial_setup) == ("brass", "")
    assert machines["mill-1"].efficiency == 1.0


def test_a_window_that_ends_at_24_00_or_past_midnight_is_kept_as_said() -> None:
    calendars = "calendar,weekday,start,end\nday,mon,00:00,24:00\nday,Tuesday,22:00,06:00\nday,WED,6:30,14:00\n"
    windows = read(calendars=calendars).state.calendars["day"].windows
    assert [(w.weekday, w.start, w.end) for w in windows] == [(0, 0, 1440), (1, 1320, 360), (2, 390, 840)]


def test_work_that_is_done_or_running_is_read_with_its_pieces() -> None:
    progress = (
        "order,operation,status,machine,started,finished,remaining_minutes,quantity_good,quantity_scrap\n"
        "MO-1,10,running,lathe-2,2026-03-02T05:30,,44.9,3,1\nMO-2,10,done,lathe-1,,,,,\n"
    )
    known = read(progress=progress).state.progress
    running = known["MO-1", 10]
    assert (running.machine, running.started, running.remaining_minutes) == ("lathe-2", at("2026-03-02T05:30"), 44)
    assert (running.quantity_good, running.quantity_scrap) == (3.0, 1.0)
    assert known["MO-2", 10].finished is None


def test_an_outage_without_an_end_has_none() -> None:
    downtimes = "machine,start,end,kind,reason\nlathe-1,2026-03-02T08:00,,breakdown,spindle\n"
    assert [(d.end, d.kind) for d in read(downtimes=downtimes).state.downtimes] == [(None, "breakdown")]


def test_doubts_stand_in_the_order_of_their_numbers_whatever_that_of_the_file() -> None:
    doubts = "doubt,rule,since\n010,begun,2026-03-02T05:00\n9,begun,2026-03-02T04:00\n"
    known = read(doubts=doubts).state.known_doubts
    assert ([*known], known.last_number()) == (["9", "10"], 10)


def test_the_plan_in_force_comes_from_plan_csv_and_may_speak_of_orders_that_are_gone() -> None:
    plan = (
        "order,operation,machine,start,end\nMO-1,10,lathe-1,2026-03-02T07:00,2026-03-02T07:30\n"
        "MO-0,10,lathe-1,2026-03-02T08:00,2026-03-02T08:30\n"
    )
    scenario = read_scenario(zipped({**workshop(), "plan.csv": plan}))
    assert [(o.key, o.start) for o in scenario.state.plan] == [
        (("MO-1", 10), at("2026-03-02T07:00")),
    ]
    assert scenario.notices == ("plan.csv: row 3 of orders that are no longer there ('MO-0'); passed over",)


def test_unknown_files_and_columns_are_told_and_ignored() -> None:
    orders = FILES["orders.csv"].replace("due\n", "due,colour\n", 1).replace("16:00\n", "16:00,red\n")
    scenario = read_scenario(zipped({**workshop(orders=orders), "mashines.csv": "x", "README.md": "read me"}))
    assert scenario.notices == (
        "orders.csv: column 'colour' is not known and was ignored",
        "mashines.csv: not known and ignored; did you mean 'machines.csv'?",
    )


def test_blanks_a_byte_order_mark_empty_rows_and_windows_line_ends_do_no_harm() -> None:
    text = "\ufeff" + FILES["orders.csv"].replace(",shaft,", ", shaft ,").replace("\n", "\r\n") + "\r\n,,,\r\n"
    assert read(orders=text).state == read().state


def test_events_come_in_the_order_of_their_file() -> None:
    event = {"specversion": "1.0", "id": "1", "source": "/mes", "type": "machine.up", "time": "2026-03-02T07:00:00"}
    lines = [json.dumps({**event, "id": str(i), "data": {"machine": "lathe-1"}}) for i in (1, 2)]
    events = read(events="\n".join(lines) + "\n").events
    assert [(e.id, e.type, e.time) for e in events] == [
        ("1", "machine.up", at("2026-03-02T07:00")),
        ("2", "machine.up", at("2026-03-02T07:00")),
    ]


def test_a_component_that_nobody_supplies_is_no_fault_of_the_files() -> None:
    scenario = read(bom=FILES["bom.csv"] + "shaft,20,unobtainium,1\n")
    assert scenario.notices == ("bom.csv: 'unobtainium' stands in no other table; it counts as out of stock",)
