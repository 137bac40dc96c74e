"""What would help: plan the plant with each change, keep the smallest of each kind that brings the order in time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from scheduler.domain.fold import fold_events
from scheduler.domain.minutes import Minute
from scheduler.domain.plans import Plan, PlannedOperation, Unplanned
from scheduler.domain.plant import PlantState
from scheduler.errors import InvalidEvent
from scheduler.planning.judge.check import check_plan
from scheduler.planning.judge.kpis import order_ends
from scheduler.planning.lists.lateness import Lateness, why_late
from scheduler.replanning.fixes.candidates import ladders
from scheduler.replanning.fixes.change import NOTHING, Change, Ladder, Steps
from scheduler.replanning.fixes.price import Price, Prices
from scheduler.replanning.fixes.smallest import Climb, Smaller

Prove: TypeAlias = Callable[[PlantState], Plan | None]
"""Plans a plant, the same each time that it is asked. None: no plan came of it. Raises OutOfTime."""


class OutOfTime(Exception):
    """No more can be tried."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a change: a plan that keeps every rule, when the order comes by it, and what it costs.

    plan : None where none came that keeps them all; then nothing else is known.
    """

    change: Change
    plan: Plan | None = None
    delivery: Minute | None = None
    late_minutes: int | None = None
    price: Price | None = None

    @property
    def on_time(self) -> bool:
        return self.late_minutes is not None and self.late_minutes <= 0

    def told(self) -> dict[str, Any]:
        """What was changed, and how late the order is then, by the names of the API and the command line."""
        change = self.change
        return {
            "kind": change.kind,
            "about": change.about,
            "words": change.words,
            "amount": change.amount,
            "unit": change.unit,
            "late_minutes": self.late_minutes,
        }


@dataclass(frozen=True, slots=True)
class Fix:
    """A change with its proof. smaller : which smaller amounts do not work, see `Smaller`.   step : of its ladder."""

    trial: Trial
    price: Price
    smaller: Smaller = "all"
    step: int = 0

    @property
    def change(self) -> Change:
        return self.trial.change


@dataclass(frozen=True, slots=True)
class Fixes:
    """chain : why the order is late under the plan in force.   nothing : what planning anew does by itself.

    fixes : what brings it in time, and `nothing` among them, the cheapest first.   no_help : the most of each kind that
    was tried and does not.   untried : what was not, for want of time.   trials : how often the plant was planned.
    """

    chain: Lateness
    nothing: Fix | None
    fixes: tuple[Fix, ...]
    no_help: tuple[Trial, ...]
    untried: tuple[Change, ...]
    trials: int


def find_fixes(
    state: PlantState,
    order: str,
    prove: Prove,
    steps: Steps | None = None,
    before: Sequence[PlannedOperation] | None = None,
    unplanned: Iterable[Unplanned] = (),
) -> Fixes:
    """What would bring an order in time, the smallest amount of each kind.

    prove : the planning that has to find the order in time; of the same plant it makes the same plan.
    before : the plan whose reasons count; None: the plan in force. Costs are counted against the plan in force, where
    there is one.   unplanned : the orders that it leaves out.

    Where nothing need be changed nothing else is tried, and where the order is in time already not even that. Raises
    UnknownOrder, and OutOfTime where there was not even time to plan with nothing changed.
    """
    reasons = state.plan if before is None else tuple(before)
    chain = why_late(state, reasons, order, unplanned)
    if chain.late_minutes is not None and chain.late_minutes <= 0:
        return Fixes(chain, None, (), (), (), 0)
    return _Finder(state, order, prove, steps or Steps(), reasons).found(chain)


class _Finder:
    def __init__(
        self, state: PlantState, order: str, prove: Prove, steps: Steps, before: Sequence[PlannedOperation]
    ) -> None:
        self._state, self._order, self._prove, self._steps = state, order, prove, steps
        self._prices = Prices(state, state.plan or before, order)
        self._trials: dict[tuple[int, int], Trial] = {}
        self._count = 0

    def found(self, chain: Lateness) -> Fixes:
        nothing = self._tried(NOTHING)
        unchanged = [] if nothing.price is None else [Fix(nothing, nothing.price)]
        order = self._state.orders[self._order]
        if nothing.on_time or order.status == "hold" or order.due <= self._state.now:
            return self._answer(chain, unchanged, [])
        chains = [chain]
        if nothing.plan is not None:
            chains.append(why_late(self._state, nothing.plan.operations, self._order, nothing.plan.unplanned))
        climbs = [Climb(x) for x in ladders(self._state, self._order, chains, self._steps) if _can_be_said(x)]
        try:
            # Each to its smallest amount but for chance, before the next is begun: whatever the time allows is of use.
            for climb in climbs:
                self._climb(climb, climb.whether_at_all())
                self._climb(climb, climb.halving())
            for climb in climbs:
                self._climb(climb, climb.all_below())
        except OutOfTime:
            pass
        return self._answer(chain, unchanged, climbs)

    def _climb(self, climb: Climb, walk: Iterator[int]) -> None:
        for step in walk:
            trial = self._tried(climb.ladder.change(step))
            self._trials[id(climb), step] = trial
            climb.told(step, trial.on_time)

    def _answer(self, chain: Lateness, unchanged: list[Fix], climbs: Sequence[Climb]) -> Fixes:
        fixes, no_help, untried = list(unchanged), list[Trial](), list[Change]()
        for climb in climbs:
            best = climb.best
            if best is not None:
                trial = self._trials[id(climb), best]
                assert trial.price is not None
                fixes.append(Fix(trial, trial.price, climb.smaller, best))
            elif climb.tried:
                no_help.append(self._trials[id(climb), max(climb.tried)])
            else:
                untried.append(climb.ladder.change(climb.ladder.steps))
        fixes.sort(key=lambda f: (f.price.score, not f.trial.on_time, f.change.kind, f.change.about))
        return Fixes(
            chain, unchanged[0] if unchanged else None, tuple(fixes), tuple(no_help), tuple(untried), self._count
        )

    def _tried(self, change: Change) -> Trial:
        try:
            changed = fold_events(self._state, change.events)
        except InvalidEvent:
            return Trial(change)
        plan = self._prove(changed)
        self._count += 1
        if plan is None:
            return Trial(change)
        if not check_plan(changed, plan.operations, plan.unplanned, broken_pins=plan.broken_pins).feasible:
            return Trial(change)
        ends = order_ends(changed, plan.operations)
        wanted = change.lots if self._order in change.lots else (self._order,)
        delivery = max(ends[name] for name in wanted) if all(name in ends for name in wanted) else None
        late = None if delivery is None else delivery - self._state.orders[self._order].due
        return Trial(change, plan, delivery, late, self._prices.of(change, changed, plan.operations))


def _can_be_said(ladder: Ladder) -> bool:
    """Whether an event can say the most of it: not a year that nobody means."""
    try:
        ladder.change(ladder.steps)
    except InvalidEvent:
        return False
    return True
