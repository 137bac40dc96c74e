"""What the screens say, without a screen: figures, load, selection, tables, inbox, what-if lines, dispatch lists."""

import copy
import datetime as dt
from typing import Any, cast

from tests.ui.small_plant import board, machines
from ui.answers import Comparison, Kpis, LoggedEvent, Material, Order, Plan, Plant
from ui.client import ApiProblem
from ui.views.assumptions import (
    breakdown,
    fresh_order_name,
    late_material,
    later_words,
    name_of,
    prefill,
    rush_order,
    usual_quantity,
    with_assumed,
)
from ui.views.figures import DEFINITIONS, key_figures, promises
from ui.views.load import bottleneck, loads
from ui.views.problems import explain
from ui.views.scenarios import DEFAULT, NOTHING, compare_choices, former_plan, of_the_plant, pick, scenario_choices
from ui.views.seen import before_reader, seen_of, with_earlier
from ui.views.selection import describe
from ui.views.tables import late_rows, load_rows, material_rows, moved_rows
from ui.views.today import ages, is_down, next_hours


def kpis(**changes: Any) -> Kpis:
    found = {
        "cost": 1000.0,
        "weighted_tardiness": 1890.0,
        "late_orders": 7,
        "orders": 88,
        "operations": 410,
        "setup_minutes": 480,
        "makespan_minutes": 7200,
        "flow_minutes": 1,
        "moved_operations": 36,
        "lower_bound": None,
        "solve_seconds": 1.0,
    }
    return cast(Kpis, found | changes)


def plan(number: int, revision: int = 42, **changes: Any) -> Plan:
    found = {
        "id": number,
        "status": "superseded",
        "revision": revision,
        "cause": "asked for",
        "created_at": "2026-03-02T06:00+01:00",
        "decided_at": "2026-03-02T06:10+01:00",
        "reason": None,
        "kept_for": None,
        "made_from": None,
        "notes": [],
        "what_if": None,
        "trigger": None,
        "promises": None,
        "kpis": kpis(),
        "unplanned": [],
        "broken_pins": [],
    }
    return cast(Plan, found | changes)


def plant(**changes: Any) -> Plant:
    found = {"plant": "tiny", "plan_in_force": 7, "revision": 44, "loaded_at": "2026-03-02T05:00+00:00"}
    return cast(Plant, found | changes)


def event(revision: int, type: str, **data: Any) -> LoggedEvent:
    told = {"id": str(revision), "source": "mes", "type": type, "time": "2026-03-02T07:30+01:00", "data": data}
    found = {"revision": revision, "accepted_at": "2026-03-02T06:30+00:00", "event": told, "summary": f"{type}!"}
    return cast(LoggedEvent, found)


def test_key_figures_carry_units_and_say_whether_a_change_is_good() -> None:
    """Now MO-1 is 2 h early and MO-2 1 h late; before, MO-1 was 4 h late for Keller AG and MO-2 on time."""
    was = copy.deepcopy(board(plan=6))
    was["orders"]["late_minutes"] = [240, 0]
    on_time, late, worst, total, hit, moved, last = key_figures(kpis(), kpis(), moved=36, board=board(), compared=was)
    assert (on_time.value, on_time.change, on_time.verdict) == ("50.0 %", "±0", "same")
    assert (late.value, late.change, late.verdict) == ("1", "±0", "same")
    assert (worst.value, worst.change, worst.verdict) == ("1 h", "-3 h", "better")
    assert worst.note.endswith("That is MO-2.")
    assert (total.value, total.change, total.verdict) == ("0.0 d", "-0.1 d", "better")
    assert (hit.value, hit.change, hit.verdict) == ("0", "-1", "better"), "MO-2 has no customer"
    assert (moved.value, moved.change) == ("36 of 410", None)
    assert (last.name, last.value, last.change) == ("Last end in", "5 d", "±0")


def test_late_sub_assemblies_are_counted_apart() -> None:
    parts = copy.deepcopy(board())
    parts["orders"]["sub_assembly"] = [False, True]
    found = promises(parts)
    assert (found["orders"], found["late"], found["sub_assemblies_late"], found["minutes_late"]) == (1, 0, 1, 0)
    on_time, late, *_ = key_figures(kpis(), None, board=parts)
    assert (on_time.value, late.value) == ("100.0 %", "0")
    assert late.note.endswith("Of those, 1 more are late.")
    assert late_rows(parts)[0]["Kind"] == "sub-assembly"


def test_every_figure_of_a_plan_has_its_definition() -> None:
    figures = key_figures(kpis(), kpis(), moved=1, board=board(), machines=machines())
    assert all(f.note for f in figures)
    assert [f.note.split(" That is")[0] for f in figures[:-1]] == [DEFINITIONS[f.name] for f in figures[:-1]]


