"""All routings of a plant as columns, made once for as long as the routings stay as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scheduler.domain.routings import Routing
from scheduler.planning import layout as c
from scheduler.planning.arrays import Floats, Ints, floats, ints, offsets
from scheduler.planning.identity_cache import IdentityCache


@dataclass(frozen=True, slots=True)
class RoutingTable:
    """A row per routing and operation ("step"), routing by routing; lists per step stand at [ptr[step]:ptr[step + 1]].

    index : row of each routing.   first : (r + 1,) its steps.
    numbers : operation number of each step;  code, codes : the same as small numbers.
    family : (t,) into `families`, 0 is "".   machine_of : (k,) into `machines`.   part_of : into `materials`, sorted.
    pred : the steps that a step waits for, those of its own routing only.
    """

    index: Mapping[str, int]
    first: Ints
    numbers: tuple[int, ...]
    code: Ints
    codes: Mapping[int, int]
    min_wait: Ints
    max_wait: Ints
    pausable: Ints
    family: Ints
    families: tuple[str, ...]
    mode_ptr: Ints
    machine_of: Ints
    machines: tuple[str, ...]
    per_unit: Floats
    fixed: Floats
    setup: Ints
    pred_ptr: Ints
    pred: Ints
    pool_ptr: Ints
    pool_of: Ints
    pools: tuple[str, ...]
    pool_quantity: Floats
    part_ptr: Ints
    part_of: Ints
    materials: tuple[str, ...]
    part_quantity: Floats
    _sorted: Ints
    _order: Ints

    def find(self, routing: Ints, code: Ints) -> Ints:
        """The step of each routing with that operation number; NONE where there is none."""
        if not len(self._sorted):
            return np.full(len(routing), c.NONE)
        wanted = routing * max(1, len(self.codes)) + code
        at = np.minimum(np.searchsorted(self._sorted, wanted), len(self._sorted) - 1)
        return np.where((self._sorted[at] == wanted) & (code != c.NONE), self._order[at], c.NONE)


def numbered(names: Sequence[str], first: tuple[str, ...] = ()) -> tuple[tuple[str, ...], Ints]:
    """The names in the order in which they come first, and the place of each among them."""
    place = {name: i for i, name in enumerate(dict.fromkeys((*first, *names)))}
    return tuple(place), ints(list(map(place.__getitem__, names)))


def _table(routings: Mapping[str, Routing]) -> RoutingTable:
    steps = [o for routing in routings.values() for o in routing.operations]
    first = offsets([len(routing.operations) for routing in routings.values()])
    numbers = [o.number for o in steps]
    codes = {number: i for i, number in enumerate(sorted(set(numbers)))}
    code = ints([codes[number] for number in numbers])
    routing = np.repeat(np.arange(len(routings)), np.diff(first))
    key = routing * max(1, len(codes)) + code
    order = np.argsort(key, kind="stable")
    families, family = numbered([o.setup_family for o in steps], ("",))
    rows = [m for o in steps for m in o.machines]
    machines, machine_of = numbered([m.machine for m in rows])
    needs = [n for o in steps for n in o.pools]
    pools, pool_of = numbered([n.pool for n in needs])
    parts = [x for o in steps for x in o.components]
    materials = tuple(sorted({x.material for x in parts}))
    place = {name: i for i, name in enumerate(materials)}
    before = [codes.get(p, c.NONE) for o in steps for p in o.predecessors]
    table = RoutingTable(
        index={name: i for i, name in enumerate(routings)},
        first=first,
        numbers=tuple(numbers),
        code=code,
        codes=codes,
        min_wait=ints([o.min_wait for o in steps]),
        max_wait=ints([c.NONE if o.max_wait is None else o.max_wait for o in steps]),
        pausable=ints([o.pausable for o in steps]),
        family=family,
        families=families,
        mode_ptr=offsets([len(o.machines) for o in steps]),
        machine_of=machine_of,
        machines=machines,
        per_unit=floats([m.run_minutes_per_unit for m in rows]),
        fixed=floats([m.run_minutes_fixed for m in rows]),
        setup=ints([m.setup_minutes for m in rows]),
        pred_ptr=offsets([len(o.predecessors) for o in steps]),
        pred=np.empty(0, np.int64),
        pool_ptr=offsets([len(o.pools) for o in steps]),
        pool_of=pool_of,
        pools=pools,
        pool_quantity=floats([n.quantity for n in needs]),
        part_ptr=offsets([len(o.components) for o in steps]),
        part_of=ints([place[x.material] for x in parts]),
        materials=materials,
        part_quantity=floats([x.quantity_per_unit for x in parts]),
        _sorted=key[order],
        _order=order,
    )
    return _with_preds(table, routing, ints(before))


def _with_preds(table: RoutingTable, routing: Ints, before: Ints) -> RoutingTable:
    """The predecessors, given by number, as steps."""
    waits = np.repeat(np.arange(len(routing)), np.diff(table.pred_ptr))
    pred = table.find(routing[waits], before)
    known = pred != c.NONE
    counts = np.bincount(waits[known], minlength=len(routing)) if len(routing) else np.empty(0, np.int64)
    return replace(table, pred_ptr=offsets(counts), pred=pred[known])


routing_table: IdentityCache[RoutingTable] = IdentityCache(_table)
"""The table of a plant's routings (`PlantState.routings`)."""
