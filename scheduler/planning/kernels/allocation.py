"""Allocation of supplies to demands while a search changes sequences: each material serves its demands by rank.

Ranks are part of what a search changes, see `Allocation` in `arrays.py`.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from scheduler.planning.kernels.arrays import Allocation, Stock
from scheduler.planning.kernels.jit import array_kernel, inlined, kernel
from scheduler.planning.layout import DEMAND_MATERIAL, DEMAND_OP, FAR, NONE, RECEIPT_MATERIAL, RECEIPT_MINUTE
from scheduler.planning.problem import Floats, Ints

TOLERANCE: Final = 1e-6
BY: Final = 0  # columns of supplies
WHEN: Final = 1
FIRST_ROW: Final = 0  # columns of take
LAST_ROW: Final = 1
NEVER: Final = 1e300

# a log of changed ranks
LOG_RANK: Final = 0
LOG_DEMAND: Final = 1
LOG_FIRST: Final = 2
LOG_LAST: Final = 3
LOG_COLUMNS: Final = 4


@array_kernel
def allocate(stock: Stock, wanted: Ints, available: Ints, allocation: Allocation) -> None:
    """Fill the allocation: consumers by `wanted` (n,), supplies by time, orders' output by `available` (orders,).

    supplies, supplied must hold receipts + orders + 2 rows a material.
    """
    receipts, output, demands = stock.receipts, stock.output, stock.demands
    ranked, ranked_ptr, rank_of, served, take = (
        allocation.ranked,
        allocation.ranked_ptr,
        allocation.rank_of,
        allocation.served,
        allocation.take,
    )
    supplies, supplied, supply_ptr, row_of = (
        allocation.supplies,
        allocation.supplied,
        allocation.supply_ptr,
        allocation.row_of,
    )
    ranked[:] = np.argsort(demands[:, DEMAND_MATERIAL] * (FAR << 1) + wanted[demands[:, DEMAND_OP]], kind="mergesort")
    suppliers = np.where(output != NONE)[0]
    makers = suppliers[np.argsort(output[suppliers] * (FAR << 1) + available[suppliers], kind="mergesort")]
    row_of[:] = NONE
    d, r, o, row = 0, 0, 0, 0
    for material in range(stock.materials):
        ranked_ptr[material], supply_ptr[material] = d, row
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
        while d < len(ranked) and demands[ranked[d], DEMAND_MATERIAL] == material:
            rank_of[ranked[d]] = d
            d += 1
        head, row_of_stock = ranked_ptr[material], supply_ptr[material]
        serve(head, d, head, row_of_stock, ranked, served, take, supplied, stock.demand_quantity)
    ranked_ptr[stock.materials], supply_ptr[stock.materials] = d, row


@kernel
def serve(
    begin: int, end: int, head: int, row: int, ranked: Ints, served: Floats, take: Ints, supplied: Floats,
    quantity: Floats,
) -> None:  # fmt: skip
    """Serve the ranks [begin, end) of a material whose first is `head`, from supply `row` on.

    Where stock is owed that is the first, for everybody also waits for what fills it.
    """
    taken = served[begin - 1] if begin > head else 0.0
    first, owed = row, supplied[row] < -TOLERANCE
    for position in range(begin, end):
        d = ranked[position]
        while supplied[row] <= taken + TOLERANCE:
            row += 1
        take[d, FIRST_ROW] = first if owed else row
        taken += quantity[d]
        while supplied[row] < taken - TOLERANCE:
            row += 1
        take[d, LAST_ROW] = row
        served[position] = taken


@inlined
def supply_time(op: int, allocation: Allocation, order_end: Ints) -> int:
    """When everything that an operation takes is there; -FAR: from the start."""
    take, supplies = allocation.take, allocation.supplies
    latest = -FAR
    for d in range(allocation.demand_ptr[op], allocation.demand_ptr[op + 1]):
        for row in range(take[d, FIRST_ROW], take[d, LAST_ROW] + 1):
            by = supplies[row, BY]
            latest = max(latest, supplies[row, WHEN] if by == NONE else order_end[by])
    return latest


@inlined
def rank_at(d: int, t: int, start: Ints, allocation: Allocation) -> int:
    """The rank that a demand would have if its operation started at t."""
    demands, ranked, ranked_ptr = allocation.demands, allocation.ranked, allocation.ranked_ptr
    material, position = demands[d, DEMAND_MATERIAL], allocation.rank_of[d]
    while position > ranked_ptr[material] and start[demands[ranked[position - 1], DEMAND_OP]] > t:
        position -= 1
    while position + 1 < ranked_ptr[material + 1] and start[demands[ranked[position + 1], DEMAND_OP]] < t:
        position += 1
    return int(position)


@kernel
def change_rank(d: int, target: int, allocation: Allocation, log: Ints, log_served: Floats, logged: int) -> int:
    """Move a demand to another rank of its material; returns how many rows `log` (., LOG_COLUMNS) then has.

    log_served : what was `served` at the position of each row.
    """
    ranked, rank_of, take = allocation.ranked, allocation.rank_of, allocation.take
    position = rank_of[d]
    low, high = min(position, target), max(position, target)
    for i in range(low, high + 1):
        other = ranked[i]
        log[logged, LOG_RANK], log[logged, LOG_DEMAND] = i, other
        log[logged, LOG_FIRST], log[logged, LOG_LAST] = take[other, FIRST_ROW], take[other, LAST_ROW]
        log_served[logged] = allocation.served[i]
        logged += 1
    row = take[ranked[low], FIRST_ROW]
    if target < position:
        for i in range(position, target, -1):
            ranked[i] = ranked[i - 1]
            rank_of[ranked[i]] = i
    else:
        for i in range(position, target):
            ranked[i] = ranked[i + 1]
            rank_of[ranked[i]] = i
    ranked[target], rank_of[d] = d, target
    head = allocation.ranked_ptr[allocation.demands[d, DEMAND_MATERIAL]]
    serve(low, high + 1, head, row, ranked, allocation.served, take, allocation.supplied, allocation.quantity)
    return logged


@kernel
def restore_ranks(log: Ints, log_served: Floats, logged: int, allocation: Allocation) -> None:
    """Undo the changes of the log, the last first."""
    take = allocation.take
    for i in range(logged - 1, -1, -1):
        position, d = log[i, LOG_RANK], log[i, LOG_DEMAND]
        allocation.ranked[position], allocation.rank_of[d], allocation.served[position] = d, position, log_served[i]
        take[d, FIRST_ROW], take[d, LAST_ROW] = log[i, LOG_FIRST], log[i, LOG_LAST]


@inlined
def first_demand(row: int, material: int, allocation: Allocation) -> int:
    """The first rank of a material that takes from supply `row` or from a later one."""
    low, high = allocation.ranked_ptr[material], allocation.ranked_ptr[material + 1]
    while low < high:
        middle = (low + high) >> 1
        if allocation.take[allocation.ranked[middle], LAST_ROW] < row:
            low = middle + 1
        else:
            high = middle
    return int(low)
