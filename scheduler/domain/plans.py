"""A plan: which operation runs where and when, what it costs, and what could not be planned and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from scheduler.domain.minutes import Minute
from scheduler.domain.promises import Promises

OperationKey: TypeAlias = tuple[str, int]

MARKS = (0.1, 1.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0)
"""Seconds of a search at which one says how good its plan was."""


@dataclass(frozen=True, slots=True)
class PlannedOperation:
    """An operation at its place: machine, start and end in minutes; setup_start where a changeover comes before."""

    order: str
    operation: int
    machine: str
    start: Minute
    end: Minute
    setup_start: Minute | None = None

    @property
    def key(self) -> OperationKey:
        return self.order, self.operation


GIVEN_UP = "Rejig could not plan it, which is a fault of its own"
"""What the reason begins with where planning itself has failed with an order; nothing of the shop stands against it."""


@dataclass(frozen=True, slots=True)
class Unplanned:
    """An order that cannot be planned, with the operation and the reason in words."""

    order: str
    operation: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class BrokenPin:
    """A pin that the other rules make impossible, with the reason in words; its operation is planned near to it."""

    order: str
    operation: int
    reason: str

    @property
    def key(self) -> OperationKey:
        return self.order, self.operation


@dataclass(frozen=True, slots=True)
class Objective:
    """cost = the sum of weight x measure (contract, plant.toml)."""

    tardiness: float = 1.0
    setup: float = 0.0
    makespan: float = 0.0
    flow: float = 0.0
    stability: float = 0.0


@dataclass(frozen=True, slots=True)
class Kpis:
    """The figures of a plan. All durations in minutes; weighted_tardiness in minutes x priority.

    cost : of the orders planned.   left_out_cost : of those left out, as if they came at the horizon's end.
    """

    cost: float
    weighted_tardiness: float
    late_orders: int
    orders: int
    operations: int
    setup_minutes: int
    makespan_minutes: int
    flow_minutes: int
    moved_operations: int
    lower_bound: float | None = None
    solve_seconds: float | None = None
    left_out_cost: float = 0.0

    @property
    def whole_cost(self) -> float:
        """What plans are chosen by."""
        return self.cost + self.left_out_cost


@dataclass(frozen=True, slots=True)
class Milestone:
    """How good the best plan was at a moment of the search, and which engine had found it."""

    seconds: float
    cost: float
    engine: str


@dataclass(frozen=True, slots=True)
class EngineFailure:
    """An engine raised: its share of the search was lost, and nothing else.

    engine : "worker" where the whole process was lost.   reason : what was raised and where, in one line.
    seconds : into the search, the first time.   times : how often.   trace : of the first time, for who mends it.
    """

    engine: str
    reason: str
    seconds: float = 0.0
    times: int = 1
    trace: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Plan:
    """What planning answers. `operations` in order of start; `history` from the first plan to the last."""

    operations: tuple[PlannedOperation, ...]
    unplanned: tuple[Unplanned, ...]
    kpis: Kpis
    engine: str = ""
    history: tuple[Milestone, ...] = ()
    engine_failures: tuple[EngineFailure, ...] = ()
    broken_pins: tuple[BrokenPin, ...] = ()

    @property
    def cost_at(self) -> tuple[Milestone, ...]:
        """The best plan at each of `MARKS` that the search lived to see and at its end; none before the first plan."""
        if not self.history:
            return ()
        end = max(self.kpis.solve_seconds or 0.0, self.history[-1].seconds)
        marks = [mark for mark in MARKS if mark <= round(end, 1)]  # 9.97 and 10.02 s were 10 s
        if round(end, 1) not in marks:
            marks.append(end)
        known = {mark: [m for m in self.history if m.seconds <= mark] for mark in marks[:-1]}
        earlier = (replace(found[-1], seconds=mark) for mark, found in known.items() if found)
        return (*earlier, replace(self.history[-1], seconds=marks[-1]))

    @property
    def proven(self) -> bool:
        """True where the bound, which holds for every plan of the contract, says that none is cheaper."""
        bound = self.kpis.lower_bound
        return bound is not None and self.kpis.cost <= bound + 1e-6 * max(1.0, abs(bound))


def leaves_out_less(plan: Plan, other: Plan) -> bool:
    """Whether it plans every order that the other does, and more: however cheap, leaving one out is never better."""
    return {u.order for u in plan.unplanned} < {u.order for u in other.unplanned}


def keeps_more(plan: Plan, other: Plan) -> bool:
    """Whether it is better whatever it costs: it plans every order that the other does and more, or the same orders
    and keeps every pin that the other does and more."""
    if leaves_out_less(plan, other):
        return True
    same = {u.order for u in plan.unplanned} == {u.order for u in other.unplanned}
    return same and {b.key for b in plan.broken_pins} < {b.key for b in other.broken_pins}


@dataclass(frozen=True, slots=True)
class Violation:
    """One breach of a rule of the contract, in words, with the operation it concerns."""

    rule: str
    message: str
    order: str | None = None
    operation: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check says of a plan: its breaches by rule, and its figures as the check computes them.

    promises : None for plans that were stored before they were counted.
    """

    violations: tuple[Violation, ...]
    kpis: Kpis
    unplanned: tuple[Unplanned, ...] = ()
    promises: Promises | None = None

    @property
    def feasible(self) -> bool:
        return not self.violations

    def by_rule(self) -> Mapping[str, int]:
        """How many breaches of each rule, in the order of the rules."""
        counts: dict[str, int] = {}
        for violation in sorted(self.violations, key=lambda v: v.rule):
            counts[violation.rule] = counts.get(violation.rule, 0) + 1
        return counts


@dataclass(frozen=True, slots=True)
class MovedOperation:
    """An operation that two plans place differently."""

    order: str
    operation: int
    machine_before: str
    machine_after: str
    start_before: Minute
    start_after: Minute


@dataclass(frozen=True, slots=True)
class OrderChange:
    """An order whose end differs between two plans. Lateness in minutes after due, negative = early."""

    order: str
    end_before: Minute | None
    end_after: Minute | None
    lateness_before: int | None
    lateness_after: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Plan B against plan A. `deltas`: B minus A per figure."""

    before: Kpis
    after: Kpis
    deltas: Mapping[str, float] = field(default_factory=dict)
    moved: tuple[MovedOperation, ...] = ()
    newly_late: tuple[OrderChange, ...] = ()
    rescued: tuple[OrderChange, ...] = ()
    changed: tuple[OrderChange, ...] = ()
