"""Two places where the referee asks for what no plan can do; the check and the planner keep to the contract there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from scheduler.domain.orders import Material, Order, Progress, Receipt
from scheduler.domain.plans import PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.ingest import read_scenario
from scheduler.ingest.scenario_files import write_scenario
from scheduler.planning.judge.check import check_plan
from scheduler.solving.planner import RejigPlanner
from tests.builders import at, named, tiny_plant
from tests.referee.judging import Judges, rows

pytestmark = pytest.mark.shared


def _blamed(judges: Judges, folder: Path, state: PlantState, plan: Sequence[PlannedOperation]) -> dict[str, list[str]]:
    """What the referee says of a plan for a plant that was written out, by rule."""
    write_scenario(state, folder)
    assert read_scenario(folder).state.progress == state.progress
    found, _ = judges.referee.judge(judges.referee.Scenario(folder), rows(plan))
    return dict(found)


@pytest.mark.parametrize(
    ("owed", "start", "blamed"),
    [
        (8, at(0, 6), []),
        (9, at(0, 6), ["bar at -1 when SMALL starts"]),
        (14, at(0, 6), ["bar at -6 when SMALL starts"]),
        (15, at(1, 8), ["bar at -7 when SMALL starts"]),
    ],
)
def test_a_delivery_that_leaves_stock_owed_breaks_nothing(
    judges: Judges, tmp_path: Path, owed: int, start: int, blamed: list[str]
) -> None:
    """8 and 10 bars are overdue and so come now, 8 more on Tuesday at 8; 4 are taken.

    No delivery lets stock fall, and the two of one minute are one change of it. The referee adds them one by one.
    """
    overdue = Receipt("SMALL", "bar", 8.0, at(-3, 9)), Receipt("LARGE", "bar", 10.0, at(-2, 9))
    state = tiny_plant(
        materials=named(Material("bar", on_hand=float(-owed)), Material("pin")),
        receipts=named(*overdue, Receipt("LATER", "bar", 8.0, at(1, 8))),
        orders=named(Order("P", "pin", 4.0, at(3, 6), "pin")),
    )
    plan = RejigPlanner().repair(state).operations
    assert [o.start for o in plan] == [start]
    assert check_plan(state, plan, ()).violations == ()
    assert _blamed(judges, tmp_path, state, plan) == ({"7 material": blamed} if blamed else {})
    at_once = [replace(o, start=at(0, 6), end=at(0, 6, 12)) for o in plan]
    assert check_plan(state, at_once, ()).by_rule() == ({} if owed <= 14 else {"7 material": 1})


@pytest.mark.parametrize(
    ("started", "end", "agrees"), [(at(0, 14), at(0, 14), True), (at(0, 14, 1), at(0, 14, 1), False)]
)
def test_work_that_began_behind_the_shift_does_not_end_with_it(
    judges: Judges, tmp_path: Path, started: int, end: int, agrees: bool
) -> None:
    """The saw is closed from 14:00 on; at 16:00 nothing remains of its work. The referee has it end at 14:00."""
    progress = {("SHAFT-1", 10): Progress("SHAFT-1", 10, "running", "saw", started, None, 0, drifting_since=at(0, 15))}
    state = tiny_plant(now=at(0, 16), progress=progress)
    plan = RejigPlanner().repair(state).operations
    assert [(o.start, o.end) for o in plan if o.key in progress] == [(started, end)]
    assert check_plan(state, plan, ()).violations == ()
    said = _blamed(judges, tmp_path, state, plan)
    assert said.keys() == (set() if agrees else {"6 running"})
    assert all(words.startswith("SHAFT-1/10 ") for found in said.values() for words in found)
