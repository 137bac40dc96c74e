"""Whether an order could ever be worked: its machines, their calendars, its pools and its waits, each by itself.

Only what is certain counts. What other work takes is left aside, because that work could come later.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import takewhile

from scheduler.domain.calendars import Calendar, WorkingTime, working_time
from scheduler.domain.machine_times import LOOK_AHEAD, MachineTimes, end_of_running
from scheduler.domain.minutes import DAY, Minute, spoken_duration
from scheduler.domain.orders import Order
from scheduler.domain.plans import Unplanned
from scheduler.domain.plant import PlantState
from scheduler.domain.routings import EligibleMachine, Operation

SLACK = 1e-6
MOST_DAYS = 2000
"""Of its machines' hours may one order take; a plan has no more for it."""
LEAST_SHARE = 0.001
"""Of a week that a machine counts as open at least; its exceptions may open it."""


class Workable:
    """Looks at one order after another, remembering how long the calendars let work go on."""

    def __init__(self, state: PlantState) -> None:
        self.state = state
        self._last = state.horizon_end() + LOOK_AHEAD
        self._times = MachineTimes(state, self._last)
        self._longest: dict[tuple[Calendar, tuple[str, ...], bool, str], float] = {}
        self._kept_until: dict[str, Minute] | None = None

    def impossible(self, order: Order) -> Unplanned | None:
        """Why no plan can hold the order, with the operation that stands against it. None: nothing certain does."""
        routing = self.state.routings[order.routing]
        if not routing.operations:
            return Unplanned(order.name, None, f"its routing '{order.routing}' has no operations")
        waiting = [o for o in routing.operations if self.state.waits(order.name, o.number)]
        for operation in waiting:
            reason = self._never(order, operation)
            if reason:
                return Unplanned(order.name, operation.number, reason)
        days = sum(min(self._days(order, o, row) for row in o.machines) for o in waiting)
        if days > MOST_DAYS:
            reason = f"it takes {days:,.0f} days of its machines' hours, and a plan has {MOST_DAYS} for one order"
            return Unplanned(order.name, None, reason)
        return None

    def _never(self, order: Order, operation: Operation) -> str:
        if not operation.machines:
            return "no machine can do it"
        taken: dict[str, float] = {}
        for need in operation.pools:
            taken[need.pool] = taken.get(need.pool, 0.0) + need.quantity
        small = [name for name, quantity in taken.items() if quantity > self.state.pools[name].most + SLACK]
        if small:
            return f"it takes more of pool '{small[0]}' than there ever is"
        duty = tuple(sorted({name for pool in taken if (name := self.state.pools[pool].calendar) is not None}))
        if not any(self._holds(order, operation, row, duty) for row in operation.machines):
            shortest = min(self._run(order, operation, row) for row in operation.machines)
            machines = ", ".join(f"'{row.machine}'" for row in operation.machines)
            return f"it takes {spoken_duration(shortest)}, and none of its machines is ever open so long: {machines}"
        return self._comes_too_late(order, operation)

    # -- calendars ----------------------------------------------------------------------------------------------------

    def _holds(self, order: Order, operation: Operation, row: EligibleMachine, duty: tuple[str, ...]) -> bool:
        """Whether the machine's calendar, as far as the pools' calendars open with it, holds the operation.

        Outages pass, so calendars decide; but an outage may help work that pauses: it bridges a pool's time off duty.
        """
        longest = self._longest_work(row.machine, duty, operation.pausable, "")
        if longest == math.inf:
            return True
        run = self._run(order, operation, row)
        if longest < run and duty and operation.pausable:
            longest = max(longest, self._longest_work(row.machine, duty, True, row.machine))
        return longest >= run

    def _longest_work(self, machine: str, duty: tuple[str, ...], pausable: bool, outages_of: str) -> float:
        """Minutes of the longest work that fits from now on; infinite where it may go on behind what is looked at."""
        calendar = self.state.calendar_of(machine)
        key = calendar, duty, pausable, outages_of
        if key not in self._longest:
            time = self._ahead(calendar)
            if outages_of:
                time = time.minus(self.state.outages(outages_of))
            hours = [self._ahead(self.state.calendars[name]) for name in duty]
            self._longest[key] = longest_work(time, hours, pausable, self.state.now, self._last)
        return self._longest[key]

    def _ahead(self, calendar: Calendar) -> WorkingTime:
        """The calendar's hours between now and the last moment that is looked at."""
        now, last = self.state.now, self._last
        stretches = working_time(calendar, self.state.zone, now, last).stretches
        return WorkingTime((max(a, now), min(b, last)) for a, b in stretches)

    def _days(self, order: Order, operation: Operation, row: EligibleMachine) -> float:
        """Days that pass while the machine works it, closed time counted by the share of a week."""
        share = max(LEAST_SHARE, self.state.calendar_of(row.machine).open_share())
        return self._run(order, operation, row) / share / DAY

    def _run(self, order: Order, operation: Operation, row: EligibleMachine) -> int:
        return self.state.planned_minutes(order.name, operation.number, row.machine) or 1

    # -- waits --------------------------------------------------------------------------------------------------------

    def _comes_too_late(self, order: Order, operation: Operation) -> str:
        """Behind work that runs, no machine can take it before its longest wait is over."""
        state = self.state
        if operation.max_wait is None:
            return ""
        for number in operation.predecessors:
            running = state.progress.get((order.name, number))
            if running is None or not running.keeps_machine or running.machine is None:
                continue
            end = end_of_running(state, self._times, running, running.machine)
            if end is None:
                continue
            earliest, latest = max(end + operation.min_wait, order.release or 0, state.now), end + operation.max_wait
            if not any(self._begins(order, operation, row, earliest, latest) for row in operation.machines):
                return (
                    f"operation {number} runs, and none of its machines can start it within the "
                    f"{spoken_duration(operation.max_wait)} that it may wait"
                )
        return ""

    def _begins(
        self, order: Order, operation: Operation, row: EligibleMachine, earliest: Minute, latest: Minute
    ) -> bool:
        """Whether the machine has a moment to begin it in: not down, not kept by work that runs."""
        time, run = self._times.machine(row.machine), self._run(order, operation, row)
        first = max(earliest, self._kept(row.machine))
        openings = [first, *(a for a, _ in time.stretches if a > first)]
        return any(
            time.is_open(moment) if operation.pausable else time.in_one_stretch(moment, moment + run)
            for moment in takewhile(lambda moment: moment <= latest, openings)
        )

    def _kept(self, machine: str) -> Minute:
        """Until when work that runs keeps the machine."""
        if self._kept_until is None:
            self._kept_until = {}
            for running in self.state.progress.values():
                if running.keeps_machine and running.machine is not None:
                    end = end_of_running(self.state, self._times, running, running.machine)
                    if end is not None:
                        self._kept_until[running.machine] = end
        return self._kept_until.get(machine, self.state.now)


def longest_work(time: WorkingTime, duty: Sequence[WorkingTime], pausable: bool, first: Minute, last: Minute) -> float:
    """Minutes of the longest work between two moments with every calendar of `duty` on in each of them.

    Work that pauses goes by the machine's own clock, on which closed time does not count. What goes on at `last`, or
    has become longer by then than anything before, may go on for ever.
    """
    together = time
    for hours in duty:
        opens, closes = [a for a, _ in hours.stretches], [b for _, b in hours.stretches]
        together = together.minus(zip([first, *closes], [*opens, last], strict=True))
    stretches = together.stretches
    if not stretches:
        return 0
    if stretches[-1][1] >= last:
        return math.inf
    if pausable:
        stretches = WorkingTime((time.before(a), time.before(b)) for a, b in stretches).stretches
    *earlier, final = (b - a for a, b in stretches)
    longest = max(earlier, default=0)
    if pausable and final > longest and stretches[-1][1] == time.before(last):
        return math.inf
    return max(longest, final)
