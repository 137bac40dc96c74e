"""What the floor has said of each row of the order table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter

import numpy as np

from scheduler.domain.orders import Progress
from scheduler.domain.plans import OperationKey
from scheduler.planning import layout as c
from scheduler.planning.order_table import OrderTable
from scheduler.planning.problem import Ints
from scheduler.planning.recent import Recent
from scheduler.planning.reread import Rereading
from scheduler.planning.routing_table import RoutingTable, ints

UNKNOWN = -c.FAR
WAITING, RUNNING, DONE = 0, 1, 2
TOLD = attrgetter("order", "operation", "status", "finished")


def _rows(told: Sequence[Progress], book: OrderTable, table: RoutingTable) -> Ints:
    found = np.empty((len(told), 3), np.int64)
    if len(told):
        orders, numbers, status, finished = zip(*map(TOLD, told), strict=True)
        found[:, 0] = book.rows_of(table, orders, numbers)
        found[:, 1] = ints([DONE if s == "done" else RUNNING for s in status])
        found[:, 2] = ints([UNKNOWN if f is None else f for f in finished])
    return found


progress_rows: Rereading[Progress] = Rereading(_rows)


def _reported(progress: Mapping[OperationKey, Progress], book: OrderTable, table: RoutingTable) -> tuple[Ints, Ints]:
    status, finished = np.full(len(book.step), WAITING), np.full(len(book.step), UNKNOWN)
    if progress:
        rows, told, ended = progress_rows(tuple(progress.values()), book, table).T
        there = rows != c.NONE
        status[rows[there]], finished[rows[there]] = told[there], ended[there]
    return status, finished


def _same(one: tuple[Ints, Ints], other: tuple[Ints, Ints]) -> bool:
    return np.array_equal(one[0], other[0]) and np.array_equal(one[1], other[1])


reported: Recent[tuple[Ints, Ints]] = Recent(_reported, same=_same)
"""(status, when it was finished) of every row of the order table: WAITING, RUNNING or DONE; when, or UNKNOWN.

Of `PlantState.progress` and the tables of the plant's orders and routings. Running work loses minutes with every event;
while nothing begins or ends the value stays the same object.
"""
