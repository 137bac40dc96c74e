"""Operations that can never be worked: no machine, no stretch long enough, no pool that covers it, a wait too long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from scheduler.domain.calendars import Calendar, WorkingTime
from scheduler.domain.machine_times import LOOK_AHEAD, MachineTimes
from scheduler.domain.minutes import DAY, Minute, spoken, spoken_duration
from scheduler.domain.orders import Order, Progress
from scheduler.domain.plant import PlantState
from scheduler.domain.routings import EligibleMachine, Operation
from scheduler.planning.tables.stretches import LAST_HORIZON_DAYS, calendar_time

ENDLESS = 10**9
LONG_DAYS = 100
"""Days of work without a pause at which one asks whether any plan is long enough."""
MOST_DAYS = LAST_HORIZON_DAYS // 2
"""Of its machines' hours may one order take; the rest of the longest plan is for other work and for closed time."""
LEAST_SHARE = 0.001
"""Of a week that a machine counts as open at least; its exceptions may open it."""


class OperationDoubts:
    """Looks at one operation after another, remembering what calendars offer between now and the horizon."""

    def __init__(self, state: PlantState) -> None:
        self.state = state
        self.last = state.horizon_end() + LOOK_AHEAD
        self.times = MachineTimes(state, self.last)
        self._calendars: dict[Calendar, WorkingTime] = {}
        self._longest: dict[tuple[Calendar, str, tuple[str, ...], bool], int] = {}

    def reason(self, order: Order, operation: Operation) -> str | None:
        """Why the operation, which has not started, can never be worked. None: nothing certain stands against it."""
        if not operation.machines:
            return "no machine is eligible for it"
        return (
            self._pool_too_small(operation)
            or self._never_long_enough(order, operation)
            or self._longer_than_any_plan(order)
            or self._waits_too_long(order, operation)
        )

    def _pool_too_small(self, operation: Operation) -> str | None:
        needs: dict[str, float] = {}
        for need in operation.pools:
            needs[need.pool] = needs.get(need.pool, 0.0) + need.quantity
        for name, quantity in needs.items():
            pool = self.state.pools[name]
            if quantity > pool.most + 1e-6:
                return f"it needs {quantity:g} of pool '{name}', which has {pool.most:g}"
        return None

    def _never_long_enough(self, order: Order, operation: Operation) -> str | None:
        """Longer than any stretch of its machines, as far as their calendars and those of its pools open together.

        Outages pass, so calendars decide; only where a pool's calendar matters may an outage even help, by
        bridging the time off duty in a pause.
        """
        pools = tuple(sorted({p for n in operation.pools if (p := self.state.pools[n.pool].calendar) is not None}))
        best = 0
        for row in operation.machines:
            if operation.pausable and not pools:
                longest = self.longest(row.machine, "", (), True)
                if longest > 0:
                    return None
                continue
            run = self._run(order, operation, row)
            longest = self.longest(row.machine, "", pools, operation.pausable)
            if longest < run and pools and operation.pausable and self._has_outage(row.machine):
                longest = max(longest, self.longest(row.machine, row.machine, pools, True))
            if longest >= run:
                return None
            best = max(best, longest)
        return self._in_words(order, operation, pools, best)

    def _longer_than_any_plan(self, order: Order) -> str | None:
        """Work that its machines would not finish, one operation behind the other, as far as any plan reaches."""
        days = waits = 0.0
        for operation in self.state.routings[order.routing].operations:
            if operation.machines and self.state.waits(order.name, operation.number):
                days += min(self._days(order, operation, row) for row in operation.machines)
                waits += operation.min_wait / DAY if operation.predecessors else 0.0
        if days + waits <= MOST_DAYS:
            return None
        waiting = f" and {waits:,.0f} days of waiting between them" if waits >= 1 else ""
        return (
            f"its operations need {days:,.0f} days of their machines' hours{waiting}, more than the {MOST_DAYS} that a "
            f"plan has for one order; {'are its times' if waiting else 'is its quantity'} right?"
        )

    def _days(self, order: Order, operation: Operation, row: EligibleMachine) -> float:
        """Of the machine's hours, for the work; and for its own changeover where that alone would fill a plan."""
        share = self.state.calendar_of(row.machine).open_share()
        setup = row.setup_minutes if row.setup_minutes > LONG_DAYS * DAY else 0
        matrix = self.state.machines[row.machine].work_center in self.state.setup_matrices
        return (self._run(order, operation, row) + (0 if matrix else setup)) / DAY / max(LEAST_SHARE, share)

    def _in_words(self, order: Order, operation: Operation, pools: Sequence[str], best: int) -> str:
        machines = ", ".join(f"'{row.machine}'" for row in operation.machines)
        if all(self.longest(row.machine, "", (), True) == 0 for row in operation.machines):
            return f"none of its machines ever works before the horizon ends: {machines}"
        shortest = min(self._run(order, operation, row) for row in operation.machines)
        with_pools = f" while its pools are on duty (calendars {', '.join(pools)})" if pools else ""
        unbroken = "without a pause" if not operation.pausable else "of work"
        if best == 0:
            return f"none of its machines works{with_pools}: {machines}"
        return (
            f"it needs {spoken_duration(shortest)} {unbroken}, and its machines ({machines}) "
            f"offer at most {spoken_duration(best)} at a stretch{with_pools}"
        )

    def _run(self, order: Order, operation: Operation, row: EligibleMachine) -> int:
        return self.state.planned_minutes(order.name, operation.number, row.machine) or 1

    def _has_outage(self, machine: str) -> bool:
        return any(d.machine == machine for d in self.state.downtimes)

    def longest(self, machine: str, outages_of: str, pools: tuple[str, ...], pausable: bool) -> int:
        """Most minutes of work at a stretch from now on; `outages_of` names the machine where its outages count."""
        calendar = self.state.calendar_of(machine)
        key = (calendar, outages_of, pools, pausable)
        known = self._longest.get(key)
        if known is None:
            time = self._calendar(calendar)
            if outages_of:
                time = time.minus(self.state.outages(outages_of))
            duty = [self._calendar(self.state.calendars[name]) for name in pools]
            known = longest_work(time, duty, pausable, self.last)
            self._longest[key] = known
        return known

    def _calendar(self, calendar: Calendar) -> WorkingTime:
        time = self._calendars.get(calendar)
        if time is None:
            state = self.state
            whole = calendar_time(calendar, state.zone, state.now, self.last)
            time = WorkingTime((max(a, state.now), min(b, self.last)) for a, b in whole.stretches)
            self._calendars[calendar] = time
        return time

    def _waits_too_long(self, order: Order, operation: Operation) -> str | None:
        """Behind work that runs, no machine can take it before its longest wait is over."""
        if operation.max_wait is None:
            return None
        for number in operation.predecessors:
            running = self.state.progress.get((order.name, number))
            end = None if running is None or not running.keeps_machine else self._end_of_running(running)
            if end is None:
                continue
            latest = end + operation.max_wait
            earliest = max(end + operation.min_wait, order.release or 0, self.state.now)
            if not any(self._can_start(order, operation, row, earliest, latest) for row in operation.machines):
                return (
                    f"operation {number} runs until {spoken(end, self.state.zone)} and it may wait "
                    f"{spoken_duration(operation.max_wait)} at most, but none of its machines can start it by then"
                )
        return None

    def _can_start(
        self, order: Order, operation: Operation, row: EligibleMachine, earliest: Minute, latest: Minute
    ) -> bool:
        """True where the machine has a minute to start in, its outages and the work that runs on it counted.

        What other waiting work would take is left aside: it can come later.
        """
        time = self.times.machine(row.machine)
        at = max(earliest, self._busy_until.get(row.machine, earliest))
        run = self._run(order, operation, row)
        for start, end in time.stretches:
            begin = max(start, at)
            if begin > latest:
                return False
            if begin < end and (operation.pausable or begin + run <= end):
                return True
        return False

    @cached_property
    def _busy_until(self) -> Mapping[str, Minute]:
        """Until when machines are kept by the work that runs on them."""
        found: dict[str, Minute] = {}
        for running in self.state.progress.values():
            end = self._end_of_running(running) if running.keeps_machine else None
            if end is not None and running.machine is not None:
                found[running.machine] = end
        return found

    def _end_of_running(self, running: Progress) -> Minute | None:
        if running.machine is None or running.remaining_minutes is None:
            return None
        worked = self.times.machine(running.machine).after(self.state.now, running.remaining_minutes)
        return None if worked is None else running.ends(worked)


