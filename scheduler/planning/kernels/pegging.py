"""Pegs: which supply serves which demand, first in first out, so that stock becomes release dates and arcs."""

from __future__ import annotations

import numpy as np

from scheduler.planning.kernels.arrays import Stock
from scheduler.planning.kernels.jit import array_kernel
from scheduler.planning.layout import (
    ARC_OP,
    ARC_ORDER,
    DEMAND_MATERIAL,
    DEMAND_OP,
    FAR,
    NONE,
    RECEIPT_MATERIAL,
    RECEIPT_MINUTE,
)
from scheduler.planning.problem import Ints

TOLERANCE = 1e-6


@array_kernel
def peg(stock: Stock, wanted: Ints, available: Ints, release: Ints, arcs: Ints) -> int:
    """Serve each material's demands in the order of `wanted` from stock, then from supplies in the order of time.

    wanted : (n,) when each operation would like to start;  available : (orders,) when each order's output is there.
    Fills release (n,): the latest receipt it waits for, FAR where supply runs out; and arcs (., 2) operation, order.
    Returns the number of arcs. `arcs` must hold demands + orders rows, and of a material that is owed one more for each
    of its consumers and makers together.

    In a plan that keeps stock at or above zero, demands sorted by start take supplies sorted by time no earlier
    than they come: pegging a plan by its own times never forbids that plan.
    """
    receipts, receipt_quantity, demands = stock.receipts, stock.receipt_quantity, stock.demands
    output, output_quantity = stock.output, stock.output_quantity
    release[:] = -FAR
    made = 0
    by_turn = demands[:, DEMAND_MATERIAL] * (FAR << 1) + wanted[demands[:, DEMAND_OP]]
    demand_order = np.argsort(by_turn, kind="mergesort")
    suppliers = np.where(output != NONE)[0]
    supplier_order = suppliers[np.argsort(output[suppliers] * (FAR << 1) + available[suppliers], kind="mergesort")]
    d, r, o = 0, 0, 0
    for material in range(stock.materials):
        while r < len(receipts) and receipts[r, RECEIPT_MATERIAL] < material:
            r += 1
        while o < len(supplier_order) and output[supplier_order[o]] < material:
            o += 1
        left = stock.on_hand[material]
        source, moment = NONE, -FAR
        filled, owed_from, owed_to = -FAR, o, o
        while left < -TOLERANCE:  # what is owed is filled by what comes first, and nobody takes before that
            more_receipts = r < len(receipts) and receipts[r, RECEIPT_MATERIAL] == material
            more_orders = o < len(supplier_order) and output[supplier_order[o]] == material
            if more_receipts and (not more_orders or receipts[r, RECEIPT_MINUTE] <= available[supplier_order[o]]):
                left += receipt_quantity[r]
                filled = receipts[r, RECEIPT_MINUTE]
                r += 1
            elif more_orders:
                left += output_quantity[supplier_order[o]]
                o += 1
                owed_to = o
            else:
                break
        while d < len(demand_order) and demands[demand_order[d], DEMAND_MATERIAL] == material:
            op = demands[demand_order[d], DEMAND_OP]
            need = stock.demand_quantity[demand_order[d]]
            last_arc = NONE
            release[op] = max(release[op], filled)
            for i in range(owed_from, owed_to):
                arcs[made, ARC_OP], arcs[made, ARC_ORDER] = op, supplier_order[i]
                made += 1
            while need > TOLERANCE:
                if left > TOLERANCE:
                    if source != NONE and source != last_arc:
                        arcs[made, ARC_OP], arcs[made, ARC_ORDER] = op, source
                        made += 1
                        last_arc = source
                    release[op] = max(release[op], moment)
                    taken = min(left, need)
                    left -= taken
                    need -= taken
                    continue
                more_receipts = r < len(receipts) and receipts[r, RECEIPT_MATERIAL] == material
                more_orders = o < len(supplier_order) and output[supplier_order[o]] == material
                if more_receipts and (not more_orders or receipts[r, RECEIPT_MINUTE] <= available[supplier_order[o]]):
                    left, source, moment = receipt_quantity[r], NONE, receipts[r, RECEIPT_MINUTE]
                    r += 1
                elif more_orders:
                    source, moment = supplier_order[o], -FAR
                    left = output_quantity[source]
                    o += 1
                else:
                    release[op] = FAR
                    break
            d += 1
    return made
