"""The plan in force in columns beside the rows of the order table, for the search; the judge reads plans for itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import repeat
from operator import attrgetter

import numpy as np

from scheduler.domain.plans import PlannedOperation
from scheduler.planning import layout as c
from scheduler.planning.arrays import Ints, ints
from scheduler.planning.reread import Rereading
from scheduler.planning.tables.order_table import OrderTable
from scheduler.planning.tables.routing_table import RoutingTable

ROW, MACHINE, START, END, SETUP_START = range(5)
PLACE = attrgetter("order", "operation", "machine", "start", "end", "setup_start")


def _rows(plan: Sequence[PlannedOperation], book: OrderTable, table: RoutingTable, machines: Mapping[str, int]) -> Ints:
    found = np.empty((len(plan), 5), np.int64)
    if not len(plan):
        return found
    orders, numbers, placed_on, starts, ends, setups = zip(*map(PLACE, plan), strict=True)
    found[:, ROW] = book.rows_of(table, orders, numbers) if len(book.orders) else c.NONE
    found[:, MACHINE] = np.fromiter(map(machines.get, placed_on, repeat(c.NONE)), np.int64, len(plan))
    found[:, START], found[:, END] = ints(starts), ints(ends)
    found[:, SETUP_START] = ints([c.FAR if s is None else s for s in setups])
    return found


plan_rows: Rereading[PlannedOperation] = Rereading(_rows)
"""(k, 5) of a plan: row of the order table (NONE: none), machine (NONE: none of the plant's), start, end, setup start
(FAR: none) in the plant's minutes; of `PlantState.plan`, the tables, and `RunTable.machines`."""
