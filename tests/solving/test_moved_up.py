"""The queue moves up: no plan leaves a machine idle for work that could start sooner in its sequence at no cost.

The tiny plant (tests/builders.py): saw 20 minutes, then lathe 50 minutes after a changeover of 15, for a shaft.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from scheduler.domain.orders import Progress
from scheduler.domain.plans import Objective, PlannedOperation
from scheduler.domain.plant import PlantState
from scheduler.ports import PlanRequest
from scheduler.solving.planner import RejigPlanner
from tests.builders import at, tiny_plant

PLANNER = RejigPlanner()
TARDINESS_ALONE = Objective(tardiness=1.0)


def _late_plan(**changes: object) -> PlantState:
    """SHAFT-1 has been sawn six hours early; the plan in force still has its turning at 12:30, SHAFT-2 behind it."""
    in_force = (
        PlannedOperation("SHAFT-2", 10, "saw", at(0, 6), at(0, 6, 20)),
        PlannedOperation("SHAFT-1", 20, "lathe", at(0, 12, 30), at(0, 13, 20)),
        PlannedOperation("SHAFT-2", 20, "lathe", at(1, 8), at(1, 8, 50)),
        PlannedOperation("PIN-1", 10, "lathe", at(1, 9), at(1, 9, 30)),
    )
    done = Progress("SHAFT-1", 10, "done", "saw", at(0, 5), at(0, 5, 50), None, 10.0)
    plant = tiny_plant(plan=in_force, objective=TARDINESS_ALONE, progress={("SHAFT-1", 10): done})
    return replace(plant, **changes)


def _starts(operations: Sequence[PlannedOperation]) -> dict[tuple[str, int], int]:
    return {o.key: o.start for o in operations}


@pytest.mark.parametrize("search", [False, True])
def test_what_waits_starts_as_soon_as_its_sequence_admits_though_no_order_is_late(search: bool) -> None:
    state = _late_plan()
    plan = PLANNER.plan(state, PlanRequest(budget=30, workers=1)) if search else PLANNER.repair(state)
    starts = _starts(plan.operations)
    assert starts["SHAFT-1", 20] == at(0, 6, 15)  # behind its changeover
    assert starts["SHAFT-2", 20] == at(0, 7, 20)  # 50 minutes and another changeover later
    assert starts["PIN-1", 10] == at(1, 8)  # its bars come on Tuesday at 08:00
    assert plan.kpis.weighted_tardiness == 0


@pytest.mark.parametrize(("frozen", "start"), [(391, at(0, 12, 30)), (390, at(0, 6, 15))])
def test_what_is_frozen_stays(frozen: int, start: int) -> None:
    plan = PLANNER.repair(_late_plan(frozen_minutes=frozen))
    assert _starts(plan.operations)["SHAFT-1", 20] == start


def test_where_the_plant_prices_moves_the_queue_moves_only_for_what_it_gains() -> None:
    # Two of the three would move, at 5 each, and nothing is late.
    still = PLANNER.repair(_late_plan(objective=Objective(1.0, stability=5.0)))
    assert still.kpis.moved_operations == 0
    # A minute of flow costs 0.1: the shafts gain 375 and more than 1000 minutes.
    moved = PLANNER.repair(_late_plan(objective=Objective(1.0, flow=0.1, stability=5.0)))
    assert moved.kpis.moved_operations >= 2


def test_a_repaired_plan_that_is_repaired_again_stays_as_it_is() -> None:
    state = _late_plan()
    once = PLANNER.repair(state).operations
    assert PLANNER.repair(replace(state, plan=once)).operations == once
