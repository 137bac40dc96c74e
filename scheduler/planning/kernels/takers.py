"""Who takes which supply while sequences change: each material's takers stand in line, and are served in that order.

The line is part of what a search changes, see `Lines` in `arrays.py`.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from scheduler.planning.kernels.arrays import Lines, Stock
from scheduler.planning.kernels.jit import array_kernel, inlined, kernel
from scheduler.planning.layout import DEMAND_MATERIAL, DEMAND_OP, FAR, NONE, RECEIPT_MATERIAL, RECEIPT_MINUTE
from scheduler.planning.problem import Floats, Ints

TOLERANCE: Final = 1e-6
BY: Final = 0  # columns of supplies
WHEN: Final = 1
FIRST_ROW: Final = 0  # columns of take
LAST_ROW: Final = 1
NEVER: Final = 1e300

# a log of turns
LOG_SPOT: Final = 0
LOG_DEMAND: Final = 1
LOG_FIRST: Final = 2
LOG_LAST: Final = 3
LOG_COLUMNS: Final = 4


@array_kernel
def line_up(stock: Stock, wanted: Ints, available: Ints, lines: Lines) -> None:
    """Fill the lines: takers by `wanted` (n,), supplies by time, orders' output by `available` (orders,).

    supplies, supplied must hold receipts + orders + 2 rows a material.
    """
    receipts, output, demands = stock.receipts, stock.output, stock.demands
    line, line_ptr, spot, served, take = lines.line, lines.line_ptr, lines.spot, lines.served, lines.take
    supplies, supplied, supply_ptr, row_of = lines.supplies, lines.supplied, lines.supply_ptr, lines.row_of
    line[:] = np.argsort(demands[:, DEMAND_MATERIAL] * (FAR << 1) + wanted[demands[:, DEMAND_OP]], kind="mergesort")
    suppliers = np.where(output != NONE)[0]
    makers = suppliers[np.argsort(output[suppliers] * (FAR << 1) + available[suppliers], kind="mergesort")]
    row_of[:] = NONE
    d, r, o, row = 0, 0, 0, 0
    for material in range(stock.materials):
        line_ptr[material], supply_ptr[material] = d, row
        supplies[row, BY], supplies[row, WHEN], supplied[row] = NONE, -FAR, stock.on_hand[material]
        row += 1
        while r < len(receipts) and receipts[r, RECEIPT_MATERIAL] < material:
            r += 1
        while True:
            more_receipts = r < len(receipts) and receipts[r, RECEIPT_MATERIAL] == material
            more_makers = o < len(makers) and output[makers[o]] == material
            if more_receipts and (not more_makers or receipts[r, RECEIPT_MINUTE] <= available[makers[o]]):
                supplies[row, BY], supplies[row, WHEN] = NONE, receipts[r, RECEIPT_MINUTE]
                supplied[row] = supplied[row - 1] + stock.receipt_quantity[r]
                r += 1
            elif more_makers:
                supplies[row, BY], supplies[row, WHEN] = makers[o], -FAR
                supplied[row] = supplied[row - 1] + stock.output_quantity[makers[o]]
                row_of[makers[o]] = row
                o += 1
            else:
                break
            row += 1
        supplies[row, BY], supplies[row, WHEN], supplied[row] = NONE, FAR, NEVER
        row += 1
        while d < len(line) and demands[line[d], DEMAND_MATERIAL] == material:
            spot[line[d]] = d
            d += 1
        head, row_of_stock = line_ptr[material], supply_ptr[material]
        serve(head, d, head, row_of_stock, line, served, take, supplied, stock.demand_quantity)
    line_ptr[stock.materials], supply_ptr[stock.materials] = d, row


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
        take[d, FIRST_ROW] = first if owed else row
        taken += quantity[d]
        while supplied[row] < taken - TOLERANCE:
            row += 1
        take[d, LAST_ROW] = row
        served[position] = taken


@inlined
def supply_time(op: int, lines: Lines, order_end: Ints) -> int:
    """When everything that an operation takes is there; -FAR: from the start."""
    take, supplies = lines.take, lines.supplies
    latest = -FAR
    for d in range(lines.demand_ptr[op], lines.demand_ptr[op + 1]):
        for row in range(take[d, FIRST_ROW], take[d, LAST_ROW] + 1):
            by = supplies[row, BY]
            latest = max(latest, supplies[row, WHEN] if by == NONE else order_end[by])
    return latest


@inlined
def turn_at(d: int, t: int, start: Ints, lines: Lines) -> int:
    """The position that a demand would have in its line if its operation started at t."""
    demands, line, line_ptr = lines.demands, lines.line, lines.line_ptr
    material, position = demands[d, DEMAND_MATERIAL], lines.spot[d]
    while position > line_ptr[material] and start[demands[line[position - 1], DEMAND_OP]] > t:
        position -= 1
    while position + 1 < line_ptr[material + 1] and start[demands[line[position + 1], DEMAND_OP]] < t:
        position += 1
    return int(position)


@kernel
def take_turn(d: int, target: int, lines: Lines, log: Ints, log_served: Floats, logged: int) -> int:
    """Move a demand to another position of its line; returns how many rows `log` (., LOG_COLUMNS) then has.

    log_served : what was `served` at the position of each row.
    """
    line, spot, take = lines.line, lines.spot, lines.take
    position = spot[d]
    low, high = min(position, target), max(position, target)
    for i in range(low, high + 1):
        other = line[i]
        log[logged, LOG_SPOT], log[logged, LOG_DEMAND] = i, other
        log[logged, LOG_FIRST], log[logged, LOG_LAST] = take[other, FIRST_ROW], take[other, LAST_ROW]
        log_served[logged] = lines.served[i]
        logged += 1
    row = take[line[low], FIRST_ROW]
    if target < position:
        for i in range(position, target, -1):
            line[i] = line[i - 1]
            spot[line[i]] = i
    else:
        for i in range(position, target):
            line[i] = line[i + 1]
            spot[line[i]] = i
    line[target], spot[d] = d, target
    head = lines.line_ptr[lines.demands[d, DEMAND_MATERIAL]]
    serve(low, high + 1, head, row, line, lines.served, take, lines.supplied, lines.quantity)
    return logged


@kernel
def turn_back(log: Ints, log_served: Floats, logged: int, lines: Lines) -> None:
    """Undo the turns of the log, the last first."""
    take = lines.take
    for i in range(logged - 1, -1, -1):
        position, d = log[i, LOG_SPOT], log[i, LOG_DEMAND]
        lines.line[position], lines.spot[d], lines.served[position] = d, position, log_served[i]
        take[d, FIRST_ROW], take[d, LAST_ROW] = log[i, LOG_FIRST], log[i, LOG_LAST]


@inlined
def first_taker(row: int, material: int, lines: Lines) -> int:
    """The first position of a material's line that takes of supply `row` or of a later one."""
    low, high = lines.line_ptr[material], lines.line_ptr[material + 1]
    while low < high:
        middle = (low + high) >> 1
        if lines.take[lines.line[middle], LAST_ROW] < row:
            low = middle + 1
        else:
            high = middle
    return int(low)
