"""What is said to help does: by the referee, and on small plants with no smaller amount that does too."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from scheduler.domain.fold import fold_events
from scheduler.domain.minutes import DAY
from scheduler.domain.plant import PlantState
from scheduler.ingest import read_scenario, write_scenario
from scheduler.planning.judge.check import check_plan
from scheduler.planning.judge.kpis import lateness, order_ends
from scheduler.planning.lists.lateness import Lateness, why_late
from scheduler.replanning.fixes.candidates import ladders
from scheduler.replanning.fixes.change import Ladder, Steps
from scheduler.replanning.fixes.find import Fix, Fixes, find_fixes
from tests.planning.random_plants import random_plant
from tests.referee.judging import Judges, rows
from tests.replanning.late_shop import plan

PLANTS = (("shop", 3), ("gear", 1), ("gear", 2), ("gear", 3), ("food", 1), ("food", 2), ("assembly", 2))
HURRIED = 2
SOONER = 90
SMALL_PLANTS = range(60)


def generated(judges: Judges, folder: Path, family: str, seed: int) -> tuple[PlantState, list[str]]:
    """A generated plant in the middle of its work, with a plan in force; and those of its orders that wait longest,
    which are wanted an hour and a half before they come."""
    judges.plantgen.Plant(family, 20, seed).make(folder, 0, True)
    state = read_scenario(folder).state
    state = replace(state, plan=plan(state).operations)
    ends = {name: end for name, end in order_ends(state, state.plan).items() if end > state.now + DAY}
    waits = {name: waited(why_late(state, state.plan, name)) for name in ends}
    wanted = sorted(ends, key=lambda name: (-waits[name], name))[:HURRIED]
    hurried = {name: replace(state.orders[name], due=ends[name] - SOONER) for name in wanted}
    return replace(state, orders={**state.orders, **hurried}), wanted


def waited(chain: Lateness) -> int:
    """Minutes that are neither work nor hours that are closed every week."""
    return sum(w.minutes for w in chain.waits if w.cause != "processing" and not w.regular)


def late_orders(state: PlantState) -> list[str]:
    """Those that still can be in time, the least late first."""
    late = {name: minutes for name, minutes in lateness(state, state.plan).items() if minutes > 0}
    return sorted((name for name in late if state.orders[name].due > state.now), key=lambda name: (late[name], name))


@pytest.mark.shared
@pytest.mark.parametrize(("family", "seed"), PLANTS)
def test_what_is_offered_brings_the_order_in_time_by_the_referee(
    judges: Judges, tmp_path: Path, family: str, seed: int
) -> None:
    state, hurried = generated(judges, tmp_path / "plant", family, seed)
    offered = 0
    for order in dict.fromkeys((*hurried, *late_orders(state)[:1])):
        for number, fix in enumerate(find_fixes(state, order, plan, Steps(overtime=60)).fixes):
            offered += fix.trial.on_time and fix.change.kind != "nothing"
            assert_proven(judges, tmp_path / f"{order}-{number}", state, order, fix)
    assert offered, "no change helps any of them"


def assert_proven(judges: Judges, folder: Path, state: PlantState, order: str, fix: Fix) -> None:
    """The change is made, the plant written out and planned once more: the referee has no fault to find with it."""
    changed = fold_events(state, fix.change.events)
    write_scenario(changed, folder)
    again = plan(changed)
    assert fix.trial.plan is not None
    assert again.operations == fix.trial.plan.operations, "the proof repeats"
    last = max(o.end for o in again.operations)
    broken, figures = judges.referee.judge(
        judges.referee.Scenario(folder, last=last), rows(again.operations), rows(changed.plan)
    )
    assert broken == {}, fix.change.words
    late = lateness(changed, again.operations)
    wanted = fix.change.lots if order in fix.change.lots else (order,)
    assert max(late[name] for name in wanted) == fix.trial.late_minutes
    assert fix.trial.on_time or fix.change.kind == "nothing"
    assert figures["late_orders"] == sum(minutes > 0 for minutes in late.values())


def small_plants() -> Iterator[tuple[PlantState, str, Fixes]]:
    """Small plants with everything that the contract knows, each with a late order and what would help it."""
    for seed in SMALL_PLANTS:
        state = random_plant(random.Random(seed))
        state = replace(state, frozen_minutes=0)
        state = replace(state, plan=plan(state).operations)
        for order in late_orders(state)[:1]:
            yield state, order, find_fixes(state, order, plan)


def test_no_smaller_amount_of_the_same_kind_works_on_small_plants() -> None:
    kinds = set()
    for state, order, found in small_plants():
        again = {(x.kind, x.about): x for x in every_ladder(state, order)}
        for fix in found.fixes:
            if fix.change.kind == "nothing":
                continue
            kinds.add(fix.change.kind)
            assert fix.smaller == "all"
            ladder = again[fix.change.kind, fix.change.about]
            assert ladder.change(fix.step) == fix.change
            for step in range(1, fix.step):
                assert not comes_in_time(state, order, ladder, step), (fix.change.words, step)
            assert comes_in_time(state, order, ladder, fix.step)
    assert len(kinds) >= 5, kinds


def every_ladder(state: PlantState, order: str) -> list[Ladder]:
    nothing = plan(state)
    chains = [
        why_late(state, state.plan, order),
        why_late(state, nothing.operations, order, nothing.unplanned),
    ]
    return ladders(state, order, chains, Steps())


def comes_in_time(state: PlantState, order: str, ladder: Ladder, step: int) -> bool:
    change = ladder.change(step)
    changed = fold_events(state, change.events)
    made = plan(changed)
    if not check_plan(changed, made.operations, made.unplanned, broken_pins=made.broken_pins).feasible:
        return False
    ends = order_ends(changed, made.operations)
    wanted = change.lots if order in change.lots else (order,)
    return all(name in ends and ends[name] <= state.orders[order].due for name in wanted)
