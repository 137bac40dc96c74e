"""Bad input ends with status 2, in words, with nothing written and no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Rejig


@pytest.fixture
def broken(tiny: Path) -> Path:
    """The tiny plant with two faults: an order due on 31 February and a machine nobody knows."""
    orders = tiny / "orders.csv"
    lines = orders.read_text().splitlines()
    due = lines[0].split(",").index("due")
    cells = lines[1].split(",")
    cells[due] = "2026-02-31T14:00"
    lines[1] = ",".join(cells)
    orders.write_text("\n".join(lines) + "\n")
    machines = tiny / "routing_machines.csv"
    machines.write_text(machines.read_text().replace("saw", "sow"))
    return tiny


def test_every_fault_is_named_with_file_row_and_remedy(broken: Path, tmp_path: Path, rejig: Rejig) -> None:
    said = rejig("plan", broken, "--out", tmp_path / "out")
    assert (said.status, said.out) == (2, "")
    assert "orders.csv row 2, due: found '2026-02-31T14:00'" in said.words
    assert "routing_machines.csv" in said.words
    assert "did you mean 'saw'?" in said.words
    assert "nothing was written" in said.words
    assert not (tmp_path / "out").exists()


def test_a_plan_cannot_be_checked_against_a_broken_scenario(broken: Path, rejig: Rejig) -> None:
    said = rejig("check", broken, broken / "plan.csv")
    assert (said.status, said.out) == (2, "")


def test_a_scenario_that_is_not_there(tmp_path: Path, rejig: Rejig) -> None:
    said = rejig("plan", tmp_path / "nowhere")
    assert said.status == 2
    assert "nowhere" in said.words


def test_a_plan_that_is_not_there(tiny: Path, tmp_path: Path, rejig: Rejig) -> None:
    said = rejig("check", tiny, tmp_path / "no.csv")
    assert said.status == 2
    assert "no.csv" in said.words


def test_a_plan_without_a_column_is_unreadable(tiny: Path, planned: Path, rejig: Rejig) -> None:
    planned.write_text(planned.read_text().replace("machine", "thing", 1))
    said = rejig("check", tiny, planned)
    assert said.status == 2
    assert "machine" in said.words


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan",),
        ("plan", "x", "--time-limit", "soon"),
        ("plan", "x", "--budget", "0"),
        ("plam", "x"),
        ("serve", "--port", "0"),
    ],
)
def test_wrong_usage_is_bad_input(arguments: tuple[str, ...], rejig: Rejig) -> None:
    said = rejig(*arguments)
    assert (said.status, said.out) == (2, "")
    assert said.words


def test_a_picture_of_an_unknown_kind_is_refused(tiny: Path, planned: Path, tmp_path: Path, rejig: Rejig) -> None:
    said = rejig("gantt", tiny, planned, "--out", tmp_path / "plan.gif")
    assert said.status == 2
    assert ".html or .png" in said.words


def test_a_folder_that_cannot_be_written_is_said_in_words(tiny: Path, tmp_path: Path, rejig: Rejig) -> None:
    (tmp_path / "file").write_text("")
    said = rejig("plan", tiny, "--out", tmp_path / "file", "--budget", 10)
    assert said.status == 2
    assert "file" in said.words


def test_the_real_command_shows_no_traceback(broken: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scheduler.cli", "plan", str(broken)],
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "200"},
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
