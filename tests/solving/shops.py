"""Random shops where only the end of the last operation counts: machines that never rest, and nothing else to mind."""

from __future__ import annotations

import random

from scheduler.domain.calendars import Calendar, WeeklyWindow
from scheduler.domain.minutes import DAY
from scheduler.domain.orders import Order
from scheduler.domain.plans import Objective
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Machine
from scheduler.domain.routings import EligibleMachine, Operation, Routing
from tests.builders import MONDAY_SIX, named, tiny_plant

ALWAYS = Calendar("always", tuple(WeeklyWindow(day, 0, DAY) for day in range(7)))


def makespan_shop(rng: random.Random, jobs: int = 6, steps: int = 5, machines: int = 4, most: int = 3) -> PlantState:
    """Routings that are chains or not, waits, releases; up to `most` machines per operation, some visited again."""
    names = [f"M{i}" for i in range(machines)]
    routings, orders = [], []
    for job in range(jobs):
        operations = []
        for number in range(10, 10 * rng.randint(1, steps) + 10, 10):
            before = [o.number for o in operations]
            operations.append(
                Operation(
                    number,
                    predecessors=tuple(sorted(rng.sample(before, min(len(before), rng.choice((1, 1, 1, 0, 2)))))),
                    min_wait=rng.choice((0, 0, 0, 7)),
                    pausable=rng.random() < 0.5,
                    machines=tuple(
                        EligibleMachine(m, float(rng.randint(1, 40))) for m in rng.sample(names, rng.randint(1, most))
                    ),
                )
            )
        routings.append(Routing(f"R{job}", tuple(operations)))
        release = MONDAY_SIX + rng.choice((0, 0, 25, 90))
        orders.append(Order(f"O{job}", f"R{job}", 1.0, MONDAY_SIX + 30 * DAY, f"R{job}", release=release))
    return tiny_plant(
        calendars=named(ALWAYS),
        machines=named(*(Machine(m, m, "always") for m in names)),
        materials={},
        receipts={},
        orders=named(*orders),
        routings=named(*routings),
        objective=Objective(tardiness=0.0, makespan=1.0),
        frozen_minutes=0,
    )
