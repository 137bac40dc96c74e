"""Each rule of a feasible plan alone, at its boundary and on both sides of it.

The tiny plant stands at Monday 06:00, works 06:00 to 14:00, and its plan (`tiny_plan`) is feasible: saw SHAFT-1
06:00-06:20 and SHAFT-2 06:20-06:40; lathe SHAFT-1 06:20-07:10, SHAFT-2 07:25-08:15 (15 minutes of changeover before
each), and PIN-1 on Tuesday 08:00-08:30, when its bars have come.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scheduler.domain.minutes import Minute
from scheduler.domain.orders import Material, Order, Progress, Receipt
from scheduler.domain.plans import PlannedOperation, Verdict
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Downtime, Pool, SetupMatrix
from scheduler.domain.routings import Component, EligibleMachine, PoolNeed, Routing
from scheduler.planning.judge.check import check_plan
from tests.builders import at, named, tiny_plan, tiny_plant

GOOD = tiny_plan().operations


def plan_with(*changed: PlannedOperation) -> list[PlannedOperation]:
    """The good plan with some operations placed anew."""
    places = {operation.key: operation for operation in (*GOOD, *changed)}
    return list(places.values())


def placed(order: str, operation: int, start: Minute, end: Minute, machine: str = "lathe") -> PlannedOperation:
    return PlannedOperation(order, operation, machine, start, end)


def rules(state: PlantState, operations: list[PlannedOperation] | tuple[PlannedOperation, ...]) -> set[str]:
    return set(check_plan(state, operations, ()).by_rule())


def said(verdict: Verdict) -> str:
    return " | ".join(v.message for v in verdict.violations)


def turning(**changes: Any) -> PlantState:
    """The tiny plant with changes to the turning of shafts."""
    plant = tiny_plant()
    saw, turn = plant.routings["shaft"].operations
    return replace(plant, routings={**plant.routings, "shaft": Routing("shaft", (saw, replace(turn, **changes)))})


def pin_turning(**changes: Any) -> PlantState:
    plant = tiny_plant()
    (turn,) = plant.routings["pin"].operations
    return replace(plant, routings={**plant.routings, "pin": Routing("pin", (replace(turn, **changes),))})


def running(plant: PlantState, order: str = "SHAFT-1", operation: int = 10, machine: str = "saw") -> PlantState:
    """Begun at 05:50 with 20 minutes left."""
    progress = Progress(order, operation, "running", machine, at(0, 5, 50), None, 20)
    return replace(plant, progress={(order, operation): progress})


def test_the_tiny_plan_is_feasible() -> None:
    verdict = check_plan(tiny_plant(), GOOD)
    assert verdict.feasible
    assert verdict.unplanned == ()


# 1 complete


def test_a_missing_operation_is_named() -> None:
    verdict = check_plan(tiny_plant(), GOOD[1:], ())
    assert verdict.by_rule() == {"1 complete": 1}
    assert (verdict.violations[0].order, verdict.violations[0].operation) == ("SHAFT-1", 10)
    assert said(verdict) == "operation 10 of order 'SHAFT-1' is missing"


def test_an_operation_that_stands_twice_is_named() -> None:
    assert "stands twice" in said(check_plan(tiny_plant(), [*GOOD, GOOD[-1]]))


@pytest.mark.parametrize(
    ("plant", "why"),
    [
        (tiny_plant(orders={n: o for n, o in tiny_plant().orders.items() if n != "PIN-1"}), "no such order"),
        (
            tiny_plant(orders={**tiny_plant().orders, "PIN-1": replace(tiny_plant().orders["PIN-1"], status="hold")}),
            "on hold",
        ),
        (tiny_plant(progress={("PIN-1", 10): Progress("PIN-1", 10, "done", "lathe", None, at(0, 5))}), "it is done"),
    ],
)
def test_what_is_not_to_be_planned_is_named_with_the_reason(plant: PlantState, why: str) -> None:
    verdict = check_plan(plant, GOOD, ())
    assert verdict.by_rule() == {"1 complete": 1}
    assert why in said(verdict)


def test_of_an_order_left_out_only_running_work_is_demanded() -> None:
    plant = running(tiny_plant(routings={**tiny_plant().routings, "shaft": _without_lathe()}))
    others = tuple(u.order for u in check_plan(plant, (), None).unplanned)
    assert others == ("SHAFT-1", "SHAFT-2")
    run_on = placed("SHAFT-1", 10, at(0, 5, 50), at(0, 6, 20), "saw")
    assert check_plan(plant, [run_on, GOOD[-1]]).feasible
    assert check_plan(plant, [GOOD[-1]]).by_rule() == {"1 complete": 1}


def _without_lathe() -> Routing:
    saw, turn = tiny_plant().routings["shaft"].operations
    return Routing("shaft", (saw, replace(turn, machines=())))


# 2 eligible


@pytest.mark.parametrize("machine", ["lathe", "no-such-machine"])
def test_a_machine_that_cannot_do_it(machine: str) -> None:
    verdict = check_plan(tiny_plant(), plan_with(placed("SHAFT-1", 10, at(0, 6), at(0, 6, 20), machine)))
    assert verdict.by_rule() == {"2 eligible": 1}
    assert "machines that can: 'saw'" in said(verdict)


# 3 duration


@pytest.mark.parametrize(("end", "broken"), [(29, {"3 duration"}), (30, set()), (31, {"3 duration"})])
def test_an_operation_lasts_exactly_its_run(end: int, broken: set[str]) -> None:
    assert rules(tiny_plant(), plan_with(placed("PIN-1", 10, at(1, 8), at(1, 8, end)))) == broken


def test_a_slow_machine_takes_longer() -> None:
    plant = tiny_plant()
    slow = replace(plant, machines={**plant.machines, "lathe": replace(plant.machines["lathe"], efficiency=0.9)})
    # 30 / 0.9 = 33.3 and 50 / 0.9 = 55.6 minutes
    plan = plan_with(
        placed("SHAFT-1", 20, at(0, 6, 20), at(0, 7, 16)),
        placed("SHAFT-2", 20, at(0, 7, 31), at(0, 8, 27)),
        placed("PIN-1", 10, at(1, 8), at(1, 8, 34)),
    )
    assert rules(slow, plan) == set()


def test_pausable_work_waits_for_the_next_shift() -> None:
    assert rules(tiny_plant(), plan_with(placed("PIN-1", 10, at(1, 13, 50), at(2, 6, 20)))) == set()
    assert rules(tiny_plant(), plan_with(placed("PIN-1", 10, at(1, 13, 50), at(2, 6, 19)))) == {"3 duration"}


def test_pausable_work_neither_starts_nor_ends_in_closed_time() -> None:
    assert rules(tiny_plant(), plan_with(placed("PIN-1", 10, at(1, 14), at(2, 6, 30)))) == {"3 duration"}
    assert rules(tiny_plant(), plan_with(placed("PIN-1", 10, at(1, 13, 30), at(1, 14)))) == set()
    assert rules(tiny_plant(), plan_with(placed("PIN-1", 10, at(1, 13, 30), at(1, 14, 1)))) == {"3 duration"}


def test_work_without_a_pause_lies_in_one_stretch() -> None:
    plant = pin_turning(pausable=False)
    assert rules(plant, plan_with(placed("PIN-1", 10, at(1, 13, 30), at(1, 14)))) == set()
    assert rules(plant, plan_with(placed("PIN-1", 10, at(1, 13, 50), at(2, 6, 20)))) == {"3 duration"}


def test_an_outage_is_closed_time() -> None:
    down = (Downtime("lathe", at(1, 8, 10), at(1, 8, 20)),)
    plan = plan_with(placed("PIN-1", 10, at(1, 8), at(1, 8, 40)))
    assert rules(tiny_plant(downtimes=down), plan) == set()
    assert rules(replace(pin_turning(pausable=False), downtimes=down), plan) == {"3 duration"}


def test_an_outage_without_an_end_lasts_the_default_repair_time() -> None:
    plant = tiny_plant(downtimes=(Downtime("lathe", at(0, 5), None, "breakdown"),), default_repair_minutes=60)
    late = (placed("SHAFT-1", 20, at(0, 7, 15), at(0, 8, 5)), placed("SHAFT-2", 20, at(0, 8, 20), at(0, 9, 10)))
    assert rules(plant, plan_with(*late)) == set()
    # One minute earlier cuts into the changeover, which needs the machine to be up.
    assert rules(plant, plan_with(placed("SHAFT-1", 20, at(0, 7, 14), at(0, 8, 4)), late[1])) == {"4 changeover"}


# 4 one at a time, after its changeover


def test_two_at_a_time_overlap() -> None:
    plant = turning(machines=(EligibleMachine("lathe", 5.0),))
    meets = placed("SHAFT-2", 20, at(0, 7, 10), at(0, 8))
    assert rules(plant, plan_with(meets)) == set()
    assert rules(plant, plan_with(placed("SHAFT-2", 20, at(0, 7, 9), at(0, 7, 59)))) == {"4 overlap"}


def test_an_operations_own_setup_lies_before_it() -> None:
    verdict = check_plan(tiny_plant(), plan_with(placed("SHAFT-2", 20, at(0, 7, 24), at(0, 8, 14))))
    assert verdict.by_rule() == {"4 changeover": 1}
    assert "needs 15 min of changeover" in said(verdict)
    assert "the machine has 14 min" in said(verdict)


def test_a_changeover_runs_in_working_minutes() -> None:
    # SHAFT-2 ends Monday 13:55; ten of fifteen minutes are left on Tuesday.
    plan = [
        placed("SHAFT-1", 20, at(0, 13, 5), at(0, 13, 55)),
        placed("SHAFT-2", 20, at(1, 6, 10), at(1, 7)),
    ]
    assert rules(tiny_plant(), plan_with(*plan)) == set()
    assert rules(tiny_plant(), plan_with(plan[0], placed("SHAFT-2", 20, at(1, 6, 9), at(1, 6, 59)))) == {"4 changeover"}


def test_the_matrix_says_how_long_a_changeover_takes() -> None:
    plant = turning(setup_family="steel")
    (turn,) = plant.routings["pin"].operations
    pins = Routing("pin", (replace(turn, setup_family="brass"),))
    matrix = SetupMatrix("turning", {("steel", "brass"): 40, ("*", "steel"): 20, ("*", "*"): 5})
    plant = replace(plant, routings={**plant.routings, "pin": pins}, setup_matrices={"turning": matrix})
    # * to steel takes 20 minutes, steel to brass 40. The same family needs no row, nor is it what `*` means.
    plan = plan_with(placed("PIN-1", 10, at(0, 8, 55), at(0, 9, 25)), placed("SHAFT-2", 20, at(0, 7, 30), at(0, 8, 20)))
    plant = replace(plant, materials=named(Material("bar", on_hand=10)))
    assert rules(plant, plan) == {"4 changeover"}
    later = plan_with(placed("PIN-1", 10, at(0, 9), at(0, 9, 30)), placed("SHAFT-2", 20, at(0, 7, 30), at(0, 8, 20)))
    verdict = check_plan(plant, later)
    assert verdict.feasible
    assert verdict.kpis.setup_minutes == 20 + 0 + 40


def test_held_work_that_runs_keeps_its_machine() -> None:
    held = replace(tiny_plant().orders["SHAFT-1"], status="hold")
    plant = running(tiny_plant(orders={**tiny_plant().orders, "SHAFT-1": held}))
    rest = [operation for operation in GOOD if operation.order != "SHAFT-1"]
    assert rules(plant, rest) == set()  # the saw is free at 06:20, when SHAFT-2 starts
    early = [placed("SHAFT-2", 10, at(0, 6, 19), at(0, 6, 39), "saw"), *rest[1:]]
    assert rules(plant, early) == {"4 overlap"}


# 5 sequence


def test_an_operation_waits_for_its_predecessor() -> None:
    plan = [
        placed("SHAFT-2", 10, at(0, 6), at(0, 6, 20), "saw"),
        placed("SHAFT-1", 10, at(0, 6, 20), at(0, 6, 40), "saw"),
    ]
    assert rules(tiny_plant(), plan_with(*plan)) == {"5 sequence"}


@pytest.mark.parametrize(("wait", "broken"), [(45, set()), (46, {"5 sequence"})])
def test_an_operation_waits_long_enough(wait: int, broken: set[str]) -> None:
    plan = plan_with(placed("SHAFT-1", 20, at(0, 7, 5), at(0, 7, 55)), placed("SHAFT-2", 20, at(0, 8, 10), at(0, 9)))
    assert rules(turning(min_wait=wait), plan) == broken


@pytest.mark.parametrize(("wait", "broken"), [(45, set()), (44, {"5 max wait"})])
def test_an_operation_does_not_wait_too_long(wait: int, broken: set[str]) -> None:
    assert rules(turning(max_wait=wait), plan_with()) == broken  # SHAFT-2 waits from 06:40 to 07:25


def test_behind_done_work_no_wait_is_too_long() -> None:
    done = {("SHAFT-2", 10): Progress("SHAFT-2", 10, "done", "saw", at(0, 5), at(0, 5, 20))}
    plan = [operation for operation in GOOD if operation.key != ("SHAFT-2", 10)]
    assert rules(replace(turning(max_wait=60), progress=done), plan) == set()
    assert rules(replace(turning(min_wait=126), progress=done), plan) == {"5 sequence"}


# 6 not before, running


def test_nothing_starts_before_its_release() -> None:
    plant = replace(tiny_plant(), materials=named(Material("bar", on_hand=10)))
    early = (placed("PIN-1", 10, at(0, 8, 15), at(0, 8, 45)),)
    assert rules(plant, plan_with(*early)) == set()
    later = replace(plant.orders["PIN-1"], release=at(0, 8, 16))
    assert rules(replace(plant, orders={**plant.orders, "PIN-1": later}), plan_with(*early)) == {"6 not before"}


def test_nothing_starts_before_now() -> None:
    assert "6 not before" in rules(replace(tiny_plant(), now=at(0, 6, 1)), plan_with())


def test_running_work_runs_on_to_its_end() -> None:
    plant, start, end = running(tiny_plant()), at(0, 5, 50), at(0, 6, 20)
    assert rules(plant, plan_with(placed("SHAFT-1", 10, start, end, "saw"))) == set()
    assert rules(plant, plan_with(placed("SHAFT-1", 10, start, end - 1, "saw"))) == {"6 running"}
    assert rules(plant, plan_with(placed("SHAFT-1", 10, start + 1, end, "saw"))) == {"6 running"}


def test_running_work_stays_on_its_machine() -> None:
    plant = tiny_plant()
    saw, turn = plant.routings["shaft"].operations
    both = Routing("shaft", (replace(saw, machines=(*saw.machines, EligibleMachine("lathe", 2.0))), turn))
    plant = running(replace(plant, routings={**plant.routings, "shaft": both}))
    verdict = check_plan(plant, plan_with(placed("SHAFT-1", 10, at(0, 5, 50), at(0, 6, 20), "lathe")))
    assert "6 running" in verdict.by_rule()
    assert "runs on 'saw' and cannot move to 'lathe'" in said(verdict)


# 7 material


def test_bars_are_there_when_the_delivery_comes() -> None:
    assert rules(tiny_plant(), plan_with(placed("PIN-1", 10, at(1, 7, 59), at(1, 8, 29)))) == {"7 material"}


def test_a_failed_delivery_brings_nothing() -> None:
    verdict = check_plan(tiny_plant(receipts=named(Receipt("PO-7", "bar", 0.0, at(1, 8)))), GOOD, ())
    assert verdict.by_rule() == {"7 material": 1}
    assert "'bar' is short by 5 when operation 10 of order 'PIN-1' takes 10" in said(verdict)


def test_a_delivery_whose_time_has_passed_is_there_from_now() -> None:
    plant = tiny_plant(receipts=named(Receipt("PO-7", "bar", 20.0, at(0, 5))))
    assert rules(plant, plan_with(placed("PIN-1", 10, at(0, 8, 15), at(0, 8, 45)))) == set()


def pins_of_shafts(**more: Any) -> PlantState:
    """A pin takes one shaft."""
    return replace(pin_turning(components=(Component("shaft", 1.0),)), receipts={}, **more)


def test_an_order_takes_what_another_has_made_at_its_end() -> None:
    # SHAFT-1 ends at 07:10 with 10 shafts; SHAFT-2 moves behind PIN-1.
    shaft = placed("SHAFT-2", 20, at(0, 9), at(0, 9, 50))
    plant = pins_of_shafts(orders={**tiny_plant().orders, "PIN-1": Order("PIN-1", "pin", 10.0, at(2, 14), "pin")})
    assert rules(plant, plan_with(placed("PIN-1", 10, at(0, 7, 10), at(0, 7, 40)), shaft)) == set()
    plant = replace(plant, orders={**plant.orders, "PIN-1": Order("PIN-1", "pin", 10.1, at(2, 14), "pin")})
    assert rules(plant, plan_with(placed("PIN-1", 10, at(0, 7, 10), at(0, 7, 41)), shaft)) == {"7 material"}


def test_running_work_has_taken_its_components() -> None:
    plant = running(tiny_plant(receipts={}), "PIN-1", 10, "lathe")
    plan = plan_with(
        placed("PIN-1", 10, at(0, 5, 50), at(0, 6, 20)),
        placed("SHAFT-1", 20, at(0, 6, 35), at(0, 7, 25)),
        placed("SHAFT-2", 20, at(0, 7, 40), at(0, 8, 30)),
    )
    assert rules(plant, plan) == set()


def test_pieces_in_stock_already_do_not_come_again_at_the_end() -> None:
    # SHAFT-1 is being turned, 4 good pieces are in stock and 6 are to come; PIN-1 takes 10.
    turning_now = {
        ("SHAFT-1", 10): Progress("SHAFT-1", 10, "done", "saw", at(0, 5), at(0, 5, 20)),
        ("SHAFT-1", 20): Progress("SHAFT-1", 20, "running", "lathe", at(0, 5, 30), None, 20, quantity_good=4.0),
    }
    orders = {n: o for n, o in tiny_plant().orders.items() if n != "SHAFT-2"}
    plant = pins_of_shafts(orders=orders, progress=turning_now, materials=named(Material("shaft", on_hand=4.0)))
    plan = [placed("SHAFT-1", 20, at(0, 5, 30), at(0, 6, 20)), placed("PIN-1", 10, at(0, 8), at(0, 8, 30))]
    assert rules(plant, plan) == set()
    assert rules(replace(plant, materials={}), plan) == {"7 material"}


# 8 pools


def pooled(capacity: float, calendar: str | None = None, **more: Any) -> PlantState:
    """Sawing and turning shafts each take one setter."""
    plant = tiny_plant(pools=named(Pool("setters", capacity, calendar)), **more)
    steps = tuple(replace(o, pools=(PoolNeed("setters"),)) for o in plant.routings["shaft"].operations)
    return replace(plant, routings={**plant.routings, "shaft": Routing("shaft", steps)})


def test_a_pool_is_not_overrun() -> None:
    verdict = check_plan(pooled(1), GOOD)  # SHAFT-2 is sawn while SHAFT-1 is turned
    assert verdict.by_rule() == {"8 pool": 1}
    assert "pool 'setters' has 1 and work takes 2 at Mon 2 Mar 06:20" in said(verdict)
    assert rules(pooled(2), GOOD) == set()


def test_pauses_take_nothing_from_a_pool() -> None:
    plan = [
        placed("SHAFT-1", 10, at(0, 13, 50), at(1, 6, 10), "saw"),
        placed("SHAFT-2", 10, at(0, 6), at(0, 6, 20), "saw"),
        placed("SHAFT-2", 20, at(0, 6, 20), at(0, 7, 10)),
        placed("SHAFT-1", 20, at(1, 6, 10), at(1, 7)),
    ]
    assert rules(pooled(1), plan_with(*plan)) == set()


def test_work_needs_its_pool_on_duty() -> None:
    calendars = {**tiny_plant().calendars, "morning": replace(tiny_plant().calendars["early"], name="morning")}
    windows = tuple(replace(w, end=7 * 60 + 30) for w in calendars["morning"].windows)
    calendars["morning"] = replace(calendars["morning"], windows=windows)
    verdict = check_plan(pooled(9, "morning", calendars=calendars), GOOD)
    assert verdict.by_rule() == {"8 pool": 1}
    assert "off duty during operation 20 of order 'SHAFT-2'" in said(verdict)


def test_running_work_is_excused_from_its_pool() -> None:
    plan = plan_with(placed("SHAFT-1", 10, at(0, 5, 50), at(0, 6, 20), "saw"))
    assert "8 pool" not in rules(running(pooled(1)), [*plan[:1], *plan[2:]])
    assert rules(running(pooled(0.5)), plan) == {"8 pool"}
