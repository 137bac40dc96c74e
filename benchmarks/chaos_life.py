"""The irregularities of a floor, and the record of what truly happened on it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

from scheduler.domain.calendars import WorkingTime
from scheduler.domain.folding.own_routing import with_machine_for, with_own_operations
from scheduler.domain.minutes import Minute
from scheduler.domain.orders import Progress, WorkStatus
from scheduler.domain.plans import OperationKey
from scheduler.domain.plant import PlantState
from scheduler.domain.routings import Operation


@dataclass(frozen=True, slots=True)
class Shares:
    """How irregular the floor is. Where the log of a real shop tells a share it is taken; the others are assumed.

    aside : of the operations that are put aside where other work can take their machine.   rework : of the operations
    that are followed by one that the routing lacks.   short, over, elsewhere : of the operations that end with fewer or
    more pieces, or run on a machine that the routing does not name.   out_of_turn : of those that begin before the
    one before has ended, and of the reports that wait for a later one of their order.   forgotten : of the ends; the
    last of an order is booked when it is packed.   twice, late, leaps : of the reports; a leap is dated months ahead.
    increments, wrong_clock : of the machines whose terminal sends increments, or goes minutes fast or slow.
    """

    aside: float = 0.0
    rework: float = 0.0
    short: float = 0.0
    over: float = 0.0
    elsewhere: float = 0.0
    out_of_turn: float = 0.0
    forgotten: float = 0.0
    twice: float = 0.0
    late: float = 0.0
    leaps: float = 0.0
    increments: float = 0.0
    wrong_clock: float = 0.0


ALL = Shares(0.56, 161 / 873, 0.05, 0.03, 0.03, 0.04, 0.03, 0.05, 0.05, 0.003, 0.3, 0.1)
"""Rework as in the log (161 on 873). Of the operations 0.56 are interrupted where other work is at hand: that makes the
log's share of stays with another operation in between (298 of 879), which is measured beside."""


def alone() -> Mapping[str, Shares]:
    """Each irregularity by itself, at its share in ALL; none at all first."""
    return {"none": Shares()} | {f.name: Shares(**{f.name: getattr(ALL, f.name)}) for f in fields(Shares)}


@dataclass(frozen=True, slots=True)
class Stay:
    """An operation at work on a machine in [start, end). before, after : share of its run that is done then.

    good : pieces in all, where it is done with this stay; None: it was put aside, or works on.
    waits : it was put aside as it waits for the pieces of the operation before, not for other work.
    """

    key: OperationKey
    machine: str
    start: Minute
    end: Minute
    before: float
    after: float
    good: float | None = None
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Added:
    """Rework: an operation that the order's routing does not have, known since `at`."""

    at: Minute
    order: str
    operation: Operation


@dataclass(frozen=True, slots=True)
class Life:
    """All that really happened. stays : by start.   elsewhere : operations that run where no routing has them."""

    state: PlantState
    until: Minute
    stays: tuple[Stay, ...]
    added: tuple[Added, ...]
    elsewhere: Mapping[OperationKey, str]
    works: Mapping[str, WorkingTime] = field(repr=False)

    @property
    def aside_share(self) -> float:
        """Of the operations begun: those that had another in between."""
        begun = {stay.key for stay in self.stays}
        return sum(s.good is None and s.end < self.until for s in self.stays) / max(1, len(begun))

    def at(self, moment: Minute) -> PlantState:
        """The plant as it truly is then. What is left of running work is the share of its run that is not done."""
        state = replace(self.state, now=moment)
        for added in self.added:
            if added.at <= moment:
                state = with_rework(state, added)
        families: dict[str, str] = {}
        last: dict[OperationKey, Stay] = {}
        first: dict[OperationKey, Minute] = {}
        for stay in self.stays:
            if stay.start > moment:
                break
            if stay.key not in last and stay.key in self.elsewhere:
                step = state.operation(*stay.key)
                assert step is not None
                state = with_machine_for(state, state.orders[stay.key[0]], step, stay.machine)
            first.setdefault(stay.key, stay.start)
            last[stay.key] = stay
            step = state.operation(*stay.key)
            families[stay.machine] = step.setup_family if step else ""
        progress = dict(state.progress)
        for key, stay in last.items():
            if stay.good is not None and stay.end <= moment:
                progress[key] = Progress(
                    *key, "done", stay.machine, first[key], stay.end, None, stay.good, passed_on=stay.good
                )
        state = replace(state, progress=progress)
        for key, stay in last.items():
            if key in progress:
                continue
            share = self.share(stay, moment)
            run = state.run_minutes(*key, stay.machine) or 1
            left = max(1, math.ceil(run * (1.0 - share)))
            status: WorkStatus = "running" if moment < stay.end else "aside"
            progress[key] = Progress(*key, status, stay.machine, first[key], None, left, told_minutes=left)
        machines = {
            name: replace(machine, initial_setup=families.get(name) or machine.initial_setup)
            for name, machine in state.machines.items()
        }
        return replace(state, machines=machines)

    def share(self, stay: Stay, moment: Minute) -> float:
        """How much of the operation's run is done at a moment of its stay."""
        works = self.works[stay.machine]
        whole = works.between(stay.start, stay.end)
        passed = works.between(stay.start, min(moment, stay.end)) / whole if whole else 1.0
        return stay.before + (stay.after - stay.before) * passed


def with_rework(state: PlantState, added: Added) -> PlantState:
    """What followed the operation before follows the added one."""
    order = state.orders[added.order]
    steps = state.routings[order.routing].operations
    before = set(added.operation.predecessors)
    behind = tuple(
        replace(s, predecessors=(*(p for p in s.predecessors if p not in before), added.operation.number))
        if before & set(s.predecessors)
        else s
        for s in steps
    )
    return with_own_operations(state, order, (*behind, added.operation))
