"""What is still to be done: the operations that a plan must hold, what runs now, and the orders behind them."""

from __future__ import annotations

from dataclasses import dataclass, field

from scheduler.domain.minutes import DAY, Minute
from scheduler.domain.orders import Order
from scheduler.domain.plans import OperationKey
from scheduler.domain.plant import PlantState
from scheduler.domain.routings import Operation
from scheduler.errors import InternalFault
from scheduler.planning import layout as c

LAST_HORIZON_DAYS = 4000


@dataclass(slots=True)
class Step:
    """One operation of one order on its way into the tables."""

    order: Order
    operation: Operation
    earliest: int
    running: bool
    preds: list[int] = field(default_factory=list)
    linked: list[int] = field(default_factory=list)  # preds that a max_wait links it to


class OpenWork:
    """Every operation that is not done, in rows; orders on hold or left out count with their running work only.

    steps : a row each, those of an order side by side.   order_rows : the ORDER columns of `layout`.
    running_end : when running work ends.   blocked : when machines are kept by running work of held orders.
    fixed_tardiness : minutes x priority of orders that have ended late already.
    """

    def __init__(self, state: PlantState, left_out: set[str]) -> None:
        self.state = state
        self.left_out = left_out
        self.machine_index = {name: i for i, name in enumerate(state.machines)}
        self.steps: list[Step] = []
        self.index: dict[OperationKey, int] = {}
        self.orders: list[Order] = []
        self.order_rows: list[list[int]] = []
        self.weights: list[float] = []
        self.order_of: list[int] = []
        self.complete: list[bool] = []
        self.fixed_tardiness = 0.0
        self.running_end: dict[OperationKey, Minute] = {}
        self.blocked: dict[str, list[tuple[Minute, Minute]]] = {}
        self._running_ends()
        for order in state.orders.values():
            self._take(order)

    # -- what runs now ----------------------------------------------------------------------------------------

    def _running_ends(self) -> None:
        state = self.state
        for key, progress in state.progress.items():
            if progress.status != "running" or progress.machine is None:
                continue
            remaining = progress.remaining_minutes or 0
            days = 30
            end = None
            while end is None:
                if days > LAST_HORIZON_DAYS:
                    raise InternalFault(f"{key[0]}/{key[1]} runs on {progress.machine}, which never works again")
                time = state.machine_time(progress.machine, state.now - 60 * DAY, state.now + days * DAY)
                end = time.after(state.now, remaining)
                days *= 4
            self.running_end[key] = end
            order = state.orders.get(key[0])
            if order is None or order.status == "hold":
                self.blocked.setdefault(progress.machine, []).append((state.now, end))

    # -- operations -------------------------------------------------------------------------------------------

    def _take(self, order: Order) -> None:
        state = self.state
        if order.status == "hold":
            return
        routing = state.routings.get(order.routing)
        if routing is None:
            return
        left_out = order.name in self.left_out
        done_end: Minute | None = None
        known = True
        release = max(state.now, order.release if order.release is not None else state.now)
        rows: dict[int, int] = {}
        finished: dict[int, Minute] = {}
        for operation in routing.operations:
            progress = state.progress.get((order.name, operation.number))
            if progress is not None and progress.status == "done":
                if progress.finished is None:
                    known = False
                else:
                    finished[operation.number] = progress.finished
                    done_end = progress.finished if done_end is None else max(done_end, progress.finished)
                continue
            running = progress is not None and progress.status == "running"
            if left_out and not running:
                known = False
                continue
            rows[operation.number] = len(self.steps)
            self.index[order.name, operation.number] = len(self.steps)
            self.order_of.append(len(self.orders))
            self.steps.append(Step(order, operation, release - state.now, running))
        if not rows:
            if known and done_end is not None:
                self.fixed_tardiness += max(0, done_end - order.due) * order.priority
            return
        for number, row in rows.items():
            step = self.steps[row]
            for p in step.operation.predecessors:
                if p in rows:
                    step.preds.append(rows[p])
                    if step.operation.max_wait is not None and not self.steps[rows[p]].running and not step.running:
                        step.linked.append(rows[p])
                elif p in finished:
                    step.earliest = max(step.earliest, finished[p] + step.operation.min_wait - state.now)
            assert number == step.operation.number
        self.orders.append(order)
        self.order_rows.append(
            [
                order.due - state.now if known else c.FAR,
                release - state.now if known else c.FAR,
                done_end - state.now if done_end is not None else -c.FAR,
                min(rows.values()),
                max(rows.values()) + 1,
            ]
        )
        self.weights.append(order.priority if known else 0.0)
        self.complete.append(known and not left_out)

    def days_of_work(self) -> int:
        """A generous guess of the days that the busiest machine group needs, from each operation's shortest run."""
        minutes: dict[str, float] = {}
        count: dict[str, int] = {}
        state = self.state
        for machine in state.machines.values():
            count[machine.work_center] = count.get(machine.work_center, 0) + 1
        for step in self.steps:
            rows = step.operation.machines
            if not rows:
                continue
            share = [
                (m.run_minutes(step.order.quantity, state.machines[m.machine].efficiency), m.machine) for m in rows
            ]
            run, machine_name = min(share)
            center = state.machines[machine_name].work_center
            minutes[center] = minutes.get(center, 0.0) + run / min(len(rows), count[center])
        if not minutes:
            return 1
        open_share: dict[str, float] = {}
        for machine in state.machines.values():
            windows = state.calendars[machine.calendar].windows
            week = sum((w.end - w.start) if w.end > w.start else (w.end + DAY - w.start) for w in windows)
            open_share[machine.work_center] = max(open_share.get(machine.work_center, 0.0), week / (7 * DAY))
        return int(max(m / DAY / max(0.02, open_share[center]) for center, m in minutes.items()) * 1.5) + 14
