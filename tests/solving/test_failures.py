"""Never without a plan: whatever an engine raises costs its share only, and is told with the plan."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

import numpy as np
import pytest

from scheduler.domain.plans import Plan
from scheduler.domain.plant import PlantState
from scheduler.errors import InternalFault
from scheduler.planning.builder import Builder, DispatchParameters, Timing
from scheduler.planning.judge.check import check_plan
from scheduler.planning.tables.translate import translate
from scheduler.ports import MoveLimits, PlanRequest, SolveProgress
from scheduler.solving import cpsat_engine, planner, portfolio, stability_search, tabu_search
from scheduler.solving.annealing import Annealer
from scheduler.solving.cpsat_model import CpSatModel
from scheduler.solving.deadline import Deadline
from scheduler.solving.elites import Elite, Elites
from scheduler.solving.failures import LONGEST_REASON, MOST_FAILURES, Failures
from scheduler.solving.first_plan import first_plan
from scheduler.solving.incumbent import Incumbent
from scheduler.solving.parameters import DEFAULTS, SearchParameters
from scheduler.solving.planner import RejigPlanner
from scheduler.solving.sequences import Sequences
from scheduler.solving.tabu_search import TabuSearch
from tests.builders import tiny_plant
from tests.planning.random_plants import random_plant, with_disturbance
from tests.solving.shops import makespan_shop

SEARCH = PlanRequest(budget=300, workers=2, solver="search")
CPSAT = PlanRequest(time_limit_seconds=20.0, workers=1, solver="cpsat")
SHOP = random_plant(random.Random(6), orders=8)  # dispatching does not prove its plan the best
MAKESPAN = makespan_shop(random.Random(4))


class Broken:
    """Raises at the call of that number and at all behind it; what it stands for does the others."""

    def __init__(self, whole: Callable[..., Any], first: int = 1) -> None:
        self.whole, self.first, self.calls = whole, first, count(1)

    def __get__(self, owner: object, kind: type) -> Callable[..., Any]:
        return lambda *args, **named: self(owner, *args, **named)

    def __call__(self, *args: Any, **named: Any) -> Any:
        if next(self.calls) >= self.first:
            raise ZeroDivisionError("put in by the test")
        return self.whole(*args, **named)


def breaks(patch: pytest.MonkeyPatch, where: Any, name: str, first: int = 1) -> None:
    patch.setattr(where, name, Broken(getattr(where, name), first))


def planned(state: PlantState, request: PlanRequest, numbers: SearchParameters = DEFAULTS, **more: Any) -> Plan:
    """A plan that keeps every rule."""
    plan = RejigPlanner(numbers).plan(state, request, **more)
    verdict = check_plan(state, plan.operations, plan.unplanned)
    assert [v.message for v in verdict.violations] == []
    assert verdict.kpis.cost == plan.kpis.cost
    assert plan.operations
    return plan


def failed(plan: Plan) -> set[str]:
    assert all("put in by the test" in f.reason for f in plan.engine_failures)
    return {f.engine for f in plan.engine_failures}


@pytest.mark.parametrize(
    ("engine", "state", "request_", "where", "name", "first"),
    [
        ("dispatch", SHOP, SEARCH, Builder, "dispatch", 1),
        ("dispatch", SHOP, SEARCH, Builder, "dispatch", 4),
        ("dispatch", SHOP, SEARCH, portfolio, "search_dispatches", 1),
        ("dispatch", SHOP, replace(SEARCH, budget=None, time_limit_seconds=0.5), portfolio, "search_dispatches", 1),
        ("annealing", SHOP, SEARCH, portfolio, "Annealer", 1),
        ("annealing", SHOP, SEARCH, Annealer, "run", 1),
        ("annealing", SHOP, replace(SEARCH, budget=2000), Sequences, "anneal", 3),
        ("annealing", SHOP, SEARCH, Sequences, "best", 1),
        ("tabu search", MAKESPAN, SEARCH, TabuSearch, "run", 1),
        ("tabu search", MAKESPAN, SEARCH, tabu_search, "search_tabu", 2),
        ("tabu search", MAKESPAN, SEARCH, TabuSearch, "_search", 1),
        ("tabu search", MAKESPAN, SEARCH, Elites, "add", 1),
        ("beam search", MAKESPAN, SEARCH, tabu_search, "grow_beam", 1),
        ("beam search", MAKESPAN, SEARCH, tabu_search, "grow_beam", 2),
        ("cp-sat", SHOP, CPSAT, cpsat_engine, "run_cpsat", 1),
        ("cp-sat", SHOP, CPSAT, CpSatModel, "hint", 1),
        ("cp-sat", SHOP, CPSAT, cpsat_engine, "rebuilt", 1),
        ("cp-sat", SHOP, replace(CPSAT, solver="auto", time_limit_seconds=0.5), portfolio, "provable", 1),
        ("bound", SHOP, SEARCH, planner, "lower_bound", 1),
        ("search", SHOP, SEARCH, planner, "improve", 1),
    ],
)
def test_an_engine_that_raises_costs_its_share_and_is_told(
    monkeypatch: pytest.MonkeyPatch, engine: str, state: PlantState, request_: PlanRequest, where: Any, name: str,
    first: int,
) -> None:  # fmt: skip
    breaks(monkeypatch, where, name, first)
    assert failed(planned(state, request_)) == {engine}


def test_a_relinking_that_raises_goes_on_from_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    breaks(monkeypatch, tabu_search, "relink")
    hasty = replace(DEFAULTS, tabu=replace(DEFAULTS.tabu, patience=50))
    monkeypatch.setattr(Elites, "full", lambda self: len(self.kept()) >= 2)
    asked = replace(SEARCH, budget=20_000, workers=1)
    plan = planned(makespan_shop(random.Random(8), jobs=8, machines=5), asked, hasty)
    assert failed(plan) == {"relinking"}
    assert plan.engine_failures[0].times > 1, "it is asked again"


@pytest.mark.parametrize(
    ("engine", "asked", "where", "name"),
    [
        ("repair", {}, planner, "repair"),
        ("repair", {"limits": MoveLimits(max_moves=3)}, planner, "least_moved"),
        ("search", {"limits": MoveLimits(max_moves=3)}, stability_search, "improve"),
        ("search", {"move_price": 5.0}, stability_search, "anneal_together"),
        ("expectation", {"expected_delay_minutes": 10.0}, planner, "expecting"),
    ],
)
def test_with_a_plan_in_force_there_is_one_whatever_is_broken(
    monkeypatch: pytest.MonkeyPatch, engine: str, asked: dict[str, Any], where: Any, name: str
) -> None:
    state = replace(SHOP, plan=RejigPlanner().repair(SHOP).operations)
    breaks(monkeypatch, where, name)
    assert failed(planned(with_disturbance(random.Random(2), state), replace(SEARCH, **asked))) == {engine}


def test_engines_within_a_calm_search_tell_of_theirs_too(monkeypatch: pytest.MonkeyPatch) -> None:
    state = replace(SHOP, plan=RejigPlanner().repair(SHOP).operations)
    breaks(monkeypatch, Sequences, "anneal", 2)
    assert failed(planned(state, replace(SEARCH, move_price=5.0))) == {"annealing"}


def test_a_repair_that_raises_is_a_dispatch(monkeypatch: pytest.MonkeyPatch) -> None:
    state = replace(SHOP, plan=RejigPlanner().repair(SHOP).operations)
    breaks(monkeypatch, planner, "repair")
    plan = RejigPlanner().repair(state)
    assert check_plan(state, plan.operations, plan.unplanned).feasible
    assert (plan.engine, failed(plan)) == ("dispatch", {"repair"})


def test_whoever_listens_costs_no_plan() -> None:
    def deaf(_progress: SolveProgress) -> None:
        raise ZeroDivisionError("put in by the test")

    def confused() -> bool:
        raise ZeroDivisionError("put in by the test")

    untold = planned(SHOP, SEARCH)
    assert planned(SHOP, SEARCH, on_progress=deaf).operations == untold.operations
    assert failed(planned(SHOP, SEARCH, on_progress=deaf, should_stop=confused)) == {"listener"}


# -- offers that are broken ---------------------------------------------------------------------------------------


TINY = Builder(translate(tiny_plant()))
PLAN = TINY.dispatch(DispatchParameters())


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (replace(PLAN, cost=float("nan")), "whose cost is nan"),
        (replace(PLAN, cost=-float("inf")), "whose cost is -inf"),
        (replace(PLAN, times=PLAN.times[1:]), f"a plan of {len(PLAN.times) - 1} operations"),
        (replace(PLAN, times=PLAN.times[:, [1, 0, 2, 3, 4]]), "ends before it starts"),
    ],
)
def test_a_broken_timing_costs_that_offer_only(broken: Timing, reason: str) -> None:
    incumbent = Incumbent(Deadline(10.0))
    assert not incumbent.offer(TINY, broken, "annealing")
    assert incumbent.offer(TINY, PLAN, "dispatch")
    assert not incumbent.offer(TINY, broken, "annealing")
    assert incumbent.best is not None
    assert incumbent.best.timing is PLAN
    (failure,) = incumbent.failures.reported()
    assert (failure.engine, failure.times) == ("annealing", 2)
    assert reason in failure.reason


def test_where_the_cheapest_plan_breaks_a_rule_the_best_of_another_engine_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def at_once(walk: Sequences) -> Timing:
        times = walk.builder.timing_of(walk.start * 0, walk.end - walk.start, walk.mode)
        return replace(times, cost=-1.0)

    monkeypatch.setattr(Sequences, "best", at_once)
    honest = Sequences.anneal

    def boastful(walk: Sequences, *args: Any, **named: Any) -> int:
        sampled = honest(walk, *args, **named)
        walk.best_cost = -1.0
        return sampled

    monkeypatch.setattr(Sequences, "anneal", boastful)
    plan = planned(SHOP, replace(SEARCH, workers=1))
    assert plan.engine == "dispatch"
    assert plan.history[-1].cost == pytest.approx(plan.kpis.cost)
    (failure,) = plan.engine_failures
    assert failure.engine == "annealing"
    assert "its plan breaks rule" in failure.reason


# -- threads ------------------------------------------------------------------------------------------------------


def test_of_several_threads_that_anneal_one_plan_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    start = first_plan(SHOP)
    incumbent = Incumbent(Deadline())
    honest, lock, lost = Sequences.anneal, threading.Lock(), list[Sequences]()

    def one_breaks(walk: Sequences, *args: Any, **named: Any) -> int:
        with lock:
            lost or lost.append(walk)
        if walk is lost[0]:
            raise ZeroDivisionError("put in by the test")
        return honest(walk, *args, **named)

    monkeypatch.setattr(Sequences, "anneal", one_breaks)
    annealer = Annealer(incumbent, 1, start.frozen.blocks, threads=3)
    annealer.run(start.builder, start.first, seconds=None, budget=3000)
    assert [(f.engine, f.times) for f in incumbent.failures.reported()] == [("annealing", 1)]
    assert annealer.trials == 3000


def test_of_several_tabu_searches_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = TabuSearch.run

    def first_breaks(search: TabuSearch, *args: Any, **named: Any) -> None:
        if search.first:
            raise ZeroDivisionError("put in by the test")
        honest(search, *args, **named)

    monkeypatch.setattr(TabuSearch, "run", first_breaks)
    plan = planned(MAKESPAN, replace(SEARCH, budget=2000))
    assert failed(plan) == {"tabu search"}
    assert not any(m.engine == "annealing" for m in plan.history), "one has searched, so nothing stands in for it"


def test_what_fails_again_and_again_is_left_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    breaks(monkeypatch, Builder, "dispatch", 2)
    plan = planned(SHOP, replace(SEARCH, budget=10_000, workers=1))
    assert [(f.engine, f.times) for f in plan.engine_failures] == [("dispatch", MOST_FAILURES)]


# -- what is kept -------------------------------------------------------------------------------------------------


def test_a_failure_says_what_where_and_when() -> None:
    now = [5.0]
    failures = Failures(lambda: now[0])
    now[0] = 6.25
    for _ in range(2):
        with failures.share_of("annealing"):
            raise ValueError("no such\n  mode")
    (failure,) = failures.reported()
    assert (failure.engine, failure.seconds, failure.times) == ("annealing", 1.25, 2)
    assert failure.reason.startswith("ValueError: no such mode (test_failures.py, line ")
    assert "Traceback" in failure.trace
    with failures.share_of("annealing"):
        raise ValueError("x" * 10_000)
    assert len(failures.reported()[1].reason) < LONGEST_REASON + 100


def test_what_ends_the_process_is_no_failure() -> None:
    failures = Failures()
    with pytest.raises(KeyboardInterrupt), failures.share_of("annealing"):
        raise KeyboardInterrupt
    assert failures.reported() == ()


def test_elites_alike_and_of_one_length_stand_beside_others() -> None:
    def elite(span: int, first: int) -> Elite:
        """A hundred operations; those of another `first` differ in half of them."""
        rows = np.zeros(100, np.int64)
        rows[: 50 * first] = 1
        return Elite(span, np.arange(100), rows, np.arange(100))

    elites = Elites()
    other, longer, shorter = elite(20, 0), elite(20, 1), elite(19, 1)
    for one in (other, longer, shorter):
        elites.add(one)
    assert [e is o for e, o in zip(elites.kept(), (shorter, other), strict=True)] == [True, True]


def test_an_internal_fault_is_a_failure_as_any_other() -> None:
    failures = Failures()
    with failures.share_of("repair"):
        raise InternalFault("a circle")
    assert [f.engine for f in failures.reported()] == ["repair"]
