"""The loop that every disturbance goes through: fold, repair, check, improve. Pure but for the clock that it reads."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from scheduler.domain.events import Event
from scheduler.domain.fold import fold_event
from scheduler.domain.minutes import Minute
from scheduler.domain.plans import BrokenPin, Comparison, Plan, PlannedOperation, Unplanned, Verdict, keeps_more
from scheduler.domain.plant import PlantState
from scheduler.errors import InvalidEvent
from scheduler.planning.judge.check import check_plan
from scheduler.planning.lists.comparison import compare_plans
from scheduler.ports import Planner, PlanRequest
from scheduler.replanning.assumed import Assumed, as_assumed, only_ticks
from scheduler.replanning.reactions import reaction_to
from scheduler.replanning.worth import SOON, costs_beside, moved_soon, price_of_a_move, starts_soon, worth_its_moves


@dataclass(frozen=True, slots=True)
class NewPlan:
    """A plan that came into force. seconds : from the event (or from the plan before it) until it was checked."""

    how: str
    seconds: float
    plan: Plan
    verdict: Verdict
    change: Comparison | None


@dataclass(frozen=True, slots=True)
class Step:
    """What one event led to. refused : why it was not taken in.   kept : the plan in force still holds.

    plans : those that came into force after it, the first right, the last best.
    event : None for the first plan, before any event.
    """

    event: Event | None
    state: PlantState
    cost_before: float | None = None
    refused: str = ""
    kept: bool = False
    plans: tuple[NewPlan, ...] = ()

    @property
    def feasible(self) -> bool:
        return all(p.verdict.feasible for p in self.plans[-1:])


class Loop:
    """Holds the state and the plan in force.

    request : for the first plan and for each improvement.
    as_planned : between events, work starts and ends on the floor as the plan in force says; else only the events
        say what happened, and work that nobody reported has not begun.
    """

    def __init__(self, state: PlantState, planner: Planner, request: PlanRequest, as_planned: bool = False) -> None:
        self.state = state
        self._planner = planner
        self._request = request
        self._as_planned = as_planned
        self._seen: set[tuple[str, str]] = set()
        self._cost: float | None = None
        self._left_out: tuple[Unplanned, ...] = ()
        self._broken_pins: tuple[BrokenPin, ...] = ()
        self._said: tuple[PlannedOperation, ...] = state.plan  # in force when something was last reported

    def run(self, events: Sequence[Event]) -> Iterator[Step]:
        """The first plan where the scenario brings none, then a step per event."""
        first = self._first()
        if first is not None:
            yield first
        for event in events:
            if self._as_planned:
                self._work_until(event.time)
            yield self._take(event)

    def _work_until(self, moment: Minute) -> None:
        """The floor works by the plan in force: what begins or ends before the moment is reported."""
        for event in reports(self.state.plan, moment):
            status = self.state.status_of(event.data["order"], event.data["operation"])
            if status == "done" or (status == "running" and event.type == "operation.started"):
                continue
            self.state = fold_event(self.state, event)

    def _first(self) -> Step | None:
        if self.state.plan:
            self._cost = check_plan(self.state, self.state.plan).kpis.cost
            return None
        began = time.perf_counter()
        plan = self._planner.plan(self.state, self._request)
        made = self._checked("planned", self.state, plan, began)
        self._put_in_force(self.state, made)
        self._said = self.state.plan
        return Step(None, self.state, None, plans=(made,))

    def _take(self, event: Event) -> Step:
        cost = self._cost
        began = time.perf_counter()
        if (event.source, event.id) in self._seen:
            return Step(event, self.state, cost, refused="the same event a second time")
        try:
            state = fold_event(self.state, event)
        except InvalidEvent as error:
            return Step(event, self.state, cost, refused=str(error))
        self._seen.add((event.source, event.id))
        reaction = reaction_to([event], state.plan, self.state.receipts, state)
        state = replace(state, plan=left_of(state, state.plan))
        assumed = as_assumed([event], state, state.plan)
        if assumed is not None and self._holds(assumed):
            self.state = state
            return Step(event, state, cost, kept=True)
        if not reaction.searches:
            verdict = check_plan(state, state.plan, self._left_out or None, broken_pins=self._broken_pins)
            if verdict.feasible:
                self.state, self._cost = state, verdict.kpis.cost
                if not only_ticks([event]):
                    self._said = state.plan
                return Step(event, state, cost, kept=True)
        ticked = only_ticks([event])
        plans = [self._right(state, left_of(state, self._said) if ticked else state.plan, began)]
        self._put_in_force(state, plans[0])
        better = None if ticked else self._better(self.state, plans[0])
        if better is not None:
            self._put_in_force(state, better)
            plans.append(better)
        if not ticked:
            self._said = self.state.plan
        return Step(event, self.state, cost, plans=tuple(plans))

    def _holds(self, assumed: Assumed) -> bool:
        left = left_of(assumed.state, assumed.state.plan)
        verdict = check_plan(assumed.state, left, self._left_out or None, broken_pins=self._broken_pins)
        return all(map(assumed.excuses, verdict.violations))

    def _right(self, state: PlantState, plan: tuple[PlannedOperation, ...], began: float) -> NewPlan:
        repaired = self._checked("repaired", state, self._planner.repair(replace(state, plan=plan)), began)
        if repaired.verdict.feasible:
            return repaired
        return self._checked("planned anew", state, self._planner.plan(state, self._request), began)

    def _better(self, state: PlantState, now: NewPlan) -> NewPlan | None:
        began = time.perf_counter()
        soon = starts_soon(state.plan, state.now)
        price = price_of_a_move(now.verdict.kpis.cost, soon)
        request = replace(self._request, move_price=max(0.0, price), move_price_within_minutes=SOON)
        found = self._checked("improved", state, self._planner.plan(state, request), began)
        kpis = found.verdict.kpis
        wanted = found.verdict.feasible and not keeps_more(now.plan, found.plan)
        # Both costs on one footing: moves counted against the repaired plan, which is in force now.
        before = check_plan(state, state.plan, now.plan.unplanned).kpis
        moved = moved_soon(state.plan, found.plan.operations, state.now)
        worth = worth_its_moves(*costs_beside(before, kpis), kpis.moved_operations, moved=moved, soon=soon)
        if not wanted or not (worth or keeps_more(found.plan, now.plan)):
            return None
        return found

    def _checked(self, how: str, state: PlantState, plan: Plan, began: float) -> NewPlan:
        verdict = check_plan(state, plan.operations, plan.unplanned, broken_pins=plan.broken_pins)
        seconds = time.perf_counter() - began
        change = compare_plans(state, state.plan, plan.operations) if state.plan else None
        return NewPlan(how, seconds, plan, verdict, change)

    def _put_in_force(self, state: PlantState, made: NewPlan) -> None:
        self.state = replace(state, plan=made.plan.operations)
        self._left_out, self._broken_pins = made.plan.unplanned, made.plan.broken_pins
        self._cost = made.verdict.kpis.cost


def reports(plan: Sequence[PlannedOperation], until: Minute) -> list[Event]:
    """What a floor that works exactly by the plan reports before a moment; an end goes before a start at its minute."""
    said = []
    for o in plan:
        data = {"order": o.order, "operation": o.operation, "machine": o.machine}
        for moment, type_ in ((o.end, "operation.finished"), (o.start, "operation.started")):
            if moment < until:
                said.append(Event(f"{type_}:{o.order}/{o.operation}", "/as-planned", type_, moment, data))
    return sorted(said, key=lambda e: (e.time, e.type))


def left_of(state: PlantState, operations: Sequence[PlannedOperation]) -> tuple[PlannedOperation, ...]:
    """What of a plan is still to be done."""
    return tuple(o for o in operations if state.status_of(o.order, o.operation) != "done")
