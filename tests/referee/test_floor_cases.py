"""The small plants of `shared/cases` whose floor does not follow the plan: what is right, and both judges agree.

Every plan that the replay makes on the way is judged by the referee beside the state written out.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.commands.replay_loop import Loop, Step
from scheduler.domain.minutes import parse_minute
from scheduler.domain.plant import PlantState
from scheduler.ingest import read_scenario, write_scenario
from scheduler.ports import PlanRequest
from scheduler.solving.planner import RejigPlanner
from tests.referee.judging import Case, Judges

pytestmark = pytest.mark.shared


@pytest.fixture
def replayed(shared_dir: Path, judges: Judges, tmp_path: Path, request: pytest.FixtureRequest) -> list[Step]:
    scenario = read_scenario(shared_dir / "cases" / request.param)
    loop = Loop(scenario.state, RejigPlanner(), PlanRequest(budget=50, workers=1, seed=1, solver="search"))
    steps = list(loop.run(scenario.events))
    for number, step in enumerate(steps):
        assert not step.refused
        folder = tmp_path / str(number)
        write_scenario(step.state, folder)
        assert read_scenario(folder).state == step.state
        case = Case(folder, step.state, judges.referee.Scenario(folder), step.state.plan)
        assert not judges.theirs(case, step.state.plan).broken
    return steps


def case(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("replayed", [name], indirect=True)


def start_of(state: PlantState, order: str, operation: int) -> int:
    return next(o.start for o in state.plan if o.key == (order, operation))


def minute(state: PlantState, text: str) -> int:
    return parse_minute(text, state.zone)


def open_rules(state: PlantState) -> list[str]:
    return [d.rule for d in state.doubts.values() if d.status == "open"]


@case("forgotten-finish")
def test_a_forgotten_finish_blocks_nothing(replayed: list[Step]) -> None:
    state = replayed[-1].state
    work = state.progress["A", 10]
    assert (work.status, work.finished, work.quantity_good) == ("done", minute(state, "2026-03-02T16:00"), 100)
    assert open_rules(state) == ["all_made"]
    assert {o.order for o in state.plan} == {"B", "C"}
    assert start_of(state, "B", 10) == state.now


@case("pieces-count")
def test_pieces_say_when_it_ends_and_the_next_moves_up(replayed: list[Step]) -> None:
    left = {step.event.time: step.state.progress["A", 10].remaining_minutes for step in replayed if step.event}
    state = replayed[-1].state
    assert left[minute(state, "2026-03-02T11:00")] == 450
    assert left[minute(state, "2026-03-02T21:00")] == 150
    assert state.progress["A", 10].status == "done"
    assert start_of(state, "B", 10) == state.now


@case("put-aside")
def test_work_put_aside_is_planned_behind_what_took_its_machine(replayed: list[Step]) -> None:
    state = replayed[-1].state
    work = state.progress["A", 10]
    assert (work.status, work.quantity_good, work.remaining_minutes) == ("aside", 20, 480)
    assert state.progress["B", 10].status == "done"
    place = next(o for o in state.plan if o.key == ("A", 10))
    assert place.end - place.start == 480
    assert open_rules(state) == ["put_aside"]


@case("short-then-rest")
def test_what_came_short_sizes_what_follows_until_the_rest_is_begun(replayed: list[Step]) -> None:
    short, again = replayed[-2].state, replayed[-1].state
    assert [o.end - o.start for o in short.plan if o.order == "A"] == [60, 60]
    assert again.progress["A", 10].remaining_minutes == 240
    assert [o.end - o.start for o in again.plan if o.order == "A" and o.operation > 10] == [100, 100]


@case("stale-report")
def test_a_stale_report_takes_nothing_from_others(replayed: list[Step]) -> None:
    state = replayed[-1].state
    assert state.progress["A", 10].status == state.progress["C", 10].status == "done"
    assert (state.progress["B", 10].status, state.progress["B", 10].remaining_minutes) == ("aside", 120)


@case("wrong-clock")
def test_a_clock_that_is_months_ahead_is_held(replayed: list[Step]) -> None:
    state = replayed[-1].state
    assert state.now == minute(state, "2026-03-02T06:00")
    assert open_rules(state) == ["leap"]
    assert replayed[-1].kept
