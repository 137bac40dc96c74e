"""`rejig plan`: stdout is the figures, stderr the narration, and the status says how it went."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from scheduler.domain.resources import Downtime
from scheduler.ingest import write_scenario
from tests.builders import at, tiny_plan, tiny_plant
from tests.cli.conftest import Rejig

KPIS = {
    "cost", "weighted_tardiness", "late_orders", "setup_minutes", "makespan_minutes", "flow_minutes",
    "moved_operations", "lower_bound", "solve_seconds",
}  # fmt: skip


def test_a_plan_is_written_and_its_figures_are_on_stdout(tiny: Path, tmp_path: Path, rejig: Rejig) -> None:
    said = rejig("plan", tiny, "--out", tmp_path / "out", "--budget", 200)
    assert said.status == 0
    figures = said.json()
    assert figures.keys() >= KPIS
    written = json.loads((tmp_path / "out" / "plan.json").read_text())
    assert {k: written[k] for k in KPIS} == {k: figures[k] for k in KPIS}
    with (tmp_path / "out" / "plan.csv").open() as file:
        rows = list(csv.DictReader(file))
    # SHAFT-1 and SHAFT-2 have a saw and a lathe operation each, PIN-1 has one.
    assert sorted((r["order"], r["operation"]) for r in rows) == [
        ("PIN-1", "10"), ("SHAFT-1", "10"), ("SHAFT-1", "20"), ("SHAFT-2", "10"), ("SHAFT-2", "20"),
    ]  # fmt: skip


def test_an_engine_that_fails_is_named_and_the_plan_is_written_all_the_same(
    tiny: Path, tmp_path: Path, rejig: Rejig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_named: object) -> None:
        raise ValueError("no such mode")

    monkeypatch.setattr("scheduler.solving.portfolio.search_dispatches", broken)
    said = rejig("plan", tiny, "--out", tmp_path / "out", "--budget", 200)
    assert said.status == 0
    assert "The dispatch failed after " in said.words
    assert "ValueError: no such mode (test_plan.py, line " in said.words
    (failure,) = json.loads((tmp_path / "out" / "plan.json").read_text())["engine_failures"]
    assert (failure.keys(), failure["engine"]) == ({"engine", "reason", "seconds", "times"}, "dispatch")
    assert rejig("check", tiny, tmp_path / "out" / "plan.csv").status == 0


def test_the_tiny_plant_is_on_time_and_costs_nothing(tiny: Path, tmp_path: Path, rejig: Rejig) -> None:
    # Due Monday 14:00, Tuesday 14:00 and Wednesday 14:00; the lathe has 2 x 65 + 30 = 160 of 480 minutes a day to do,
    # and the 10 bars of PIN-1 are there on Tuesday at 08:00.
    figures = rejig("plan", tiny, "--out", tmp_path / "out", "--budget", 200).json()
    assert (figures["cost"], figures["late_orders"], figures["orders"]) == (0.0, 0, 3)


def test_narration_goes_to_stderr_with_cost_and_files(tiny: Path, tmp_path: Path, rejig: Rejig) -> None:
    words = rejig("plan", tiny, "--out", tmp_path / "out", "--budget", 200).words
    assert "cost 0.0" in words
    assert "plan.csv" in words
    assert "search: " in words


def test_the_same_budget_and_seed_make_the_same_plan(tiny: Path, tmp_path: Path, rejig: Rejig) -> None:
    for name in ("one", "two"):
        out = tmp_path / name
        assert rejig("plan", tiny, "--out", out, "--budget", 300, "--seed", 5, "--workers", 1).status == 0
    assert (tmp_path / "one" / "plan.csv").read_text() == (tmp_path / "two" / "plan.csv").read_text()


def test_an_order_that_cannot_be_made_is_named_and_the_rest_is_planned(tmp_path: Path, rejig: Rejig) -> None:
    # 5 bars on hand and no delivery: PIN-1 needs 10.
    write_scenario(tiny_plant(receipts={}), tmp_path / "short")
    said = rejig("plan", tmp_path / "short", "--out", tmp_path / "out", "--budget", 200)
    assert said.status == 0
    assert [u["order"] for u in said.json()["unplanned"]] == ["PIN-1"]
    assert "PIN-1" in said.words
    assert "bar" in said.words
    assert "PIN-1" not in (tmp_path / "out" / "plan.csv").read_text()


def test_status_1_and_no_files_where_nothing_can_be_planned(tmp_path: Path, rejig: Rejig) -> None:
    state = tiny_plant(receipts={})
    write_scenario(replace(state, orders={"PIN-1": state.orders["PIN-1"]}), tmp_path / "short")
    said = rejig("plan", tmp_path / "short", "--out", tmp_path / "out", "--budget", 200)
    assert (said.status, said.out) == (1, "")
    assert "Nothing could be planned" in said.words
    assert not (tmp_path / "out").exists()


def test_a_plan_in_force_named_by_hand_is_what_moves_are_counted_against(
    tiny: Path, planned: Path, tmp_path: Path, rejig: Rejig
) -> None:
    rows = planned.read_text().replace("saw", "lathe")
    (tmp_path / "other.csv").write_text(rows)
    again = rejig("plan", tiny, "--out", tmp_path / "a", "--budget", 200, "--previous", planned).json()
    other = rejig("plan", tiny, "--out", tmp_path / "b", "--budget", 200, "--previous", tmp_path / "other.csv").json()
    assert again["moved_operations"] < other["moved_operations"]
    # Both sawing operations have changed their machine.
    assert other["moved_operations"] >= 2


def test_a_planner_s_limits_on_moves_are_kept_and_named(tmp_path: Path, rejig: Rejig) -> None:
    in_force = replace(tiny_plant(), plan=tuple(tiny_plan().operations))
    write_scenario(in_force, tmp_path / "in-force")
    limits = ("--max-moves", 0, "--time-fence", 240, "--keep-machines")
    said = rejig("plan", tmp_path / "in-force", "--out", tmp_path / "out", "--budget", 200, *limits)
    assert said.status == 0
    assert said.json()["moved_operations"] == 0


def test_what_must_move_in_spite_of_a_limit_is_said(tmp_path: Path, rejig: Rejig) -> None:
    down = (Downtime("saw", at(0, 6), at(0, 6, 30), "breakdown"),)
    write_scenario(replace(tiny_plant(), plan=tuple(tiny_plan().operations), downtimes=down), tmp_path / "down")
    said = rejig("plan", tmp_path / "down", "--out", tmp_path / "out", "--budget", 200, "--max-moves", 0)
    assert said.status == 0
    assert said.json()["moved_operations"] > 0
    assert "operations move, 0 may" in said.words


def test_an_option_that_was_renamed_is_refused_with_its_new_name(tiny: Path, rejig: Rejig) -> None:
    said = rejig("plan", tiny, "--nothing-inside", 240)
    assert said.status == 2
    assert "--time-fence" in said.words
