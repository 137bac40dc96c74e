"""What plants really send beside orders and work: deliveries that arrive, stock that is issued, hours that change."""

from __future__ import annotations

import csv
import importlib.util
import io
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from scheduler.domain.event_reading import parse_event
from scheduler.domain.events import Event
from scheduler.domain.fold import fold_event, fold_events
from scheduler.domain.orders import Progress
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Pool
from scheduler.domain.routings import PoolNeed, Routing
from scheduler.errors import InvalidEvent
from scheduler.ingest import plan_csv, read_scenario, write_scenario
from scheduler.planning.judge.check import check_plan
from scheduler.ports import PlanRequest
from scheduler.solving.planner import RejigPlanner
from tests.builders import at, named, tiny_plant

PLANT = tiny_plant()
PLANNER = RejigPlanner()
REFEREE = Path(__file__).parents[3] / "shared" / "referee" / "referee.py"
ISO = "2026-03-0{}T{:02d}:00Z"


def iso(day: int, hour: int) -> str:
    return ISO.format(day + 2, hour)


def told(type: str, time: int = at(0, 6), **data: object) -> Event:
    raw = {"specversion": "1.0", "id": f"{type}-{time}-{data}", "source": "/t", "type": type, "time": iso(0, 6)}
    return replace(parse_event({**raw, "data": data}, PLANT.zone), time=time)


def reread(state: PlantState, folder: Path) -> PlantState:
    write_scenario(state, folder)
    return read_scenario(folder).state


def on_hand(state: PlantState) -> float:
    return state.materials["bar"].on_hand


def test_a_delivery_that_arrives_is_stock_and_no_longer_expected() -> None:
    state = fold_event(PLANT, told("receipt.arrived", receipt="PO-7", quantity=18))
    assert on_hand(state) == 23
    assert not state.receipts


def test_what_comes_in_part_leaves_the_rest_expected() -> None:
    state = fold_event(PLANT, told("receipt.arrived", receipt="PO-7", quantity=8, complete=False))
    assert on_hand(state) == 13
    assert state.receipts["PO-7"].quantity == 12
    assert state.receipts["PO-7"].expected == at(1, 8)
    whole = fold_event(state, told("receipt.arrived", receipt="PO-7", quantity=12, complete=False))
    assert not whole.receipts
    with pytest.raises(InvalidEvent, match="no receipt 'PO-8' is expected"):
        fold_event(PLANT, told("receipt.arrived", receipt="PO-8", quantity=1))


def test_what_is_issued_leaves_the_stock_and_what_is_put_back_is_there_again() -> None:
    taken = fold_event(PLANT, told("material.issued", material="bar", quantity=3))
    assert on_hand(taken) == 2
    assert on_hand(fold_event(taken, told("material.issued", material="bar", quantity=-2))) == 4


FOR_PIN = {"material": "bar", "order": "PIN-1", "operation": 10}
STOCKED = fold_event(PLANT, told("material.counted", material="bar", on_hand=30))
START = told("operation.started", at(0, 8), order="PIN-1", operation=10, machine="lathe")


@pytest.mark.parametrize(
    ("issued", "after"),
    [([4], 20.0), ([10], 20.0), ([13], 17.0), ([4, 4], 20.0), ([10, -10], 20.0), ([4, -2], 20.0)],
)
def test_what_was_issued_for_an_operation_is_not_taken_again_when_it_starts(
    issued: list[float], after: float, tmp_path: Path
) -> None:
    """PIN-1 takes 10 bars of 30: 20 are left however many of them were issued before, but for what went beyond."""
    state = fold_events(STOCKED, (told("material.issued", quantity=q, **FOR_PIN) for q in issued))
    assert on_hand(state) == 30 - sum(issued)
    again = reread(state, tmp_path)
    assert replace(again, plan=()) == replace(state, plan=())
    assert on_hand(fold_event(state, START)) == pytest.approx(after)
    assert on_hand(fold_event(again, START)) == pytest.approx(after)


@pytest.mark.parametrize(("issued", "after"), [([10], 20.0), ([4, 6], 20.0), ([12], 18.0), ([-3], 23.0)])
def test_what_a_start_has_taken_is_not_issued_again(issued: list[float], after: float) -> None:
    state = fold_event(STOCKED, START)
    assert on_hand(state) == 20
    state = fold_events(state, (told("material.issued", at(0, 8), quantity=q, **FOR_PIN) for q in issued))
    assert on_hand(state) == pytest.approx(after)


