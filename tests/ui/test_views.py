"""What the screens say, without a screen: figures, load, selection, tables, inbox, what-if lines, dispatch lists."""

import datetime as dt
from typing import Any, cast

from tests.ui.small_plant import board, machines
from ui.answers import Comparison, DispatchList, Kpis, LoggedEvent, Material, Plan, Plant
from ui.client import ApiProblem
from ui.views import dispatch
from ui.views.assumptions import (
    breakdown,
    fresh_order_name,
    late_material,
    name_of,
    prefill,
    rush_order,
    with_assumed,
)
from ui.views.figures import key_figures
from ui.views.load import bottleneck, loads
from ui.views.problems import explain
from ui.views.scenarios import DEFAULT, NOTHING, compare_choices, former_plan, of_the_plant, pick, scenario_choices
from ui.views.selection import describe
from ui.views.tables import late_rows, load_rows, material_rows, moved_rows
from ui.views.today import ages, disturbances, next_hours


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
    before = kpis(late_orders=5, weighted_tardiness=1350.0, setup_minutes=510)
    on_time, late, tardy, changeovers, moved, last = key_figures(kpis(), before, moved=36)
    assert (on_time.value, on_time.change, on_time.verdict) == ("92.0 %", "-2.3 pp", "worse")
    assert (late.value, late.change, late.verdict) == ("7", "+2", "worse")
    assert (tardy.value, tardy.change, tardy.verdict) == ("31.5 h", "+9.0 h", "worse")
    assert (changeovers.value, changeovers.change, changeovers.verdict) == ("8.0 h", "-0.5 h", "better")
    assert (moved.value, moved.change) == ("36 of 410", None)
    assert (last.name, last.value, last.change) == ("Last end in", "5 d", "±0")


def test_without_another_plan_no_change_is_said() -> None:
    assert {f.change for f in key_figures(kpis(), None)} == {None}


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
    assert [(r["Order"], r["Late"], r["Due"]) for r in late_rows(board())] == [("MO-2", "1 h", "Mon 2 Mar 11:00")]


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
    assert (first["Operation"], first["Machine now"], first["Shift"]) == ("MO-2/20", "mill-2", "+2 h")
    assert (second["Operation"], second["Machine now"], second["Shift"]) == ("MO-1/20", "same", "-30 min")


def test_materials_that_run_short_come_first() -> None:
    plenty = {"material": "a", "description": "", "unit": "kg", "on_hand": 5.0, "receipts": [], "lowest": 5.0}
    plenty |= {"short_from": None, "orders_hit": []}
    short = plenty | {"material": "b", "lowest": -2.0, "short_from": "2026-03-03T06:00+01:00", "orders_hit": ["MO-2"]}
    rows = material_rows(cast(list[Material], [plenty, short]))
    assert [r["Material"] for r in rows] == ["b", "a"]
    assert rows[0]["Lowest"] == "-2 kg"
    assert rows[0]["Short from"] == "Tue 3 Mar 06:00"


def test_an_event_is_told_with_what_it_did_to_the_plan() -> None:
    plans = [
        plan(7, revision=42, kpis=kpis(late_orders=3, weighted_tardiness=600.0)),
        plan(8, revision=43, kpis=kpis(late_orders=7, weighted_tardiness=1140.0, moved_operations=14)),
        plan(9, revision=43, what_if="w-1", kpis=kpis(late_orders=0)),
    ]
    log = [event(43, "machine.down", machine="mill-1"), event(44, "order.created"), event(41, "operation.started")]
    newest, down = disturbances(log, plans)
    assert (newest.revision, newest.effect, newest.worse) == (44, "no plan knows of it yet", True)
    assert down.effect == "4 more late orders, +9.0 h tardiness, 14 operations moved · plan 8"
    assert down.worse


