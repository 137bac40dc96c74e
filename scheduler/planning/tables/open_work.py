"""What is still to be done: the operations that a plan must hold, what runs now, and the orders behind them."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from scheduler.domain.minutes import DAY, Minute
from scheduler.domain.plans import OperationKey
from scheduler.domain.plant import PlantState
from scheduler.errors import InternalFault
from scheduler.planning import layout as c
from scheduler.planning.arrays import Ints, offsets
from scheduler.planning.tables.open_rows import open_rows
from scheduler.planning.tables.order_table import order_table, run_table
from scheduler.planning.tables.reported import UNKNOWN, reported, sizes
from scheduler.planning.tables.routing_table import routing_table
from scheduler.planning.tables.stretches import LAST_HORIZON_DAYS as LAST_HORIZON_DAYS
from scheduler.planning.tables.stretches import open_stretches, without

LOOK_BACK = 60 * DAY


class OpenWork:
    """Every operation that is not done, in rows; orders on hold or left out count with their running work only.

    The rows of an order stand side by side. All moments are minutes from now.

    rows : what time that passes does not change.
    row : (n,) row of the order table;  row_of : the row here of each row there, NONE: there is none.
    step : (n,) step of the routing table.   earliest : (n,)   running : (n,) whether it runs now.
    order_rows : (o, ORDER_COLUMNS) of `layout`, of the orders with open operations.
    running_end : when running work ends, in the plant's minutes.   blocked : when machines are kept by running work
    of held orders.
    fixed_tardiness : minutes x priority of orders that have ended late already.
    """

    def __init__(self, state: PlantState, left_out: Collection[str]) -> None:
        self.state = state
        self.table = routing_table(state.routings)
        self.all_orders = order_table(state.orders, self.table)
        self.told = reported(state.progress, self.all_orders, self.table)
        self.runs = run_table(self.all_orders, self.table, state.machines, sizes(self.told))
        self.running_end: dict[OperationKey, Minute] = {}
        self.blocked: dict[str, list[tuple[Minute, Minute]]] = {}
        self.fixed_tardiness = 0.0
        self._running_ends()
        self._take(left_out)

    # -- what runs now ----------------------------------------------------------------------------------------

    def _running_ends(self) -> None:
        state = self.state
        for key, progress in state.progress.items():
            if not progress.keeps_machine or progress.machine is None:
                continue
            order = state.orders.get(key[0])
            held = order is None or order.status == "hold"
            worked = self._worked(progress.machine, progress.remaining_minutes or 0)
            if worked is None and not held:
                raise InternalFault(f"{key[0]}/{key[1]} runs on {progress.machine}, which never works again")
            end = state.now + LAST_HORIZON_DAYS * DAY if worked is None else progress.ends(worked)
            self.running_end[key] = end
            if held:
                self.blocked.setdefault(progress.machine, []).append((state.now, end))

    def _worked(self, machine: str, remaining: int) -> Minute | None:
        """The moment by which the machine has worked `remaining` minutes from now on. None: no plan is so long."""
        state = self.state
        calendar = state.calendar_of(machine)
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
        return None

    # -- operations -------------------------------------------------------------------------------------------

    def _take(self, left_out: Collection[str]) -> None:
        now = self.state.now
        rows = self.rows = open_rows(
            self.told, self.all_orders, self.table, tuple(left_out)
        )  # the empty tuple is one object
        self.row, self.row_of, self.step, self.running = rows.row, rows.row_of, rows.step, rows.running
        self.fixed_tardiness = rows.fixed_tardiness
        due, release = self.all_orders.due[rows.order_row], self.all_orders.release[rows.order_row]
        self.order_rows: Ints = np.stack(
            (
                np.where(rows.known, due - now, c.FAR),
                np.where(rows.known, np.maximum(now, release) - now, c.FAR),
                np.where(rows.done_end == UNKNOWN, -c.FAR, rows.done_end - now),
                rows.first[:-1],
                rows.first[1:],
                np.zeros_like(due),
                np.zeros_like(due),
            ),
            axis=1,
        )
        self.earliest: Ints = np.maximum(rows.bound - now, 0)

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
        week = {name: state.calendars[name].open_share() for name in {m.calendar for m in state.machines.values()}}
        open_share = [0.0] * len(runs.centers)
        for machine, at in zip(state.machines.values(), runs.center.tolist(), strict=True):
            open_share[at] = max(open_share[at], week[machine.calendar])
        busiest = max(minutes[i] / DAY / max(0.02, open_share[i]) for i in np.unique(center).tolist())
        return min(int(busiest * 1.5) + 14, LAST_HORIZON_DAYS)
