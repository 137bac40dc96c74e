"""Small plants in which one thing, planted, makes an order late: what it is, and how a chain would name it.

The order T goes through three machines among other orders; it would be in time but for what is planted. PO-BOLT is a
decoy: a delivery that T takes too, but which comes before T could use it.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from scheduler.domain.calendars import Calendar, CalendarException, WeeklyWindow
from scheduler.domain.minutes import to_minute
from scheduler.domain.orders import Material, Order, Progress, Receipt
from scheduler.domain.pins import Pin
from scheduler.domain.plans import Plan, PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Downtime, Machine, Pool, PoolStretch, SetupMatrix
from scheduler.domain.routings import Component, EligibleMachine, Operation, PoolNeed, Routing
from scheduler.planning.lists.lateness import Lateness, why_late

Planner = Callable[[PlantState], Plan]
MACHINES = ("m0", "m1", "m2")
WEEK = 7 * 1440
UTC = ZoneInfo("UTC")
MONDAY_SIX = to_minute(dt.datetime(2026, 3, 2, 6, 0, tzinfo=dt.UTC), UTC)


@dataclass(frozen=True, slots=True)
class Planted:
    """named : whether a chain names what was planted."""

    kind: str
    state: PlantState
    named: Callable[[Lateness], bool]


def planted_plant(seed: int, kind: str, plan: Planner) -> Planted:
    """A plant of that seed. That T is late in it is for the caller to see."""
    rng = random.Random(f"{kind}-{seed}")
    state = _shop(rng)
    first = {o.operation: o for o in plan(state).operations if o.order == "T"}
    bolt = Receipt("PO-BOLT", "bolt", 50.0, max(state.now, first[30].start - rng.randint(30, 200)))
    due = max(o.end for o in first.values()) + rng.randint(0, 30)
    state = _with(state, receipts={"PO-BOLT": bolt}, orders={"T": replace(state.orders["T"], due=due)})
    return KINDS[kind](rng, state, first[rng.choice((10, 20, 30))])


def _shop(rng: random.Random) -> PlantState:
    """Three machines on one or two shifts, three to five other orders on each, and T."""
    end = rng.choice((14, 22, 22)) * 60
    shift = Calendar("shift", tuple(WeeklyWindow(day, 6 * 60, end) for day in range(5)))
    others, routings = [], []
    for i in range(rng.randint(9, 15)):
        run = EligibleMachine(MACHINES[i % 3], 0.0, 0, float(rng.randint(20, 120)))
        routings.append(Routing(f"r{i}", (Operation(10, setup_family="dirty", machines=(run,)),)))
        due = MONDAY_SIX + rng.randint(500, 4000)
        others.append(Order(f"O-{i}", f"r{i}", 1.0, due, f"r{i}", priority=rng.choice((1.0, 2.0))))
    steps = tuple(
        Operation(
            number,
            predecessors=(number - 10,) if number > 10 else (),
            setup_family="clean",
            machines=(EligibleMachine(machine, 0.0, 0, float(rng.randint(40, 180))),),
            components=(Component("bolt", 1.0),) if number == 30 else (),
        )
        for number, machine in zip((10, 20, 30), MACHINES, strict=True)
    )
    return PlantState(
        name="planted",
        zone=UTC,
        now=MONDAY_SIX,
        calendars=named(shift),
        machines=named(*(Machine(m, f"center-{m}", "shift", initial_setup="dirty") for m in MACHINES)),
        materials=named(Material("bolt"), Material("T")),
        receipts=named(Receipt("PO-BOLT", "bolt", 50.0, MONDAY_SIX)),
        orders=named(*others, Order("T", "T", 1.0, MONDAY_SIX, "T", priority=8.0)),
        routings=named(*routings, Routing("T", steps)),
    )


def named(*things: Any) -> dict[str, Any]:
    return {thing.name: thing for thing in things}


def _with(state: PlantState, **more: Any) -> PlantState:
    """The state with more in its mappings."""
    return replace(state, **{field: {**getattr(state, field), **things} for field, things in more.items()})


def _with_step(state: PlantState, number: int, **changes: Any) -> PlantState:
    """With another step of T."""
    steps = [replace(s, **changes) if s.number == number else s for s in state.routings["T"].operations]
    return _with(state, routings={"T": Routing("T", tuple(steps))})


def _busy(rng: random.Random, state: PlantState, hit: PlannedOperation) -> Planted:
    """A big order that is worth more than T, at once, on the machine that T will need."""
    open_before = state.machine_time(hit.machine, state.now, state.now + WEEK).between(state.now, hit.start)
    run = EligibleMachine(hit.machine, 0.0, 0, open_before + rng.randint(300, 1000))
    big = Routing("big", (Operation(10, setup_family="dirty", machines=(run,)),))
    order = Order("BIG", "big", 1.0, state.now, "big", priority=100.0)
    return Planted(
        "busy",
        _with(state, routings={"big": big}, orders={"BIG": order}),
        lambda chain: any((w.cause, w.other, w.machine) == ("machine", ("BIG", 10), hit.machine) for w in chain.waits),
    )


def _pin(rng: random.Random, state: PlantState, hit: PlannedOperation) -> Planted:
    """A person wants it later."""
    pin = Pin("T", hit.operation, not_before=hit.start + rng.randint(300, 1500), by="anna", reason="first article")
    return Planted(
        "pin",
        _with(state, pins={pin.key: pin}),
        lambda chain: any((w.cause, w.order, w.operation) == ("pin", *pin.key) for w in chain.waits),
    )


def _breakdown(rng: random.Random, state: PlantState, hit: PlannedOperation) -> Planted:
    start = hit.start - rng.randint(0, 30)
    down = Downtime(hit.machine, start, start + rng.randint(300, 1500), "breakdown", "spindle")
    return Planted(
        "breakdown",
        replace(state, downtimes=(down,)),
        lambda chain: any((w.cause, w.machine) == ("breakdown", hit.machine) for w in chain.waits),
    )


def _receipt(rng: random.Random, state: PlantState, hit: PlannedOperation) -> Planted:
    step = state.routings["T"].operation(hit.operation)
    assert step is not None
    late = Receipt("PO-LATE", "rare", 5.0, hit.start + rng.randint(300, 1500))
    state = _with(state, receipts={"PO-LATE": late}, materials={"rare": Material("rare")})
    state = _with_step(state, hit.operation, components=(*step.components, Component("rare", 1.0)))
    return Planted("receipt", state, lambda chain: any(w.supply == "PO-LATE" for w in chain.waits))


def _frozen(rng: random.Random, state: PlantState, hit: PlannedOperation) -> Planted:
    """A big order that the plan in force has on the machine when T would need it."""
    run = rng.randint(500, 1100)
    time = state.machine_time(hit.machine, state.now, state.now + WEEK)
    start = max(state.now, hit.start - rng.randint(0, 60))
    end = time.after(start, run)
    assert end is not None
    start = start if time.is_open(start) else hit.start
    end = time.after(start, run)
    assert end is not None
    big = Routing("big", (Operation(10, setup_family="dirty", machines=(EligibleMachine(hit.machine, 0.0, 0, run),)),))
    order = Order("BIG", "big", 1.0, state.now + WEEK, "big", priority=0.1)
    state = _with(state, routings={"big": big}, orders={"BIG": order})
    state = replace(
        state,
        plan=(PlannedOperation("BIG", 10, hit.machine, start, end),),
        frozen_minutes=start - state.now + 1,
    )
    return Planted(
        "frozen",
        state,
        lambda chain: any(w.other == ("BIG", 10) and w.held == "frozen" for w in chain.waits),
    )


def _closed(rng: random.Random, state: PlantState, hit: PlannedOperation) -> Planted:
    start = hit.start - rng.randint(0, 30)
    shut = CalendarException(start, start + rng.randint(500, 1500), "closed", "stocktaking")
    machine = replace(state.machines[hit.machine], exceptions=(shut,))
    return Planted(
        "closed",
        _with(state, machines={hit.machine: machine}),
        lambda chain: any(w.cause == "closed" and "stocktaking" in w.reason for w in chain.waits),
    )


def _component(rng: random.Random, state: PlantState, hit: PlannedOperation) -> Planted:
    """A part that another order makes, with more work in it than there is time."""
    step = state.routings["T"].operation(hit.operation)
    assert step is not None
    runs = [float(rng.randint(200, 500)) for _ in range(2)]
    steps = tuple(
        Operation(10 * i, predecessors=(10,) if i == 2 else (), setup_family="dirty", machines=(row,))
        for i, row in enumerate((EligibleMachine("m0", 0.0, 0, runs[0]), EligibleMachine("m2", 0.0, 0, runs[1])), 1)
    )
    sub = Order("SUB", "sub", 5.0, hit.start, "sub")
    state = _with(
        state, routings={"sub": Routing("sub", steps)}, orders={"SUB": sub}, materials={"sub": Material("sub")}
    )
    state = _with_step(state, hit.operation, components=(*step.components, Component("sub", 1.0)))
    return Planted("component", state, lambda chain: chain.through[:1] == ("SUB",))


def _pool(rng: random.Random, state: PlantState, hit: PlannedOperation) -> Planted:
    """A crew that is ill, or at work elsewhere."""
    length = rng.randint(300, 1200)
    state = _with_step(state, hit.operation, pools=(PoolNeed("crew", 1.0),))
    crew = Pool("crew", 1.0)
    if rng.random() < 0.5:
        ill = PoolStretch(hit.start - 10, hit.start + length, 0.0, "ill")
        state = _with(state, pools={"crew": replace(crew, stretches=(ill,))})
    else:
        always = Calendar("always", tuple(WeeklyWindow(day, 0, 1440) for day in range(7)))
        work = EligibleMachine("m3", 0.0, 0, hit.start - state.now + length)
        hog = Operation(10, machines=(work,), pools=(PoolNeed("crew", 1.0),))
        started = Progress("HOG", 10, "running", "m3", state.now, None, hit.start - state.now + length)
        state = _with(
            state,
            pools={"crew": crew},
            calendars={"always": always},
            machines={"m3": Machine("m3", "center-m3", "always")},
            routings={"hog": Routing("hog", (hog,))},
            orders={"HOG": Order("HOG", "hog", 1.0, state.now + WEEK, "hog")},
            progress={("HOG", 10): started},
        )
    return Planted("pool", state, lambda chain: any((w.cause, w.name) == ("pool", "crew") for w in chain.waits))


def _changeover(rng: random.Random, state: PlantState, hit: PlannedOperation) -> Planted:
    minutes = {("dirty", "clean"): hit.start - state.now + rng.randint(200, 600), ("clean", "dirty"): 0}
    center = f"center-{hit.machine}"
    return Planted(
        "changeover",
        _with(state, setup_matrices={center: SetupMatrix(center, minutes)}),
        lambda chain: any((w.cause, w.machine) == ("changeover", hit.machine) for w in chain.waits),
    )


def _min_wait(rng: random.Random, state: PlantState, hit: PlannedOperation) -> Planted:
    number = max(20, hit.operation)
    return Planted(
        "min_wait",
        _with_step(state, number, min_wait=rng.randint(1000, 2500)),
        lambda chain: any((w.cause, w.operation) == ("min_wait", number) for w in chain.waits),
    )


KINDS: dict[str, Callable[[random.Random, PlantState, PlannedOperation], Planted]] = {
    "busy": _busy,
    "breakdown": _breakdown,
    "pin": _pin,
    "receipt": _receipt,
    "frozen": _frozen,
    "closed": _closed,
    "component": _component,
    "pool": _pool,
    "changeover": _changeover,
    "min_wait": _min_wait,
}


def late_plants(seed: int, per_kind: int, plan: Planner) -> Iterator[tuple[Planted, Plan, Lateness]]:
    """So many plants of each kind in which T is late under that planning, with the plan and why T is late by it.

    A plant in which T comes in time all the same is drawn anew. plan : a state to a plan, the same each time.
    """
    for kind in KINDS:
        found = 0
        for number in count(1000 * seed):
            planted = planted_plant(number, kind, plan)
            made = plan(planted.state)
            chain = why_late(planted.state, made.operations, "T", made.unplanned)
            if chain.late_minutes is not None and chain.late_minutes > 0:
                yield planted, made, chain
                found += 1
                if found == per_kind:
                    break


def adds_up(chain: Lateness, made: Plan) -> bool:
    """Whether its stretches lead without a gap from its beginning to T's last minute by the plan, to the minute."""
    delivery = max(row.end for row in made.operations if row.order == "T")
    edges = [chain.since, *(w.end for w in chain.waits)]
    touching = all(w.start == edge and w.end > w.start for w, edge in zip(chain.waits, edges, strict=False))
    return touching and edges[-1] == delivery == chain.delivery and chain.minutes == delivery - chain.since


def decoy_named(chain: Lateness) -> bool:
    """Whether the delivery that came in time is blamed."""
    return any(w.supply == "PO-BOLT" for w in chain.waits)
