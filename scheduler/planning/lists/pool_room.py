"""From when on a pool has room for an operation beside all other work."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from scheduler.domain.minutes import Minute
from scheduler.domain.plans import OperationKey
from scheduler.domain.resources import Pool
from scheduler.planning.judge.placed import Placed, PlacedPlan
from scheduler.planning.lists.machine_hours import within

SLACK = 1e-6


class Lack(NamedTuple):
    """A pool is short until `until`: of people or tools off duty, or in use by `other`."""

    until: Minute
    pool: str
    other: OperationKey | None
    reason: str


class _Use(NamedTuple):
    start: Minute
    end: Minute
    quantity: float
    key: OperationKey


class PoolRoom:
    """The pools of one plan (contract, rule 8)."""

    def __init__(self, plan: PlacedPlan) -> None:
        self._plan = plan

    def first_room(
        self, placed: Placed, start: Minute, until: Minute, run: Callable[[Minute], tuple[Minute, Minute] | None]
    ) -> tuple[Minute, Lack | None]:
        """(the first start from `start` on that finds room, what was short last before it), at most `until`.

        run : from a moment to the first start and its end that the machine allows from then on; None: none.
        """
        at, lack = start, None
        while placed.operation.pools and at < until:
            found = run(at)
            short = None if found is None else self._lack(placed, *found)
            if found is None or short is None:
                return (until if found is None else found[0]), lack
            at, lack = short.until, short
        return min(at, until), lack

    def _lack(self, placed: Placed, start: Minute, end: Minute) -> Lack | None:
        """The first stretch of the run in which a pool is short."""
        key = (placed.order.name, placed.operation.number)
        worked = list(within(self._plan.times.machine(placed.machine).stretches, start, end))
        for need in placed.operation.pools:
            pool = self._plan.state.pools.get(need.pool)
            if pool is None:
                continue
            others = [u for u in self._uses.get(need.pool, ()) if u.end > start and u.start < end and u.key != key]
            for a, b in worked:
                short = self._off_duty(pool, a, b) or self._full(pool, a, b, need.quantity, others)
                if short is not None:
                    return short
        return None

    def _off_duty(self, pool: Pool, start: Minute, end: Minute) -> Lack | None:
        if pool.calendar is None:
            return None
        duty = self._plan.times.calendar(pool.calendar)
        if duty.between(start, end) == end - start:
            return None
        off = next((b for a, b in within(duty.stretches, start, end) if a == start), start)
        back = duty.after(off, 1)
        return Lack(max(start + 1, end if back is None else back - 1), pool.name, None, "off duty")

    @staticmethod
    def _full(pool: Pool, start: Minute, end: Minute, quantity: float, others: list[_Use]) -> Lack | None:
        edges = {start, end, *pool.edges(), *(e for u in others for e in (u.start, u.end))}
        inside = sorted(e for e in edges if start <= e <= end)
        for a, b in pairwise(inside):
            here = [u for u in others if u.start <= a < u.end]
            if sum(u.quantity for u in here) + quantity > pool.room(a) + SLACK:
                most = max(here, key=lambda u: u.quantity, default=None)
                reason = next((s.reason or "fewer than usual" for s in pool.stretches if s.start <= a < s.end), "")
                return Lack(b, pool.name, most.key if most else None, reason)
        return None

    @cached_property
    def _uses(self) -> Mapping[str, list[_Use]]:
        found: dict[str, list[_Use]] = {}
        for placed in self._plan.placed.values():
            if placed.operation.pools and placed.machine in self._plan.state.machines:
                for use in self._at_work(placed):
                    for need in placed.operation.pools:
                        found.setdefault(need.pool, []).append(use._replace(quantity=need.quantity))
        return found

    def _at_work(self, placed: Placed) -> Iterator[_Use]:
        """Pauses take nothing."""
        key = (placed.order.name, placed.operation.number)
        begin = max(placed.start, self._plan.state.now)
        for a, b in within(self._plan.times.machine(placed.machine).stretches, begin, placed.end):
            yield _Use(a, b, 0.0, key)
