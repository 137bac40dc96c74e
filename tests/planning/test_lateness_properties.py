"""On any plant: the minutes of a chain add up, and what it names was really in the way, by the judge of plans."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.domain.minutes import Minute
from scheduler.domain.plans import Plan
from scheduler.domain.plant import PlantState
from scheduler.planning.judge.check import check_plan
from scheduler.planning.judge.placed import PlacedPlan
from scheduler.planning.lists.lateness import Lateness, why_late
from scheduler.planning.lists.lateness_words import said, sentence, totals
from scheduler.planning.lists.waits import Wait
from scheduler.solving.planner import RejigPlanner
from tests.planning.random_plants import random_plant, with_disturbance

PLANNER = RejigPlanner()
SLOWLY = settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])


def _replanned(seed: int) -> tuple[random.Random, PlantState, Plan]:
    """A random plant to which something has happened, with its repaired plan."""
    rng = random.Random(seed)
    state = random_plant(rng)
    state = with_disturbance(rng, replace(state, plan=PLANNER.repair(state).operations))
    return rng, state, PLANNER.repair(state)


def _chains(state: PlantState, plan: Plan) -> Iterator[Lateness]:
    for order in state.orders:
        yield why_late(state, plan.operations, order, plan.unplanned)


@SLOWLY
@given(st.integers(0, 10**6))
def test_the_minutes_add_up_without_a_gap(seed: int) -> None:
    _, state, plan = _replanned(seed)
    ends = PlacedPlan(state, plan.operations).order_ends
    for chain in _chains(state, plan):
        assert chain.delivery == ends.get(chain.order)
        assert sentence(chain, state.zone).startswith(chain.order)
        if chain.delivery is None:
            assert chain.waits == ()
            continue
        assert chain.minutes == chain.delivery - chain.since
        edges = [chain.since, *(w.end for w in chain.waits)]
        assert [w.start for w in chain.waits] == edges[:-1]
        assert all(w.end > w.start and said(w) for w in chain.waits)
        assert sum(t.minutes for t in totals(chain.waits)) == chain.minutes
        assert not chain.waits or chain.since <= max(state.now, state.orders[chain.order].release or state.now)


@SLOWLY
@given(st.integers(0, 10**6))
def test_the_minutes_add_up_in_a_plan_that_time_has_passed_over(seed: int) -> None:
    _, state, plan = _replanned(seed)
    later = replace(state, now=state.now + 700)
    for chain in _chains(later, plan):
        if chain.delivery is not None:
            assert chain.minutes == chain.delivery - chain.since


@SLOWLY
@given(st.integers(0, 10**6))
def test_what_is_in_the_way_forbids_an_earlier_start_and_what_is_unused_allows_it(seed: int) -> None:
    rng, state, plan = _replanned(seed)
    if not check_plan(state, plan.operations, plan.unplanned).feasible:
        return
    for chain in _chains(state, plan):
        for wait in chain.waits:
            if wait.cause in ("processing", "release", "frozen") or _is_excused(state, wait):
                continue
            for start in {wait.start, rng.randrange(wait.start, wait.end)}:
                unused = wait.cause == "unused" and start == wait.start
                if wait.cause != "unused" or unused:
                    assert _could_start(state, plan, wait, start) in (unused, None), (wait, start)


def _could_start(state: PlantState, plan: Plan, wait: Wait, start: Minute) -> bool | None:
    """Whether the judge lets the chain's operation start there, all else as planned. None: it has begun by then."""
    placed = PlacedPlan(state, plan.operations)
    here = placed.placed[wait.order, wait.operation]
    if here.start <= start or here.row is None:
        return None
    time = placed.times.machine(here.machine)
    end = time.after(start, placed.minutes(here, here.row))
    if end is None or not time.is_open(start):
        return False
    moved = [
        replace(o, start=start, end=end, setup_start=None) if o.key == (wait.order, wait.operation) else o
        for o in plan.operations
    ]
    return check_plan(state, moved, plan.unplanned).feasible


def _is_excused(state: PlantState, wait: Wait) -> bool:
    """What running work takes from a pool beyond its capacity is excused, and so is what works beside it."""
    return wait.cause == "pool" and any(p.keeps_machine for p in state.progress.values())
