"""A floor with the irregularities of a real shop's log, which knows the truth; `chaos_told.py` makes what it tells.

It works by a plan as shops do: each machine takes the next that is ready, helps out elsewhere, and is interrupted.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from benchmarks.chaos_life import Added, Life, Shares, Stay, with_rework
from scheduler.domain.calendars import WorkingTime
from scheduler.domain.folding.own_routing import with_machine_for
from scheduler.domain.minutes import DAY, Minute
from scheduler.domain.plans import OperationKey, PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.domain.routings import EligibleMachine, Operation

REWORK_SHARE = 0.25
"""Of the run time of an operation: what rework on it takes."""

LOOK_AGAIN = 15
"""Working minutes after which work that may be interrupted is looked at again."""


@dataclass(slots=True)
class _Job:
    """What a machine does: it begins at `start`, once it has changed over."""

    key: OperationKey
    start: Minute
    end: Minute
    number: int


def live(state: PlantState, plan: Sequence[PlannedOperation], seed: int, shares: Shares, until: Minute) -> Life:
    """What happens until a moment, where the floor works by `plan`. The same arguments always make the same life."""
    return _Floor(state, plan, seed, shares, until).live()


class _Floor:
    """Machines that look for work whenever something has ended."""

    def __init__(
        self, state: PlantState, plan: Sequence[PlannedOperation], seed: int, shares: Shares, until: Minute
    ) -> None:
        self.began, self.state = state, state
        self.seed, self.shares, self.until = seed, shares, until
        self.works = {m: state.machine_time(m, state.now - DAY, until + 30 * DAY) for m in state.machines}
        self.home = {p.key: p.machine for p in plan}
        self.planned = {p.key: p.start for p in plan}
        self.waiting = {p.key for p in plan}
        self.done: dict[OperationKey, float] = {}
        self.share: dict[OperationKey, float] = {}
        self.aside: set[OperationKey] = set()
        self.family = {m.name: m.initial_setup for m in state.machines.values()}
        self.jobs: dict[str, _Job] = {}
        self.stays: list[Stay] = []
        self.added: list[Added] = []
        self.elsewhere: dict[OperationKey, str] = {}
        self.candidates: list[OperationKey] | None = None
        self.drawn: dict[tuple[str, OperationKey], float] = {}
        self.heap: list[tuple[Minute, int, str, str, int]] = []
        self.count = 0
        for key in sorted(self.waiting):
            if self._draws("elsewhere", key) < shares.elsewhere:
                self._send_elsewhere(key)

    def live(self) -> Life:
        for machine in sorted(self.works):
            self._push(self.state.now, "look", machine, 0)
        while self.heap and self.heap[0][0] <= self.until:
            at, _, what, machine, number = heapq.heappop(self.heap)
            job = self.jobs.get(machine)
            if what == "look":
                self._look(machine, at)
            elif job is not None and job.number == number:
                self._cut(machine, job, at) if what == "cut" else self._end(machine, job, at)
        for machine, job in self.jobs.items():
            if job.start <= self.until:
                share = self.share.get(job.key, 0.0)
                self.stays.append(Stay(job.key, machine, job.start, job.end, share, 1.0))
        stays = tuple(sorted(self.stays, key=lambda s: (s.start, s.key)))
        return Life(self.began, self.until, stays, tuple(self.added), self.elsewhere, self.works)

    # -- choosing -----------------------------------------------------------------------------------------------------

    def _look(self, machine: str, at: Minute) -> None:
        if machine in self.jobs:
            return
        opens = _open_at(self.works[machine], at)
        if opens is None:
            return
        if opens > at:
            self._push(opens, "look", machine, 0)
            return
        found = self._next(machine, at)
        if found is not None:
            self._take(machine, found, at)
            return
        releases = [r for k in self.waiting if self.home[k] == machine and (r := self._release(k)) > at]
        if releases:
            self._push(min(releases), "look", machine, 0)

    def _next(self, machine: str, at: Minute, urgent: bool = False) -> OperationKey | None:
        """The next of its own; else what is overdue elsewhere and could run here. urgent : not overdue either."""
        ready = [k for k in self._candidates() if self._release(k) <= at and self._ready(k, at)]
        own = [k for k in ready if self.home[k] == machine]
        if own:
            return min(own, key=lambda k: (k not in self.aside, self.planned[k], k))
        others = [
            k
            for k in ready
            if (urgent or self.planned[k] < at)
            and k not in self.elsewhere
            and k not in self.aside
            and self._step(k).on(machine)
        ]
        return min(others, key=lambda k: (self.planned[k], k), default=None)

    def _candidates(self) -> list[OperationKey]:
        """What may be ready, whatever the time is."""
        if self.candidates is None:
            early = self.shares.out_of_turn
            self.candidates = [
                k
                for k in self.waiting
                if self._draws("out_of_turn", k) < early
                or all((k[0], n) in self.done for n in self._step(k).predecessors)
            ]
        return self.candidates

    def _ready(self, key: OperationKey, at: Minute) -> bool:
        if self.state.orders[key[0]].status == "hold":
            return False
        open_ = [(key[0], n) for n in self._step(key).predecessors if (key[0], n) not in self.done]
        if not open_:
            return True
        if key in self.aside or self._draws("out_of_turn", key) >= self.shares.out_of_turn:
            return False
        at_work = {job.key for job in self.jobs.values() if job.start < at}
        return all(k in at_work for k in open_)

    # -- working ------------------------------------------------------------------------------------------------------

    def _take(self, machine: str, key: OperationKey, at: Minute) -> None:
        works, step = self.works[machine], self._step(key)
        if step.on(machine) is None:
            self.state = with_machine_for(self.state, self.state.orders[key[0]], step, machine)
        row = self._row(key, machine)
        minutes = self.state.changeover(machine, self.family[machine] or None, step.setup_family, row.setup_minutes)
        start = _open_at(works, works.after(at, minutes) if minutes else at)
        share = self.share.get(key, 0.0)
        run = row.run_minutes(self._quantity(key), self.state.machines[machine].efficiency)
        factor = self._random("minutes", key).lognormvariate(0.0, 0.2)
        left = max(1, round(run * factor * (1.0 - share)))
        end = None if start is None else works.after(start, left)
        if start is None or end is None:
            return
        self.waiting.discard(key)
        self.aside.discard(key)
        self.candidates = None
        self.family[machine] = step.setup_family or self.family[machine]
        self.count += 1
        job = self.jobs[machine] = _Job(key, start, end, self.count)
        self._push(end, "end", machine, job.number)
        if share == 0.0 and left > 10 and self._draws("aside", key) < self.shares.aside:
            cut = works.after(start, round(left * self._random("cut", key).uniform(0.2, 0.8)))
            if cut is not None and start < cut < end:
                self._push(cut, "cut", machine, job.number)

    def _cut(self, machine: str, job: _Job, at: Minute) -> None:
        """Other work takes the machine, as soon as some is at hand."""
        other = self._next(machine, at, urgent=True) if self.works[machine].is_open(at) else None
        if other is None:
            again = self.works[machine].after(at, LOOK_AGAIN)
            if again is not None and again < job.end:
                self._push(again, "cut", machine, job.number)
            return
        self._put_aside(machine, job, at)
        self._take(machine, other, at)
        taker = self.jobs.get(machine)
        if taker is not None:  # as in the log, it stays until what takes its machine begins, the changeover included
            self.stays[-1] = replace(self.stays[-1], end=max(at, taker.start))

    def _put_aside(self, machine: str, job: _Job, at: Minute) -> None:
        before = self.share.get(job.key, 0.0)
        works = self.works[machine]
        whole = works.between(job.start, job.end)
        after = min(0.98, before + (1.0 - before) * works.between(job.start, at) / max(1, whole))
        self.stays.append(Stay(job.key, machine, job.start, at, before, after))
        self.share[job.key] = after
        self.home[job.key] = machine
        self.waiting.add(job.key)
        self.aside.add(job.key)
        self.candidates = None
        del self.jobs[machine]

    def _end(self, machine: str, job: _Job, at: Minute) -> None:
        key = job.key
        if any((key[0], n) not in self.done for n in self._step(key).predecessors):
            self._put_aside(machine, job, at)
            self.stays[-1] = replace(self.stays[-1], waits=True)
        else:
            before, good = self.share.get(key, 0.0), self._good(key)
            self.stays.append(Stay(key, machine, job.start, at, before, 1.0, good))
            self.done[key] = good
            del self.jobs[machine]
            self._rework(key, machine, at)
            self.candidates = None
        for other in sorted(self.works):
            if other not in self.jobs:
                self._push(at, "look", other, 0)

    def _good(self, key: OperationKey) -> float:
        quantity = self._quantity(key)
        if self._draws("short", key) < self.shares.short:
            return float(max(1, round(quantity * self._random("shorter", key).uniform(0.5, 0.95))))
        if self._draws("over", key) < self.shares.over:
            return float(math.ceil(quantity * self._random("more", key).uniform(1.02, 1.15)))
        return quantity

    def _rework(self, key: OperationKey, machine: str, at: Minute) -> None:
        order, number = key
        behind = [
            s.number
            for s in self.state.routings[self.state.orders[order].routing].operations
            if number in s.predecessors
        ]
        untouched = all((order, n) in self.waiting and (order, n) not in self.aside for n in behind)
        if number % 10 or not untouched or self._draws("rework", key) >= self.shares.rework:
            return
        row = self._row(key, machine)
        again = EligibleMachine(machine, round(row.run_minutes_per_unit * REWORK_SHARE, 4), row.setup_minutes)
        operation = Operation(number + 5, "rework", predecessors=(number,), machines=(again,))
        self.added.append(Added(at, order, operation))
        self.state = with_rework(self.state, self.added[-1])
        new = (order, number + 5)
        self.home[new], self.planned[new] = machine, at
        self.waiting.add(new)

    # -- small things -------------------------------------------------------------------------------------------------

    def _quantity(self, key: OperationKey) -> float:
        """What came from the operations before; what has not come yet counts as it was asked for."""
        came = [self.done[key[0], n] for n in self._step(key).predecessors if (key[0], n) in self.done]
        return min(came) if came else self.state.orders[key[0]].quantity

    def _step(self, key: OperationKey) -> Operation:
        step = self.state.operation(*key)
        assert step is not None
        return step

    def _row(self, key: OperationKey, machine: str) -> EligibleMachine:
        step = self._step(key)
        return step.on(machine) or step.machines[0]

    def _release(self, key: OperationKey) -> Minute:
        return self.state.orders[key[0]].release or 0

    def _send_elsewhere(self, key: OperationKey) -> None:
        """To a machine of the same work center that the routing does not name; to any where it names them all."""
        able = {row.machine for row in self._step(key).machines}
        center = self.state.machines[self.home[key]].work_center
        rest = [m for m in sorted(self.state.machines) if m not in able]
        near = [m for m in rest if self.state.machines[m].work_center == center]
        if rest:
            self.elsewhere[key] = self.home[key] = self._random("where", key).choice(near or rest)

    def _push(self, at: Minute, what: str, machine: str, number: int) -> None:
        self.count += 1
        order = self.count if what != "look" else self.count + 10**9  # ends come before anybody looks
        heapq.heappush(self.heap, (at, order, what, machine, number))

    def _random(self, *about: object) -> Random:
        return Random("|".join(map(str, (self.seed, *about))))

    def _draws(self, what: str, key: OperationKey) -> float:
        if (what, key) not in self.drawn:
            self.drawn[what, key] = self._random(what, key).random()
        return self.drawn[what, key]


def _open_at(works: WorkingTime, at: Minute | None) -> Minute | None:
    """The first minute at or after a moment at which it works."""
    if at is None or works.is_open(at):
        return at
    return next((start for start, _ in works.stretches if start > at), None)
