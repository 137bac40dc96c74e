"""Annealing on machine sequences: what it accepts keeps every rule, and what it says a plan costs is true."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from scheduler.domain.orders import Order
from scheduler.domain.plans import Objective
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import SetupMatrix
from scheduler.domain.routings import EligibleMachine, Operation, Routing
from scheduler.planning import layout as c
from scheduler.planning.builder import Builder, Timing
from scheduler.planning.judge.check import check_plan
from scheduler.planning.tables.obstacles import find_obstacles
from scheduler.ports import PlanRequest
from scheduler.solving import portfolio
from scheduler.solving.annealing import Annealer
from scheduler.solving.deadline import Deadline
from scheduler.solving.first_plan import first_plan
from scheduler.solving.incumbent import Incumbent
from scheduler.solving.parameters import DEFAULTS
from scheduler.solving.planner import RejigPlanner
from scheduler.solving.sequences import Sequences
from tests.builders import at, named, tiny_plant
from tests.planning.random_plants import random_plant
from tests.solving.clocks import CountingClock, StandingClock
from tests.solving.sequences import assembly_plant

NOTHING = np.empty(0, np.int64)


def chained_plant(chains: int) -> PlantState:
    """Orders of three steps on saw or lathe; the second must start within 30 minutes of the first one's end."""
    machines = EligibleMachine("saw", 1.0), EligibleMachine("lathe", 1.0)
    routings = [
        Routing(
            f"R{i}",
            (
                Operation(10, setup_family="red", machines=machines),
                Operation(20, predecessors=(10,), min_wait=5, max_wait=30, setup_family="blue", machines=machines),
                Operation(30, predecessors=(20,), setup_family="red", machines=machines),
            ),
        )
        for i in range(chains)
    ]
    orders = [Order(r.name, r.name, float(5 + 7 * i % 20), at(0, 7) + 5 * i, r.name) for i, r in enumerate(routings)]
    matrix = SetupMatrix("sawing", {("red", "blue"): 10, ("blue", "red"): 3})
    objective = Objective(1.0, flow=0.01)
    plant = tiny_plant(receipts={}, materials={}, objective=objective, setup_matrices={"sawing": matrix})
    return replace(plant, orders=named(*orders), routings=named(*routings))


@pytest.mark.parametrize("seed", [9, 35, *range(5)])
def test_an_operation_never_stands_before_its_own_predecessor_on_a_machine(seed: int) -> None:
    state = chained_plant(4)
    plan = RejigPlanner().plan(state, PlanRequest(budget=1000, workers=1, seed=seed))
    assert [v.message for v in check_plan(state, plan.operations, plan.unplanned).violations] == []


class Watched(Incumbent):
    """An incumbent that keeps everything it was offered."""

    def __init__(self) -> None:
        super().__init__(Deadline())
        self.offered: list[tuple[Builder, Timing]] = []

    def offer(self, builder: Builder, timing: Timing, engine: str, rank: int = 0) -> bool:
        self.offered.append((builder, timing))
        return super().offer(builder, timing, engine, rank)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6))
def test_every_plan_that_is_offered_keeps_every_rule_and_costs_what_is_said(seed: int) -> None:
    _anneal_and_check_what_is_offered(random_plant(random.Random(seed)), seed, threads=1 + seed % 3, budget=600)


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6))
def test_so_does_every_plan_of_threads_on_orders_that_supply_each_other(seed: int) -> None:
    _anneal_and_check_what_is_offered(assembly_plant(random.Random(seed)), seed, threads=2, budget=2000)


def _anneal_and_check_what_is_offered(state: PlantState, seed: int, threads: int, budget: int) -> None:
    start = first_plan(state)
    assume(start.problem.operations > 0)
    assume({u.order for u in start.problem.unplanned} <= {u.order for u in find_obstacles(state)})
    watched = Watched()
    watched.offer(start.builder, start.first, "dispatch")
    annealer = Annealer(watched, seed, start.frozen.blocks, threads=threads)
    annealer.run(start.builder.repegged(start.first), start.first, seconds=None, budget=budget)
    for builder, timing in watched.offered:
        verdict = check_plan(state, builder.operations(timing), start.problem.unplanned)
        assert [v.message for v in verdict.violations] == []
        assert verdict.kpis.cost == pytest.approx(timing.cost, abs=1e-3)


def test_pinned_work_keeps_its_place_through_the_whole_search() -> None:
    start = first_plan(chained_plant(4))
    p, watched = start.problem, Watched()
    watched.offer(start.builder, start.first, "dispatch")
    first = start.builder.order_of(start.first)[:2]
    Annealer(watched, 1, first).run(start.builder, start.first, seconds=None, budget=2000)
    assert len(watched.offered) > 1  # it did find better plans
    pinned = np.isin(p.ops[:, c.BLOCK], first)
    for _, timing in watched.offered:
        assert (timing.times[pinned] == start.first.times[pinned]).all()


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_the_search_counts_its_moves_and_makes_exactly_as_many_as_it_may(threads: int) -> None:
    start = first_plan(chained_plant(2))
    watched = Watched()
    watched.offer(start.builder, start.first, "dispatch")
    annealer = Annealer(watched, 1, NOTHING, threads=threads)
    annealer.run(start.builder, start.first, seconds=None, budget=777)
    assert annealer.trials == 777
    assert 0 < annealer.counts[:, 0].sum() <= 777


