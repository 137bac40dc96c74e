"""What each type of event asks of the plan in force, and when a better plan is worth its moves."""

from __future__ import annotations

import pytest

from scheduler.domain.events import EVENT_TYPES
from scheduler.replanning.reactions import REACTIONS, cause_of, has_drifted, needs_rejig, subject_of, worth_its_moves
from tests.builders import down, event


def test_every_type_of_event_has_a_reaction_with_its_reason() -> None:
    assert set(REACTIONS) == set(EVENT_TYPES)
    assert all(r.reason for r in REACTIONS.values())


@pytest.mark.parametrize("type", ["clock.ticked", "operation.started", "operation.progressed", "operation.finished"])
def test_the_course_of_work_and_time_leaves_a_plan_that_holds_alone(type: str) -> None:
    assert not needs_rejig([event("1", type)])


@pytest.mark.parametrize("type", ["machine.down", "machine.up", "order.created", "receipt.changed", "quality.held"])
def test_a_disturbance_among_ticks_asks_for_a_rejig(type: str) -> None:
    assert needs_rejig([event("1"), event("2", type), event("3")])
    assert not needs_rejig([])


def test_the_cause_names_the_event_that_asks_for_a_rejig() -> None:
    assert cause_of([event("1"), down("2", "saw")]) == "machine.down saw and 1 more event"
    assert cause_of([down("2", "saw"), event("1"), event("3")]) == "machine.down saw and 2 more events"
    assert cause_of([down("2", "saw")]) == "machine.down saw"
    assert cause_of([event("1")]) == "clock.ticked"
    assert cause_of([]) == "a change of policy"


def test_an_event_is_about_an_order_before_its_machine() -> None:
    assert subject_of(event("1", "operation.started", order="MO-1", operation=20, machine="saw")) == "MO-1/20"
    assert subject_of(event("1", "order.changed", order="MO-1", due="2026-03-04")) == "MO-1"
    assert subject_of(event("1", "receipt.changed", receipt="PO-7")) == "PO-7"
    assert subject_of(event("1", "material.counted", material="bar", on_hand=3)) == "bar"


@pytest.mark.parametrize(
    ("before", "after", "moves", "limit", "worth"),
    [
        (1000.0, 999.0, 0, None, True),  # without moves any gain counts
        (1000.0, 1000.0, 0, None, False),
        (1000.0, 995.0, 1, None, False),  # with moves it must be more than half a percent
        (1000.0, 994.9, 1, None, True),
        (1000.0, 500.0, 10, 10, True),
        (1000.0, 500.0, 11, 10, False),  # more moves than the policy allows
        (0.0, 0.0, 3, None, False),
    ],
)
def test_a_better_plan_must_be_worth_its_moves(
    before: float, after: float, moves: int, limit: int | None, worth: bool
) -> None:
    assert worth_its_moves(before, after, moves, limit) is worth


def test_drift_is_what_costs_more_than_one_percent_either_way() -> None:
    assert not has_drifted(1000.0, 1000.0)
    assert not has_drifted(1000.0, 1010.0)
    assert has_drifted(1000.0, 1011.0)
    assert has_drifted(1000.0, 989.0)
    assert has_drifted(0.0, 1.0)
    assert not has_drifted(0.0, 0.0)
