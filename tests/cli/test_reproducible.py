"""A budget of tried plans in place of seconds: the same seed makes the same file, in another process too."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Rejig


def _asked(folder: Path, out: Path) -> list[str]:
    more = ["--seed", "5", "--budget", "20000", "--workers", "2"]
    return ["plan", str(folder), "--out", str(out), *more]


@pytest.mark.shared
@pytest.mark.parametrize("family", ["shop", "gear", "food", "assembly"])
def test_two_runs_of_a_seed_and_a_budget_write_the_same_bytes(
    family: str, shared_dir: Path, tmp_path: Path, rejig: Rejig
) -> None:
    plant = tmp_path / family
    maker = [sys.executable, shared_dir / "plants" / "plantgen.py", family, "30", "1", plant, "--midway"]
    subprocess.run(maker, check=True, stdout=subprocess.DEVNULL)
    here, there = tmp_path / "here", tmp_path / "there"
    assert rejig(*_asked(plant, here)).status == 0
    # Another order of sets and dictionaries must not make another plan.
    subprocess.run(
        [sys.executable, "-m", "scheduler.cli", *_asked(plant, there)],
        check=True,
        capture_output=True,
        env={**os.environ, "PYTHONHASHSEED": "77"},
    )
    assert (here / "plan.csv").read_bytes() == (there / "plan.csv").read_bytes()
