"""A floor as irregular as a real shop's log: no report is refused, and once all are in, the state is the true one.

In `make chaos-floor` plants are large and plans are judged; here one is small, and only what is known is compared.
"""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import pairwise

import pytest

from benchmarks.chaos import follow
from benchmarks.chaos_floor import live
from benchmarks.chaos_life import ALL, Life, Shares, alone
from benchmarks.chaos_told import INCREMENTS, NEVER, Post, told
from scheduler.domain.fold import fold_event
from scheduler.domain.minutes import DAY
from scheduler.domain.orders import Order
from scheduler.domain.plans import OperationKey
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Machine
from scheduler.domain.routings import EligibleMachine, Operation, Routing
from scheduler.planning.judge.check import check_plan
from scheduler.solving.planner import RejigPlanner
from tests.builders import event, named, tiny_plant

KINDS = {**alone(), "together": ALL}
SEEDS, DAYS = (1, 2), 4
OFTEN = Shares(**{f.name: min(1.0, 4 * getattr(ALL, f.name)) for f in fields(Shares)})
"""So that two dozen orders meet all of it."""


@pytest.fixture(scope="module")
def plant() -> PlantState:
    """Two saws, two lathes and a mill; 24 orders of 10 pieces are sawn, turned and milled. A plan is in force."""
    saws = tuple(EligibleMachine(f"saw-{n}", 4.0) for n in (1, 2))
    lathes = tuple(EligibleMachine(f"lathe-{n}", 6.0, setup_minutes=10) for n in (1, 2))
    steps = (
        Operation(10, "saw off", machines=saws),
        Operation(20, "turn", predecessors=(10,), machines=lathes),
        Operation(30, "mill", predecessors=(20,), machines=(EligibleMachine("mill-1", 2.0),)),
    )
    machines = [row.machine for step in steps for row in step.machines]
    state = tiny_plant()
    state = replace(
        state,
        machines=named(*(Machine(name, name[:-2], "early") for name in machines)),
        materials={},
        receipts={},
        orders=named(*(Order(f"S-{n:02}", "shaft", 10.0, state.now + n * DAY // 6, "shaft") for n in range(24))),
        routings=named(Routing("shaft", steps)),
        increment_sources=(INCREMENTS,),
    )
    return replace(state, plan=RejigPlanner().repair(state).operations)


def life_of(plant: PlantState, seed: int, shares: Shares) -> Life:
    return live(plant, plant.plan, seed, shares, plant.now + DAYS * DAY)


def followed(plant: PlantState, posts: list[Post], until: int) -> PlantState:
    """Raises InvalidEvent for a report that is refused."""
    for post in posts:
        if post.at != NEVER:
            plant = fold_event(plant, post.event)
    return fold_event(plant, event("end", "clock.ticked", until))


def of_operation(post: Post) -> OperationKey:
    return post.event.data["order"], post.event.data["operation"]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", KINDS)
def test_no_true_report_is_refused_and_only_forgotten_ends_are_not_known(
    plant: PlantState, kind: str, seed: int
) -> None:
    shares = OFTEN if kind == "together" else KINDS[kind]
    life = life_of(plant, seed, shares)
    posts = told(life, seed, shares)
    state, truth = followed(plant, posts, life.until), life.at(life.until)
    assert len(truth.progress) > 40
    keys = [(o.name, s.number) for o in truth.orders.values() for s in truth.routings[o.routing].operations]
    wrong = {key for key in keys if state.status_of(*key) != truth.status_of(*key)}
    assert wrong <= {of_operation(post) for post in posts if post.at == NEVER}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("together", "forgotten", "out_of_turn")])
def test_the_pieces_that_are_handed_on_are_the_true_ones(plant: PlantState, kind: str) -> None:
    life = life_of(plant, 1, KINDS[kind])
    state, truth = followed(plant, told(life, 1, KINDS[kind]), life.until), life.at(life.until)
    made = {key: work.passed_on for key, work in truth.progress.items() if work.status == "done"}
    assert made == {key: state.progress[key].passed_on for key in made}


def test_one_machine_has_one_operation_at_a_time_and_none_is_done_before_what_it_follows(plant: PlantState) -> None:
    life = life_of(plant, 1, OFTEN)
    for machine in plant.machines:
        stays = [stay for stay in life.stays if stay.machine == machine]
        assert all(a.end <= b.start for a, b in pairwise(stays))
    ends = {stay.key: stay.end for stay in life.stays if stay.good is not None}
    truth = life.at(life.until)
    for (order, number), end in ends.items():
        step = truth.operation(order, number)
        assert step is not None
        assert all(ends[order, before] <= end for before in step.predecessors)


def test_the_floor_knows_what_it_does_and_the_truth_can_be_planned(plant: PlantState) -> None:
    life = life_of(plant, 1, OFTEN)
    assert life == life_of(plant, 1, OFTEN)
    assert {stay.key for stay in life.stays if stay.key in life.elsewhere}
    assert any(stay.good is None and stay.end < life.until for stay in life.stays)
    assert len(life.added) > 5
    truth = life.at(plant.now + 2 * DAY + 240)
    assert {work.status for work in truth.progress.values()} == {"running", "aside", "done"}
    plan = RejigPlanner().repair(replace(truth, plan=plant.plan))
    assert check_plan(truth, plan.operations, plan.unplanned).feasible


def test_what_is_told_has_each_fault_and_stands_in_the_order_in_which_it_comes_in(plant: PlantState) -> None:
    life = life_of(plant, 1, OFTEN)
    posts = told(life, 1, OFTEN)
    assert [post.at for post in posts] == sorted(post.at for post in posts)
    assert any(post.at == NEVER for post in posts)
    assert any(post.event.id.endswith("-again") for post in posts)
    assert any(post.event.id.endswith("-leap") for post in posts)
    assert any(post.at > post.true + 10 for post in posts if not post.known)
    assert {post.event.source for post in posts} >= {INCREMENTS}
    assert told(life_of(plant, 1, Shares()), 1, Shares()) != posts


def test_a_life_is_followed_by_the_desk(plant: PlantState) -> None:
    found = follow(plant, 1, OFTEN, 1)
    assert (found.refused, found.infeasible) == ([], 0)
    assert (len(found.differing), len(found.costs)) == (24, 4), "a look each hour, four of them priced"
