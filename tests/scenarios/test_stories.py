"""Each story of `scenarios/stories` comes out as it says, with a repaired plan and with one made anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.ports import PlanRequest
from scheduler.solving.planner import RejigPlanner
from tests.scenarios.telling import STORIES, broken, read_story, tell

REQUEST = PlanRequest(budget=300, workers=1, seed=1, solver="search")


def test_the_six_stories_are_there() -> None:
    assert {p.name for p in STORIES} >= {
        "breakdown",
        "rush-order",
        "late-material",
        "two-breakdowns",
        "impossible-due-date",
        "quality-hold",
    }


@pytest.mark.parametrize("folder", STORIES, ids=lambda p: p.name)
def test_the_story_comes_out_as_it_says(folder: Path) -> None:
    story = read_story(folder)
    assert story.events
    assert story.expectations
    told = list(tell(story, RejigPlanner(), REQUEST))
    for step in told:
        assert step.verdict.feasible, (step.cause, [v.message for v in step.verdict.violations])
    for step in told[-2:]:  # the last repair, and the plan made anew
        for expectation in story.expectations:
            found = broken(expectation, step.state, step.plan)
            assert found is None, f"{step.cause}: expected {dict(expectation)}, but {found}"
