"""Small plants to test with, and the pieces to build others from. Numbers are chosen to be checked by hand.

The tiny plant stands at Monday 2026-03-02 06:00 UTC. Two machines, `saw` and `lathe`, work Monday to Friday from
06:00 to 14:00. Three orders of 10 pieces each: SHAFT-1 and SHAFT-2 (routing `shaft`: saw 2 min a piece, then lathe
5 min a piece) and PIN-1 (routing `pin`: lathe 3 min a piece, which takes one `bar` a piece). 5 bars are on hand, 20
more come on Tuesday at 08:00.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from scheduler.domain.calendars import Calendar, CalendarException, WeeklyWindow
from scheduler.domain.doubts import Doubt
from scheduler.domain.events import Event
from scheduler.domain.minutes import DAY, Minute, to_minute
from scheduler.domain.orders import Issued, Material, Order, Progress, Receipt
from scheduler.domain.pins import Pin
from scheduler.domain.plans import Kpis, Milestone, Objective, Plan, PlannedOperation, Unplanned, Verdict, Violation
from scheduler.domain.plant import PlantState
from scheduler.domain.reservations import Reservation
from scheduler.domain.resources import Downtime, Machine, Pool, PoolStretch, SetupMatrix
from scheduler.domain.routings import Component, EligibleMachine, Operation, PoolNeed, Routing

UTC = ZoneInfo("UTC")
MONDAY_SIX = to_minute(dt.datetime(2026, 3, 2, 6, 0, tzinfo=dt.UTC), UTC)
"""The tiny plant's now."""

AT = dt.datetime(2026, 3, 2, 6, 0, tzinfo=dt.UTC)
"""The same moment, as the clock on the wall."""

EARLY_SHIFT = Calendar("early", tuple(WeeklyWindow(day, 6 * 60, 14 * 60) for day in range(5)))


def at(day: int, hour: int, minute: int = 0) -> Minute:
    """A minute of the tiny plant's week: day 0 is its Monday."""
    return MONDAY_SIX - 6 * 60 + day * DAY + hour * 60 + minute


def named(*things: Any) -> dict[str, Any]:
    """Things by their names."""
    return {thing.name: thing for thing in things}


def tiny_plant(**changes: Any) -> PlantState:
    """The plant of this module's docstring, with `changes` to its fields."""
    shaft = Routing(
        "shaft",
        (
            Operation(10, "saw off", machines=(EligibleMachine("saw", 2.0),)),
            Operation(20, "turn", predecessors=(10,), machines=(EligibleMachine("lathe", 5.0, setup_minutes=15),)),
        ),
    )
    pin = Routing(
        "pin", (Operation(10, "turn", machines=(EligibleMachine("lathe", 3.0),), components=(Component("bar", 1.0),)),)
    )
    plant = PlantState(
        name="Tiny Works",
        zone=UTC,
        now=MONDAY_SIX,
        horizon_days=14,
        calendars=named(EARLY_SHIFT),
        machines=named(Machine("saw", "sawing", "early"), Machine("lathe", "turning", "early")),
        materials=named(Material("bar", "Round bar 20 mm", "pcs", 5.0), Material("shaft"), Material("pin")),
        receipts=named(Receipt("PO-7", "bar", 20.0, at(1, 8))),
        orders=named(
            Order("SHAFT-1", "shaft", 10.0, at(0, 14), "shaft"),
            Order("SHAFT-2", "shaft", 10.0, at(1, 14), "shaft", priority=2.0),
            Order("PIN-1", "pin", 10.0, at(2, 14), "pin", release=at(0, 8)),
        ),
        routings=named(shaft, pin),
    )
    return replace(plant, **changes)


def full_plant() -> PlantState:
    """The tiny plant with something in every field that a plant can have."""
    plant = tiny_plant()
    operation = replace(
        plant.routings["shaft"].operations[1],
        setup_family="steel",
        pausable=False,
        min_wait=5,
        max_wait=600,
        pools=(PoolNeed("setters", 1.0),),
    )
    shaft = Routing("shaft", (plant.routings["shaft"].operations[0], operation))
    night = Calendar(
        "night", (WeeklyWindow(0, 22 * 60, 6 * 60),), (CalendarException(at(3, 22), at(4, 6), "closed", "stocktaking"),)
    )
    return replace(
        plant,
        zone=ZoneInfo("Europe/Zurich"),
        clock="wall",
        frozen_minutes=60,
        frozen_machines=("saw",),
        default_repair_minutes=90,
        objective=Objective(1.0, 0.1, 0.01, 0.001, 5.0),
        calendars={**plant.calendars, "night": night},
        machines={
            **plant.machines,
            "lathe": Machine(
                "lathe",
                "turning",
                "early",
                0.8,
                "brass",
                95.5,
                (CalendarException(at(5, 6), at(5, 12), "open", "Saturday"),),
            ),
        },
        downtimes=(
            Downtime("saw", at(1, 6), at(1, 8)),
            Downtime("lathe", at(0, 5), None, "breakdown", "spindle"),
        ),
        routings={**plant.routings, "shaft": shaft},
        setup_matrices={"turning": SetupMatrix("turning", {("brass", "steel"): 30, ("*", "*"): 10})},
        pools=named(
            Pool("setters", 2.0, "early", (PoolStretch(at(2, 6), at(2, 14), 1.0, "training"),)), Pool("pallets", 40.0)
        ),
        progress={
            ("SHAFT-1", 10): Progress("SHAFT-1", 10, "done", "saw", at(0, 5), at(0, 6), None, 9.0, 1.0, passed_on=9.0),
            ("SHAFT-2", 10): Progress("SHAFT-2", 10, "running", "saw", at(0, 6), None, 12),
        },
        issued=(Issued("PIN-1", 10, "bar", 4.0, 1.4),),
        plan=tiny_plan().operations,
        increment_sources=("/counter",),
        doubts={
            "1": Doubt("1", "put_aside", "it was put aside", at(0, 5), "SHAFT-1", 10, "saw", "e1", "/mes"),
            "2": Doubt("2", "leap", "it waits", at(0, 6), status="corrected", by="anna", reason="", closed=at(0, 6)),
        },
        reservations={"PIN-1": Reservation("PIN-1", at(3, 12), "SHAFT-2", "anna", "offer 7")},
        pins={("PIN-1", 10): Pin("PIN-1", 10, "lathe", None, at(1, 6), at(2, 14), "anna", "first article")},
    )