def test_without_another_plan_no_change_is_said() -> None:
    assert {f.change for f in key_figures(kpis(), None, board=board())} == {None}


def test_load_is_work_and_changeover_of_open_minutes_from_now_on() -> None:
    # now is 08:00, one day ahead: mill-1 works 08:00-10:00 (its changeover lies before now) and is open all day,
    # mill-2 works 10:00-12:00 after two hours of breakdown, saw-1 runs on until 08:30
    mill_1, mill_2, saw_1 = loads(board(), machines(), days=1)
    assert (mill_1.work, mill_1.changeover, mill_1.open) == (120, 0, 1440)
    assert (mill_2.work, mill_2.open) == (120, 1320)
    assert (saw_1.work, saw_1.open) == (30, 1440)
    tight = bottleneck([mill_1, mill_2, saw_1])
    assert tight is not None
    assert tight.machine == "mill-2"
    assert [r["Machine"] for r in load_rows([mill_1, mill_2, saw_1])] == ["mill-2", "mill-1", "saw-1"]


def test_a_pause_over_closed_time_is_no_work() -> None:
    paused = board(now=0)
    paused["operations"]["start"][2] = 300  # mill-1 from 05:00, closed until 06:00
    mill_1 = loads(paused, machines(), days=1)[0]
    assert (mill_1.work, mill_1.changeover) == (600 - 360, 0)


def test_the_selected_operation_is_told_with_slack_chain_and_shortage() -> None:
    stock = [{"material": "bar-40", "short_from": "2026-03-02T10:00+01:00", "orders_hit": ["MO-2"]}]
    found = describe(board(), "MO-2/20", cast(list[Material], stock), board(plan=6))
    assert found is not None
    assert found.headline == "10 x gear-17"
    assert found.facts["Start"] == "Mon 2 Mar 10:00"
    assert found.facts["End"] == "Mon 2 Mar 12:00 · 2 h"
    assert found.facts["Slack"] == "-1 h to the due date"
    assert found.facts["Due"] == "Mon 2 Mar 11:00 · 1 h late"
    assert found.facts["Could also run on"] == "mill-1"
    assert found.facts["In plan 6"] == "the same"
    assert [(s.label, s.wait, s.chosen) for s in found.chain] == [("10", "", False), ("20", "1 h 30 min", True)]
    assert found.materials == ("bar-40 is short from Mon 2 Mar 10:00",)


def test_slack_runs_to_the_next_operation_and_an_order_can_be_selected_whole() -> None:
    first = describe(board(), "MO-1/10")
    assert first is not None
    assert first.facts["Slack"] == "1 h to the next operation"
    whole = describe(board(), "MO-1")
    assert whole is not None
    assert "Start" not in whole.facts
    assert len(whole.chain) == 2
    assert describe(board(), "MO-9/10") is None
    assert describe(board(), "MO-1/99") is None


def test_late_orders_come_worst_first() -> None:
    (row,) = late_rows(board())
    assert (row["Order"], row["Late"], row["Due"]) == ("MO-2", 1.0, dt.datetime(2026, 3, 2, 11))
    assert row["Planned end"] == dt.datetime(2026, 3, 2, 12)
    assert "Kind" not in row


def test_moved_operations_say_both_places_and_the_shift() -> None:
    moves = [
        {
            "order": "MO-1",
            "operation": 20,
            "machine_before": "mill-1",
            "machine_after": "mill-1",
            "start_before": "2026-03-02T08:00+01:00",
            "start_after": "2026-03-02T07:30+01:00",
            "shift_minutes": -30,
        },
        {
            "order": "MO-2",
            "operation": 20,
            "machine_before": "mill-1",
            "machine_after": "mill-2",
            "start_before": "2026-03-02T08:00+01:00",
            "start_after": "2026-03-02T10:00+01:00",
            "shift_minutes": 120,
        },
    ]
    first, second = moved_rows(cast(Comparison, {"moved": moves}))
    assert (first["Operation"], first["Machine now"], first["Shift"]) == ("MO-2/20", "mill-2", 2.0)
    assert (second["Operation"], second["Machine now"], second["Shift"]) == ("MO-1/20", "same", -0.5)


def test_materials_that_run_short_come_first() -> None:
    plenty = {"material": "a", "description": "", "unit": "kg", "on_hand": 5.0, "receipts": [], "lowest": 5.0}
    plenty |= {"short_from": None, "orders_hit": []}
    short = plenty | {"material": "b", "lowest": -2.0, "short_from": "2026-03-03T06:00+01:00", "orders_hit": ["MO-2"]}
    rows = material_rows(cast(list[Material], [plenty, short]))
    assert [r["Material"] for r in rows] == ["b", "a"]
    assert rows[0]["Lowest"] == "-2 kg"
    assert rows[0]["Short from"] == dt.datetime(2026, 3, 3, 6)


