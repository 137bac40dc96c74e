"""`rejig replay`: each disturbance through fold, repair, check and improve."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Answer, Rejig


def event(id: str, type_: str, time: str, **data: Any) -> str:
    said = {"specversion": "1.0", "id": id, "source": "/test", "type": type_, "time": f"2026-03-{time}Z", "data": data}
    return json.dumps(said)


@pytest.fixture
def disturbed(tiny: Path) -> Path:
    """The lathe is down all Monday; the message comes twice; an unknown machine is reported; the lathe comes back."""
    lines = [
        event("1", "machine.down", "02T06:10", machine="lathe", expected_up="2026-03-03T06:00Z", reason="spindle"),
        event("1", "machine.down", "02T06:10", machine="lathe", expected_up="2026-03-03T06:00Z", reason="spindle"),
        event("2", "machine.down", "02T06:20", machine="laser"),
        event("3", "machine.up", "03T06:00", machine="lathe"),
    ]
    (tiny / "events.jsonl").write_text("\n".join(lines) + "\n")
    return tiny


def steps(said: Answer) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.out.splitlines()]


def test_a_line_per_event_says_what_was_hit_and_what_it_cost(disturbed: Path, rejig: Rejig) -> None:
    said = rejig("replay", disturbed, "--time-limit", 0.2, "--json", "--as-planned")
    assert said.status == 0
    first, down, twice, unknown, up = steps(said)
    assert (first["type"], first["plans"][0]["cost"]) == (None, 0.0)
    # SHAFT-1 is due Monday 14:00 but the lathe is down till Tuesday 06:00. Its changeover of 15 minutes and 50 minutes
    # of turning end at 07:05 at the earliest: 1,025 minutes late. Nobody else is late.
    assert (down["hit"], down["plans"][-1]["cost"]) == ("lathe", 1025.0)
    assert down["plans"][0]["newly_late"] == ["SHAFT-1"]
    assert "SHAFT-1/20" in down["plans"][0]["moved"]
    assert twice["refused"] == "the same event a second time"
    assert "laser" in unknown["refused"]
    assert up["plans"][-1]["cost"] == 1025.0
    assert all(p["feasible"] for step in (first, down, up) for p in step["plans"])


def test_the_lines_for_people_name_the_machine_and_the_late_order(disturbed: Path, rejig: Rejig) -> None:
    lines = rejig("replay", disturbed, "--time-limit", 0.2, "--as-planned").out.splitlines()
    assert len(lines) == 5
    assert lines[1].startswith("Mon 2 Mar 06:10  machine.down lathe: repaired in ")
    assert "newly late SHAFT-1" in lines[1]
    assert lines[2].endswith("refused, the same event a second time")


def test_work_that_goes_by_plan_leaves_the_plan_alone(tiny: Path, rejig: Rejig) -> None:
    (tiny / "events.jsonl").write_text(event("1", "clock.ticked", "02T07:00") + "\n")
    said = steps(rejig("replay", tiny, "--time-limit", 0.2, "--json", "--as-planned"))
    assert len(said) == 2
    assert said[1]["refused"] is None


def test_without_events_there_is_a_first_plan_and_a_word(tiny: Path, rejig: Rejig) -> None:
    said = rejig("replay", tiny, "--time-limit", 0.2)
    assert said.status == 0
    assert len(said.out.splitlines()) == 1
    assert "nothing to replay" in said.words