def tiny_plan(engine: str = "by hand") -> Plan:
    """A feasible plan of the tiny plant: Monday the shafts, Tuesday the pin. Everything is in time."""
    operations = (
        PlannedOperation("SHAFT-1", 10, "saw", at(0, 6), at(0, 6, 20)),
        PlannedOperation("SHAFT-2", 10, "saw", at(0, 6, 20), at(0, 6, 40)),
        PlannedOperation("SHAFT-1", 20, "lathe", at(0, 6, 20), at(0, 7, 10), at(0, 6, 5)),
        PlannedOperation("SHAFT-2", 20, "lathe", at(0, 7, 25), at(0, 8, 15), at(0, 7, 10)),
        PlannedOperation("PIN-1", 10, "lathe", at(1, 8), at(1, 8, 30)),
    )
    kpis = Kpis(
        cost=0.0,
        weighted_tardiness=0.0,
        late_orders=0,
        orders=3,
        operations=5,
        setup_minutes=30,
        makespan_minutes=at(1, 8, 30) - MONDAY_SIX,
        flow_minutes=(at(0, 7, 10) - MONDAY_SIX) + (at(0, 8, 15) - MONDAY_SIX) + (at(1, 8, 30) - at(0, 8)),
        moved_operations=0,
        lower_bound=0.0,
        solve_seconds=0.25,
    )
    return Plan(operations, (), kpis, engine, (Milestone(0.1, 12.5, "list"), Milestone(0.2, 0.0, engine)))


def approval(plan: Plan) -> Verdict:
    """The check found nothing."""
    return Verdict((), plan.kpis, plan.unplanned)


def refusal(plan: Plan, breaches: int = 1) -> Verdict:
    """The check found overlaps."""
    return Verdict(
        tuple(Violation("one at a time", f"overlap {n}", "SHAFT-1", 10) for n in range(breaches)),
        plan.kpis,
        (Unplanned("PIN-1", 10, "no bar is left"),),
    )


def big_plan(operations: int) -> Plan:
    """A plan of so many operations, ten to an order, on 20 machines; it belongs to no plant."""
    planned = tuple(
        PlannedOperation(
            f"ORDER-{i // 10:05}", 10 * (i % 10 + 1), f"machine-{i % 20}", i * 7, i * 7 + 30 + i % 90, i * 7
        )
        for i in range(operations)
    )
    return replace(tiny_plan(), operations=planned)


def big_plant(orders: int) -> PlantState:
    """The tiny plant with so many orders of one routing of ten operations, each with three machines."""
    machines = [Machine(f"machine-{n}", f"center-{n % 5}", "early") for n in range(20)]
    steps = tuple(
        Operation(
            10 * n,
            f"step {n}",
            predecessors=(10 * (n - 1),) if n > 1 else (),
            machines=tuple(EligibleMachine(f"machine-{(n + k) % 20}", 1.5) for k in range(3)),
        )
        for n in range(1, 11)
    )
    routings = [Routing(f"part-{n}", steps) for n in range(orders)]
    made = [Order(f"ORDER-{n:05}", f"part-{n}", 10.0, at(3, 14), f"part-{n}") for n in range(orders)]
    return tiny_plant(
        machines=named(*machines),
        materials=named(*(Material(f"part-{n}") for n in range(orders))),
        receipts={},
        orders=named(*made),
        routings=named(*routings),
    )


def event(id: str, type: str = "clock.ticked", time: Minute = MONDAY_SIX, source: str = "mes", **data: Any) -> Event:
    return Event(id, source, type, time, data)


def ticks(ids: Iterable[str], first: Minute = MONDAY_SIX) -> list[Event]:
    """A tick a minute."""
    return [event(id, time=first + n) for n, id in enumerate(ids)]


def down(id: str, machine: str, time: Minute = MONDAY_SIX, **more: Any) -> Event:
    data: Mapping[str, Any] = {"machine": machine, "expected_up": None, "reason": "spindle", **more}
    return Event(id, "mes", "machine.down", time, data)
