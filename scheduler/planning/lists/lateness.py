"""Why an order is delivered when it is: what fills its time from release to delivery, through its component orders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from scheduler.domain.minutes import Minute
from scheduler.domain.plans import PlannedOperation, Unplanned
from scheduler.domain.plant import PlantState
from scheduler.errors import UnknownOrder, did_you_mean
from scheduler.planning.judge.placed import Placed, PlacedPlan
from scheduler.planning.lists.machine_queue import Gap, MachineQueue, is_frozen
from scheduler.planning.lists.parts_ready import Parts, Supply
from scheduler.planning.lists.pool_room import PoolRoom
from scheduler.planning.lists.waits import Cause, Wait, joined


@dataclass(frozen=True, slots=True)
class Lateness:
    """waits : from `since` to `delivery` without a gap, so their minutes add up to what lies between.

    since : the order's release, or now where that is later; earlier, where a component order that it waits for began
    earlier.   delivery : the end of its last operation, None: it is not planned to its end, and `reason` says why.
    late_minutes : delivery less due, negative: early.   through : the orders of the chain, the customer's last.
    """

    order: str
    due: Minute
    since: Minute
    delivery: Minute | None
    late_minutes: int | None
    waits: tuple[Wait, ...]
    through: tuple[str, ...]
    reason: str = ""

    @property
    def minutes(self) -> int:
        return sum(w.minutes for w in self.waits)


def why_late(
    state: PlantState,
    operations: Sequence[PlannedOperation],
    order: str,
    unplanned: Iterable[Unplanned] = (),
) -> Lateness:
    """The chain of one order under a plan, all other work standing where the plan has it.

    It leads from the delivery back. Before each operation stands what was in the way last: the step before it, its
    parts, its machine, a pool, or what holds it in place; what was over earlier has slack and is no cause. Parts that
    come later than the step before make that step no cause either. Work that is done is history: the chain begins now.

    Raises UnknownOrder.
    """
    known = state.orders.get(order)
    if known is None:
        raise UnknownOrder(f"no order '{order}' in the plant; {did_you_mean(order, state.orders)}")
    plan = PlacedPlan(state, operations)
    delivery = plan.order_ends.get(order)
    begun = any((order, step.number) in state.progress for step in state.routings[known.routing].operations)
    since = state.now if begun or known.release is None else max(state.now, known.release)
    if delivery is None:
        reason = next((u.reason for u in unplanned if u.order == order), "")
        reason = reason or ("it is on hold" if known.status == "hold" else "the plan does not hold all of its work")
        return Lateness(order, known.due, since, None, None, (), (order,), reason)
    waits = _Chain(plan, since).of(order) if delivery > since else ()
    since = waits[0].start if waits else min(since, delivery)
    through = dict.fromkeys((*(w.order for w in waits), order))
    through[order] = through.pop(order)
    return Lateness(order, known.due, since, delivery, delivery - known.due, waits, tuple(through))


class _Chain:
    """The way back from the delivery of one order, which has `since` for its beginning."""

    def __init__(self, plan: PlacedPlan, since: Minute) -> None:
        self._plan, self._since = plan, since
        self._parts, self._pools = Parts(plan), PoolRoom(plan)
        self._queues: dict[str, MachineQueue] = {}
        self._found: list[Wait] = []
        self._path: list[Placed] = []

    def of(self, order: str) -> tuple[Wait, ...]:
        at: Placed | None = self._last(order)
        until = at.end if at else self._since
        while at is not None:
            self._path.append(at)
            if until > at.start:
                until = self._worked(at, until)
            before = self._before(at, until)
            at, until = before if before is not None else (None, until)
        unused = [w for w in self._found if w.cause == "unused"]
        self._found = [w for w in self._found if w.cause != "unused"]
        for wait in unused:
            self._later_in_the_way(wait)
        return joined(self._found)

    def _later_in_the_way(self, unused: Wait) -> None:
        """Time that an operation left unused is lost only where those behind it could have gone earlier too. Else what
        was in their way stands there; the next one is asked first."""
        known, left = self._found, [unused]
        keys = [_key(p) for p in self._path]
        for later in reversed(self._path[: keys.index((unused.order, unused.operation))]):
            self._found = []
            for wait in left:
                self._in_the_way_of(later, wait)
            known += [w for w in self._found if w.cause != "unused"]
            left = [w for w in self._found if w.cause == "unused"]
        self._found = known + [replace(unused, start=w.start, end=w.end) for w in left]

    def _in_the_way_of(self, later: Placed, unused: Wait) -> None:
        """What it would have waited for in that time, but for the steps and the orders before it."""
        supply = self._not_before(later)
        until, missing = self._waited(
            later, unused.start, unused.end, None if supply is None or supply.by_order else supply
        )
        if missing is not None:
            self._found.append(self._missing(later, unused.start, until, missing))

    def _last(self, order: str) -> Placed | None:
        routing = self._plan.state.routings[self._plan.state.orders[order].routing]
        placed = [self._plan.placed.get((order, step.number)) for step in routing.operations]
        return max((p for p in placed if p is not None), key=lambda p: p.end, default=None)

    def _floor(self, at: Placed) -> Minute:
        """Before this moment nothing can have been done for the order."""
        now = self._plan.state.now
        return now if at.running is not None or at.order.release is None else max(now, at.order.release)

    def _worked(self, at: Placed, until: Minute) -> Minute:
        start = max(at.start, self._plan.state.now)
        if start >= until:
            return until
        whole = self._wait("processing", at, start, until)
        known = at.machine in self._plan.state.machines
        self._found += self._queue(at).worked(whole) if known else [whole]
        return start

    def _before(self, at: Placed, until: Minute) -> tuple[Placed, Minute] | None:
        """Says what fills the time before `until`, at which the operation has not begun yet. Answers where the chain
        goes on, and until when; None: here it begins."""
        floor = self._floor(at)
        if until <= floor:
            self._released(at, until)
            return None
        ended, wait, before = self._step_before(at)
        ready = max(floor, ended + wait)
        supply = self._not_before(at)
        if until > ready:
            until, brought = self._waited(at, ready, until, supply)
            if brought is not None:
                return self._supplied(at, until, brought)
        if before is not None and floor < ended and until <= ended + wait:
            if until > ended:
                self._found.append(self._wait("min_wait", at, ended, until, other=_key(before)))
            return before, min(until, ended)
        if until > floor:
            self._found.append(self._wait("min_wait", at, floor, until))
        self._released(at, min(until, floor))
        return None

    def _released(self, at: Placed, until: Minute) -> None:
        """A component order may be released later than the order that waits for it."""
        if until > self._since:
            self._found.append(self._wait("release", at, self._since, until))

    def _step_before(self, at: Placed) -> tuple[Minute, int, Placed | None]:
        """(end, minimum wait, place) of the predecessor that ends last; of done work there is no place."""
        now, plan = self._plan.state.now, self._plan
        last: tuple[Minute, int, Placed | None] = (now, 0, None)
        if at.running is not None:
            return last
        for number in at.operation.predecessors:
            placed = plan.placed.get((at.order.name, number))
            end = placed.end if placed else plan.end_of(at.order.name, number)
            if end is not None and end + at.operation.min_wait > last[0] + last[1]:
                usable = placed is not None and placed.start < at.start
                last = (end if usable else min(end, now), at.operation.min_wait, placed if usable else None)
        return last

    def _supplied(self, at: Placed, until: Minute, supply: Supply) -> tuple[Placed, Minute] | None:
        """On through the order that makes the part, or to the beginning where it is delivered."""
        maker = self._last(supply.source) if supply.by_order else None
        if maker is not None and maker.start < at.start:
            if until > maker.end:
                self._found.append(self._wait("material", at, maker.end, until, name=supply.material))
            return maker, min(until, maker.end)
        self._found.append(self._missing(at, min(self._since, self._floor(at)), until, supply))
        return None

    def _not_before(self, at: Placed) -> Supply | None:
        """What comes last for it: its parts, or the moment before which a person does not want it."""
        supply, pin = self._parts.last_of(at), self._plan.state.pins.get(_key(at))
        earliest = pin.earliest if pin is not None and at.running is None else None
        # Where a pin cannot be kept, it stands before that moment, and not for the pin's sake.
        if earliest is not None and earliest <= at.start and (supply is None or earliest >= supply.when):
            return Supply(earliest, "", "", False, pin)
        return supply

    def _missing(self, at: Placed, start: Minute, until: Minute, supply: Supply) -> Wait:
        if supply.pin is not None:
            return self._wait("pin", at, start, until, reason=supply.pin.said(self._plan.state.zone))
        return self._wait("material", at, start, until, name=supply.material, supply=supply.source)

    # -- ready, and not at work ---------------------------------------------------------------------------------

    def _waited(self, at: Placed, ready: Minute, until: Minute, supply: Supply | None) -> tuple[Minute, Supply | None]:
        """Back from `until`, while its machine or something else is in the way, to `ready`, or to the moment up to
        which nothing but its parts was missing."""
        if at.row is None:
            self._found.append(self._wait("unused", at, ready, until))
            return ready, None
        queue = self._queue(at)
        came = supply.when if supply is not None else ready
        if supply is not None and came == until == at.start:
            return until, supply
        for gap, slot in queue.gaps_before(at):
            until, missing = self._in_gap(at, gap, max(ready, gap.free), until, came)
            if missing:
                return until, supply
            if slot is not None and max(slot.start, ready) < until:
                start = max(slot.start, ready)
                self._found += queue.in_work(self._wait("machine", at, start, until), slot)
                until = start
            if until <= ready:
                break
        if until > ready:
            self._found.append(self._wait("unused", at, ready, until))
        return ready, None

    def _in_gap(self, at: Placed, gap: Gap, begin: Minute, until: Minute, came: Minute) -> tuple[Minute, bool]:
        """Back from `until` to `begin` within a gap of its machine. (where it ends, whether its parts were missing)"""
        if until <= begin:
            return until, False
        queue = self._queue(at)
        while until > begin:
            parts = came >= until
            start = begin if parts else max(begin, came)
            fit = queue.first_fit(at, gap, start)
            if fit is not None and fit[0] < until:
                if parts:
                    return until, True
                self._not_for_the_machine(at, gap, fit[0], until)
                until = fit[0]
            if start < until:
                self._machine_in_the_way(at, gap, start, until)
            until = start
        return begin, False

    def _machine_in_the_way(self, at: Placed, gap: Gap, start: Minute, until: Minute) -> None:
        queue, of = self._queue(at), self._wait("machine", at, start, until)
        slot = gap.following
        if slot is None or queue.first_fit(at, gap, start) is not None:
            self._found += queue.getting_ready(of, at, gap)
        else:
            self._found += queue.before_work(of, slot)

    def _not_for_the_machine(self, at: Placed, gap: Gap, start: Minute, until: Minute) -> None:
        """The machine had room for it from `start` on, and its parts were there."""
        queue = self._queue(at)
        room, lack = self._pools.first_room(at, start, until, lambda m: queue.first_fit(at, gap, m))
        if room > start and lack is not None:
            short = self._wait("pool", at, start, room, other=lack.other, name=lack.pool, reason=lack.reason)
            self._found.append(short)
        if room >= until:
            return
        if is_frozen(self._plan, at):
            self._found.append(self._wait("frozen", at, room, until))
            return
        while room < until:
            tied, soonest = self._tied_to(at, gap, room, until)
            if tied is None:
                self._found.append(self._wait("unused", at, room, until))
                break
            self._held_back(at, tied, room, soonest)
            room = soonest

    def _tied_to(self, at: Placed, gap: Gap, start: Minute, until: Minute) -> tuple[Placed | None, Minute]:
        """The step that must follow soon, and would be too late behind a run from `start` on; and the first start
        behind which it is not, at most `until`."""
        queue = self._queue(at)
        fit = queue.first_fit(at, gap, start)
        for step in self._plan.state.routings[at.order.routing].operations:
            placed = self._plan.placed.get((at.order.name, step.number))
            limit = step.max_wait if at.operation.number in step.predecessors else None
            if fit is None or placed is None or limit is None or placed.start - fit[1] <= limit:
                continue
            low, high = start, until
            while low + 1 < high:
                middle = (low + high) // 2
                there = queue.first_fit(at, gap, middle)
                late_enough = there is not None and placed.start - there[1] <= limit
                low, high = (low, middle) if late_enough else (middle, high)
            there = queue.first_fit(at, gap, high)
            return placed, until if there is None else min(until, there[0])
        return None, until

    def _held_back(self, at: Placed, tied: Placed, start: Minute, until: Minute) -> None:
        """What the machine of the step that must follow does meanwhile is in the way of both."""
        if tied.machine == at.machine or tied.row is None:
            self._found.append(self._wait("max_wait", at, start, until, other=_key(tied)))
        else:
            of = self._wait("max_wait", tied, start, until, other=_key(tied))
            self._found += self._queue(tied).meanwhile(of)

    # -- small things -------------------------------------------------------------------------------------------

    def _queue(self, at: Placed) -> MachineQueue:
        if at.machine not in self._queues:
            self._queues[at.machine] = MachineQueue(self._plan, at.machine)
        return self._queues[at.machine]

    @staticmethod
    def _wait(
        cause: Cause,
        at: Placed,
        start: Minute,
        end: Minute,
        other: tuple[str, int] | None = None,
        name: str = "",
        supply: str = "",
        reason: str = "",
    ) -> Wait:
        return Wait(
            start, end, cause, at.order.name, at.operation.number, at.machine, other, None, name, supply, reason
        )


def _key(placed: Placed) -> tuple[str, int]:
    return placed.order.name, placed.operation.number
