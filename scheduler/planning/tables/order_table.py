"""All orders of a plant with every operation of theirs as columns, done or not; kept while orders and routings stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from typing import Protocol

import numpy as np

from scheduler.domain.orders import Order
from scheduler.domain.plans import OperationKey
from scheduler.domain.resources import Machine
from scheduler.domain.routings import LONGEST_RUN
from scheduler.planning import layout as c
from scheduler.planning.arrays import Floats, Ints, floats, ints, spread
from scheduler.planning.identity_cache import IdentityCache
from scheduler.planning.tables.routing_table import RoutingTable


@dataclass(frozen=True, slots=True)
class OrderTable:
    """The orders that are not on hold and have a routing, in the order of the plant's.

    index : row of each.   material : (o,) what it makes, into the materials of the routing table, NONE: no operation
    takes it.   release : (o,) -FAR: at once.   routing : (o,) row of its routing.
    first : (o + 1,) its rows;  step : (n,) step of the routing table behind each row;  order_of : (n,).
    keys : (n,) order and operation number of each row.
    """

    orders: tuple[Order, ...]
    names: tuple[str, ...]
    index: Mapping[str, int]
    material: Ints
    quantity: Floats
    due: Ints
    release: Ints
    priority: Floats
    routing: Ints
    first: Ints
    step: Ints
    order_of: Ints
    keys: tuple[OperationKey, ...]

    def rows_of(self, table: RoutingTable, orders: Sequence[str], numbers: Sequence[int]) -> Ints:
        """The row of each of these operations (order, number); NONE: there is none."""
        order = np.fromiter(map(self.index.get, orders, repeat(c.NONE)), np.int64, len(orders))
        code = np.fromiter(map(table.codes.get, numbers, repeat(c.NONE)), np.int64, len(numbers))
        if not len(self.orders):
            return order
        step = table.find(self.routing[order], code)
        rows: Ints = self.first[order] + step - table.first[self.routing[order]]
        return np.where((order != c.NONE) & (step != c.NONE), rows, c.NONE)


@dataclass(frozen=True, slots=True)
class RunTable:
    """How long each row of the orders runs on each machine that can do it, in the order of the routing.

    machines : the plant's machines, as row numbers;  center : (m,) work center of each.
    ptr : (n + 1,)   machine, run, setup : (k,) rows of machines, minutes.
    shortest : (n,) run minutes where it is shortest, there the machine first in name;  on : (n,) that machine, NONE:
    it has none.
    """

    machines: Mapping[str, int]
    centers: tuple[str, ...]
    center: Ints
    ptr: Ints
    machine: Ints
    run: Ints
    setup: Ints
    shortest: Ints
    on: Ints


def _orders(orders: Mapping[str, Order], table: RoutingTable) -> OrderTable:
    taken = [o for o in orders.values() if o.status != "hold" and o.routing in table.index]
    routing = ints([table.index[o.routing] for o in taken])
    first, step = spread(table.first, routing)
    names = tuple(o.name for o in taken)
    materials = {name: i for i, name in enumerate(table.materials)}
    order_of = np.repeat(np.arange(len(taken)), np.diff(first))
    keys = zip(map(names.__getitem__, order_of.tolist()), map(table.numbers.__getitem__, step.tolist()), strict=True)
    return OrderTable(
        orders=tuple(taken),
        names=names,
        index={name: i for i, name in enumerate(names)},
        material=ints([materials.get(o.material, c.NONE) for o in taken]),
        quantity=floats([o.quantity for o in taken]),
        due=ints([o.due for o in taken]),
        release=ints([-c.FAR if o.release is None else o.release for o in taken]),
        priority=floats([o.priority for o in taken]),
        routing=routing,
        first=first,
        step=step,
        order_of=order_of,
        keys=tuple(keys),
    )


@lru_cache(16)
def _numbers(names: tuple[str, ...]) -> Mapping[str, int]:
    """The same object for the same names, so that what was read with it is known again."""
    return {name: i for i, name in enumerate(names)}


class Sized(Protocol):
    """What each row works on: `Sizes` of `planning/tables/reported.py`."""

    @property
    def pieces(self) -> Floats: ...
    @property
    def left(self) -> Ints: ...
    @property
    def aside_on(self) -> Mapping[int, str]: ...


def _runs(orders: OrderTable, table: RoutingTable, machines: Mapping[str, Machine], sizes: Sized) -> RunTable:
    index = _numbers(tuple(machines))
    ptr, rows = spread(table.mode_ptr, orders.step)
    machine = ints([index.get(name, c.NONE) for name in table.machines])[table.machine_of[rows]]
    if (machine == c.NONE).any():
        raise KeyError(next(name for name in table.machines if name not in index))
    efficiency = floats([m.efficiency for m in machines.values()])
    quantity = np.repeat(sizes.pieces, np.diff(ptr))
    raw = (table.fixed[rows] + table.per_unit[rows] * quantity) / efficiency[machine]
    run = np.clip(np.ceil(raw - 1e-9), 1, LONGEST_RUN).astype(np.int64)
    for row, name in sizes.aside_on.items():
        mine = slice(int(ptr[row]), int(ptr[row + 1]))
        run[mine] = _left_of(int(sizes.left[row]), run[mine], machine[mine] == index.get(name, c.NONE))
    centers = {name: i for i, name in enumerate(dict.fromkeys(m.work_center for m in machines.values()))}
    center = ints([centers[m.work_center] for m in machines.values()])
    shortest, on = np.zeros(len(ptr) - 1, np.int64), np.full(len(ptr) - 1, c.NONE)
    some = ptr[1:] > ptr[:-1]
    if some.any():
        by_name = sorted(index, key=str)
        rank = np.empty(len(index), np.int64)
        rank[[index[name] for name in by_name]] = np.arange(len(index))
        best = np.minimum.reduceat(run * len(index) + rank[machine], ptr[:-1][some])
        shortest[some] = best // len(index)
        on[some] = ints([index[name] for name in by_name])[best % len(index)]
    return RunTable(index, tuple(centers), center, ptr, machine, run, table.setup[rows], shortest, on)


def _left_of(left: int, run: Ints, there: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Ints:
    """Minutes of work put aside with `left` minutes on the machine it was on (`there`), on each of its machines."""
    if not there.any():
        return run
    share = left / run[there][0]
    scaled = np.maximum(1, np.ceil(run * share - 1e-9)).astype(np.int64)
    return np.where(there, max(1, left), scaled)


order_table: IdentityCache[OrderTable] = IdentityCache(_orders)
"""The table of a plant's orders (`PlantState.orders`, and the table of its routings)."""

run_table: IdentityCache[RunTable] = IdentityCache(_runs)
"""The runs of a plant's operations (its order and routing tables, `PlantState.machines`, `sizes` of `reported`)."""