def test_the_age_of_each_source_is_its_own() -> None:
    now = dt.datetime(2026, 3, 2, 6, 40, tzinfo=dt.UTC)
    found = ages(plant(), [event(43, "machine.down")], plan(7), now)
    assert found == {
        "ERP": "1 h 40 min ago",
        "MES": "10 min ago",
        "Plan": "no. 7, 1 h 30 min ago, 2 reports not yet planned",
    }
    assert ages(plant(), [], None, now)["Plan"] == "none in force"


def test_the_next_hours_say_what_runs_and_what_follows() -> None:
    mill_1, mill_2, saw_1 = next_hours(board(), machines())
    assert mill_1 == {
        "Machine": "mill-1",
        "Now": "MO-1/20 until 10:00",
        "Starts": None,
        "Next": "–",
        "Then": "–",
        "More": 0,
        "Load": 25,
    }
    assert (mill_2["Next"], mill_2["Starts"]) == ("MO-2/20", dt.datetime(2026, 3, 2, 10))
    assert saw_1["Now"] == "MO-2/10 until 08:30"


def test_a_machine_that_is_down_says_so_first_whatever_it_has_begun() -> None:
    _, mill_2, _ = next_hours(board(), machines())
    assert (mill_2["Now"], is_down(mill_2)) == ("DOWN, end unknown (spindle)", True)
    begun = copy.deepcopy(board())
    begun["operations"]["start"][3] = 470
    times = copy.deepcopy(machines())
    times[1]["outages"][0]["end_assumed"] = False
    mill_1, mill_2, _ = next_hours(begun, times)
    assert mill_2["Now"] == "DOWN until 10:00 (spindle); MO-2/20 until 12:00"
    assert not is_down(mill_1)
    times[1]["outages"][0]["end"] = "2026-03-03T10:00+01:00"
    assert next_hours(begun, times)[1]["Now"].startswith("DOWN until Tue 3 Mar 10:00 (spindle)")


def test_plans_are_told_apart_and_compared_with_what_a_planner_expects() -> None:
    plans = [plan(9, status="proposed", decided_at=None), plan(8, what_if="w-1"), plan(7, status="released"), plan(6)]
    choices = scenario_choices(plans, [])
    assert list(choices) == [DEFAULT, 9, 8, 7, 6]
    shown = pick(plant(), plans, DEFAULT)
    assert shown is not None
    assert shown["id"] == 7
    against = pick(plant(), plans, DEFAULT, shown=shown)
    assert against is not None
    assert against["id"] == 6, "the plan in force is compared with the one before it"
    proposed = pick(plant(), plans, 9)
    versus = pick(plant(), plans, DEFAULT, shown=proposed)
    assert versus is not None
    assert versus["id"] == 7, "a proposal is compared with the plan in force"
    assert pick(plant(), plans, NOTHING, shown=shown) is None
    assert 9 not in compare_choices(plans, proposed)
    assert former_plan([plan(7)], None) is None


def test_doing_nothing_is_a_plan_of_the_plant_and_a_what_if_is_not() -> None:
    nothing, idea = plan(8, what_if="w-1", cause="do nothing, beside what if: saw down"), plan(9, what_if="w-1")
    assert (of_the_plant(nothing), of_the_plant(idea), of_the_plant(plan(7))) == (True, False, True)
    assert list(scenario_choices([idea, nothing], []).values())[1:] == [
        "What-if · w-1 · plan 9",
        "Do nothing · w-1 · plan 8",
    ]
    repaired = [plan(9, 43, status="released"), plan(8, 43), plan(7, 42)]
    before = former_plan(repaired, 9)
    assert before is not None
    assert before["id"] == 7, "not the repair of the same events"


def test_assumptions_are_events_of_the_contract_in_words() -> None:
    at = dt.datetime(2026, 3, 2, 18, 0)
    down = breakdown("mill-1", at, "spindle")
    assert down.event() == {
        "type": "machine.down",
        "data": {"machine": "mill-1", "expected_up": "2026-03-02T18:00", "reason": "spindle"},
    }
    assert down.words == "mill-1 is down until Mon 2 Mar 18:00 (spindle)"
    rush = rush_order("RUSH-1", "gear-17", 10.0, at, 5.0)
    assert rush.type == "order.created"
    assert rush.words == "Rush order RUSH-1: 10 x gear-17 by Mon 2 Mar 18:00, priority 5"
    assert late_material("PO-1", "bar-40", at).data == {"receipt": "PO-1", "expected": "2026-03-02T18:00"}
    assert name_of([down, rush]) == f"{down.words} and 1 more change"
    assert fresh_order_name({"RUSH-1", "RUSH-3"}) == "RUSH-2"