def test_threads_that_share_a_plan_find_the_same_again() -> None:
    start = first_plan(chained_plant(3))
    found = []
    for _ in range(2):
        watched = Watched()
        watched.offer(start.builder, start.first, "dispatch")
        Annealer(watched, 5, NOTHING, threads=2).run(start.builder, start.first, seconds=None, budget=3000)
        found.append([(timing.cost, timing.times.tolist()) for _, timing in watched.offered])
    assert found[0] == found[1]
    assert len(found[0]) > 1


def test_a_plant_where_nothing_may_move_is_left_as_it_is() -> None:
    start = first_plan(chained_plant(1))
    watched = Watched()
    annealer = Annealer(watched, 1, np.arange(start.problem.blocks))
    annealer.run(start.builder, start.first, seconds=None, budget=100)
    assert (annealer.trials, watched.offered) == (0, [])


def test_a_mild_anneal_begins_as_much_cooler_as_it_is_asked_to(monkeypatch: pytest.MonkeyPatch) -> None:
    start = first_plan(chained_plant(3))
    seen: list[float] = []
    anneal = Sequences.anneal

    def spied(self: Sequences, moves: int, temperature: float, *more: Any, **named: Any) -> int:
        seen.append(temperature)
        return anneal(self, moves, temperature, *more, **named)

    monkeypatch.setattr(Sequences, "anneal", spied)
    hottest = []
    for heat in (1.0, 0.1):
        seen.clear()
        watched = Watched()
        watched.offer(start.builder, start.first, "dispatch")
        Annealer(watched, 1, NOTHING).run(start.builder, start.first, seconds=None, budget=3000, heat=heat)
        hottest.append(max(seen))
    assert hottest[1] == pytest.approx(0.1 * hottest[0])


def test_a_plan_is_warmed_to_where_plans_were_dearer_by_what_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    start = first_plan(chained_plant(5))
    watched = Watched()
    watched.offer(start.builder, start.first, "dispatch")
    annealer = Annealer(watched, 1, NOTHING)
    seen: list[tuple[float, float]] = []
    anneal = Sequences.anneal

    def spied(self: Sequences, moves: int, temperature: float, *more: Any, **named: Any) -> int:
        sampled = anneal(self, moves, temperature, *more, **named)
        seen.append((temperature, self.cost))
        return sampled

    monkeypatch.setattr(Sequences, "anneal", spied)
    annealer.run(start.builder, start.first, seconds=None, budget=5000)
    again, whole = watched.best, [(warm, cost) for warm, cost in seen if warm > 0]
    cheapest = min(cost for _, cost in whole)
    assert again is not None
    first = []
    for excess in (0.3, 0.1, 0.01):
        seen.clear()
        annealer.run(again.builder, again.timing, seconds=None, budget=500, excess=excess)
        assert seen[0][0] == next(warm for warm, cost in whole if cost <= cheapest * (1 + excess))
        first.append(seen[0][0])
    assert first[0] > first[-1] > 0
    assert first == sorted(first, reverse=True)


def test_a_plan_is_warmed_by_its_own_worsenings_where_nothing_was_annealed_before() -> None:
    start = first_plan(chained_plant(3))
    costs = []
    for excess in (None, 0.1):
        watched = Watched()
        watched.offer(start.builder, start.first, "dispatch")
        annealer = Annealer(watched, 1, NOTHING)
        annealer.run(start.builder, start.first, seconds=None, budget=2000, excess=excess)
        costs.append([timing.cost for _, timing in watched.offered])
    assert costs[0] == costs[1]


def test_a_small_plant_is_annealed_in_turns_from_elsewhere_and_from_its_best_plan_warmed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[float | None] = []

    clock = StandingClock()

    def run(self: Annealer, *_: Any, excess: float | None = None, **__: Any) -> None:
        self.trials += 1
        clock.now += 0.1
        asked.append(excess)

    elsewhere: list[int] = []
    monkeypatch.setattr(portfolio, "provable", lambda *_: False)
    monkeypatch.setattr(Annealer, "run", run)
    monkeypatch.setattr(portfolio, "_elsewhere", lambda found, *_: elsewhere.append(len(asked)) or found)
    monkeypatch.setattr(portfolio, "_dispatch", lambda *_: None)
    start = first_plan(chained_plant(3))
    watched = Incumbent(Deadline(2.05, clock=clock))
    watched.offer(start.builder, start.first, "dispatch")
    portfolio.improve(start.builder, start.frozen, watched, PlanRequest(2.05, workers=1))
    assert len(asked) == 21
    assert asked[0] is None
    assert elsewhere == [1, 3, 5, 7, 9]  # every other turn in the first half, and none after it
    warmed = [excess for turn, excess in enumerate(asked) if turn and turn not in elsewhere]
    coldest, warmest = DEFAULTS.portfolio.reheat
    assert all(excess is not None and coldest <= excess <= warmest for excess in warmed)
    assert len(set(warmed)) > 2
    assert all(asked[turn] is None for turn in elsewhere)


def test_what_is_not_proven_in_time_is_solved_again_from_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls: list[tuple[int, float]] = []
    monkeypatch.setattr(portfolio, "provable", lambda *_: True)
    monkeypatch.setattr(portfolio, "_cpsat", lambda *asked: calls.append((asked[3], asked[5])))
    start = first_plan(chained_plant(3))
    watched = Incumbent(Deadline(100.0, clock=CountingClock()))
    watched.offer(start.builder, start.first, "dispatch")
    portfolio.improve(start.builder, start.frozen, watched, PlanRequest(100.0, workers=2))
    numbers = DEFAULTS.portfolio
    first, again = (2, numbers.proof_seconds), (2 * numbers.crowd, numbers.turn_seconds)
    assert calls[0] == first
    assert len(calls) > 1
    assert set(calls[1:]) == {again}
