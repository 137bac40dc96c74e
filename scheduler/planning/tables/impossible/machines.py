"""Machines that can never take an operation that others can: they are left out of the choice, and that is said once."""

from __future__ import annotations

import numpy as np

from scheduler.domain.given_up import without_given_up
from scheduler.domain.minutes import spoken_duration
from scheduler.domain.plant import PlantState
from scheduler.planning.tables.impossible.suspects import able_modes
from scheduler.planning.tables.obstacles import find_obstacles
from scheduler.planning.tables.order_table import order_table, run_table
from scheduler.planning.tables.reported import WAITING, reported, sizes
from scheduler.planning.tables.routing_table import routing_table


def machines_that_cannot(state: PlantState) -> tuple[str, ...]:
    """One sentence for each machine and operation of a routing, with the longest run that finds no place there."""
    try:
        return _machines_that_cannot(state)
    except Exception:
        others = without_given_up(state, find_obstacles(state))
        if others is state:
            raise
        return _machines_that_cannot(others)


def _machines_that_cannot(state: PlantState) -> tuple[str, ...]:
    able = able_modes(state)
    if able is None:
        return ()
    table = routing_table(state.routings)
    book = order_table(state.orders, table)
    told = reported(state.progress, book, table)
    status, runs = told.status, run_table(book, table, state.machines, sizes(told))
    row = np.repeat(np.arange(len(book.step)), np.diff(runs.ptr))
    others = np.bincount(row, able, len(book.step))
    names, routings = tuple(state.machines), tuple(state.routings)
    longest: dict[tuple[str, int, str], int] = {}
    for mode in np.flatnonzero(~able & (others[row] > 0) & (status[row] == WAITING)).tolist():
        of = int(row[mode])
        key = routings[book.routing[book.order_of[of]]], table.numbers[book.step[of]], names[runs.machine[mode]]
        longest[key] = max(longest.get(key, 0), int(runs.run[mode]))
    return tuple(
        f"machine '{machine}' can never take operation {number} of routing '{routing}': it offers no stretch of "
        f"{spoken_duration(run)} while it and the pools of the operation are open; it is left out of the choice"
        for (routing, number, machine), run in sorted(longest.items())
    )
