"""A what-if beside doing nothing: the same effort for both, and no gain for what only takes away."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.domain.plans import Plan
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Downtime
from scheduler.ports import MoveLimits, PlanRequest
from scheduler.replanning.limits import keeps_within
from scheduler.solving.planner import RejigPlanner
from scheduler.usecases.check_and_store import CheckedPlan, checked
from scheduler.usecases.compare import compare_what_if
from scheduler.usecases.do_nothing import Side, both
from scheduler.usecases.searches import Search, Searches
from scheduler.usecases.what_if import few_moves, refresh_what_if, start_what_if, stop_what_if
from tests.builders import at, down, tiny_plan, tiny_plant
from tests.planning.random_plants import random_plant
from tests.usecases.shop import Shop
from tests.usecases.test_improver import plant as two_late_shafts
from tests.usecases.test_searches import SAW_DOWN, SHORT, what_if_ended

PLANNER = RejigPlanner()


@pytest.fixture
def searches(shop: Shop) -> Iterator[Searches]:
    opened = Searches(shop.tools)
    yield opened
    opened.close()


class OnlyRepairs:
    """What `both` asks of the tools."""

    planner = PLANNER


def searching(found: dict[int, Plan] | None = None) -> Search:
    """A short search of few moves, so that chance has its say; `found`: answers by the turn that they are asked in."""
    turn = iter(range(9))

    def run(state: PlantState, request: PlanRequest, beside: bool) -> CheckedPlan:
        del beside
        known = (found or {}).get(next(turn))
        return checked(state, known or PLANNER.plan(state, replace(request, workers=1, solver="search")))

    return Search(run, lambda: False)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6), st.integers(0, 3), st.sampled_from(["repair", "full"]), st.integers(0, 40))
def test_a_breakdown_never_gains_beside_doing_nothing(seed: int, which: int, mode: str, budget: int) -> None:
    rng = random.Random(seed)
    plant = random_plant(rng)
    plant = replace(plant, plan=PLANNER.repair(plant).operations)
    machine = sorted(plant.machines)[which % len(plant.machines)]
    start = plant.now + rng.randint(0, 600)
    broken = replace(
        plant, downtimes=(*plant.downtimes, Downtime(machine, start, start + rng.randint(1, 900), "breakdown"))
    )
    sides = []
    for state in (broken, plant):
        judged = replace(state, objective=few_moves(state.objective)) if mode == "repair" else state
        sides.append(Side(state, judged))
    request = PlanRequest(budget=budget, seed=seed)
    with_, without = both(OnlyRepairs(), searching(), *sides, request)  # type: ignore[arg-type]
    assert with_.verdict.feasible
    assert without.verdict.feasible
    assert without.cost <= with_.cost + 1e-6


def test_the_worse_search_of_doing_nothing_is_given_what_the_other_found() -> None:
    """The plan of the breakdown turns SHAFT-2 first, which counts six times; the search without it has missed that."""
    plant = replace(two_late_shafts(), plan=tiny_plan().operations)
    broken = replace(plant, downtimes=(Downtime("saw", at(0, 6, 40), at(0, 7), "breakdown"),))
    good = PLANNER.plan(broken, PlanRequest(budget=200, workers=1, solver="search"))
    poor = PLANNER.repair(plant)
    sides = [Side(state, state) for state in (broken, plant)]
    with_, without = both(OnlyRepairs(), searching({0: good, 1: poor}), *sides, PlanRequest())  # type: ignore[arg-type]
    assert with_.cost == checked(broken, good).cost < checked(plant, poor).cost
    assert without.cost <= with_.cost
    assert without.plan.engine == good.engine
    assert without.plan.history[-1].cost == without.plan.kpis.cost


def test_what_the_other_found_goes_in_only_within_the_limits() -> None:
    plant = replace(two_late_shafts(), plan=tiny_plan().operations)
    broken = replace(plant, downtimes=(Downtime("saw", at(0, 6, 40), at(0, 7), "breakdown"),))
    good = PLANNER.plan(broken, PlanRequest(budget=200, workers=1, solver="search"))
    poor = PLANNER.repair(plant)
    sides = [Side(state, state) for state in (broken, plant)]
    request = PlanRequest(limits=MoveLimits(max_moves=0))
    _, without = both(OnlyRepairs(), searching({0: good, 1: poor}), *sides, request)  # type: ignore[arg-type]
    assert without.plan.operations == poor.operations


@pytest.mark.parametrize(
    ("limits", "within"),
    [
        (MoveLimits(max_moves=1), True),
        (MoveLimits(max_moves=0), False),
        (MoveLimits(keep_machines=True), True),
        (MoveLimits(time_fence_minutes=85), True),
        (MoveLimits(time_fence_minutes=86), False),
    ],
)
def test_limits_are_kept_by_the_plan_itself(limits: MoveLimits, within: bool) -> None:
    """SHAFT-2/20 moves from 07:25, which is 85 minutes from now."""
    before = tiny_plan().operations
    after = tuple(replace(o, start=o.start + 30) if o.key == ("SHAFT-2", 20) else o for o in before)
    assert keeps_within(before, after, limits, tiny_plant().now) is within
    assert keeps_within(before, before, limits, tiny_plant().now)


def test_both_searches_have_the_same_weights_limits_seed_and_seconds(shop: Shop, searches: Searches) -> None:
    shop.load("observe", state=tiny_plant(plan=tiny_plan().operations))
    request = replace(SHORT, seed=7, limits=MoveLimits(max_moves=3))
    record = what_if_ended(shop, start_what_if(shop.tools, searches, "tiny", [SAW_DOWN], request, mode="repair").id)
    first, second = (handle.request for handle in shop.workers.handles)
    assert first == second
    assert (first.seed, first.limits, first.time_limit_seconds) == (7, MoveLimits(max_moves=3), 1.0)
    with_, without = (handle.state for handle in shop.workers.handles)
    assert (len(with_.downtimes), len(without.downtimes)) == (1, 0)
    assert record.do_nothing == 2
    assert record.plan_number == 3
    assert record.base is not None
    assert record.base.plan == 1


def test_a_search_that_was_stopped_is_held_against_one_as_long(shop: Shop, searches: Searches) -> None:
    shop.load("observe", state=tiny_plant(plan=tiny_plan().operations))
    shop.workers.held = True
    record = start_what_if(shop.tools, searches, "tiny", [SAW_DOWN], PlanRequest(time_limit_seconds=600))
    begun = threading.Event()
    for _ in range(400):
        if shop.workers.handles:
            begun.set()
            break
        threading.Event().wait(0.02)
    assert begun.is_set()
    shop.workers.held = False
    stop_what_if(shop.tools, searches, "tiny", record.id)
    ended = what_if_ended(shop, record.id)
    assert ended.state == "stopped"
    first, second = shop.workers.handles
    assert first.stopped()
    assert not second.stopped(), "it has its own time"
    assert second.request.time_limit_seconds < 60


def test_without_assumptions_there_is_one_search_and_no_difference(shop: Shop, searches: Searches) -> None:
    shop.load("observe", state=tiny_plant(plan=tiny_plan().operations))
    record = what_if_ended(shop, start_what_if(shop.tools, searches, "tiny", [], SHORT).id)
    assert len(shop.workers.handles) == 1
    assert record.do_nothing == record.plan_number
    beside = compare_what_if(shop.tools, record, shop.ledger.get_plan("tiny", record.plan_number or 0))
    assert beside.against_nothing is not None
    assert set(beside.against_nothing.deltas.values()) == {0.0}
    assert beside.against_nothing.moved == ()


def test_a_refreshed_what_if_begins_from_the_plant_as_it_is(shop: Shop, searches: Searches) -> None:
    shop.load("observe", state=tiny_plant(plan=tiny_plan().operations))
    id = what_if_ended(shop, start_what_if(shop.tools, searches, "tiny", [SAW_DOWN], SHORT).id).id
    shop.post(down("d", "lathe", expected_up="2026-03-02T12:00Z"))
    for _ in range(400):
        if not searches.running():
            break
        threading.Event().wait(0.02)
    refresh_what_if(shop.tools, searches, "tiny", id)
    fresh = what_if_ended(shop, id)
    assert (fresh.state, fresh.revision) == ("done", 2)
    plan = shop.ledger.get_plan("tiny", fresh.plan_number or 0)
    assert min(o.start for o in plan.plan.operations if o.machine == "lathe") >= at(0, 12)
