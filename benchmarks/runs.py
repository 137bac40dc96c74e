"""One `rejig plan` in a process of its own, so that time and memory are what a user pays; the referee judges it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import surroundings as beside


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended. status : negative where a signal ended it.   peak_mb : most memory resident at once."""

    status: int
    seconds: float
    peak_mb: float
    last_words: str


@dataclass(frozen=True, slots=True)
class Run:
    """One plan. `seconds` of the whole process, interpreter and files included; cost as the referee says it.

    fault : why it does not count (no plan, or refused by the referee); empty where it does.
    first_seconds, engine, lower_bound, cost_at : as plan.json says.
    """

    name: str
    limit: float
    operations: int
    cost: float | None
    fault: str
    seconds: float
    peak_mb: float
    engine: str = ""
    lower_bound: float | None = None
    first_seconds: float | None = None
    cost_at: tuple[dict[str, Any], ...] = ()


def run(arguments: Sequence[object], kill_after: float | None = None) -> Ended:
    """`python -m …` in the checkout. kill_after : seconds until it is ended by force."""
    with tempfile.TemporaryFile("w+") as said:
        began = time.perf_counter()
        command = [sys.executable, "-m", *(str(a) for a in arguments)]
        child = subprocess.Popen(command, cwd=beside.CHECKOUT, stdout=subprocess.DEVNULL, stderr=said)
        timer = threading.Timer(kill_after, child.kill) if kill_after is not None else None
        if timer is not None:
            timer.start()
        _, status, usage = os.wait4(child.pid, 0)
        if timer is not None:
            timer.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        seconds = round(time.perf_counter() - began, 2)
        said.seek(0)
        words = said.read().strip().splitlines()
    return Ended(child.returncode, seconds, round(usage.ru_maxrss / 1024, 1), words[-1] if words else "")


def plan(name: str, folder: Path, limit: float, workers: int, seed: int = 0) -> Run:
    """Plan a scenario folder within `limit` seconds, and have the plan judged."""
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "plan"
        options = ("--time-limit", limit, "--workers", workers, "--seed", seed)
        ended = run(["scheduler.cli", "plan", folder, "--out", out, *options])
        if ended.status or not (out / "plan.json").exists():
            fault = ended.last_words or f"status {ended.status}"
            return Run(name, limit, 0, None, fault, ended.seconds, ended.peak_mb)
        said = json.loads((out / "plan.json").read_text())
        verdict = beside.judged(folder, out / "plan.csv")
    return Run(
        name=name,
        limit=limit,
        operations=said["operations"],
        cost=verdict.cost,
        fault="" if verdict.feasible else "refused: " + ", ".join(f"{k} x{v}" for k, v in verdict.violations.items()),
        seconds=ended.seconds,
        peak_mb=ended.peak_mb,
        engine=said["engine"],
        lower_bound=said["lower_bound"],
        first_seconds=said["history"][0]["seconds"] if said["history"] else None,
        cost_at=tuple(said["cost_at"]),
    )
