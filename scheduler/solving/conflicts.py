"""Which rules conflict where an order fits nowhere: it is planned alone, and each family of rules is lifted in turn.

Cores of assumptions would name the rules in one go, but are not to be trusted under presolve (or-tools#5141, #2571).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from ortools.sat.python import cp_model

from scheduler.domain.calendars import Calendar, WeeklyWindow
from scheduler.domain.plant import PlantState
from scheduler.domain.routings import Operation
from scheduler.planning.builder import Builder
from scheduler.planning.tables.translate import translate
from scheduler.replanning.frozen import find_frozen
from scheduler.solving.cpsat_model import CpSatModel
from scheduler.solving.cpsat_reach import Hopeless, Reach
from scheduler.solving.parameters import DEFAULTS, FirstPlanParameters

ALWAYS = "always open, day and night"


def conflict_of(state: PlantState, order: str, numbers: FirstPlanParameters = DEFAULTS.first_plan) -> str | None:
    """What keeps the order from being planned, in words; None: nothing about it alone (other work stands in its way),
    or it is not known. Material is left out: it is judged before."""
    routing = state.routings[state.orders[order].routing]
    if len(routing.operations) > numbers.conflict_operations:
        return None
    alone = _with_steps(_only(state, order), lambda step: replace(step, components=()))
    if fits(alone, numbers) is not False:
        return None
    lifted = {
        "its maximum waits": _with_steps(alone, lambda step: replace(step, max_wait=None)),
        "its minimum waits": _with_steps(alone, lambda step: replace(step, min_wait=0)),
        "work that must not pause": _with_steps(alone, lambda step: replace(step, pausable=True)),
        "the pools that it needs": _with_steps(alone, lambda step: replace(step, pools=())),
        "the outages": replace(alone, downtimes=()),
        "the machines' hours": _always_open(alone),
    }
    names = [name for name, without in lifted.items() if fits(without, numbers)]
    if not names:
        return "even alone in the plant it cannot be planned, whichever single rule is lifted"
    if len(names) == 1:
        return f"even alone in the plant it cannot be planned; without {names[0]} it could be"
    return f"even alone in the plant it cannot keep {', '.join(names[:-1])} and {names[-1]} together"


def fits(state: PlantState, numbers: FirstPlanParameters = DEFAULTS.first_plan) -> bool | None:
    """Whether there is any plan for all orders of the state within its horizon; None: not found out in time."""
    problem = translate(state)
    frozen = find_frozen(problem)
    try:
        reach = Reach(problem, frozen, float("inf"), np.empty(0, np.int64))
    except Hopeless:
        return False
    model = CpSatModel(Builder(problem), frozen, reach)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = numbers.conflict_seconds
    status = solver.solve(model.model)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return True
    return False if status == cp_model.INFEASIBLE else None


def _only(state: PlantState, order: str) -> PlantState:
    """The plant with that order; what runs of others still stands on its machines."""
    orders = {name: o if name == order else replace(o, status="hold") for name, o in state.orders.items()}
    return replace(state, orders=orders, plan=(), pins={})


def _with_steps(state: PlantState, change: Callable[[Operation], Operation]) -> PlantState:
    routings = {
        name: replace(routing, operations=tuple(change(step) for step in routing.operations))
        for name, routing in state.routings.items()
    }
    return replace(state, routings=routings)


def _always_open(state: PlantState) -> PlantState:
    always = Calendar(ALWAYS, tuple(WeeklyWindow(day, 0, 1440) for day in range(7)))
    machines = {name: replace(machine, calendar=ALWAYS) for name, machine in state.machines.items()}
    return replace(state, machines=machines, calendars={**state.calendars, ALWAYS: always})
