"""The arrays of a plan under search by name, so that a test can call any of the search's kernels with them."""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from scheduler.domain.calendars import Calendar, WeeklyWindow
from scheduler.domain.minutes import DAY
from scheduler.domain.orders import Material, Order, Receipt
from scheduler.domain.plans import Objective
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Machine, Pool, SetupMatrix
from scheduler.domain.routings import Component, EligibleMachine, Operation, PoolNeed, Routing
from scheduler.planning.builder import Builder, Timing
from scheduler.planning.kernels.arrays import Changes, costs_of, shop_of
from scheduler.planning.kernels.moves import JOURNAL_COLUMNS, MOST_MOVED, TALLY_COLUMNS
from scheduler.planning.problem import Problem
from scheduler.solving.sequences import Sequences
from tests.builders import MONDAY_SIX, named, tiny_plant

Names = dict[str, Any]

ROUTES = {"sub": ("bar",), "body": ("bar", "sub"), "set": ("sub", "body"), "loose": ()}
"""What each product takes: three levels, with `bar` and `sub` wanted by several orders at once."""


def assembly_plant(rng: random.Random, *, waits: bool = False, pools: bool = False, orders: int = 12) -> PlantState:
    """Products made of products, on up to three of four machines an operation, with changeovers and every cost."""
    shift = Calendar("shift", tuple(WeeklyWindow(day, 6 * 60, 20 * 60) for day in range(6)))
    always = Calendar("always", tuple(WeeklyWindow(day, 0, DAY) for day in range(7)))
    machines = [Machine(f"m{i}", f"center-{i // 2}", rng.choice(("shift", "always"))) for i in range(4)]
    routings = []
    for name, takes in ROUTES.items():
        steps: list[Operation] = []
        for number in range(10, 10 * rng.randint(2, 4) + 10, 10):
            before = [o.number for o in steps]
            preds = tuple(sorted(rng.sample(before, min(len(before), rng.choice((0, 1, 1, 2))))))
            tied = waits and preds and rng.random() < 0.5
            steps.append(
                Operation(
                    number,
                    predecessors=preds,
                    setup_family=rng.choice(("", "red", "blue")),
                    pausable=rng.random() < 0.6,
                    max_wait=rng.choice((30, 240, 600)) if tied else None,
                    machines=tuple(
                        EligibleMachine(m.name, float(rng.randint(1, 6)), rng.choice((0, 5)))
                        for m in rng.sample(machines, rng.randint(1, 3))
                    ),
                    components=tuple(Component(m, rng.choice((0.5, 1.0))) for m in takes if rng.random() < 0.6),
                    pools=(PoolNeed("crew", rng.choice((1.0, 2.0))),) if pools and rng.random() < 0.5 else (),
                )
            )
        routings.append(Routing(name, tuple(steps)))
    made = [
        Order(
            f"MO-{i}",
            name := rng.choice(list(ROUTES)),
            float(rng.choice((5, 10, 20))),
            MONDAY_SIX + rng.randint(-500, 4000),
            name,
            release=rng.choice((None, MONDAY_SIX + rng.randint(0, 1500))),
            priority=rng.choice((0.5, 1.0, 3.0)),
        )
        for i in range(orders)
    ]
    receipts = [Receipt(f"PO-{i}", "bar", 30.0, MONDAY_SIX + 700 * i) for i in range(6)]
    receipts += [Receipt("PO-S", "sub", 200.0, MONDAY_SIX + 5000), Receipt("PO-B", "body", 200.0, MONDAY_SIX + 6000)]
    receipts.append(Receipt("PO-L", "bar", 500.0, MONDAY_SIX + 7000))
    stability, makespan = rng.choice((0.0, 7.0)), rng.choice((0.0, 0.3))
    return tiny_plant(
        horizon_days=30,
        objective=Objective(1.0, rng.choice((0.0, 0.5)), makespan, rng.choice((0.0, 0.02)), stability),
        calendars=named(shift, always),
        machines=named(*machines),
        materials=named(Material("bar", on_hand=30.0), Material("sub", on_hand=10.0), Material("body")),
        receipts=named(*receipts),
        orders=named(*made),
        routings=named(*routings),
        setup_matrices={"center-0": SetupMatrix("center-0", {("red", "blue"): 25, ("blue", "red"): 10})},
        pools=named(Pool("crew", 2.0)) if pools else {},
        frozen_minutes=0,
    )


def with_plan(state: PlantState, builder: Builder, timing: Timing, frozen_minutes: int) -> PlantState:
    """The plant with that plan in force."""
    return replace(state, plan=builder.operations(timing), frozen_minutes=frozen_minutes)


def names_of(problem: Problem, state: Sequences, **more: Any) -> Names:
    """Everything a kernel of the search may ask for, under the name that it asks by."""
    journal, tally = np.full((MOST_MOVED, JOURNAL_COLUMNS), -9, np.int64), np.zeros(TALLY_COLUMNS, np.int64)
    return {
        "shop": shop_of(problem),
        "costs": costs_of(problem),
        "walk": state.walk,
        "allocation": state.allocation,
        "changes": Changes(journal=journal, tally=tally, about=np.zeros(problem.operations, np.int64)),
        "journal": journal,
        "tally": tally,
        **more,
    }


def call(kernel: Callable[..., Any], names: Names, **more: Any) -> Any:
    """The kernel with its arguments found by name."""
    known = {**names, **more}
    python: Any = getattr(kernel, "py_func", kernel)
    return kernel(*(known[name] for name in inspect.signature(python).parameters))


def copied(state: Sequences) -> Names:
    """The arrays of a state as they are now."""
    return {name: array.copy() for name, array in vars(state).items() if isinstance(array, np.ndarray)}
