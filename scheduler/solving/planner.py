"""RejigPlanner: from a plant's state to its plan. Obstacles, the frozen zone, a plan at once, then better ones."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from scheduler.domain.minutes import DAY
from scheduler.domain.plans import Plan, PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.planning import layout as c
from scheduler.planning.builder import OK, Builder, DispatchParameters, Timing
from scheduler.planning.problem import Problem
from scheduler.planning.tables.translate import translate
from scheduler.ports import OnProgress, PlanRequest, ShouldStop
from scheduler.replanning.expected import expecting
from scheduler.replanning.frozen import find_frozen, old_modes
from scheduler.replanning.repair import repair
from scheduler.solving.bounds import lower_bound
from scheduler.solving.deadline import Clock, Deadline
from scheduler.solving.failures import Failures
from scheduler.solving.finish import finish
from scheduler.solving.first_plan import first_plan, obstacles_of
from scheduler.solving.incumbent import Incumbent
from scheduler.solving.parameters import DEFAULTS, FirstPlanParameters, SearchParameters
from scheduler.solving.portfolio import improve
from scheduler.solving.stability_search import least_moved, recosted, search_with_stability, search_within
from scheduler.solving.start import Start


@dataclass(frozen=True, slots=True)
class RejigPlanner:
    """Makes plans; holds nothing but its numbers and its clock, so one serves all threads and pickles into any worker
    (ports.Planner).

    clock : by which time limits are meant.
    """

    parameters: SearchParameters = DEFAULTS
    clock: Clock = time.perf_counter

    def plan(
        self,
        state: PlantState,
        request: PlanRequest,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> Plan:
        """The best plan within the request's limits. Orders that cannot be planned are named with the reason.

        Never none: where an engine raises, its share is lost and told (`Plan.engine_failures`), and the rest goes on.
        """
        seconds = request.time_limit_seconds if request.budget is None else float("inf")
        incumbent = Incumbent(Deadline(seconds, should_stop, self.clock), on_progress)
        if request.objective is not None:
            state = replace(state, objective=request.objective)
        limits = request.limits
        admitted = limits if state.plan and limits else None
        start = first_plan(state, admitted, incumbent.failures, self.parameters.first_plan)
        kept = _repaired(start, incumbent.failures) if state.plan else None
        begun = None
        with incumbent.share_of("begin"):
            begun = _begun(state, start, request.begin)
        problem = start.problem
        planned = request.expected_delay_minutes <= 0 and request.move_price <= 0
        if request.expected_delay_minutes > 0:
            with incumbent.share_of("expectation"):
                start, kept, begun = _expecting(start, kept, begun, request.expected_delay_minutes)
            request = replace(request, solver="search")  # CP-SAT knows planned ends only
        if limits.max_moves is not None and kept is not None:
            with incumbent.share_of("repair"):
                kept = least_moved(start, kept, limits.max_moves)
            if not incumbent.offer(*kept, "repair"):
                incumbent.offer(start.builder, start.first, "dispatch")
            with incumbent.share_of("search"):
                search_within(limits.max_moves, start, kept, incumbent, request, self.parameters)
            return finish(state, problem, incumbent, planned, limits)
        if request.move_price > 0 and kept is not None and problem.operations:
            with incumbent.share_of("search"):
                search_with_stability(start, kept, incumbent, request, begun, self.parameters)
            return finish(state, problem, incumbent, planned, limits)
        incumbent.offer(start.builder, start.first, "dispatch")
        if kept is not None:
            incumbent.offer(*kept, "repair")
        if begun is not None:
            incumbent.offer(*begun, "begun")
        if problem.operations:
            if planned:
                with incumbent.share_of("bound"):
                    incumbent.bound(lower_bound(problem))
            with incumbent.share_of("search"):
                improve(start.builder, start.frozen, incumbent, request, self.parameters)
        return finish(state, problem, incumbent, planned, limits)

    def repair(self, state: PlantState) -> Plan:
        """The plan in force, re-timed at once; what it lacks is put in. Falls back to a dispatch where it must."""
        incumbent = Incumbent(Deadline(0.0, clock=self.clock))
        kept = None
        with incumbent.share_of("repair"):
            kept = _in_force(state, incumbent.failures)
        problem, found = kept or _put_back(state, incumbent.failures, self.parameters.first_plan)
        incumbent.offer(*found)
        return finish(state, problem, incumbent)


def _begun(state: PlantState, start: Start, operations: tuple[PlannedOperation, ...]) -> tuple[Builder, Timing] | None:
    """A plan that somebody had, re-timed on the plant as it is; what is frozen stays where the plan in force has it.
    None: none was given, or it cannot be kept any more."""
    if not operations:
        return None
    there = translate(replace(state, plan=operations), start.problem.unplanned).ops
    problem = replace(start.problem, ops=start.problem.ops.copy())
    problem.ops[:, (c.OLD_MACHINE, c.OLD_START)] = there[:, (c.OLD_MACHINE, c.OLD_START)]
    frozen = replace(start.frozen, modes=old_modes(problem))
    found = repair(Builder(problem, start.builder.pegs, start.builder.not_before), frozen)
    if found is None:
        return None
    builder = start.builder.with_pegs(found[0].pegs)
    return builder, recosted(builder, found[1])


def _repaired(start: Start, failures: Failures) -> tuple[Builder, Timing] | None:
    with failures.share_of("repair"):
        return repair(start.builder, start.frozen)
    return None


def _expecting(
    start: Start, kept: tuple[Builder, Timing] | None, begun: tuple[Builder, Timing] | None, delay: float
) -> tuple[Start, tuple[Builder, Timing] | None, tuple[Builder, Timing] | None]:
    """The same plans at what they are expected to cost."""
    until = int(start.first.times[:, c.PLACED_END].max(initial=0)) + 2 * DAY
    problem = expecting(start.problem, delay, until)

    def again(plan: tuple[Builder, Timing] | None) -> tuple[Builder, Timing] | None:
        if plan is None:
            return None
        builder = Builder(problem, plan[0].pegs, plan[0].not_before)
        return builder, recosted(builder, plan[1])

    first = again((start.builder, start.first))
    assert first is not None
    return Start(problem, first[0], start.frozen, first[1]), again(kept), again(begun)


def _in_force(state: PlantState, failures: Failures) -> tuple[Problem, tuple[Builder, Timing, str]] | None:
    """The plan in force around what has happened, where it admits every order that nothing certain stands against.

    Only where waits are limited is a dispatch made first: it tells what must go ahead of all else, or be left out.
    """
    if not state.plan:
        return None
    problem = translate(state, obstacles_of(state, failures))
    frozen = find_frozen(problem)
    builder = Builder(problem, frozen.pegs, frozen.not_before)
    limited = (problem.ops[:, c.MAX_WAIT] != c.NONE).any()
    if limited and builder.dispatch(DispatchParameters(), first=frozen.first, choice=frozen.choice).status != OK:
        return None
    kept = repair(builder, frozen)
    return None if kept is None else (problem, (*kept, "repair"))


def _put_back(
    state: PlantState, failures: Failures, numbers: FirstPlanParameters
) -> tuple[Problem, tuple[Builder, Timing, str]]:
    """The same with those orders left out that a dispatch finds no place for; the dispatch where that fails too."""
    start = first_plan(state, None, failures, numbers)
    kept = _repaired(start, failures) if state.plan else None
    if kept is None:
        return start.problem, (start.builder, start.first, "dispatch")
    return start.problem, (*kept, "repair")
