"""What is still to be done: the operations that a plan must hold, what runs now, and the orders behind them."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from scheduler.domain.minutes import DAY, Minute
from scheduler.domain.orders import Order, Progress
from scheduler.domain.plans import OperationKey
from scheduler.domain.plant import PlantState
from scheduler.errors import InternalFault
from scheduler.planning import layout as c
from scheduler.planning.order_table import OrderTable, order_table, run_table
from scheduler.planning.problem import Floats, Ints
from scheduler.planning.recent import Recent
from scheduler.planning.routing_table import RoutingTable, ints, offsets, routing_table, spread
from scheduler.planning.stretches import open_stretches, without

LAST_HORIZON_DAYS = 4000
LOOK_BACK = 60 * DAY
UNKNOWN = -c.FAR
WAITING, RUNNING, DONE = 0, 1, 2


class OpenWork:
    """Every operation that is not done, in rows; orders on hold or left out count with their running work only.

    The rows of an order stand side by side. All moments are minutes from now.

    row : (n,) row of the order table;  row_of : the row here of each row there, NONE: there is none.
    step : (n,) step of the routing table.   order_of : (n,) into `orders`.
    keys : (order, operation) of each.   earliest : (n,)   running : (n,) whether it runs now.
    pred_ptr, preds, tied : the open operations that each waits for, and which of these a max_wait ties it to.
    orders : those with open operations;  order_rows : (o, ORDER_COLUMNS) of `layout`;  weights : (o,) priority.
    complete : (o,) whether its end is known once its open operations end.
    running_end : when running work ends, in the plant's minutes.   blocked : when machines are kept by running work
    of held orders.
    fixed_tardiness : minutes x priority of orders that have ended late already.
    """

    def __init__(self, state: PlantState, left_out: Collection[str]) -> None:
        self.state = state
        self.table = routing_table(state.routings)
        self.all_orders = order_table(state.orders, self.table)
        self.runs = run_table(self.all_orders, self.table, state.machines)
        self.running_end: dict[OperationKey, Minute] = {}
        self.blocked: dict[str, list[tuple[Minute, Minute]]] = {}
        self.fixed_tardiness = 0.0
        self._running_ends()
        self._take(left_out)

    # -- what runs now ----------------------------------------------------------------------------------------

    def _running_ends(self) -> None:
        state = self.state
        for key, progress in state.progress.items():
            if progress.status != "running" or progress.machine is None:
                continue
            end = self._end_of_running(key, progress.machine, progress.remaining_minutes or 0)
            self.running_end[key] = end
            order = state.orders.get(key[0])
            if order is None or order.status == "hold":
                self.blocked.setdefault(progress.machine, []).append((state.now, end))

    def _end_of_running(self, key: OperationKey, machine: str, remaining: int) -> Minute:
        """The moment by which the machine has worked `remaining` minutes from now on."""
        state = self.state
        calendar = state.calendars[state.machines[machine].calendar]
        outages = state.outages(machine)
        days = 30
        while days <= LAST_HORIZON_DAYS:
            time = without(open_stretches(calendar, state.zone, state.now - LOOK_BACK, state.now + days * DAY), outages)
            totals = offsets(time[:, 1] - time[:, 0])
            now = int(np.searchsorted(time[:, 0], state.now, side="right")) - 1
            need = remaining + (int(totals[now] + min(state.now, time[now, 1]) - time[now, 0]) if now >= 0 else 0)
            at = int(np.searchsorted(totals, need, side="left"))
            if at == 0:
                return state.now
            if at < len(totals):
                return int(time[at - 1, 0] + need - totals[at - 1])
            days *= 4
        raise InternalFault(f"{key[0]}/{key[1]} runs on {machine}, which never works again")

    # -- operations -------------------------------------------------------------------------------------------

    def _take(self, left_out: Collection[str]) -> None:
        state, table, book = self.state, self.table, self.all_orders
        now, count = state.now, len(book.orders)
        status, finished = reported(state.progress, book, table)
        done, runs = status == DONE, status == RUNNING
        known = np.ones(count, np.bool_)  # its end follows from its open operations
        known[book.order_of[done & (finished == UNKNOWN)]] = False
        done_end = np.full(count, UNKNOWN)
        ended = np.flatnonzero(done & (finished != UNKNOWN))
        np.maximum.at(done_end, book.order_of[ended], finished[ended])
        absent = np.zeros(count, np.bool_)
        absent[[book.index[name] for name in left_out if name in book.index]] = True
        skipped = absent[book.order_of] & (status == WAITING)
        known[book.order_of[skipped]] = False
        kept = ~(done | skipped)
        self.row_of = np.where(kept, np.cumsum(kept) - 1, c.NONE)
        self.row = np.flatnonzero(kept)
        self.step = book.step[self.row]
        self.running = runs[self.row]
        per_order = np.bincount(book.order_of[self.row], minlength=count)
        self._note_ended(known & (per_order == 0) & (done_end != UNKNOWN), done_end)

        taken = np.flatnonzero(per_order)
        self.order_row = taken
        self.orders: tuple[Order, ...] = tuple(book.orders[i] for i in taken.tolist())
        place = np.full(count, c.NONE)
        place[taken] = np.arange(len(taken))
        self.order_of = place[book.order_of[self.row]]
        self.keys: tuple[OperationKey, ...] = tuple(map(book.keys.__getitem__, self.row.tolist()))
        release = np.maximum(now, book.release[taken])
        first = offsets(per_order[taken])
        known, done_end = known[taken], done_end[taken]
        self.order_rows: Ints = np.stack(
            (
                np.where(known, book.due[taken] - now, c.FAR),
                np.where(known, release - now, c.FAR),
                np.where(done_end == UNKNOWN, -c.FAR, done_end - now),
                first[:-1],
                first[1:],
            ),
            axis=1,
        )
        self.weights: Floats = np.where(known, book.priority[taken], 0.0)
        self.complete = known & ~absent[taken]
        self.earliest: Ints = (release - now)[self.order_of]
        self._wait(finished)

    def _note_ended(self, ended: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], done_end: Ints) -> None:
        for i in np.flatnonzero(ended).tolist():
            order = self.all_orders.orders[i]
            self.fixed_tardiness += max(0, int(done_end[i]) - order.due) * order.priority

    def _wait(self, finished: Ints) -> None:
        """Who waits for whom; and what is done already bounds the start of what follows it."""
        table = self.table
        ptr, entries = spread(table.pred_ptr, self.step)
        waits = np.repeat(np.arange(len(self.step)), np.diff(ptr))
        before = self.row[waits] + table.pred[entries] - self.step[waits]
        row_of = self.row_of
        over = finished[before]
        late = np.flatnonzero((row_of[before] == c.NONE) & (over != UNKNOWN))
        bound = over[late] + table.min_wait[self.step[waits[late]]] - self.state.now
        np.maximum.at(self.earliest, waits[late], bound)
        still = row_of[before] != c.NONE
        waits, self.preds = waits[still], row_of[before[still]]
        self.pred_ptr = offsets(np.bincount(waits, minlength=len(self.step)))
        limited = table.max_wait[self.step[waits]] != c.NONE
        self.tied = limited & ~self.running[self.preds] & ~self.running[waits]

    def days_of_work(self) -> int:
        """A generous guess of the days that the busiest machine group needs, from each operation's shortest run."""
        runs, state = self.runs, self.state
        rows = self.row[runs.on[self.row] != c.NONE]
        if not len(rows):
            return 1
        center = runs.center[runs.on[rows]]
        size = np.bincount(runs.center, minlength=len(runs.centers))
        able = np.minimum(runs.ptr[rows + 1] - runs.ptr[rows], size[center])
        minutes = np.bincount(center, runs.shortest[rows] / able, len(runs.centers))
        week = {name: _open_week(state, name) for name in {m.calendar for m in state.machines.values()}}
        open_share = [0.0] * len(runs.centers)
        for machine, at in zip(state.machines.values(), runs.center.tolist(), strict=True):
            open_share[at] = max(open_share[at], week[machine.calendar])
        busiest = max(minutes[i] / DAY / max(0.02, open_share[i]) for i in np.unique(center).tolist())
        return int(busiest * 1.5) + 14


def _open_week(state: PlantState, calendar: str) -> float:
    """The share of a week that its windows are open."""
    windows = state.calendars[calendar].windows
    return sum((w.end - w.start) if w.end > w.start else (w.end + DAY - w.start) for w in windows) / (7 * DAY)


def _reported(progress: Mapping[OperationKey, Progress], book: OrderTable, table: RoutingTable) -> tuple[Ints, Ints]:
    status, finished = np.full(len(book.step), WAITING), np.full(len(book.step), UNKNOWN)
    if progress:
        rows = book.rows_of(table, [order for order, _ in progress], [number for _, number in progress])
        there, told = rows != c.NONE, progress.values()
        status[rows[there]] = ints([RUNNING if p.status == "running" else DONE for p in told])[there]
        finished[rows[there]] = ints([UNKNOWN if p.finished is None else p.finished for p in told])[there]
    return status, finished


reported: Recent[tuple[Ints, Ints]] = Recent(_reported)
"""(status, when it was finished) of every row of the order table: WAITING, RUNNING or DONE; when, or UNKNOWN.

Of `PlantState.progress` and the tables of the plant's orders and routings.
"""
