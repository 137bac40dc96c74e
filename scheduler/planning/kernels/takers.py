"""Who takes which supply while sequences change: each material's takers stand in line, and are served in that order.

The line is part of what a search changes. Flat arrays:

    demand_ptr : (n + 1,) demands of an operation.   demand_op, demand_of : (d,) its operation and material.
    line : (d,) demands in the order in which they are served, material by material from line_ptr[material] on.
    spot : (d,) each demand's position in `line`.   served : (d,) pieces taken up to and with a position of `line`.
    take : (d, 2) first and last row of `supplies` that serve it.
    supplies : (k, 2) order that makes it (NONE: a receipt or stock) and minute, from supply_ptr[material] on by time;
    the last row of a material never comes.   supplied : (k,) pieces up to and with a row.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from scheduler.planning.kernels.jit import array_kernel, kernel
from scheduler.planning.layout import FAR, NONE
from scheduler.planning.problem import Floats, Ints

TOLERANCE: Final = 1e-6
BY: Final = 0  # columns of supplies
WHEN: Final = 1
NEVER: Final = 1e300


@array_kernel
def line_up(
    materials: int, on_hand: Floats, receipts: Ints, receipt_quantity: Floats, output: Ints, output_quantity: Floats,
    demands: Ints, demand_quantity: Floats, wanted: Ints, available: Ints, line: Ints, line_ptr: Ints, spot: Ints,
    served: Floats, take: Ints, supplies: Ints, supplied: Floats, supply_ptr: Ints, row_of: Ints,
) -> None:  # fmt: skip
    """Fill the arrays: takers by `wanted` (n,), supplies by time, orders' output by `available` (orders,).

    row_of : (orders,) each order's row of `supplies`, NONE: nobody takes what it makes.
    supplies, supplied must hold receipts + orders + 2 rows a material.
    """
    line[:] = np.argsort(demands[:, 1] * (FAR << 1) + wanted[demands[:, 0]], kind="mergesort")
    suppliers = np.where(output != NONE)[0]
    makers = suppliers[np.argsort(output[suppliers] * (FAR << 1) + available[suppliers], kind="mergesort")]
    row_of[:] = NONE
    d, r, o, row = 0, 0, 0, 0
    for material in range(materials):
        line_ptr[material], supply_ptr[material] = d, row
        supplies[row, BY], supplies[row, WHEN], supplied[row] = NONE, -FAR, on_hand[material]
        row += 1
        while r < len(receipts) and receipts[r, 0] < material:
            r += 1
        while True:
            more_receipts = r < len(receipts) and receipts[r, 0] == material
            more_makers = o < len(makers) and output[makers[o]] == material
            if more_receipts and (not more_makers or receipts[r, 1] <= available[makers[o]]):
                supplies[row, BY], supplies[row, WHEN] = NONE, receipts[r, 1]
                supplied[row] = supplied[row - 1] + receipt_quantity[r]
                r += 1
            elif more_makers:
                supplies[row, BY], supplies[row, WHEN] = makers[o], -FAR
                supplied[row] = supplied[row - 1] + output_quantity[makers[o]]
                row_of[makers[o]] = row
                o += 1
            else:
                break
            row += 1
        supplies[row, BY], supplies[row, WHEN], supplied[row] = NONE, FAR, NEVER
        row += 1
        while d < len(line) and demands[line[d], 1] == material:
            spot[line[d]] = d
            d += 1
        serve(line_ptr[material], d, line_ptr[material], supply_ptr[material], line, served, take, supplied,
              demand_quantity)  # fmt: skip
    line_ptr[materials], supply_ptr[materials] = d, row


@kernel
def serve(
    begin: int, end: int, head: int, row: int, line: Ints, served: Floats, take: Ints, supplied: Floats,
    quantity: Floats,
) -> None:  # fmt: skip
    """Serve the positions [begin, end) of a line that starts at `head`, from supply `row` on.

    Where stock is owed that is the first, for everybody also waits for what fills it.
    """
    taken = served[begin - 1] if begin > head else 0.0
    first, owed = row, supplied[row] < -TOLERANCE
    for position in range(begin, end):
        d = line[position]
        while supplied[row] <= taken + TOLERANCE:
            row += 1
        take[d, 0] = first if owed else row
        taken += quantity[d]
        while supplied[row] < taken - TOLERANCE:
            row += 1
        take[d, 1] = row
        served[position] = taken


@kernel
def supply_time(op: int, demand_ptr: Ints, take: Ints, supplies: Ints, order_end: Ints) -> int:
    """When everything that an operation takes is there; -FAR: from the start."""
    latest = -FAR
    for d in range(demand_ptr[op], demand_ptr[op + 1]):
        for row in range(take[d, 0], take[d, 1] + 1):
            by = supplies[row, BY]
            latest = max(latest, supplies[row, WHEN] if by == NONE else order_end[by])
    return latest


@kernel
def turn_at(d: int, t: int, start: Ints, demands: Ints, line: Ints, line_ptr: Ints, spot: Ints) -> int:
    """The position that a demand would have in its line if its operation started at t."""
    material, position = demands[d, 1], spot[d]
    while position > line_ptr[material] and start[demands[line[position - 1], 0]] > t:
        position -= 1
    while position + 1 < line_ptr[material + 1] and start[demands[line[position + 1], 0]] < t:
        position += 1
    return int(position)


@kernel
def take_turn(
    d: int, target: int, demands: Ints, line: Ints, line_ptr: Ints, spot: Ints, served: Floats, take: Ints,
    supplied: Floats, quantity: Floats, log: Ints, log_served: Floats, logged: int,
) -> int:  # fmt: skip
    """Move a demand to another position of its line; returns how many rows `log` then has.

    log : rows of position, demand, first and last row it took.
    """
    position = spot[d]
    low, high = min(position, target), max(position, target)
    for i in range(low, high + 1):
        other = line[i]
        log[logged, 0], log[logged, 1], log[logged, 2], log[logged, 3] = i, other, take[other, 0], take[other, 1]
        log_served[logged] = served[i]
        logged += 1
    row = take[line[low], 0]
    if target < position:
        for i in range(position, target, -1):
            line[i] = line[i - 1]
            spot[line[i]] = i
    else:
        for i in range(position, target):
            line[i] = line[i + 1]
            spot[line[i]] = i
    line[target], spot[d] = d, target
    serve(low, high + 1, line_ptr[demands[d, 1]], row, line, served, take, supplied, quantity)
    return logged


@kernel
def turn_back(log: Ints, log_served: Floats, logged: int, line: Ints, spot: Ints, served: Floats, take: Ints) -> None:
    """Undo the turns of the log, the last first."""
    for i in range(logged - 1, -1, -1):
        position, d = log[i, 0], log[i, 1]
        line[position], spot[d], served[position] = d, position, log_served[i]
        take[d, 0], take[d, 1] = log[i, 2], log[i, 3]


@kernel
def first_taker(row: int, material: int, line: Ints, line_ptr: Ints, take: Ints) -> int:
    """The first position of a material's line that takes of supply `row` or of a later one."""
    low, high = line_ptr[material], line_ptr[material + 1]
    while low < high:
        middle = (low + high) >> 1
        if take[line[middle], 1] < row:
            low = middle + 1
        else:
            high = middle
    return int(low)
