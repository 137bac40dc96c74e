"""The incumbent: the best plan of all engines, which only gets better, and the bound below it."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from scheduler.errors import InternalFault
from scheduler.planning import layout as c
from scheduler.planning.builder import WAIT_BROKEN, Builder, DispatchParameters, Timing
from scheduler.planning.tables.translate import translate
from scheduler.ports import SolveProgress
from scheduler.solving.deadline import Deadline
from scheduler.solving.finish import finish
from scheduler.solving.incumbent import Incumbent
from tests.builders import tiny_plant
from tests.solving.clocks import StandingClock, standing

BUILDER = Builder(translate(tiny_plant()))
PLAN = BUILDER.dispatch(DispatchParameters())


def _plan(cost: float) -> Timing:
    return replace(PLAN, cost=cost)


def test_only_a_cheaper_plan_takes_the_place_of_the_best() -> None:
    told: list[SolveProgress] = []
    best = Incumbent(standing(10.0), told.append)
    assert best.offer(BUILDER, _plan(50.0), "dispatch")
    assert not best.offer(BUILDER, _plan(50.0), "annealing")
    assert not best.offer(BUILDER, _plan(51.0), "annealing")
    assert best.offer(BUILDER, _plan(49.0), "annealing")
    assert [(m.cost, m.engine) for m in best.history] == [(50.0, "dispatch"), (49.0, "annealing")]
    assert [p.cost for p in told] == [50.0, 49.0]


def test_a_plan_that_breaks_a_wait_is_not_taken_however_cheap() -> None:
    best = Incumbent(standing(10.0))
    assert not best.offer(BUILDER, replace(_plan(1.0), status=WAIT_BROKEN), "dispatch")
    assert best.best is None
    assert best.cost == float("inf")


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_of_two_plans_of_one_cost_the_lower_rank_stays_whoever_comes_first(order: tuple[int, int]) -> None:
    best = Incumbent(standing(10.0))
    for rank in order:
        best.offer(BUILDER, _plan(7.0), f"thread {rank}", rank)
    assert best.best is not None
    assert best.best.engine == "thread 1"
    assert len(best.history) == 1  # the cost got better once


def test_a_bound_only_rises_and_never_above_the_cost() -> None:
    best = Incumbent(standing(10.0))
    best.offer(BUILDER, _plan(50.0), "dispatch")
    best.bound(10.0)
    best.bound(5.0)
    assert best.lower_bound == 10.0
    best.bound(60.0)  # a bound above a plan that exists is a rounding of the solver
    assert best.lower_bound == 50.0
    assert best.proven()


@pytest.mark.parametrize(
    ("deadline", "rank", "stops"), [(10.0, 2, True), (float("inf"), 2, False), (float("inf"), 0, True)]
)
def test_by_budget_a_proof_of_one_thread_does_not_stop_the_others(deadline: float, rank: int, stops: bool) -> None:
    # Else a thread of lower rank, whose equal plan would be kept, finds it or not as the clock will have it.
    best = Incumbent(standing(deadline))
    best.offer(BUILDER, _plan(7.0), "annealing", rank)
    best.bound(7.0)
    assert best.proven()
    assert best.stop() is stops


@pytest.mark.parametrize(("bound", "proven"), [(49.9, False), (50.0, True)])
def test_the_search_stops_once_the_best_is_proven(bound: float, proven: bool) -> None:
    best = Incumbent(standing(10.0))
    best.offer(BUILDER, _plan(50.0), "dispatch")
    best.bound(bound)
    assert best.stop() is proven


@pytest.mark.parametrize(("seconds", "stopped"), [(9.9, False), (10.0, True)])
def test_the_search_stops_when_its_time_is_over(seconds: float, stopped: bool) -> None:
    clock = StandingClock()
    best = Incumbent(Deadline(10.0, clock=clock))
    clock.now += seconds
    assert best.stop() is stopped


def test_a_wish_to_stop_is_remembered() -> None:
    wishes = iter([False, True, False])
    best = Incumbent(Deadline(10.0, lambda: next(wishes), StandingClock()))
    assert [best.stop(), best.stop(), best.stop()] == [False, True, True]


def test_many_threads_leave_the_cheapest_plan_and_a_history_that_falls() -> None:
    best = Incumbent(standing(10.0))

    def offer(first: int) -> None:
        for cost in range(1000 - first, 0, -7):
            best.offer(BUILDER, _plan(float(cost)), f"from {first}")

    threads = [threading.Thread(target=offer, args=(i,)) for i in range(7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    costs = [m.cost for m in best.history]
    assert best.cost == 1.0
    assert costs == sorted(set(costs), reverse=True)


def test_a_search_of_which_every_plan_was_refused_says_why() -> None:
    best = Incumbent(standing(10.0))
    times = PLAN.times.copy()
    times[0, c.PLACED_END] = times[0, c.PLACED_START] - 1
    assert not best.offer(BUILDER, replace(PLAN, times=times), "dispatch")
    with pytest.raises(InternalFault, match=r"no plan was found: dispatch: .*ends before it starts"):
        finish(tiny_plant(), BUILDER.problem, best)
