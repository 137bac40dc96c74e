"""The small plants of real shops that lie beside the checkout: what is right of each, and what the referee says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Rejig
from tests.referee.judging import Judges

pytestmark = pytest.mark.shared


def _planned(rejig: Rejig, shared_dir: Path, tmp_path: Path, case: str) -> tuple[dict[str, tuple[str, str]], dict]:
    """(machine and start of each operation, the answer) of `rejig plan`; `rejig check` must agree."""
    folder = shared_dir / "cases" / case
    said = rejig("plan", folder, "--out", tmp_path, "--budget", 50, "--workers", 1)
    assert said.status == 0, said.words
    assert rejig("check", folder, tmp_path / "plan.csv").status == 0
    rows = [line.split(",") for line in (tmp_path / "plan.csv").read_text().splitlines()[1:]]
    return {f"{r[0]}/{r[1]}": (r[2], r[3][:16]) for r in rows}, {**said.json(), "words": said.words}


def _referee_says_feasible(judges: Judges, shared_dir: Path, tmp_path: Path, case: str) -> bool:
    import pandas as pd

    rows = pd.read_csv(tmp_path / "plan.csv", dtype=str, keep_default_na=False).to_dict("records")
    bad, _ = judges.referee.judge(judges.referee.Scenario(shared_dir / "cases" / case), rows, None, set())
    return not bad


def test_what_is_in_force_and_frozen_keeps_its_parts(rejig, shared_dir, tmp_path) -> None:  # type: ignore[no-untyped-def]
    places, said = _planned(rejig, shared_dir, tmp_path, "frozen-parts")
    assert places == {"A/10": ("LUMO", "2026-04-13T08:00")}
    assert [u["order"] for u in said["unplanned"]] == ["NEW"]
    assert said["left_out_cost"] > 0


@pytest.mark.parametrize(
    ("case", "places", "told"),
    [
        ("negative-stock", {"M1/10": ("LIN1", "2026-04-13T10:00")}, "'BAR' has -3 on hand"),
        ("one-machine-cannot", {"G1/10": ("BRUB", "2026-04-13T13:00")}, "machine 'BRUA' can never take operation 10"),
        (
            "operator-elsewhere",
            {"G1/10": ("BRUB", "2026-04-13T14:00"), "G2/10": ("BRUB", "2026-04-13T15:30")},
            "machine 'BRUA' can never take operation 10",
        ),
    ],
)
def test_every_order_is_planned_and_what_is_odd_is_said_once(  # type: ignore[no-untyped-def]
    judges, rejig, shared_dir, tmp_path, case, places, told
) -> None:
    found, said = _planned(rejig, shared_dir, tmp_path, case)
    assert found == places
    assert said["unplanned"] == []
    assert said["words"].count(told) == 1
    assert _referee_says_feasible(judges, shared_dir, tmp_path, case)


def test_a_row_of_an_order_that_is_gone_is_a_notice(judges, rejig, shared_dir, tmp_path) -> None:  # type: ignore[no-untyped-def]
    found, said = _planned(rejig, shared_dir, tmp_path, "row-of-a-gone-order")
    assert found.keys() == {"M1/10", "M1/20", "M2/10", "M2/20"}
    assert "progress.csv: row 2 of orders that are no longer there ('OLD')" in said["words"]
    assert _referee_says_feasible(judges, shared_dir, tmp_path, "row-of-a-gone-order")


def test_waits_that_exclude_each_other_are_the_reason_and_nothing_else(rejig, shared_dir, tmp_path) -> None:  # type: ignore[no-untyped-def]
    found, said = _planned(rejig, shared_dir, tmp_path, "waits-impossible")
    assert found.keys() == {"C1/10", "C1/20", "C2/10", "C2/20"}
    assert [(u["order"], u["reason"]) for u in said["unplanned"]] == [
        (
            "C3",
            "even alone in the plant it cannot keep its maximum waits, its minimum waits and the machines' hours "
            "together",
        )
    ]
    checked = rejig("check", shared_dir / "cases" / "waits-impossible", tmp_path / "plan.csv").json()
    assert [u["order"] for u in checked["unplanned"]] == ["C3"]
    (tmp_path / "plan.json").unlink()
    assert rejig("check", shared_dir / "cases" / "waits-impossible", tmp_path / "plan.csv").status == 1


def test_a_plan_json_that_is_none_is_said(rejig, shared_dir, tmp_path) -> None:  # type: ignore[no-untyped-def]
    _planned(rejig, shared_dir, tmp_path, "frozen-parts")
    for text in ("{", "[]", json.dumps({"unplanned": [{"reason": "no name"}]})):
        (tmp_path / "plan.json").write_text(text)
        said = rejig("check", shared_dir / "cases" / "frozen-parts", tmp_path / "plan.csv")
        assert said.status != 0
        assert "not a plan.json" in said.words
