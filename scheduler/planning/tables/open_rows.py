"""Which operations are open, and who waits for whom among them: what time that passes does not change."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from scheduler.domain.orders import Order
from scheduler.domain.plans import OperationKey
from scheduler.planning import layout as c
from scheduler.planning.arrays import Floats, Ints, offsets, spread
from scheduler.planning.identity_cache import IdentityCache
from scheduler.planning.tables.blocks import blocks_of
from scheduler.planning.tables.order_table import OrderTable
from scheduler.planning.tables.reported import DONE, RUNNING, UNKNOWN, WAITING, Reported
from scheduler.planning.tables.routing_table import RoutingTable

Flags = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class OpenRows:
    """Every operation that is not done, in rows; see `OpenWork`. Moments are the plant's minutes.

    known : (o,) whether the end of the order follows from its open operations.   done_end : (o,) or UNKNOWN.
    bound : (n,) not before: release, and the ends of done predecessors with their waits; -FAR: at once.
    ops : (n, OP_COLUMNS) all that follows from the routings.   demand_of : the entry of the routing table behind each
    of the demands.
    """

    row: Ints
    row_of: Ints
    step: Ints
    running: Flags
    order_row: Ints
    order_of: Ints
    orders: tuple[Order, ...]
    order_names: tuple[str, ...]
    first: Ints
    known: Flags
    done_end: Ints
    complete: Flags
    weights: Floats
    fixed_tardiness: float
    keys: tuple[OperationKey, ...]
    bound: Ints
    pred_ptr: Ints
    preds: Ints
    tied: Flags
    succs: Ints
    block_ptr: Ints
    block_ops: Ints
    ops: Ints
    needs: Ints
    demands: Ints
    demand_of: Ints


def _open_rows(told: Reported, book: OrderTable, table: RoutingTable, left_out: Collection[str]) -> OpenRows:
    status, finished = told.status, told.finished
    count = len(book.orders)
    done, runs = status == DONE, status == RUNNING
    known = np.ones(count, np.bool_)
    known[book.order_of[done & (finished == UNKNOWN)]] = False
    done_end = np.full(count, UNKNOWN)
    ended = np.flatnonzero(done & (finished != UNKNOWN))
    np.maximum.at(done_end, book.order_of[ended], finished[ended])
    absent = np.zeros(count, np.bool_)
    absent[[book.index[name] for name in left_out if name in book.index]] = True
    skipped = absent[book.order_of] & (status == WAITING)
    known[book.order_of[skipped]] = False
    kept = ~(done | skipped)
    row_of = np.where(kept, np.cumsum(kept) - 1, c.NONE)
    row = np.flatnonzero(kept)
    step, running = book.step[row], runs[row]
    per_order = np.bincount(book.order_of[row], minlength=count)
    late = 0.0
    for i in np.flatnonzero(known & (per_order == 0) & (done_end != UNKNOWN)).tolist():
        late += max(0, int(done_end[i]) - book.orders[i].due) * book.orders[i].priority
    taken = np.flatnonzero(per_order)
    place = np.full(count, c.NONE)
    place[taken] = np.arange(len(taken))
    order_of = place[book.order_of[row]]
    orders = tuple(book.orders[i] for i in taken.tolist())
    known, done_end = known[taken], done_end[taken]

    ptr, entries = spread(table.pred_ptr, step)
    waits = np.repeat(np.arange(len(step)), np.diff(ptr))
    before = row[waits] + table.pred[entries] - step[waits]
    # What runs has begun, whatever stands open before it: it waits for nobody.
    over, still = finished[before], (row_of[before] != c.NONE) & ~running[waits]
    bound = book.release[taken][order_of]
    behind = np.flatnonzero(~still & ~running[waits] & (over != UNKNOWN))
    np.maximum.at(bound, waits[behind], over[behind] + table.min_wait[step[waits[behind]]])
    waits, preds = waits[still], row_of[before[still]]
    pred_ptr = offsets(np.bincount(waits, minlength=len(step)))
    tied = (table.max_wait[step[waits]] != c.NONE) & ~running[preds]

    first = offsets(per_order[taken])
    succ_ptr, succs = _turned(pred_ptr, preds)
    block_ptr, block_ops, block_of = blocks_of(np.append(first[:-1], len(row)), pred_ptr, preds, tied)
    pool_ptr, needs = spread(table.pool_ptr, step)
    ops = np.zeros((len(row), c.OP_COLUMNS), np.int64)
    ops[:, c.MIN_WAIT], ops[:, c.MAX_WAIT] = table.min_wait[step], table.max_wait[step]
    ops[:, c.PAUSABLE], ops[:, c.ORDER], ops[:, c.BLOCK] = table.pausable[step], order_of, block_of
    ops[:, c.PRED0], ops[:, c.PRED1] = pred_ptr[:-1], pred_ptr[1:]
    ops[:, c.SUCC0], ops[:, c.SUCC1] = succ_ptr[:-1], succ_ptr[1:]
    ops[:, c.POOL0], ops[:, c.POOL1] = pool_ptr[:-1], pool_ptr[1:]
    ops[:, c.OLD_MACHINE], ops[:, c.LATEST] = c.NONE, c.FAR
    taking = np.flatnonzero(~running & (told.left[row] == c.NONE))  # work put aside has taken its components
    part_ptr, parts = spread(table.part_ptr, step[taking])
    return OpenRows(
        row=row,
        row_of=row_of,
        step=step,
        running=running,
        order_row=taken,
        order_of=order_of,
        orders=orders,
        order_names=tuple(o.name for o in orders),
        keys=tuple(map(book.keys.__getitem__, row.tolist())),
        first=first,
        known=known,
        done_end=done_end,
        complete=known & ~absent[taken],
        weights=np.where(known, book.priority[taken], 0.0),
        fixed_tardiness=late,
        bound=bound,
        pred_ptr=pred_ptr,
        preds=preds,
        tied=tied,
        succs=succs,
        block_ptr=block_ptr,
        block_ops=block_ops,
        ops=ops,
        needs=needs,
        demands=np.stack((np.repeat(taking, np.diff(part_ptr)), table.part_of[parts]), axis=1),
        demand_of=parts,
    )


open_rows: IdentityCache[OpenRows] = IdentityCache(_open_rows)
"""Of `reported`, the tables of the plant's orders and routings, and the orders left out (a tuple)."""


def _turned(ptr: Ints, preds: Ints) -> tuple[Ints, Ints]:
    """(offsets, who waits for each operation), in the order of their rows."""
    waits = np.repeat(np.arange(len(ptr) - 1), np.diff(ptr))
    return offsets(np.bincount(preds, minlength=len(ptr) - 1)), waits[np.argsort(preds, kind="stable")]
