"""A plan goes out as plan.csv and plan.json and comes in again, with whatever the check should see."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from scheduler.domain.fold import fold_events
from scheduler.domain.minutes import parse_minute
from scheduler.domain.plans import Kpis, Milestone, Plan, PlannedOperation, Unplanned
from scheduler.domain.plant import PlantState
from scheduler.errors import UnreadablePlan
from scheduler.ingest import plan_csv, read_plan, read_scenario, scenario_texts, scenario_zip, write_plan
from scheduler.planning.judge.check import check_plan
from tests.builders import at as moment
from tests.builders import tiny_plan, tiny_plant
from tests.ingest.workshop import read, zipped
from tests.referee.judging import as_lived

STATE = read().state
HEAD = "order,operation,machine,start,end\n"


def at(text: str) -> int:
    return parse_minute(text, STATE.zone)


OPERATIONS = (
    PlannedOperation("MO-1", 10, "lathe-1", at("2026-03-02T07:30"), at("2026-03-02T08:00"), at("2026-03-02T07:00")),
    PlannedOperation("MO-1", 20, "mill-1", at("2026-03-29T01:30"), at("2026-03-29T03:30")),
)
PLAN = Plan(
    OPERATIONS,
    (Unplanned("MO-2", 30, "nobody supplies 'bar-20'"),),
    Kpis(12.5, 100.0, 1, 2, 2, 30, 600, 900, 3, None, 1.25),
    "cp-sat",
    (Milestone(0.1, 20.0, "list"), Milestone(0.9, 12.5, "cp-sat")),
)


def test_times_are_written_with_the_offset_of_their_day() -> None:
    assert plan_csv(OPERATIONS, STATE).splitlines() == [
        "order,operation,machine,start,end,setup_start",
        "MO-1,10,lathe-1,2026-03-02T07:30+01:00,2026-03-02T08:00+01:00,2026-03-02T07:00+01:00",
        "MO-1,20,mill-1,2026-03-29T01:30+01:00,2026-03-29T03:30+02:00,",
    ]


def test_a_written_plan_is_read_as_it_was(tmp_path: Path) -> None:
    write_plan(tmp_path / "out", PLAN, STATE)
    assert read_plan(tmp_path / "out" / "plan.csv", STATE) == OPERATIONS
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["plan.csv", "plan.json"]


def test_plan_json_has_the_figures_by_their_names_and_what_was_left_out(tmp_path: Path) -> None:
    write_plan(tmp_path, PLAN, STATE)
    said = json.loads((tmp_path / "plan.json").read_text())
    assert said["cost"] == 12.5
    assert said["lower_bound"] is None
    assert {"weighted_tardiness", "late_orders", "setup_minutes", "makespan_minutes", "flow_minutes"} <= said.keys()
    assert (said["moved_operations"], said["solve_seconds"], said["engine"]) == (3, 1.25, "cp-sat")
    assert said["unplanned"] == [{"order": "MO-2", "operation": 30, "reason": "nobody supplies 'bar-20'"}]
    assert said["history"][1] == {"seconds": 0.9, "cost": 12.5, "engine": "cp-sat"}


def test_plan_json_says_how_good_the_plan_was_when(tmp_path: Path) -> None:
    # First plan at 0.1 s, the last at 0.9 s, the search over after 1.25 s.
    write_plan(tmp_path, PLAN, STATE)
    assert json.loads((tmp_path / "plan.json").read_text())["cost_at"] == [
        {"seconds": 0.1, "cost": 20.0, "engine": "list"},
        {"seconds": 1.0, "cost": 12.5, "engine": "cp-sat"},
        {"seconds": 1.25, "cost": 12.5, "engine": "cp-sat"},
    ]


@pytest.mark.parametrize(
    ("lasted", "said"),
    [
        (0.3, [(0.3, 20.0)]),
        (1.0, [(1.0, 20.0)]),
        (9.97, [(1.0, 20.0), (5.0, 12.5), (10.0, 12.5)]),  # of the 10 s that were asked for
        (10.02, [(1.0, 20.0), (5.0, 12.5), (10.0, 11.0)]),  # found while the search ended
        (12.0, [(1.0, 20.0), (5.0, 12.5), (10.0, 12.5), (12.0, 11.0)]),
    ],
)  # fmt: skip
def test_a_mark_is_said_where_there_was_a_plan_and_the_search_still_lasted(
    lasted: float, said: list[tuple[float, float]]
) -> None:
    whole = (Milestone(0.11, 20.0, "list"), Milestone(4.9, 12.5, "cp-sat"), Milestone(10.01, 11.0, "cp-sat"))
    history = tuple(m for m in whole if m.seconds <= lasted)
    plan = replace(PLAN, kpis=replace(PLAN.kpis, solve_seconds=lasted), history=history)
    assert [(m.seconds, m.cost) for m in plan.cost_at] == said
    assert replace(plan, history=()).cost_at == ()


def test_rows_that_stand_twice_and_unknown_names_are_kept_for_the_check() -> None:
    row = "MO-9,15,lathe-9,2026-03-02T07:00,2026-03-02T06:00\n"
    plan = read_plan("order,operation,machine,start,end\n" + row + row, STATE)
    late, early = at("2026-03-02T07:00+01:00"), at("2026-03-02T06:00+01:00")
    assert plan == (PlannedOperation("MO-9", 15, "lathe-9", late, early),) * 2


def test_a_plan_of_no_operations_is_a_plan() -> None:
    assert read_plan(plan_csv((), STATE), STATE) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no header"),
        ("order,operation,start,end\n", "plan.csv row 1, machine: found no such column"),
        (HEAD + "MO-1,ten,lathe-1,2026-03-02,soon\n", "plan.csv row 2, end: found 'soon'"),
        (HEAD + "MO-1,ten,lathe-1,2026-03-02,soon\n", "plan.csv row 2, operation: found 'ten'"),
    ],
)  # fmt: skip
def test_an_unreadable_plan_is_told_in_words(text: str, said: str) -> None:
    with pytest.raises(UnreadablePlan) as caught:
        read_plan(text, STATE)
    assert said in str(caught.value)


def test_a_plan_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadablePlan, match="No such file or directory"):
        read_plan(tmp_path / "plan.csv", STATE)


# -- what is finished since -------------------------------------------------------------------------------------------


def at_twenty_past() -> PlantState:
    """Monday 06:20: SHAFT-1 has been sawn, its turning and the sawing of SHAFT-2 run, all by the plan in force."""
    plan = tiny_plan().operations
    return fold_events(tiny_plant(plan=plan), as_lived(plan, moment(0, 6, 20)))


def history() -> str:
    """The whole plan in force as another system may hand it in: with the row of what is finished."""
    return plan_csv(tiny_plan().operations, tiny_plant())


def test_finished_work_leaves_the_plan_that_is_written(tmp_path: Path) -> None:
    state = at_twenty_past()
    assert len(state.plan) == 5
    back = read_scenario(scenario_zip(state))
    assert [o.key for o in back.state.plan] == [("SHAFT-2", 10), ("SHAFT-1", 20), ("SHAFT-2", 20), ("PIN-1", 10)]
    assert back.notices == ()
    assert check_plan(back.state, back.state.plan).violations == ()
    write_plan(tmp_path, replace(tiny_plan(), operations=state.plan), state)
    assert read_plan(tmp_path / "plan.csv", state) == back.state.plan
    assert len(history().splitlines()) == 1 + 5, "of a plant where nothing is finished all stands there"


def test_rows_of_finished_work_are_read_as_history_with_a_notice() -> None:
    texts = {**scenario_texts(at_twenty_past()), "plan.csv": history()}
    scenario = read_scenario(zipped(texts))
    assert scenario.notices == (
        "plan.csv: 1 row(s) of finished operations are history, and no longer part of the plan",
    )
    assert scenario.state.plan == tiny_plan().operations[1:]
    assert check_plan(scenario.state, scenario.state.plan).violations == ()


def test_work_that_runs_is_no_history() -> None:
    state = at_twenty_past()
    assert {key for key, p in state.progress.items() if p.status == "running"} == {("SHAFT-2", 10), ("SHAFT-1", 20)}
    assert state.unfinished(tiny_plan().operations) == tiny_plan().operations[1:]
    assert tiny_plant().unfinished(tiny_plan().operations) == tiny_plan().operations
