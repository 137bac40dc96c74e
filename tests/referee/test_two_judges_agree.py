"""The check and the referee, which share nothing, say the same of good plans, of bad plans, and of every figure."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from scheduler.domain.fold import fold_event, fold_events
from scheduler.domain.minutes import DAY
from scheduler.ingest import read_scenario
from scheduler.ingest.scenario_files import write_scenario
from scheduler.planning.judge.check import check_plan
from tests.referee.faults import FAULTS
from tests.referee.judging import Case, Judges, as_lived, busiest_moment

pytestmark = pytest.mark.shared

FAMILIES = ("gear", "food", "assembly", "shop")
RULES = ("atc", "edd", "wspt")
BROKEN = {
    "1 complete",
    "2 eligible",
    "3 duration",
    "4 overlap",
    "4 changeover",
    "5 sequence",
    "5 max wait",
    "6 not before",
    "6 running",
    "7 material",
    "8 pool",
}
MUTATIONS = 130
"""On each of eight plans, so more than a thousand in all."""

Planned = Callable[..., Case]


@pytest.mark.parametrize("midway", [False, True], ids=["fresh", "midway"])
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("family", FAMILIES)
def test_they_agree_on_small_plants_by_every_rule(
    judges: Judges, planned: Planned, family: str, seed: int, midway: bool
) -> None:
    for rule in RULES:
        case = planned(family, 30, seed, midway, rule)
        assert len(case.plan) > 20
        assert judges.ours(case, case.plan) == judges.theirs(case, case.plan), rule


@pytest.mark.parametrize(("seed", "rule", "midway"), [(1, "atc", False), (2, "edd", True), (3, "wspt", True)])
@pytest.mark.parametrize("family", FAMILIES)
def test_they_agree_on_larger_plants(
    judges: Judges, planned: Planned, family: str, seed: int, rule: str, midway: bool
) -> None:
    case = planned(family, 200, seed, midway, rule)
    assert len(case.plan) > 200
    assert judges.ours(case, case.plan) == judges.theirs(case, case.plan)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("family", FAMILIES)
def test_they_agree_in_the_middle_of_work(judges: Judges, begun: Planned, family: str, seed: int) -> None:
    case = begun(family, seed)
    running = [p for p in case.state.progress.values() if p.status == "running"]
    assert len(running) > 1
    assert judges.ours(case, case.plan) == judges.theirs(case, case.plan)


@pytest.mark.parametrize("start", ["fresh", "begun"])
@pytest.mark.parametrize("family", FAMILIES)
def test_they_agree_on_every_planted_fault(
    judges: Judges, planned: Planned, begun: Planned, family: str, start: str
) -> None:
    case = planned(family, 30, 1, False) if start == "fresh" else begun(family, 1)
    rng = random.Random(f"{family} {start}")
    for number in range(MUTATIONS):
        plan, names = list(case.plan), []
        for fault in rng.sample(FAULTS, rng.choice([1, 1, 1, 2, 3])):
            fault(rng, case.state, plan)
            names.append(fault.__name__)
        assert judges.ours(case, plan, case.plan) == judges.theirs(case, plan, case.plan), (number, names)


def test_the_planted_faults_break_every_rule(judges: Judges, begun: Planned) -> None:
    seen: Counter[str] = Counter()
    for family in ("food", "assembly"):
        case, rng = begun(family, 1), random.Random(family)
        for fault in FAULTS:
            for _ in range(6):
                plan = list(case.plan)
                fault(rng, case.state, plan)
                seen.update(judges.theirs(case, plan).broken)
    assert set(seen) == BROKEN


@pytest.mark.parametrize("family", FAMILIES)
def test_a_plan_that_the_floor_keeps_to_stays_good(judges: Judges, planned: Planned, family: str) -> None:
    """But for a changeover that has begun: the contract has no word for one, so it counts anew from now on."""
    case = planned(family, 30, 1, False)
    assert judges.ours(case, case.plan).broken == frozenset()
    events = as_lived(case.plan, case.state.now + 3 * DAY)
    state = case.state
    for number, event in enumerate(events):
        state = fold_event(state, event)
        if number % 10 == 0 and (number + 1 == len(events) or events[number + 1].time > event.time):
            left = [placed for placed in case.plan if state.status_of(*placed.key) != "done"]
            verdict = check_plan(state, left, ())
            begun_changeovers = {v.order for v in verdict.violations if v.rule == "4 changeover"}
            assert [v for v in verdict.violations if v.order not in begun_changeovers] == []
    assert len(events) > 40


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("family", FAMILIES)
def test_they_agree_on_a_disturbed_plant_that_was_written_out(
    judges: Judges, tmp_path: Path, family: str, seed: int
) -> None:
    judges.plantgen.Plant(family, 30, seed).make(tmp_path / "before", disturb=12)
    scenario = read_scenario(tmp_path / "before")
    plan = judges.case(tmp_path / "before").plan
    assert len(scenario.events) >= 12
    state = fold_events(scenario.state, scenario.events)
    write_scenario(state, tmp_path / "after")
    read_back = judges.read(tmp_path / "after", plan)
    assert read_back.state.now == state.now
    theirs = judges.theirs(read_back, plan)
    assert judges.ours(replace(read_back, state=state), plan) == judges.ours(read_back, plan) == theirs
    assert theirs.broken


@pytest.mark.parametrize("family", FAMILIES)
def test_both_pass_the_plan_in_force_as_it_is_written_midway(
    judges: Judges, planned: Planned, tmp_path: Path, family: str
) -> None:
    first = planned(family, 30, 2, False)
    state = fold_events(replace(first.state, plan=first.plan), as_lived(first.plan, busiest_moment(first.plan)))
    write_scenario(state, tmp_path)
    written = judges.read(tmp_path, read_scenario(tmp_path).state.plan)
    assert 0 < len(written.plan) < len(first.plan)
    ours, theirs = judges.ours(written, written.plan), judges.theirs(written, written.plan)
    assert ours == theirs
    assert ours.broken <= {"4 changeover"}, "one that was under way is not told anywhere"
    history = [o for o in first.plan if o not in written.plan][:1]
    assert "1 complete" in judges.theirs(written, (*written.plan, *history)).broken, "so nothing of it is written"
