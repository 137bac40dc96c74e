"""A plant whose floor does not follow the plan, and the short ways to say what it reports.

One lathe, one inspection and one packing bench work around the clock. Orders A (100 pieces), B (20) and C (40) of SHAFT
go over all three: 6 minutes a piece on the lathe, then 1, then 1. It is Monday 2 March, 06:00.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from scheduler.domain.calendars import Calendar, WeeklyWindow
from scheduler.domain.events import Event
from scheduler.domain.minutes import DAY
from scheduler.domain.orders import Material, Order, Progress
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Machine
from scheduler.domain.routings import EligibleMachine, Operation, Routing
from tests.builders import at, event, named, tiny_plant

MES = "/mes"


def mini(**changes: Any) -> PlantState:
    always = Calendar("always", tuple(WeeklyWindow(day, 0, DAY) for day in range(7)))
    steps = tuple(
        Operation(number, predecessors=before, machines=(EligibleMachine(machine, per_unit),))
        for number, before, machine, per_unit in (
            (10, (), "LATHE", 6.0),
            (20, (10,), "QC", 1.0),
            (30, (20,), "PACK", 1.0),
        )
    )
    plant = tiny_plant(
        calendars=named(always),
        machines=named(*(Machine(name, name, "always") for name in ("LATHE", "QC", "PACK"))),
        materials=named(Material("SHAFT")),
        receipts={},
        orders=named(*(Order(name, "SHAFT", pieces, at(4, 6), "SHAFT") for name, pieces in ORDERS)),
        routings=named(Routing("SHAFT", steps)),
    )
    return replace(plant, **changes)


ORDERS = (("A", 100.0), ("B", 20.0), ("C", 40.0))


def say(
    type_: str, hour: int, minute: int = 0, order: str = "A", operation: int = 10, day: int = 0, **data: Any
) -> Event:
    time = at(day, hour, minute)
    return Event(
        f"{type_} {order}/{operation} {time} {sorted(data.items())}",
        data.pop("source", MES),
        f"operation.{type_}",
        time,
        {"order": order, "operation": operation, **data},
    )


def tick(hour: int, minute: int = 0, day: int = 0) -> Event:
    return event(f"t{day}-{hour}-{minute}", time=at(day, hour, minute))


def work(state: PlantState, order: str = "A", operation: int = 10) -> Progress:
    return state.progress[order, operation]


def rules(state: PlantState, status: str = "open") -> list[tuple[str, str, int | None]]:
    return [(d.rule, d.order, d.operation) for d in state.doubts.values() if d.status == status]


BEGUN = say("started", 6, machine="LATHE")
