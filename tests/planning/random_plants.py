"""Small plants from a random source: a few machines and orders, with everything that the contract knows.

`random_plant(rng)` takes any `random.Random`; with `st.randoms()` hypothesis drives it and shrinks what fails.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np

from scheduler.domain.calendars import Calendar, CalendarException, WeeklyWindow
from scheduler.domain.minutes import DAY
from scheduler.domain.orders import Material, Order, Progress, Receipt
from scheduler.domain.plans import Objective
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Downtime, Machine, Pool, PoolStretch, SetupMatrix
from scheduler.domain.routings import Component, EligibleMachine, Operation, PoolNeed, Routing
from scheduler.planning import layout as c
from scheduler.planning.arrays import Ints
from scheduler.planning.problem import Problem
from tests.builders import MONDAY_SIX, named

FAMILIES = ("", "red", "blue")
ZONES = (ZoneInfo("UTC"), ZoneInfo("Europe/Zurich"))
SPRING_CHANGE = MONDAY_SIX + 25 * DAY  # the Friday before the clocks go forward in Zurich


def random_calendar(rng: random.Random, name: str, now: int) -> Calendar:
    """One to three windows on at least four days, some past midnight, perhaps a holiday and an extra shift."""
    windows: list[WeeklyWindow] = []
    for day in sorted(rng.sample(range(7), rng.randint(4, 7))):
        edges = sorted(rng.sample(range(0, 1441, 30), 2 * rng.randint(1, 3)))
        windows += [WeeklyWindow(day, edges[i], edges[i + 1]) for i in range(0, len(edges), 2)]
        if rng.random() < 0.1:
            windows.append(WeeklyWindow(day, 22 * 60, 6 * 60))
    exceptions = []
    for kind in ("closed", "open"):
        if rng.random() < 0.3:
            start = now + rng.randint(-300, 2000)
            exceptions.append(CalendarException(start, start + rng.randint(10, 600), kind))
    return Calendar(name, tuple(windows), tuple(exceptions))


def _matrix(rng: random.Random, center: str) -> SetupMatrix:
    names = ("*", "", "red", "blue", "grey")
    rows = {(rng.choice(names), rng.choice(names)): rng.randint(0, 45) for _ in range(rng.randint(1, 6))}
    return SetupMatrix(center, rows)


def _routing(
    rng: random.Random, name: str, machines: Sequence[Machine], pools: Sequence[Pool], takes: Sequence[str]
) -> Routing:
    operations = []
    numbers = [10 * (i + 1) for i in range(rng.randint(1, 4))]
    for i, number in enumerate(numbers):
        if i == 0 or rng.random() < 0.15:
            before: tuple[int, ...] = ()
        elif rng.random() < 0.7:
            before = (numbers[i - 1],)
        else:
            before = tuple(sorted(rng.sample(numbers[:i], rng.randint(1, i))))
        min_wait = rng.choice((0, 0, 0, 15, 200))
        chosen = rng.sample(list(machines), rng.randint(1, min(2, len(machines))))
        own = rng.choice((0, 0, 7, 20))
        operations.append(
            Operation(
                number,
                predecessors=before,
                setup_family=rng.choice(FAMILIES),
                pausable=rng.random() < 0.7,
                min_wait=min_wait,
                max_wait=min_wait + rng.choice((0, 30, 240, 2000)) if before and rng.random() < 0.3 else None,
                machines=tuple(
                    EligibleMachine(m.name, rng.choice((0.5, 1.0, 3.0, 7.3)), own, rng.choice((0, 0, 12)))
                    for m in chosen
                ),
                components=tuple(Component(m, rng.choice((0.5, 1.0, 2.0))) for m in takes if rng.random() < 0.4),
                pools=tuple(PoolNeed(p.name, rng.choice((1.0, 1.0, 2.0))) for p in pools if rng.random() < 0.3),
            )
        )  # fmt: skip
    return Routing(name, tuple(operations))


def random_plant(rng: random.Random, *, orders: int = 5, midway: bool = True) -> PlantState:
    """A plant of at most four machines and `orders` orders."""
    now = rng.choice((MONDAY_SIX, MONDAY_SIX + rng.randint(0, 6 * DAY), SPRING_CHANGE))
    always = Calendar("always", tuple(WeeklyWindow(day, 0, 1440) for day in range(7)))
    calendars = [always, *(random_calendar(rng, f"shift-{i}", now) for i in range(2))]
    machines = [
        Machine(
            f"m{i}",
            f"center-{rng.randint(0, 1)}",
            rng.choice(calendars).name,
            rng.choice((1.0, 1.0, 0.8, 1.25, 0.5)),
            rng.choice((*FAMILIES, "grey")),
        )
        for i in range(rng.randint(1, 4))
    ]
    pools = [
        Pool(f"pool-{i}", rng.choice((1.0, 2.0, 3.0)), rng.choice((None, None, calendars[1].name)))
        for i in range(rng.choice((0, 0, 1, 2)))
    ]
    downtimes = []
    for machine in machines:
        if rng.random() < 0.3:
            start = now + rng.randint(-200, 800)
            downtimes.append(Downtime(machine.name, start, rng.choice((None, start + rng.randint(1, 1000)))))
    part = _routing(rng, "part", machines, pools, ("bar",))
    routings = [
        part,
        _routing(rng, "final", machines, pools, ("part", "bar")),
        _routing(rng, "loose", machines, pools, ()),
    ]
    made = []
    for i in range(rng.randint(1, orders)):
        routing = rng.choice(("part", "part", "final", "loose"))
        made.append(
            Order(
                f"MO-{i}",
                routing,
                float(rng.choice((1, 3, 10, 40))),
                now + rng.randint(-500, 5000),
                routing,
                rng.choice((None, None, now + rng.randint(-500, 1500))),
                rng.choice((1.0, 1.0, 2.0, 0.5, 0.0)),
                rng.choice(("released", "released", "released", "planned", "hold")),
            )
        )
    receipts = [
        Receipt(
            f"PO-{i}", rng.choice(("bar", "bar", "part")), float(rng.choice((0, 10, 60))), now + rng.randint(-300, 4000)
        )
        for i in range(rng.randint(0, 4))
    ]
    state = PlantState(
        name="random",
        zone=rng.choice(ZONES),
        now=now,
        horizon_days=rng.choice((14, 30)),
        frozen_minutes=rng.choice((0, 60, 600)),
        objective=Objective(
            1.0, rng.choice((0.0, 0.5)), rng.choice((0.0, 0.1)), rng.choice((0.0, 0.01)), rng.choice((0.0, 5.0))
        ),
        calendars=named(*calendars),
        machines=named(*machines),
        downtimes=tuple(downtimes),
        materials=named(
            Material("bar", on_hand=float(rng.choice((0, 20, 200)))),
            Material("part", on_hand=float(rng.choice((0, 10, 100)))),
        ),
        receipts=named(*receipts),
        orders=named(*made),
        routings=named(*routings),
        setup_matrices={c: _matrix(rng, c) for c in ("center-0", "center-1") if rng.random() < 0.5},
        pools=named(*pools),
    )  # fmt: skip
    if not midway:
        return _with_exceptions(rng, state)
    state = _with_exceptions(rng, _midway(rng, state))
    return replace(state, progress=_odd(random.Random(rng.random()), state, state.progress))


def _with_exceptions(rng: random.Random, state: PlantState) -> PlantState:
    """Sometimes a machine with hours of its own, a pool with another capacity for a while, work that is paused."""

    def stretch() -> tuple[int, int]:
        start = state.now + rng.randint(-300, 2000)
        return start, start + rng.randint(10, 900)

    machines = {
        n: replace(m, exceptions=(CalendarException(*stretch(), rng.choice(("open", "closed"))),))
        if rng.random() < 0.3
        else m
        for n, m in state.machines.items()
    }
    pools = {
        n: replace(p, stretches=tuple(PoolStretch(*stretch(), rng.choice((0.0, 1.0, 4.0))) for _ in range(2)))
        if rng.random() < 0.5
        else p
        for n, p in state.pools.items()
    }
    progress = {
        k: replace(p, status="paused") if p.status == "running" and rng.random() < 0.3 else p
        for k, p in state.progress.items()
    }
    return replace(state, machines=machines, pools=pools, progress=progress)


def _midway(rng: random.Random, state: PlantState) -> PlantState:
    """Some first operations done or running: at most one a machine, behind what is done."""
    progress: dict[tuple[str, int], Progress] = {}
    busy: set[str] = set()
    for order in state.orders.values():
        if rng.random() < 0.6:
            continue
        for operation in state.routings[order.routing].operations:
            before = [progress.get((order.name, p)) for p in operation.predecessors]
            if any(p is None or p.status != "done" for p in before):
                continue
            row = rng.choice(operation.machines)
            run = row.run_minutes(order.quantity, state.machines[row.machine].efficiency)
            last = max((p.finished for p in before if p and p.finished is not None), default=state.now - 600)
            key = order.name, operation.number
            if rng.random() < 0.5:
                finished = rng.randint(last, state.now)
                progress[key] = Progress(*key, "done", row.machine, last, finished, None, order.quantity)
            elif row.machine not in busy:
                busy.add(row.machine)
                started = rng.randint(last, state.now)
                progress[key] = Progress(*key, "running", row.machine, started, None, rng.randint(1, run))
    return replace(state, progress=progress)


def _odd(
    rng: random.Random, state: PlantState, progress: Mapping[tuple[str, int], Progress]
) -> dict[tuple[str, int], Progress]:
    """Some of it put aside, past its end, or with other pieces than were ordered."""
    odd = {}
    for key, work in progress.items():
        if work.status == "running" and rng.random() < 0.3:
            work = replace(work, status="aside")
        elif work.status == "running" and rng.random() < 0.2 and _is_open(state, work.machine or ""):
            work = replace(work, remaining_minutes=0, drifting_since=state.now - rng.randint(0, 90))
        elif work.status == "done" and rng.random() < 0.4:
            made = float(rng.choice((0, 1, 7, 55)))
            work = replace(work, quantity_good=made, passed_on=made)
        odd[key] = work
    return odd


def _is_open(state: PlantState, machine: str) -> bool:
    """Work past its end that is taken to end now ends behind the last shift where the machine was closed."""
    return state.machine_time(machine, state.now - DAY, state.now + DAY).is_open(state.now - 1)


def with_disturbance(rng: random.Random, state: PlantState) -> PlantState:
    """A machine goes down, a delivery slips, an order comes, or time passes without anything."""
    kind = rng.choice(("down", "receipt", "order", "nothing", "speed"))
    if kind == "down":
        machine = rng.choice(list(state.machines))
        start = state.now + rng.choice((0, 0, 100))
        down = Downtime(machine, start, rng.choice((None, start + rng.randint(1, 600))), "breakdown")
        return replace(state, downtimes=(*state.downtimes, down))
    if kind == "receipt" and state.receipts:
        name = rng.choice(list(state.receipts))
        later = replace(state.receipts[name], expected=state.receipts[name].expected + rng.randint(0, 2000))
        return replace(state, receipts={**state.receipts, name: later})
    if kind == "order":
        rush = Order("RUSH", "loose", 3.0, state.now + rng.randint(0, 1000), "loose", priority=4.0)
        return replace(state, orders={**state.orders, "RUSH": rush})
    if kind == "speed":
        name = rng.choice(list(state.machines))
        slower = replace(state.machines[name], efficiency=state.machines[name].efficiency * 0.7)
        return replace(state, machines={**state.machines, name: slower})
    return state


def random_order(rng: random.Random, problem: Problem) -> Ints:
    """The blocks in any order."""
    order = list(range(problem.blocks))
    rng.shuffle(order)
    return np.array(order, dtype=np.int64)


def random_choice(rng: random.Random, problem: Problem) -> Ints:
    """A mode per operation, sometimes left to the builder."""
    return np.array(
        [
            c.NONE if rng.random() < 0.3 else rng.randrange(int(row[c.MODE0]), int(row[c.MODE1]))
            for row in problem.ops.tolist()
        ],
        dtype=np.int64,
    )


def with_odd_rows(rng: random.Random, state: PlantState) -> PlantState:
    """The same plant with one to three orders whose data no sensible plant has, each alone a nuisance to planning."""
    orders, routings = dict(state.orders), dict(state.routings)
    machines = list(state.machines.values())
    for i in range(rng.randint(1, 3)):
        name, routing = f"ODD-{i}", f"odd-{i}"
        step = Operation(10, machines=(EligibleMachine(rng.choice(machines).name, 1.0),))
        quantity = 5.0
        steps: tuple[Operation, ...] = (step,)
        match rng.choice(("huge", "nothing", "bare", "no machine", "unbroken", "waits", "circle", "starved", "pools")):
            case "huge":
                quantity = rng.choice((1e6, 1e9))
            case "nothing":
                quantity = 0.0
            case "bare":
                steps = ()
            case "no machine":
                steps = (replace(step, machines=()),)
            case "unbroken":
                able = tuple(EligibleMachine(m.name, 0.0, 0, float(rng.choice((480, 900, 3000)))) for m in machines)
                steps = (replace(step, pausable=False, machines=able),)
            case "waits":
                least = rng.choice((600, 900))
                steps = (step, replace(step, number=20, predecessors=(10,), min_wait=least, max_wait=least + 1))
            case "circle":
                steps = (replace(step, components=(Component(routing, 1.0),)),)
            case "starved":
                steps = (replace(step, components=(Component("unobtainium", 1.0), Component("bar", 3.0))),)
            case "pools":
                steps = (replace(step, pools=tuple(PoolNeed(p, 99.0) for p in state.pools)),)
        routings[routing] = Routing(routing, steps)
        due = state.now + rng.choice((-(10**6), 0, 500, 10**6))
        orders[name] = Order(name, routing, quantity, due, routing, priority=rng.choice((0.0, 1.0, 1e6)))
    stock = {n: replace(m, on_hand=m.on_hand - rng.choice((0, 0, 50))) for n, m in state.materials.items()}
    return replace(state, orders=orders, routings=routings, materials=stock)
