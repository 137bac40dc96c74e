"""Modes per work center: whose rows a new plan changes, and whether it is released by itself. Pure.

    auto     its rows change by themselves.
    advise   its rows change when a person releases the plan, or where what it had has become impossible.
    observe  as advise, and searches leave its rows where they are, as if they were in the frozen zone.

A work center without a mode of its own has the plant's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal, TypeAlias

from scheduler.domain.plans import PlannedOperation
from scheduler.domain.plant import PlantState

Mode: TypeAlias = Literal["observe", "advise", "auto"]


def machine_modes(state: PlantState, plant: Mode, own: Mapping[str, Mode]) -> dict[str, Mode]:
    """The mode of each machine: its work center's own, else the plant's."""
    return {name: own.get(machine.work_center, plant) for name, machine in state.machines.items()}


def observed_machines(state: PlantState, plant: Mode, own: Mapping[str, Mode]) -> tuple[str, ...]:
    """Those whose rows searches must leave in place; none where no work center has a mode of its own."""
    if not own:
        return ()
    return tuple(name for name, mode in machine_modes(state, plant, own).items() if mode == "observe")


def touched_machines(
    state: PlantState, before: Sequence[PlannedOperation], after: Sequence[PlannedOperation]
) -> frozenset[str]:
    """Machines whose rows differ: an operation comes, goes, or has another machine or start.

    What the floor or the order itself has decided is no change of the plan: work that has started or is done, and
    orders that are on hold or gone.
    """
    old, new = _open_rows(state, before), _open_rows(state, after)
    return frozenset(
        row[0]
        for key in old.keys() | new.keys()
        if old.get(key) != new.get(key)
        for row in (old.get(key), new.get(key))
        if row is not None
    )


def with_rows_kept(
    state: PlantState,
    before: Sequence[PlannedOperation],
    after: Sequence[PlannedOperation],
    free: Collection[str],
) -> tuple[PlannedOperation, ...]:
    """The plan `after`, but rows that leave, enter or change on a machine that is not `free` as in `before`.

    Whether that is possible is the check's to say.
    """
    old = {o.key: o for o in before}

    def chosen(row: PlannedOperation) -> PlannedOperation:
        was = old.get(row.key)
        bound = was is not None and state.waits(*row.key)
        return was if was is not None and bound and not {was.machine, row.machine} <= set(free) else row

    return tuple(sorted(map(chosen, after), key=lambda o: (o.start, o.end, o.key)))


def _open_rows(state: PlantState, rows: Sequence[PlannedOperation]) -> dict[tuple[str, int], tuple[str, int]]:
    found = {}
    for row in rows:
        order = state.orders.get(row.order)
        if order is not None and order.status != "hold" and state.waits(*row.key):
            found[row.key] = (row.machine, row.start)
    return found