def longest_work(time: WorkingTime, duty: Sequence[WorkingTime], pausable: bool, last: Minute) -> int:
    """The most minutes that one operation can work in `time` with every calendar of `duty` open in each of them.

    Pausable work carries on over closed time: stretches add up as long as no working minute between them is off
    duty. What reaches `last`, or is longer at the end of what is looked at than anything before, may go on for ever.
    """
    covered = list(time.stretches)
    for calendar in duty:
        covered = _shared(covered, calendar.stretches)
    best = chain = at = 0
    for start, end in time.stretches:
        reached = start
        if not pausable:
            best, chain = max(best, chain), 0
        while at < len(covered) and covered[at][0] < end:
            a, b = covered[at]
            if a > reached:
                best, chain = max(best, chain), 0
            chain, reached, at = chain + b - a, b, at + 1
            if b >= last:
                return ENDLESS
        if reached < end:
            best, chain = max(best, chain), 0
    return ENDLESS if pausable and chain > best else max(best, chain)


def _shared(
    one: Sequence[tuple[Minute, Minute]], other: Sequence[tuple[Minute, Minute]]
) -> list[tuple[Minute, Minute]]:
    """Where both are open; each sorted and disjoint."""
    found, i, j = [], 0, 0
    while i < len(one) and j < len(other):
        start, end = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if start < end:
            found.append((start, end))
        if one[i][1] <= other[j][1]:
            i += 1
        else:
            j += 1
    return found
