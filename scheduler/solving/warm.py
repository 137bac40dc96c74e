"""Compile every kernel ahead of time, so that no request ever waits for it."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from scheduler.domain.calendars import Calendar, WeeklyWindow
from scheduler.domain.orders import Material, Order, Receipt
from scheduler.domain.plans import Objective
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Machine, Pool, SetupMatrix
from scheduler.domain.routings import Component, EligibleMachine, Operation, PoolNeed, Routing
from scheduler.ports import PlanRequest
from scheduler.solving.planner import RejigPlanner

ENOUGH_TO_RELINK = 60_000
"""Moves in which a tabu search has come to mix its best plans, so that this is compiled too."""


def warm_plant() -> PlantState:
    """A plant of two machines that knows everything a plant can: pauses, changeovers, waits, material, a pool."""
    windows = tuple(WeeklyWindow(day, start, start + 240) for day in range(7) for start in (360, 660))
    both = (EligibleMachine("first", 1.0, 5), EligibleMachine("second", 1.5, 5))
    steps = (
        Operation(10, setup_family="red", machines=both, components=(Component("bar", 1.0),)),
        Operation(20, predecessors=(10,), pausable=False, max_wait=600, machines=both, pools=(PoolNeed("crew"),)),
    )
    fed = Operation(10, setup_family="blue", machines=both, components=(Component("part", 1.0),))
    now = 13_000_000
    return PlantState(
        name="warm",
        zone=ZoneInfo("UTC"),
        now=now,
        frozen_minutes=30,
        objective=Objective(tardiness=1.0, setup=0.5, makespan=0.1, flow=0.01, stability=0.1),
        calendars={"day": Calendar("day", windows)},
        machines={"first": Machine("first", "a", "day", initial_setup="red"), "second": Machine("second", "b", "day")},
        materials={"bar": Material("bar", on_hand=20.0), "part": Material("part")},
        receipts={"R-1": Receipt("R-1", "bar", 40.0, now + 300)},
        orders={
            "MO-1": Order("MO-1", "part", 20.0, now + 200, "part"),
            "MO-2": Order("MO-2", "part", 20.0, now + 400, "part"),
            "MO-3": Order("MO-3", "final", 20.0, now + 600, "final", priority=4.0),
        },
        routings={"part": Routing("part", steps), "final": Routing("final", (fed,))},
        setup_matrices={"a": SetupMatrix("a", {("*", "*"): 10})},
        pools={"crew": Pool("crew", 1.0, "day")},
    )


def warm_shop() -> PlantState:
    """A plant where nothing but the makespan counts: two machines around the clock, twelve orders of two steps."""
    both = (EligibleMachine("first", 1.0), EligibleMachine("second", 1.5))
    steps = (Operation(10, machines=both), Operation(20, predecessors=(10,), machines=both))
    now = 13_000_000
    return PlantState(
        name="warm",
        zone=ZoneInfo("UTC"),
        now=now,
        frozen_minutes=0,
        objective=Objective(tardiness=0.0, makespan=1.0),
        calendars={"always": Calendar("always", tuple(WeeklyWindow(day, 0, 1440) for day in range(7)))},
        machines={"first": Machine("first", "a", "always"), "second": Machine("second", "b", "always")},
        orders={f"MO-{i}": Order(f"MO-{i}", "", 5.0 + 3 * i, now, "part") for i in range(12)},
        routings={"part": Routing("part", steps)},
    )


def warm_kernels() -> None:
    """Plan and repair small plants once; what numba compiles on the way stays on disk."""
    state = warm_plant()
    planner = RejigPlanner()
    plan = planner.plan(state, PlanRequest(budget=400, workers=1, solver="search"))
    planner.repair(replace(state, plan=plan.operations[:-1]))  # what a plan lacks is put in
    shop = warm_shop()
    plan = planner.plan(shop, PlanRequest(budget=ENOUGH_TO_RELINK, workers=1, solver="search"))
    planner.repair(replace(shop, plan=plan.operations, frozen_minutes=30))
