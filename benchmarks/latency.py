"""How soon the first plan is there: `python -m benchmarks.latency [--quick]`.

The plant's state is in memory; `first_plan` looks for obstacles, writes the tables, holds what is frozen and
dispatches. Each run begins with nothing remembered of the plant; the code is compiled and loaded. Beside it stands the
same after one event (a machine goes down), when what the event has not touched is remembered.
"""

from __future__ import annotations

import argparse
import importlib
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks import surroundings as beside
from benchmarks.writing import markdown, number
from scheduler.domain.plant import PlantState
from scheduler.domain.resources import Downtime
from scheduler.ingest import read_scenario
from scheduler.planning.tables.translate import forget_tables
from scheduler.solving.first_plan import first_plan

HUGE = "dct-short-100-100000-1"
RUNS, RUNS_OF_HUGE = 15, 5
TARGETS = (  # name, its plants (family, orders; none: the huge one), must and aim in milliseconds
    ("1,100 operations", (("gear", 200),), 10.0, 3.0),
    ("10,000 operations", (("gear", 2000), ("shop", 2000), ("food", 2000)), 80.0, 30.0),
    ("100,000 operations", (), 2000.0, 500.0),
)


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds, medians of several runs. fresh : with nothing remembered.   again : after one event."""

    plant: str
    operations: int
    fresh: float
    again: float


def latency_of(name: str, folder: Path, runs: int) -> Latency:
    """The first plan of a scenario."""
    state = read_scenario(folder).state
    operations = first_plan(state).problem.operations  # loads the compiled code
    fresh = _median(lambda _: state, runs, forget_tables)
    again = _median(lambda run: _machine_down(state, run), runs, lambda: None)
    return Latency(name, operations, fresh, again)


def _median(state_of: Callable[[int], PlantState], runs: int, before: Callable[[], None]) -> float:
    found = []
    for run in range(runs):
        state = state_of(run)
        before()
        began = time.perf_counter()
        first_plan(state)
        found.append((time.perf_counter() - began) * 1000)
    return statistics.median(found)


def _machine_down(state: PlantState, run: int) -> PlantState:
    """A machine breaks down for three hours, minutes after the last event."""
    machine = list(state.machines)[run % len(state.machines)]
    now = state.now + 3 * run
    return replace(state, now=now, downtimes=(*state.downtimes, Downtime(machine, now, now + 180, "breakdown")))


def latencies(huge: bool = True) -> list[tuple[str, list[Latency], float, float]]:
    """(size, its plants, must, aim) for each size."""
    found = []
    for size, plants, must, aim in TARGETS:
        measured = [latency_of(f"{f}-{n}-1", beside.generated_plant(f, n, 1, False), RUNS) for f, n in plants]
        if not plants:
            if not huge:
                continue
            measured = [latency_of(HUGE, beside.classic_plant(HUGE), RUNS_OF_HUGE)]
        found.append((size, measured, must, aim))
    return found


def latency_rows(huge: bool = True) -> list[Any]:
    """A row of the table of targets (`benchmarks.targets.Row`) per size: the slowest of its plants counts."""
    row = importlib.import_module("benchmarks.targets").Row
    rows = []
    for size, measured, must, aim in latencies(huge):
        each = "; ".join(f"{x.plant} {x.fresh:.1f}, after an event {x.again:.1f}" for x in measured)
        slowest = max(x.fresh for x in measured)
        rows.append(row(f"first plan, {size}", slowest, must, aim, "ms", 1, note=each))
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.latency", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="without the plant of 100,000 operations")
    ask = parser.parse_args(arguments)
    beside.need_shared()
    headers = ["plant", "operations", "first plan ms", "after an event ms", "must", "aim"]
    cells = [
        [x.plant, number(x.operations), number(x.fresh, 1), number(x.again, 1), number(must), number(aim)]
        for _, measured, must, aim in latencies(not ask.quick)
        for x in measured
    ]
    print(markdown(headers, cells))


if __name__ == "__main__":
    main()
