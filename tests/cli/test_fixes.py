"""`rejig fixes`: what would help a late order, as data and in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.ingest import plan_csv, write_scenario
from tests.builders import at
from tests.cli.conftest import Rejig
from tests.replanning.late_shop import made, shop, step


@pytest.fixture
def late(tmp_path: Path) -> tuple[Path, Path]:
    """A, ten hours of sawing, is due on Tuesday at 07:00 and comes at 08:00; the scenario and its plan."""
    state = shop(made("A", at(1, 7), step(10, "saw", 600)))
    write_scenario(state, tmp_path / "late")
    plan = tmp_path / "plan.csv"
    plan.write_text(plan_csv(state.plan, state))
    return tmp_path / "late", plan


def test_what_would_help_is_said_with_its_events(late: tuple[Path, Path], rejig: Rejig) -> None:
    said = rejig("fixes", *late, "A", "--budget", 50)
    assert said.status == 0
    found = said.json()
    assert (found["order"], found["late_minutes"], found["untried"]) == ("A", 60, [])
    fixes = {f["kind"]: f for f in found["fixes"]}
    assert set(fixes) == {"nothing", "overtime", "extra_shift"}
    (event,) = fixes["overtime"]["events"]
    assert event == {
        "type": "calendar.changed",
        "data": {
            "machine": "saw",
            "start": "2026-03-02T14:00+00:00",
            "end": "2026-03-02T15:00+00:00",
            "kind": "open",
            "reason": "overtime",
        },
    }
    assert "A ends Tue 3 Mar 08:00, 1 h late" in said.words
    assert "Overtime on saw: 1 h, Mon 2 Mar 14:00 to 15:00: Tue 3 Mar 07:00, on time" in said.words
    assert "(every smaller amount was tried)" in said.words


def test_steps_are_as_fine_as_asked_and_the_answer_repeats(late: tuple[Path, Path], rejig: Rejig) -> None:
    finer = rejig("fixes", *late, "A", "--budget", 50, "--overtime-step", 45)
    assert {f["kind"]: f["amount"] for f in finer.json()["fixes"]}["overtime"] == 90
    assert rejig("fixes", *late, "A", "--budget", 50, "--overtime-step", 45).out == finer.out


def test_an_unknown_order_is_refused_with_the_nearest_name(late: tuple[Path, Path], rejig: Rejig) -> None:
    said = rejig("fixes", *late, "AB")
    assert (said.status, said.out) == (2, "")
    assert "no order 'AB'" in said.words
