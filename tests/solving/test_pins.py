"""Plans keep what persons have fixed; what cannot be kept is named, and planned as near to it as can be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import pytest

from scheduler.domain.orders import Progress
from scheduler.domain.pins import Pin
from scheduler.domain.plans import Plan, PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Downtime
from scheduler.domain.routings import EligibleMachine
from scheduler.planning.judge.check import check_plan
from scheduler.ports import MoveLimits, PlanRequest
from scheduler.solving.planner import RejigPlanner
from tests.builders import at, tiny_plan, tiny_plant

PLANNER = RejigPlanner()
QUICK = PlanRequest(budget=200, workers=1, solver="search")


def place(plan: Plan, order: str, operation: int) -> PlannedOperation:
    (found,) = (o for o in plan.operations if o.key == (order, operation))
    return found


def plans(state: PlantState, *pins: Pin) -> list[Plan]:
    """Planned from nothing, and the plan in force repaired and searched from."""
    state = replace(state, pins={pin.key: pin for pin in pins})
    in_force = replace(state, plan=tiny_plan().operations)
    found = [PLANNER.plan(state, QUICK), PLANNER.repair(in_force), PLANNER.plan(in_force, QUICK)]
    for plan in found:
        verdict = check_plan(state, plan.operations, plan.unplanned, broken_pins=plan.broken_pins)
        assert [v.message for v in verdict.violations] == []
        assert plan.unplanned == ()
        assert plan.kpis.cost < 1e6, "what a search pays for pins is no cost of the plan's"
        assert all(m.cost < 1e6 for m in plan.history)
    return found


@pytest.mark.parametrize(
    "pin",
    [
        Pin("SHAFT-2", 20, start=at(0, 6, 40)),  # ahead of SHAFT-1, which is then sawn meanwhile
        Pin("SHAFT-2", 20, "lathe", at(2, 9)),
        Pin("SHAFT-1", 10, start=at(0, 11)),
        Pin("SHAFT-1", 10, not_before=at(1, 6)),
        Pin("PIN-1", 10, not_after=at(1, 8)),
        Pin("SHAFT-2", 10, not_after=at(0, 6)),
        Pin("SHAFT-1", 20, not_before=at(0, 13), not_after=at(0, 13, 30)),
    ],
)
def test_a_pin_that_can_be_kept_is_kept(pin: Pin) -> None:
    for plan in plans(tiny_plant(), pin):
        assert plan.broken_pins == ()


def test_work_that_is_not_pinned_goes_ahead_of_what_is_pinned_for_later() -> None:
    # The lathe is free for SHAFT-1 until Wednesday.
    for plan in plans(tiny_plant(), Pin("SHAFT-2", 20, start=at(2, 9))):
        assert place(plan, "SHAFT-1", 20).end <= at(0, 8)
        assert place(plan, "PIN-1", 10).end <= at(1, 9)


def test_nobody_stands_in_the_way_of_what_is_pinned() -> None:
    # SHAFT-2/20 takes the lathe from 07:00 to 07:50: SHAFT-1/20 (50 min, from 06:20) and its changeover must wait.
    for plan in plans(tiny_plant(), Pin("SHAFT-2", 20, start=at(0, 7))):
        assert plan.broken_pins == ()
        assert place(plan, "SHAFT-1", 20).start == at(0, 8, 5)


def test_of_two_pins_for_one_moment_one_is_named() -> None:
    for plan in plans(tiny_plant(), Pin("SHAFT-1", 20, start=at(0, 9)), Pin("SHAFT-2", 20, start=at(0, 9))):
        (broken,) = plan.broken_pins
        (kept,) = {"SHAFT-1", "SHAFT-2"} - {broken.order}
        assert place(plan, kept, 20).start == at(0, 9)
        assert place(plan, broken.order, 20).start == at(0, 10, 5), "as near as can be: 50 minutes, 15 of changeover"
        assert broken.reason.endswith("the other rules leave it no room there")


@pytest.mark.parametrize(
    ("pin", "start", "why"),
    [
        (Pin("SHAFT-1", 20, start=at(0, 5)), at(0, 6, 20), "the time is past"),
        (Pin("SHAFT-1", 10, start=at(0, 15)), at(1, 6), "'saw' does not work then"),
        (Pin("PIN-1", 10, start=at(0, 7)), at(1, 8), "the order is released later"),  # and its bars come on Tuesday
    ],
)
def test_an_impossible_time_is_planned_as_near_as_can_be(pin: Pin, start: int, why: str) -> None:
    for plan in plans(tiny_plant(), pin):
        assert place(plan, *pin.key).start == start
        assert [b.reason.rpartition(": ")[2] for b in plan.broken_pins] == [why]


def test_a_pin_that_is_lost_anyway_costs_no_other_pin() -> None:
    # SHAFT-1 was to be turned yesterday; for that it would have to be sawn at once, as SHAFT-2 is to be.
    for plan in plans(tiny_plant(), Pin("SHAFT-1", 20, start=at(-1, 6)), Pin("SHAFT-2", 10, start=at(0, 6))):
        assert [b.key for b in plan.broken_pins] == [("SHAFT-1", 20)]
        assert place(plan, "SHAFT-1", 20).start == at(0, 6, 40), "as near as can be, behind the sawing of both"


def test_a_machine_that_cannot_do_it_is_named() -> None:
    for plan in plans(tiny_plant(), Pin("SHAFT-1", 20, "saw", at(0, 9))):
        (broken,) = plan.broken_pins
        assert broken.reason.endswith(": 'saw' cannot do it")
        assert place(plan, "SHAFT-1", 20).start == at(0, 9), "its time is kept all the same"


def test_a_machine_that_is_down_for_now_is_waited_for() -> None:
    shaft = tiny_plant().routings["shaft"]
    two = replace(shaft.operations[0], machines=(*shaft.operations[0].machines, EligibleMachine("lathe", 2.0)))
    state = tiny_plant(
        routings={**tiny_plant().routings, "shaft": replace(shaft, operations=(two, shaft.operations[1]))},
        downtimes=(Downtime("saw", at(0, 6), at(0, 10), "breakdown"),),
    )
    for plan in plans(state, Pin("SHAFT-1", 10, "saw")):
        assert (place(plan, "SHAFT-1", 10).machine, place(plan, "SHAFT-1", 10).start) == ("saw", at(0, 10))
        assert plan.broken_pins == ()


def test_running_work_is_exempt() -> None:
    running = {("SHAFT-1", 10): Progress("SHAFT-1", 10, "running", "saw", at(0, 5, 50), None, 10)}
    plan = PLANNER.plan(tiny_plant(progress=running, pins={("SHAFT-1", 10): Pin("SHAFT-1", 10, start=at(0, 9))}), QUICK)
    assert plan.broken_pins == ()
    assert place(plan, "SHAFT-1", 10).end == at(0, 6, 10)


def test_a_wait_behind_running_work_comes_before_a_pin() -> None:
    shaft = tiny_plant().routings["shaft"]
    tied = replace(shaft.operations[1], max_wait=30)
    state = tiny_plant(
        routings={**tiny_plant().routings, "shaft": replace(shaft, operations=(shaft.operations[0], tied))},
        progress={("SHAFT-1", 10): Progress("SHAFT-1", 10, "running", "saw", at(0, 5, 50), None, 10)},
        pins={("SHAFT-1", 20): Pin("SHAFT-1", 20, not_before=at(0, 9))},
    )
    for plan in (PLANNER.plan(state, QUICK), PLANNER.repair(replace(state, plan=tiny_plan().operations))):
        assert plan.unplanned == ()
        assert place(plan, "SHAFT-1", 20).start == at(0, 6, 40), "06:10 and 30 minutes"
        assert [b.key for b in plan.broken_pins] == [("SHAFT-1", 20)]


def test_a_pin_on_a_chain_moves_what_comes_before_it() -> None:
    shaft = tiny_plant().routings["shaft"]
    tied = replace(shaft.operations[1], max_wait=30)
    state = tiny_plant(
        routings={**tiny_plant().routings, "shaft": replace(shaft, operations=(shaft.operations[0], tied))}
    )
    for plan in plans(state, Pin("SHAFT-1", 20, start=at(1, 9))):
        assert plan.broken_pins == ()
        assert place(plan, "SHAFT-1", 10).end >= at(1, 8, 30)


def test_a_pin_goes_ahead_of_the_frozen_zone_that_stands_in_its_way() -> None:
    state = tiny_plant(frozen_minutes=480, pins={("SHAFT-2", 20): Pin("SHAFT-2", 20, start=at(0, 7))})
    state = replace(state, plan=tiny_plan().operations)
    for plan in (PLANNER.repair(state), PLANNER.plan(state, QUICK)):
        assert plan.broken_pins == ()
        assert place(plan, "SHAFT-1", 10).start == at(0, 6), "what does not stand in its way stays"
        assert place(plan, "PIN-1", 10).start == at(1, 8)


def test_limits_on_moves_do_not_hold_what_is_pinned() -> None:
    state = tiny_plant(pins={("SHAFT-2", 20): Pin("SHAFT-2", 20, start=at(0, 9))}, plan=tiny_plan().operations)
    plan = PLANNER.plan(state, replace(QUICK, limits=MoveLimits(0, 600, True)))
    assert plan.broken_pins == ()
    assert plan.kpis.moved_operations == 1


@pytest.mark.parametrize("solver", ["cpsat", "search", "auto"])
def test_every_engine_keeps_them(solver: Literal["cpsat", "search", "auto"]) -> None:
    pins = (Pin("SHAFT-2", 20, start=at(0, 7)), Pin("PIN-1", 10, not_after=at(1, 9)), Pin("SHAFT-1", 20, "lathe"))
    state = tiny_plant(pins={pin.key: pin for pin in pins})
    request: Any = PlanRequest(time_limit_seconds=2.0, workers=1, solver=solver)
    plan = PLANNER.plan(state, request)
    assert plan.broken_pins == ()
    assert plan.engine_failures == ()
    assert check_plan(state, plan.operations).feasible
    assert plan.proven or solver == "search"