def test_an_event_is_told_with_what_was_improved_since() -> None:
    """The repair after the breakdown makes 4 more orders late; the search has brought back all but one by the time of
    the rush order. What comes behind that is the rush order's."""
    plans = [
        plan(7, revision=42, kpis=kpis(late_orders=3, weighted_tardiness=600.0)),
        plan(8, revision=43, kpis=kpis(late_orders=7, weighted_tardiness=1140.0, moved_operations=14)),
        plan(9, revision=44, kpis=kpis(late_orders=4, weighted_tardiness=660.0)),
        plan(10, revision=45, kpis=kpis(late_orders=5, weighted_tardiness=900.0, moved_operations=1)),
    ]
    log = [event(45, "order.created"), event(44, "operation.started"), event(43, "machine.down", machine="mill-1")]
    rush, down = disturbances(log, plans)
    assert down.effect == (
        "4 more late orders, +9.0 h tardiness, 14 operations moved · plan 8 · "
        "since then 3 fewer late orders, -8.0 h tardiness · plan 9"
    )
    assert rush.effect == "1 more late order, +4.0 h tardiness, 1 operation moved · plan 10"
    back = [*plans[:2], plan(9, revision=44, kpis=kpis(late_orders=3, weighted_tardiness=600.0))]
    assert not disturbances(log[1:], back)[0].worse


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
        "Next": "–",
        "Then": "–",
        "More": 0,
        "Load": 25,
    }
    assert (mill_2["Now"], mill_2["Next"]) == ("down until Mon 2 Mar 10:00", "MO-2/20 at 10:00")
    assert saw_1["Now"] == "MO-2/10 until 08:30"


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


def listed() -> DispatchList:
    line = {
        "position": 1,
        "order": "MO-<2>",
        "operation": 20,
        "description": "Mill face",
        "machine": "mill-1",
        "material": "gear-17",
        "customer": "",
        "quantity": 10.0,
        "setup_family": "",
        "setup_start": "2026-03-02T07:40+01:00",
        "start": "2026-03-02T08:00+01:00",
        "end": "2026-03-02T10:00+01:00",
        "due": None,
        "running": False,
        "state": "next",
        "material_ready": False,
        "missing": [{"material": "bar-40", "quantity": 12.0}],
        "note": "",
    }
    found = {"target": "mill-1", "kind": "machine", "plan": 7, "version": "4c1f", "now": "2026-03-02T07:00+01:00"}
    return cast(DispatchList, found | {"acknowledged": None, "acknowledged_by": None, "lines": [line]})


def test_a_dispatch_list_says_what_is_missing_on_screen_and_on_paper() -> None:
    row = dispatch.rows(listed())[0]
    assert (row["Material"], row["Changeover"], row["Family"]) == ("✗ missing 12 bar-40", "07:40", "–")
    assert "Machine" not in row
    assert "Machine" in dispatch.rows(listed() | {"kind": "work center"})[0]
    head, line = dispatch.as_csv(listed()).splitlines()
    assert head.startswith("position,order,operation")
    assert head.endswith("missing,state")
    assert line.endswith("no,12 bar-40,next")
    assert dispatch.as_workbook(listed())[:2] == b"PK"


def test_a_dispatch_list_says_what_stands_still_and_what_is_being_set_up() -> None:
    (line,) = listed()["lines"]
    sets_up = listed() | {"lines": [line | {"state": "setting up"}]}
    assert dispatch.rows(sets_up)[0]["Changeover"] == "07:40 · setting up"
    paused = listed() | {"lines": [line | {"running": True, "state": "paused", "setup_start": None}]}
    assert (dispatch.rows(paused)[0]["Start"], dispatch.rows(paused)[0]["Material"]) == ("paused", "taken")
    assert dispatch.as_csv(paused).splitlines()[1].endswith(",paused")


def test_a_printed_list_shows_names_as_text_and_never_as_markup() -> None:
    page = dispatch.as_page(listed(), "Plant & Sons")
    assert "MO-&lt;2&gt;" in page
    assert "MO-<2>" not in page
    assert "Plant &amp; Sons" in page


def test_a_refused_release_says_what_holds_and_what_to_do() -> None:
    said = explain(
        ApiProblem(409, "Stale plan", "plan 8 is based on revision 41, the plan in force on 43"), "release plan 8"
    )
    assert said.failed.startswith("Could not release plan 8: plan 8 is based on")
    assert said.holds == "The plan in force stays in force."
    assert "Re-plan" in said.remedy


def test_an_api_out_of_reach_says_how_to_start_it() -> None:
    said = explain(ApiProblem(0, "The API cannot be reached", "nobody answers"), "read the plants")
    assert "rejig serve" in said.remedy
    assert "stay as they are" in said.holds
