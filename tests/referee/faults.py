"""Faults to plant in a good plan: each takes a plan and gives it back with something wrong, or at least different."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from scheduler.domain.plans import PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.domain.routings import EligibleMachine, Operation

Plan: TypeAlias = list[PlannedOperation]
Fault: TypeAlias = Callable[[random.Random, PlantState, Plan], None]


_NOTHING = Operation(0, machines=(EligibleMachine("", 0.0),))


def _step(state: PlantState, placed: PlannedOperation) -> Operation:
    """The routing step, or one of no account where another fault has put in what nobody asked for."""
    return state.operation(placed.order, placed.operation) or _NOTHING


def _shift(plan: Plan, index: int, minutes: int) -> None:
    plan[index] = replace(plan[index], start=plan[index].start + minutes, end=plan[index].end + minutes)


def _any(rng: random.Random, plan: Plan) -> int:
    return rng.randrange(len(plan))


def _where(rng: random.Random, plan: Plan, found: list[int]) -> int:
    return rng.choice(found) if found else _any(rng, plan)


def _followers(plan: Plan) -> list[tuple[int, int]]:
    """Pairs (before, after) of neighbours on a machine."""
    order = sorted(range(len(plan)), key=lambda i: (plan[i].machine, plan[i].start, plan[i].end))
    return [(a, b) for a, b in itertools.pairwise(order) if plan[a].machine == plan[b].machine]


def overlap(rng: random.Random, _state: PlantState, plan: Plan) -> None:
    pairs = _followers(plan)
    if pairs:
        before, after = rng.choice(pairs)
        _shift(plan, after, plan[before].end - plan[after].start - rng.choice([0, 1, 5, 60]))


def too_short(rng: random.Random, _state: PlantState, plan: Plan) -> None:
    i = _any(rng, plan)
    plan[i] = replace(plan[i], end=max(plan[i].start, plan[i].end - rng.choice([1, 2, 10, 10_000])))


def too_long(rng: random.Random, _state: PlantState, plan: Plan) -> None:
    i = _any(rng, plan)
    plan[i] = replace(plan[i], end=plan[i].end + rng.choice([1, 30, 600]))


def wrong_machine(rng: random.Random, state: PlantState, plan: Plan) -> None:
    i = _any(rng, plan)
    plan[i] = replace(plan[i], machine=rng.choice(sorted(state.machines)))


def other_machine(rng: random.Random, state: PlantState, plan: Plan) -> None:
    i = _any(rng, plan)
    plan[i] = replace(plan[i], machine=rng.choice(_step(state, plan[i]).machines).machine)


def changeover_eaten(rng: random.Random, _state: PlantState, plan: Plan) -> None:
    gaps = [(a, b) for a, b in _followers(plan) if plan[a].end < plan[b].start]
    if gaps:
        before, after = rng.choice(gaps)
        _shift(plan, after, -rng.randint(1, plan[after].start - plan[before].end))


def wait_broken(rng: random.Random, state: PlantState, plan: Plan) -> None:
    waiting = [i for i, placed in enumerate(plan) if _step(state, placed).max_wait is not None]
    _shift(plan, _where(rng, plan, waiting), rng.choice([-600, -60, -1, 1, 120, 1440, 5 * 1440]))


def before_its_predecessor(rng: random.Random, state: PlantState, plan: Plan) -> None:
    at = {placed.key: i for i, placed in enumerate(plan)}
    i = _where(rng, plan, [i for i, placed in enumerate(plan) if _step(state, placed).predecessors])
    for number in _step(state, plan[i]).predecessors:
        if (plan[i].order, number) in at:
            _shift(plan, i, plan[at[plan[i].order, number]].end - plan[i].start - rng.choice([0, 1, 30]))


def taken_before_it_comes(rng: random.Random, state: PlantState, plan: Plan) -> None:
    takers = [i for i, placed in enumerate(plan) if _step(state, placed).components]
    i = _where(rng, plan, takers)
    _shift(plan, i, state.now - plan[i].start + rng.choice([0, 0, 60, 1440]))


def made_too_late(rng: random.Random, state: PlantState, plan: Plan) -> None:
    used = {c.material for r in state.routings.values() for o in r.operations for c in o.components}
    makers = [i for i, p in enumerate(plan) if p.order in state.orders and state.orders[p.order].material in used]
    _shift(plan, _where(rng, plan, makers), rng.choice([60, 1440, 7 * 1440]))


def pool_overrun(rng: random.Random, state: PlantState, plan: Plan) -> None:
    """Several operations that take from one pool start at one time."""
    users = [i for i, placed in enumerate(plan) if _step(state, placed).pools]
    if len(users) > 1:
        start = plan[rng.choice(users)].start
        for i in rng.sample(users, min(len(users), rng.randint(2, 6))):
            _shift(plan, i, start - plan[i].start)


def off_shift(rng: random.Random, _state: PlantState, plan: Plan) -> None:
    _shift(plan, _any(rng, plan), rng.choice([8, 12, 48, 100]) * 60)


def before_now(rng: random.Random, state: PlantState, plan: Plan) -> None:
    i = _any(rng, plan)
    _shift(plan, i, state.now - plan[i].start - rng.choice([0, 1, 400]))


def running_disturbed(rng: random.Random, state: PlantState, plan: Plan) -> None:
    running = [i for i, placed in enumerate(plan) if state.status_of(placed.order, placed.operation) == "running"]
    i = _where(rng, plan, running)
    match rng.randrange(3):
        case 0:
            _shift(plan, i, rng.choice([-1, 1, 30]))
        case 1:
            plan[i] = replace(plan[i], end=plan[i].end + rng.choice([-1, 1, 30]))
        case _:
            plan[i] = replace(plan[i], machine=rng.choice(_step(state, plan[i]).machines).machine)


def missing(rng: random.Random, _state: PlantState, plan: Plan) -> None:
    del plan[_any(rng, plan)]


def twice(rng: random.Random, _state: PlantState, plan: Plan) -> None:
    i = _any(rng, plan)
    plan.append(replace(plan[i], start=plan[i].start + rng.choice([0, 10]), end=plan[i].end + rng.choice([0, 10])))


def never_asked_for(rng: random.Random, _state: PlantState, plan: Plan) -> None:
    i = _any(rng, plan)
    plan.append(replace(plan[i], operation=999) if rng.random() < 0.5 else replace(plan[i], order="NOBODY"))


def places_exchanged(rng: random.Random, _state: PlantState, plan: Plan) -> None:
    i, j = _any(rng, plan), _any(rng, plan)
    a, b = plan[i], plan[j]
    plan[i] = replace(a, machine=b.machine, start=b.start, end=b.end)
    plan[j] = replace(b, machine=a.machine, start=a.start, end=a.end)


def everything_trembles(rng: random.Random, _state: PlantState, plan: Plan) -> None:
    for i in range(len(plan)):
        if rng.random() < 0.2:
            _shift(plan, i, rng.randint(-90, 90))


FAULTS: tuple[Fault, ...] = (
    overlap,
    too_short,
    too_long,
    wrong_machine,
    other_machine,
    changeover_eaten,
    wait_broken,
    before_its_predecessor,
    taken_before_it_comes,
    made_too_late,
    pool_overrun,
    off_shift,
    before_now,
    running_disturbed,
    missing,
    twice,
    never_asked_for,
    places_exchanged,
    everything_trembles,
)
