"""The tiny plant of tests/builders.py as a scenario folder, and the command line in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from scheduler.cli import app
from scheduler.ingest import write_scenario
from tests.builders import tiny_plant


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command left behind."""

    status: int
    out: str
    words: str

    def json(self) -> dict[str, Any]:
        """stdout, which must be one JSON object and nothing else."""
        read = json.loads(self.out)
        assert isinstance(read, dict)
        return read


Rejig = Callable[..., Answer]


@pytest.fixture
def rejig() -> Rejig:
    """Call `rejig` with arguments."""

    def call(*arguments: object) -> Answer:
        result = CliRunner().invoke(app, [str(a) for a in arguments], prog_name="rejig")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Answer(result.exit_code, result.stdout, result.stderr)

    return call


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """The tiny plant: a saw and a lathe, SHAFT-1, SHAFT-2 and PIN-1."""
    folder = tmp_path / "tiny"
    write_scenario(tiny_plant(), folder)
    return folder


@pytest.fixture
def planned(tiny: Path, tmp_path: Path, rejig: Rejig) -> Path:
    """A plan.csv of the tiny plant."""
    out = tmp_path / "planned"
    assert rejig("plan", tiny, "--out", out, "--budget", 200, "--workers", 1).status == 0
    return out / "plan.csv"