def test_a_quantity_that_changes_asks_for_the_rest_of_all() -> None:
    state = fold_event(STOCKED, told("material.issued", quantity=4, **FOR_PIN))
    more = fold_event(state, told("order.changed", order="PIN-1", quantity=20))
    assert on_hand(fold_event(more, START)) == pytest.approx(10)


def test_stock_issued_ahead_is_enough_for_the_plan_and_the_referee(tmp_path: Path) -> None:
    """All 10 bars are issued and none is left: the pin can still be made today, before the delivery."""
    counted = fold_event(PLANT, told("material.counted", material="bar", on_hand=10))
    state = fold_event(counted, told("material.issued", quantity=10, **FOR_PIN))
    assert on_hand(state) == 0
    assert starts(state, tmp_path)["PIN-1", 10] < at(0, 14)


def import_from(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def starts(state: PlantState, folder: Path) -> dict[tuple[str, int], int]:
    """A plan that the check and the referee take, of the state and of what is read back from its files."""
    again = reread(state, folder)
    assert replace(again, plan=()) == replace(state, plan=())
    plan = PLANNER.plan(state, PlanRequest(budget=50, workers=1, seed=1))
    verdict = check_plan(state, plan.operations, plan.unplanned)
    assert verdict.feasible, verdict.violations
    assert not plan.unplanned
    if REFEREE.exists():
        referee = import_from(REFEREE)
        scenario = referee.Scenario(folder, last=max(o.end for o in plan.operations))
        rows = list(csv.DictReader(io.StringIO(plan_csv(plan.operations, state))))
        breaches, _ = referee.judge(scenario, rows)
        assert not breaches, breaches
    return {o.key: o.start for o in plan.operations}


def test_a_machine_alone_works_a_night_and_its_calendar_stays(tmp_path: Path) -> None:
    closed = told("calendar.changed", calendar="early", start=iso(0, 6), end=iso(1, 6), kind="closed", reason="feast")
    night = told("calendar.changed", machine="saw", start=iso(0, 20), end=iso(1, 2), kind="open")
    state = fold_events(PLANT, (closed, night))
    found = starts(state, tmp_path)
    assert min(found.values()) == at(0, 20)
    assert all(start >= at(1, 6) for (_, number), start in found.items() if number == 20)


def test_a_machine_alone_is_closed_and_the_others_work_on(tmp_path: Path) -> None:
    state = fold_event(PLANT, told("calendar.changed", machine="saw", start=iso(0, 6), end=iso(0, 12), kind="closed"))
    found = starts(state, tmp_path)
    assert found["SHAFT-2", 10] >= at(0, 12) or found["SHAFT-1", 10] >= at(0, 12)
    assert min(s for (o, n), s in found.items() if n == 10 and o != "PIN-1") == at(0, 12)
    assert state.machine_time("lathe", at(0, 6), at(0, 14)).is_open(at(0, 7))


def test_a_shift_that_was_opened_is_taken_back() -> None:
    shift = {"calendar": "early", "start": iso(0, 14), "end": iso(0, 22)}
    state = fold_event(PLANT, told("calendar.changed", kind="open", **shift))
    assert state.machine_time("saw", at(0, 0), at(1, 0)).between(at(0, 14), at(0, 22)) == 480
    state = fold_event(state, told("calendar.changed", **{**shift, "end": iso(0, 18)}, kind="closed"))
    assert state.machine_time("saw", at(0, 0), at(1, 0)).between(at(0, 14), at(0, 22)) == 240


def test_a_change_names_a_calendar_or_a_machine_that_there_is() -> None:
    stretch = {"start": iso(0, 6), "end": iso(0, 12), "kind": "closed"}
    with pytest.raises(InvalidEvent, match="did you mean 'early'"):
        fold_event(PLANT, told("calendar.changed", calendar="eraly", **stretch))
    with pytest.raises(InvalidEvent, match="none of calendar, machine"):
        told("calendar.changed", **stretch)


def crewed(capacity: float = 2.0) -> PlantState:
    """Sawing needs one of the crew a machine; 2 are there."""
    shaft = PLANT.routings["shaft"]
    saw = replace(shaft.operations[0], pools=(PoolNeed("crew", 1.0),))
    return replace(
        PLANT,
        pools=named(Pool("crew", capacity)),
        routings={**PLANT.routings, "shaft": Routing("shaft", (saw, shaft.operations[1]))},
    )


def test_nobody_is_there_for_a_stretch_and_work_waits_for_its_end(tmp_path: Path) -> None:
    away = {"pool": "crew", "end": iso(0, 9), "reason": "training"}
    state = fold_event(crewed(), told("pool.changed", capacity=0, **away))
    assert state.pools["crew"].capacity == 2
    assert min(s for (o, n), s in starts(state, tmp_path).items() if n == 10 and o != "PIN-1") == at(0, 9)


def test_where_stretches_overlap_the_smallest_counts() -> None:
    events = (
        told("pool.changed", pool="crew", capacity=5, start=iso(0, 8), end=iso(0, 12)),
        told("pool.changed", pool="crew", capacity=1, start=iso(0, 10), end=iso(0, 14)),
        told("pool.changed", pool="crew", capacity=3),
    )
    pool = fold_events(crewed(), events).pools["crew"]
    assert [pool.room(at(0, h)) for h in (7, 8, 9, 10, 12, 13, 14)] == [3, 5, 5, 1, 1, 1, 3]
    assert pool.most == 5


def test_a_pool_that_is_too_small_for_good_is_named() -> None:
    state = fold_event(crewed(), told("pool.changed", pool="crew", capacity=0.5))
    plan = PLANNER.plan(state, PlanRequest(budget=50, workers=1, seed=1))
    assert {u.order for u in plan.unplanned} == {"SHAFT-1", "SHAFT-2"}
    assert check_plan(state, plan.operations, plan.unplanned).feasible


FASTER = [{"operation": 10, "machine": "saw", "run_minutes_per_unit": 1}]


def test_a_routing_changes_for_orders_that_have_not_started(tmp_path: Path) -> None:
    rows = [*FASTER, {"operation": 20, "machine": "lathe", "run_minutes_per_unit": 4}]
    begun = fold_event(PLANT, told("operation.started", order="SHAFT-1", operation=10, machine="saw"))
    state = fold_event(begun, told("routing.changed", routing="shaft", machine_rows=rows))
    assert state.orders["SHAFT-1"].routing == "shaft@1"
    assert state.run_minutes("SHAFT-1", 20, "lathe") == 50
    assert state.orders["SHAFT-2"].routing == "shaft"
    assert state.run_minutes("SHAFT-2", 20, "lathe") == 40
    starts(state, tmp_path)
    third = fold_event(state, told("routing.changed", routing="shaft", machine_rows=rows))
    assert third.orders["SHAFT-1"].routing == "shaft@1"
    assert set(third.routings) == {"shaft", "shaft@1", "pin"}


def test_a_routing_changes_from_a_day_on(tmp_path: Path) -> None:
    rows = [{"operation": 10, "machine": "lathe", "run_minutes_per_unit": 1}]
    later = fold_event(PLANT, told("routing.changed", routing="pin", machine_rows=rows, **{"from": iso(0, 9)}))
    assert later.run_minutes("PIN-1", 10, "lathe") == 30, "it was released at 8"
    now = fold_event(PLANT, told("routing.changed", routing="pin", machine_rows=rows, **{"from": iso(0, 8)}))
    assert now.run_minutes("PIN-1", 10, "lathe") == 10
    starts(later, tmp_path)


def test_an_operation_that_the_new_routing_lacks_is_gone_with_its_rows(tmp_path: Path) -> None:
    state = fold_event(PLANT, told("routing.changed", routing="shaft", routing_rows=[{"operation": 10}]))
    assert [o.number for o in state.routings["shaft"].operations] == [10]
    assert state.run_minutes("SHAFT-1", 10, "saw") == 20
    assert ("SHAFT-1", 20) not in starts(state, tmp_path)


def test_what_was_issued_counts_for_the_new_parts_list(tmp_path: Path) -> None:
    """4 bars are issued; by the new list the pin takes 20, so its start takes 16 more."""
    state = fold_event(STOCKED, told("material.issued", quantity=4, **FOR_PIN))
    rows = [{"operation": 10, "component": "bar", "quantity_per_unit": 2}]
    state = fold_event(state, told("routing.changed", routing="pin", bom_rows=rows))
    assert reread(state, tmp_path) == state
    assert on_hand(fold_event(state, START)) == pytest.approx(10)


def test_orders_get_their_own_routings_in_the_order_of_what_was_issued_for_them() -> None:
    """The fold is the same in every process: no name depends on how texts hash."""
    names = ("P-5", "P-2", "P-8", "P-1", "P-7", "P-3", "P-6", "P-4")
    pin = PLANT.orders["PIN-1"]
    plant = replace(STOCKED, orders=named(*(replace(pin, name=name) for name in sorted(names))))
    given = [told("material.issued", material="bar", quantity=4, order=name, operation=10) for name in names]
    rows = [{"operation": 10, "component": "bar", "quantity_per_unit": 2}]
    state = fold_events(plant, [*given, told("routing.changed", routing="pin", bom_rows=rows)])
    copies = [int(state.orders[name].routing.removeprefix("pin@")) for name in names]
    assert copies == list(range(copies[0], copies[0] + 8))


def test_paused_work_keeps_its_machine_and_its_minutes_stand_still(tmp_path: Path) -> None:
    """Turned from 6 to 6:10 of 50 minutes, paused until 8: 40 are left all the while."""
    routed = fold_event(PLANT, told("operation.started", order="SHAFT-1", operation=10, machine="saw"))
    who = {"order": "SHAFT-1", "operation": 10}
    paused = fold_events(routed, (told("operation.paused", at(0, 6, 5), **who), told("clock.ticked", at(0, 8))))
    work = paused.progress["SHAFT-1", 10]
    assert (work.status, work.machine, work.remaining_minutes) == ("paused", "saw", 15)
    assert starts(paused, tmp_path)["SHAFT-1", 10] == at(0, 6)
    ended = fold_events(paused, (told("operation.resumed", at(0, 8), **who), told("clock.ticked", at(0, 8, 5))))
    assert ended.progress["SHAFT-1", 10].remaining_minutes == 10
    assert ended.progress["SHAFT-1", 10].status == "running"


def test_a_late_report_of_a_pause_gives_back_what_was_counted() -> None:
    who = {"order": "SHAFT-1", "operation": 10}
    begun = fold_event(PLANT, told("operation.started", **who, machine="saw"))
    for now in (at(0, 6, 15), at(0, 7)):  # before its end, and drifting behind it
        later = fold_event(begun, told("clock.ticked", now))
        work = fold_event(later, told("operation.paused", at(0, 6, 5), **who)).progress["SHAFT-1", 10]
        assert (work.remaining_minutes, work.drifting_since) == (15, None)


def test_work_that_is_paused_without_a_start_has_begun_and_that_is_in_doubt() -> None:
    paused = fold_event(PLANT, told("operation.paused", order="SHAFT-1", operation=10))
    work = paused.progress["SHAFT-1", 10]
    assert (work.status, work.machine, work.remaining_minutes) == (
        "paused",
        "saw",
        paused.run_minutes("SHAFT-1", 10, "saw"),
    )
    assert [d.rule for d in paused.doubts.values()] == ["begun"]
    done = replace(PLANT, progress={("SHAFT-1", 10): Progress("SHAFT-1", 10, "done", "saw")})
    assert fold_event(done, told("operation.paused", order="SHAFT-1", operation=10)).progress == done.progress


def test_a_start_of_paused_work_on_its_machine_resumes_it() -> None:
    """12 minutes are left when it is paused, and when it goes on."""
    work = Progress("SHAFT-1", 10, "paused", "saw", at(0, 6), None, 12)
    paused = replace(PLANT, progress={("SHAFT-1", 10): work})
    start = told("operation.started", order="SHAFT-1", operation=10, machine="saw")
    assert fold_event(paused, start).progress["SHAFT-1", 10] == replace(work, status="running")


def test_minutes_that_are_told_of_paused_work_count_and_it_stays_paused() -> None:
    work = Progress("SHAFT-1", 10, "paused", "saw", at(0, 6), None, 12)
    paused = replace(PLANT, progress={("SHAFT-1", 10): work})
    said = told("operation.progressed", order="SHAFT-1", operation=10, remaining_minutes=5)
    after = fold_event(paused, said).progress["SHAFT-1", 10]
    assert (after.status, after.remaining_minutes) == ("paused", 5)


def test_other_work_on_the_machine_of_paused_work_puts_it_aside_with_what_was_left() -> None:
    work = Progress("SHAFT-1", 10, "paused", "saw", at(0, 6), None, 12)
    paused = replace(PLANT, progress={("SHAFT-1", 10): work})
    after = fold_event(paused, told("operation.started", order="PIN-1", operation=10, machine="saw"))
    assert (after.progress["SHAFT-1", 10].status, after.progress["SHAFT-1", 10].remaining_minutes) == ("aside", 12)
    assert after.progress["PIN-1", 10].status == "running"
