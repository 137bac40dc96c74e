"""What a plan is judged on, in columns: read from the plant as the contract says it, not from the search's tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from scheduler.domain.orders import Order, Progress
from scheduler.domain.plans import OperationKey, PlannedOperation
from scheduler.domain.routings import Routing
from scheduler.planning.arrays import Floats, Ints, floats, ints, offsets, spread
from scheduler.planning.identity_cache import IdentityCache
from scheduler.planning.reread import Rereading

NOBODY = -1
NEVER = -(1 << 40)
WAITING, RUNNING, DONE = 0, 1, 2
PLACE = attrgetter("order", "operation", "machine", "start", "end")


@dataclass(frozen=True, slots=True)
class Steps:
    """All operations of all routings; lists per step stand at [ptr[step]:ptr[step + 1]].

    index : number of each routing;  first : (r + 1,) its steps.   numbers : operation number of each step.
    able : (k,) sorted step x machines + machine of each eligible machine, with its minutes per unit and fixed, setup.
    pred : distance in steps to each predecessor.   max_wait : NOBODY for no limit.
    """

    index: Mapping[str, int]
    first: Ints
    numbers: tuple[int, ...]
    pausable: Ints
    min_wait: Ints
    max_wait: Ints
    family: Ints
    families: tuple[str, ...]
    machines: Mapping[str, int]
    able: Ints
    per_unit: Floats
    fixed: Floats
    setup: Ints
    pred_ptr: Ints
    pred: Ints
    part_ptr: Ints
    part_of: Ints
    part_each: Floats
    materials: Mapping[str, int]
    pool_ptr: Ints
    pool_of: Ints
    pool_each: Floats
    pools: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Demand:
    """Every operation, done or not, of the orders that are not on hold.

    rows : of each operation.   order_of, step : (n,).   first : (o + 1,) rows of each order.
    quantity, due, release (NEVER: at once), priority : (o,).
    """

    steps: Steps
    orders: tuple[Order, ...]
    index: Mapping[str, int]
    rows: Mapping[OperationKey, int]
    order_of: Ints
    step: Ints
    first: Ints
    quantity: Floats
    due: Ints
    release: Ints
    priority: Floats


@dataclass(frozen=True, slots=True)
class Places:
    """Operations of a plan: row of the demand (NOBODY: none), machine (NOBODY: no routing knows it), start, end."""

    row: Ints
    machine: Ints
    start: Ints
    end: Ints


def _numbers(names: Sequence[str]) -> dict[str, int]:
    return {name: i for i, name in enumerate(dict.fromkeys(names))}


def _steps(routings: Mapping[str, Routing]) -> Steps:
    steps = [step for routing in routings.values() for step in routing.operations]
    first = offsets([len(routing.operations) for routing in routings.values()])
    rows = [(i, row) for i, step in enumerate(steps) for row in step.machines]
    machines = _numbers([row.machine for _, row in rows])
    able = ints([i * len(machines) + machines[row.machine] for i, row in rows])
    order = np.argsort(able, kind="stable")  # of two rows for one machine the first one counts
    parts = [part for step in steps for part in step.components]
    needs = [need for step in steps for need in step.pools]
    materials, pools = _numbers([part.material for part in parts]), _numbers([need.pool for need in needs])
    families = _numbers(["", *(step.setup_family for step in steps)])
    before: list[list[int]] = []
    for routing in routings.values():
        place = {step.number: i for i, step in enumerate(routing.operations)}
        for i, step in enumerate(routing.operations):
            before.append([place[number] - i for number in step.predecessors if number in place])
    return Steps(
        index={name: i for i, name in enumerate(routings)},
        first=first,
        numbers=tuple(step.number for step in steps),
        pausable=ints([step.pausable for step in steps]),
        min_wait=ints([step.min_wait for step in steps]),
        max_wait=ints([NOBODY if step.max_wait is None else step.max_wait for step in steps]),
        family=ints([families[step.setup_family] for step in steps]),
        families=tuple(families),
        machines=machines,
        able=able[order],
        per_unit=floats([row.run_minutes_per_unit for _, row in rows])[order],
        fixed=floats([row.run_minutes_fixed for _, row in rows])[order],
        setup=ints([row.setup_minutes for _, row in rows])[order],
        pred_ptr=offsets([len(found) for found in before]),
        pred=ints([distance for found in before for distance in found]),
        part_ptr=offsets([len(step.components) for step in steps]),
        part_of=ints([materials[part.material] for part in parts]),
        part_each=floats([part.quantity_per_unit for part in parts]),
        materials=materials,
        pool_ptr=offsets([len(step.pools) for step in steps]),
        pool_of=ints([pools[need.pool] for need in needs]),
        pool_each=floats([need.quantity for need in needs]),
        pools=pools,
    )


steps_of: IdentityCache[Steps] = IdentityCache(_steps)
"""Of `PlantState.routings`."""


def _demand(orders: Mapping[str, Order], routings: Mapping[str, Routing]) -> Demand:
    steps = steps_of(routings)
    taken = tuple(order for order in orders.values() if order.status != "hold")
    first, step = spread(steps.first, ints([steps.index[order.routing] for order in taken]))
    order_of = np.repeat(np.arange(len(taken)), np.diff(first))
    names = [order.name for order in taken]
    keys = zip(map(names.__getitem__, order_of.tolist()), map(steps.numbers.__getitem__, step.tolist()), strict=True)
    return Demand(
        steps=steps,
        orders=taken,
        index={name: i for i, name in enumerate(names)},
        rows={key: row for row, key in enumerate(keys)},
        order_of=order_of,
        step=step,
        first=first,
        quantity=floats([order.quantity for order in taken]),
        due=ints([order.due for order in taken]),
        release=ints([NEVER if order.release is None else order.release for order in taken]),
        priority=floats([order.priority for order in taken]),
    )


demand_of: IdentityCache[Demand] = IdentityCache(_demand)
"""Of `PlantState.orders` and `PlantState.routings`."""


class Told(NamedTuple):
    """Of each row: status (work put aside waits), when it was finished or NEVER, own quantity; the rows put aside."""

    status: Ints
    finished: Ints
    pieces: Floats
    aside: Ints


def _told_rows(reports: Sequence[Progress], demand: Demand) -> Ints:
    rows = [demand.rows.get((told.order, told.operation), NOBODY) for told in reports]
    running = [_STATUS[told.status] for told in reports]
    finished = [NEVER if told.finished is None else told.finished for told in reports]
    aside = [told.status == "aside" for told in reports]
    passed = floats([np.nan if told.passed_on is None else told.passed_on for told in reports]).view(np.int64)
    return np.array((rows, running, finished, aside, passed), np.int64).reshape(5, len(reports)).T


_STATUS = {"running": RUNNING, "paused": RUNNING, "done": DONE, "aside": WAITING}
_told_of: Rereading[Progress] = Rereading(_told_rows)


def _told(progress: Mapping[OperationKey, Progress], demand: Demand) -> Told:
    status, finished = np.full(len(demand.step), WAITING), np.full(len(demand.step), NEVER)
    pieces, aside = demand.quantity[demand.order_of], np.empty(0, np.int64)
    if progress:
        found = _told_of(tuple(progress.values()), demand)
        rows, running, ended, put_aside, passed = found[found[:, 0] != NOBODY].T
        status[rows], finished[rows], aside = running, ended, rows[put_aside == 1]
        passed_on = np.ascontiguousarray(passed).view(np.float64)
        told_so = (running == DONE) & ~np.isnan(passed_on)
        pieces = _pieces(demand, pieces, rows[told_so], passed_on[told_so])
    return Told(status, finished, pieces, aside)


def _pieces(demand: Demand, ordered: Floats, rows: Ints, passed_on: Floats) -> Floats:
    """What each row works on (contract, rule 3), where done work on `rows` has passed on so many pieces.

    Step by step along the longest routing: a step has the fewest pieces that any before it hands over.
    """
    if (passed_on == ordered[rows]).all():
        return ordered
    pieces = ordered.copy()
    odd = np.zeros(len(demand.orders), np.bool_)
    odd[demand.order_of[rows]] = True
    some = np.flatnonzero(odd[demand.order_of])
    own, entries = spread(demand.steps.pred_ptr, demand.step[some])
    waits = np.repeat(some, np.diff(own))
    before = waits + demand.steps.pred[entries]
    for _ in range(int(np.diff(demand.first).max())):
        handed = pieces.copy()
        handed[rows] = passed_on
        found = pieces.copy()
        found[waits] = np.inf
        np.minimum.at(found, waits, handed[before])
        if (found == pieces).all():
            break
        pieces = found
    return pieces


told: IdentityCache[Told] = IdentityCache(_told)
"""Of `PlantState.progress` and the demand."""


def _place_rows(operations: Sequence[PlannedOperation], demand: Demand) -> Ints:
    found = np.empty((len(operations), 4), np.int64)
    if len(operations):
        orders, numbers, machines, starts, ends = zip(*map(PLACE, operations), strict=True)
        rows, known = demand.rows.get, demand.steps.machines
        found[:, 0] = ints(list(map(rows, zip(orders, numbers, strict=True), repeat(NOBODY))))
        found[:, 1] = ints(list(map(known.get, machines, repeat(NOBODY))))
        found[:, 2], found[:, 3] = ints(starts), ints(ends)
    return found


_places_of: Rereading[PlannedOperation] = Rereading(_place_rows)


def places(operations: Sequence[PlannedOperation], demand: Demand) -> Places:
    """The columns of a plan; an operation that is the same object as in a plan seen before is not read again."""
    return Places(*np.ascontiguousarray(_places_of(operations, demand).T))
