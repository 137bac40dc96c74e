"""A saw and a lathe from 06:00 to 14:00 on weekdays, with orders of one piece each, and the planning that proves fixes.

It is Monday 06:00. Numbers are chosen to be checked by hand.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from scheduler.domain.fold import fold_events
from scheduler.domain.orders import Material, Order
from scheduler.domain.plans import Plan
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Machine
from scheduler.domain.routings import EligibleMachine, Operation, Routing
from scheduler.planning.judge.kpis import lateness
from scheduler.ports import PlanRequest
from scheduler.replanning.fixes.change import Change, Kind
from scheduler.replanning.fixes.find import Fix, Fixes
from scheduler.solving.planner import RejigPlanner
from tests.builders import EARLY_SHIFT, MONDAY_SIX, UTC, named

REQUEST = PlanRequest(budget=100, workers=1, solver="search")


def plan(state: PlantState) -> Plan:
    """The same plan of the same plant, each time."""
    return RejigPlanner().plan(state, REQUEST)


def step(number: int, machine: str, minutes: float, **more: Any) -> Operation:
    """Behind the step before it, so long for the whole order."""
    before = (number - 10,) if number > 10 else ()
    return Operation(number, predecessors=before, machines=(EligibleMachine(machine, 0.0, 0, minutes),), **more)


def made(name: str, due: int, *steps: Operation, **more: Any) -> tuple[Order, Routing]:
    """An order of one piece, and its routing of the same name."""
    return Order(name, name, 1.0, due, name, **more), Routing(name, steps)


def shop(*work: tuple[Order, Routing], **changes: Any) -> PlantState:
    """The shop with its plan in force."""
    state = PlantState(
        name="late shop",
        zone=UTC,
        now=MONDAY_SIX,
        calendars=named(EARLY_SHIFT),
        machines=named(Machine("saw", "sawing", "early"), Machine("lathe", "turning", "early")),
        materials=named(Material("bar"), *(Material(order.material) for order, _ in work)),
        orders=named(*(order for order, _ in work)),
        routings=named(*(routing for _, routing in work)),
    )
    state = replace(state, **changes)
    return state if state.plan else replace(state, plan=plan(state).operations)


def by_kind(found: Fixes) -> dict[Kind, Fix]:
    """What brings the order in time; each kind may stand once."""
    helping = [f for f in found.fixes if f.trial.on_time]
    kinds = {f.change.kind: f for f in helping}
    assert len(kinds) == len(helping), [f.change.words for f in helping]
    return kinds


def late_by(state: PlantState, change: Change, order: str) -> int:
    """Minutes late where the change is made and the plant planned."""
    changed = fold_events(state, change.events)
    return lateness(changed, plan(changed).operations)[order]