def test_an_event_opens_the_form_that_fits_it() -> None:
    down = prefill(event(43, "machine.down", machine="mill-1", expected_up=None)["event"])
    assert down is not None
    assert (down.kind, down.values["machine"]) == ("breakdown", "mill-1")
    late = prefill(event(44, "receipt.changed", receipt="PO-1", expected="2026-03-04T06:00")["event"])
    assert late is not None
    assert late.values == {"receipt": "PO-1", "expected": "2026-03-04T06:00"}
    assert prefill(event(45, "material.counted", material="bar-40")["event"]) is None


def test_an_assumed_breakdown_stands_on_the_board_of_the_what_if() -> None:
    told = event(1, "machine.down", machine="mill-1", expected_up="2026-03-02T18:00")["event"]
    found = with_assumed(machines(), [told], "2026-03-02T08:00+01:00")
    assert [(o["start"], o["end"]) for o in found[0]["outages"]] == [
        ("2026-03-02T08:00+01:00", "2026-03-02T18:00:00+01:00")
    ]
    assert found[1] == machines()[1]


def test_assumed_overtime_is_open_on_the_board_of_the_what_if() -> None:
    """mill-1 is closed on Monday until 06:00; from 04:30 to 05:30 it is to work."""
    told = event(
        1, "calendar.changed", machine="mill-1", kind="open", start="2026-03-02T04:30", end="2026-03-02T05:30+01:00"
    )["event"]
    found = with_assumed(machines(), [told], "2026-03-02T00:00+01:00")
    assert [(s["start"], s["end"]) for s in found[0]["closed"]] == [
        ("2026-03-02T00:00+01:00", "2026-03-02T04:30:00+01:00"),
        ("2026-03-02T05:30:00+01:00", "2026-03-02T06:00+01:00"),
    ]
    assert found[1:] == machines()[1:]
    night = told | {"data": told["data"] | {"start": "2026-03-01T22:00", "end": "2026-03-02T07:00"}}
    assert with_assumed(machines(), [night], "2026-03-02T00:00+01:00")[0]["closed"] == []  # type: ignore[list-item]


def test_a_refused_release_says_what_holds_and_what_to_do() -> None:
    said = explain(
        ApiProblem(409, "Stale plan", "plan 8 is based on revision 41, the plan in force on 43"), "release plan 8"
    )
    assert said.failed.startswith("Could not release plan 8: plan 8 is based on")
    assert said.holds == "The plan in force stays in force."
    assert "Re-plan" in said.remedy


def test_an_api_out_of_reach_says_how_to_start_it() -> None:
    said = explain(ApiProblem(0, "The server cannot be reached", "nobody answers"), "read the plants")
    assert "rejig serve" in said.remedy
    assert "stay as they are" in said.holds


def test_a_call_that_may_have_been_done_is_not_told_as_undone() -> None:
    said = explain(ApiProblem(0, "The server does not answer", "it took too long", unsure=True), "release plan 8")
    assert said.holds == "It may have been done all the same: look before you try it again."


def test_a_quantity_is_suggested_by_what_is_usual() -> None:
    orders = cast(list[Order], [{"material": "shaft", "quantity": q} for q in (10.0, 40.0, 20.0)])
    assert usual_quantity(orders, "shaft") == 20.0
    assert usual_quantity(orders, "flange") == 1.0


def test_a_late_delivery_says_by_how_much_and_so_does_one_that_is_not() -> None:
    planned = dt.datetime(2026, 3, 3, 10)
    assert later_words(planned, planned + dt.timedelta(days=2)) == "2 d later than expected now (Tue 3 Mar 10:00)."
    assert later_words(planned, planned - dt.timedelta(hours=1)).startswith("1 h earlier than")
    assert later_words(planned, planned).startswith("It is expected then already")


def test_a_reader_keeps_the_plans_before_him_and_is_told_of_newer_ones() -> None:
    plans = [plan(9, what_if="w-1"), plan(8, status="released"), plan(7)]
    then = seen_of(plant(plan_in_force=7), [plan(7, status="released")])
    latest = seen_of(plant(plan_in_force=8, revision=46), plans)
    assert latest.newer_than(then) == 8
    assert latest.newer_than(latest) is None
    assert then.at(46).newer_than(then) is None, "a report alone is no newer plan"
    assert seen_of(plant(), [plan(8, status="proposed"), plan(7)]).newer_than(then) == 8
    held, kept = before_reader(plant(plan_in_force=8), plans, then)
    assert held["plan_in_force"] == 7
    assert [p["id"] for p in kept] == [9, 7], "what-ifs are their askers' own"
    assert [p["id"] for p in with_earlier(plans, [plan(7), plan(6)])] == [9, 8, 7, 6]
