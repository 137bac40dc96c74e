"""What the floor has said of each row of the order table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from scheduler.domain.orders import Progress
from scheduler.domain.plans import OperationKey
from scheduler.planning import layout as c
from scheduler.planning.arrays import Floats, Ints, floats, ints, spread
from scheduler.planning.identity_cache import IdentityCache
from scheduler.planning.reread import Rereading
from scheduler.planning.tables.order_table import OrderTable
from scheduler.planning.tables.pieces import flowed
from scheduler.planning.tables.routing_table import RoutingTable

UNKNOWN = -c.FAR
WAITING, RUNNING, DONE = 0, 1, 2
TOLD = attrgetter("order", "operation", "status", "finished", "passed_on", "remaining_minutes")
STATUS = {"running": RUNNING, "paused": RUNNING, "done": DONE, "aside": WAITING}


class Reported(NamedTuple):
    """Of every row of the order table. Running work loses minutes with every event; while nothing begins or ends, is
    put aside or corrected, the value stays the same object.

    status : (n,) WAITING, RUNNING or DONE; work put aside waits.   finished : (n,) when, or UNKNOWN.
    pieces : (n,) its own quantity.   left : (n,) minutes left of work put aside, NONE of any other.
    aside_on : the machine of each row put aside.
    """

    status: Ints
    finished: Ints
    pieces: Floats
    left: Ints
    aside_on: Mapping[int, str]


def _rows(told: Sequence[Progress], book: OrderTable, table: RoutingTable) -> Ints:
    found = np.empty((len(told), 5), np.int64)
    if len(told):
        orders, numbers, status, finished, passed_on, left = zip(*map(TOLD, told), strict=True)
        found[:, 0] = book.rows_of(table, orders, numbers)
        found[:, 1] = ints(list(map(STATUS.__getitem__, status)))
        found[:, 2] = ints([UNKNOWN if f is None else f for f in finished])
        found[:, 3] = floats([np.nan if p is None else p for p in passed_on]).view(np.int64)
        found[:, 4] = ints([c.NONE if s != "aside" or m is None else m for s, m in zip(status, left, strict=True)])
    return found


progress_rows: Rereading[Progress] = Rereading(_rows)


def _reported(progress: Mapping[OperationKey, Progress], book: OrderTable, table: RoutingTable) -> Reported:
    count = len(book.step)
    status, finished, left = np.full(count, WAITING), np.full(count, UNKNOWN), np.full(count, c.NONE)
    pieces, on = book.quantity[book.order_of], {}
    if progress:
        told = tuple(progress.values())
        rows, statuses, ended, passed, minutes = progress_rows(told, book, table).T
        there = np.flatnonzero(rows != c.NONE)
        at = rows[there]
        status[at], finished[at], left[at] = statuses[there], ended[there], minutes[there]
        for i in there[minutes[there] != c.NONE].tolist():
            on[int(rows[i])] = told[i].machine or ""
        pieces = _pieces(book, table, pieces, at, np.ascontiguousarray(passed[there]).view(np.float64), status)
    return Reported(status, finished, pieces, left, on)


def _pieces(book: OrderTable, table: RoutingTable, ordered: Floats, at: Ints, told: Floats, status: Ints) -> Floats:
    """Own quantities; only orders of which done work passed on other pieces than were ordered are looked at."""
    passed_on = np.full(len(ordered), np.nan)
    passed_on[at] = np.where(status[at] == DONE, told, np.nan)
    other = ~np.isnan(passed_on) & (passed_on != ordered)
    if not other.any():
        return ordered
    of = np.zeros(len(book.orders), np.bool_)
    of[book.order_of[other]] = True
    rows = np.flatnonzero(of[book.order_of])
    place = np.full(len(ordered), c.NONE)
    place[rows] = np.arange(len(rows))
    step = book.step[rows]
    ptr, entries = spread(table.pred_ptr, step)
    behind = np.repeat(np.arange(len(rows)), np.diff(ptr))
    before = place[rows[behind] + table.pred[entries] - step[behind]]
    pieces = ordered.copy()
    pieces[rows] = flowed(ordered[rows], passed_on[rows], behind, before)
    return pieces


def _same(one: Reported, other: Reported) -> bool:
    return one.aside_on == other.aside_on and all(map(np.array_equal, one[:4], other[:4]))


reported: IdentityCache[Reported] = IdentityCache(_reported, same=_same)
"""Of `PlantState.progress` and the tables of the plant's orders and routings."""


class Sizes(NamedTuple):
    """What of `Reported` the runs follow from; it stays the same object while work begins and ends as ordered."""

    pieces: Floats
    left: Ints
    aside_on: Mapping[int, str]


def _sizes(told: Reported) -> Sizes:
    return Sizes(told.pieces, told.left, told.aside_on)


def _same_sizes(one: Sizes, other: Sizes) -> bool:
    return one.aside_on == other.aside_on and all(map(np.array_equal, one[:2], other[:2]))


sizes: IdentityCache[Sizes] = IdentityCache(_sizes, same=_same_sizes)
"""Of `reported`."""
