"""How soon a breakdown is answered in memory: `python -m benchmarks.repairs [--quick]`.

A plant in the middle of its work with a plan in force. Machines go down and come back, one event after the other; each
is folded, and the time counts from the new state until a repaired plan has passed the check. The plan that a repair
makes is the next one's plan in force. Beside the time on the clock stands the processor time of the thread, which tells
what a machine that others use at the same time would have needed.
"""

from __future__ import annotations

import argparse
import gc
import random
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks import surroundings as beside
from benchmarks.targets import Row
from benchmarks.writing import markdown, number
from scheduler.domain.events import Event
from scheduler.domain.fold import fold_event
from scheduler.domain.minutes import iso
from scheduler.domain.plant import PlantState
from scheduler.ingest import read_scenario
from scheduler.planning.judge.check import check_plan
from scheduler.ports import PlanRequest
from scheduler.solving.planner import RejigPlanner

EVENTS, QUICK_EVENTS = 200, 40
TARGETS = (("1,100 operations", "gear", 200, 10.0, 3.0), ("10,000 operations", "gear", 2000, 60.0, 20.0))
PLANNED_BY = 2000
"""Evaluations of the search that makes the plan in force: a good one, the same every time."""


@dataclass(slots=True)
class Repairs:
    """Milliseconds of each repair with its check: by the clock, and of the processor."""

    plant: str
    operations: int
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    repair: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def p95(self, of: Sequence[float]) -> float:
        return statistics.quantiles(of, n=20)[-1]


def breakdowns(state: PlantState, count: int, seed: int) -> Iterator[Event]:
    """Machines that go down for one to eight hours, at most a minute apart, and come back before the next or not."""
    rng = random.Random(seed)
    now, down = state.now, []
    busy = [o.machine for o in state.plan if o.start < state.now + 1440]
    for i in range(count):
        now += rng.randint(0, 1)
        if len(down) > 3:
            yield Event(str(i), "/bench", "machine.up", now, {"machine": down.pop(0)})
            continue
        machine = rng.choice([m for m in busy if m not in down])
        down.append(machine)
        expected = None if rng.random() < 0.3 else iso(now + rng.randint(60, 480), state.zone)
        yield Event(str(i), "/bench", "machine.down", now, {"machine": machine, "expected_up": expected})


def repairs_of(name: str, folder: Path, events: int, seed: int = 1) -> Repairs:
    """One event after the other, each answered by a plan that passes the check."""
    planner = RejigPlanner()
    state = read_scenario(folder).state
    found = planner.plan(state, PlanRequest(budget=PLANNED_BY, workers=1, solver="search"))
    state = replace(state, plan=found.operations)
    measured = Repairs(name, len(found.operations))
    warm = planner.repair(state)
    check_plan(state, warm.operations, warm.unplanned)
    gc.collect()
    gc.freeze()
    for event in breakdowns(state, events, seed):
        state = fold_event(state, event)
        began, ran = time.perf_counter(), time.thread_time()
        plan = planner.repair(state)
        made = time.thread_time()
        verdict = check_plan(state, plan.operations, plan.unplanned)
        ended, run = time.perf_counter(), time.thread_time()
        if event.type == "machine.down":
            measured.wall.append((ended - began) * 1000)
            measured.cpu.append((run - ran) * 1000)
            measured.repair.append((made - ran) * 1000)
        measured.wrong += [v.message for v in verdict.violations[:1]]
        state = replace(state, plan=plan.operations)
    gc.unfreeze()
    return measured


def all_repairs(quick: bool = False) -> list[tuple[str, Repairs, float, float]]:
    """(size, what was measured, must, aim) for each size."""
    found = []
    for size, family, orders, must, aim in TARGETS:
        folder = beside.generated_plant(family, orders, 1, True)
        found.append((size, repairs_of(folder.name, folder, QUICK_EVENTS if quick else EVENTS), must, aim))
    return found


def repair_rows(quick: bool = False) -> list[Row]:
    """A row of the table of targets per size."""
    rows = []
    for size, x, must, aim in all_repairs(quick):
        note = f"{len(x.wall)} breakdowns, median {statistics.median(x.wall):.1f}, processor p95 {x.p95(x.cpu):.1f}"
        rows.append(
            Row(f"breakdown → repaired, checked plan, p95, {size}", x.p95(x.wall), must, aim, "ms", 1, note=note)
        )
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.repairs", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_EVENTS} events in place of {EVENTS}")
    ask = parser.parse_args(arguments)
    beside.need_shared()
    headers = ["plant", "operations", "breakdowns", "p95 ms", "median", "processor p95", "of it repair", "must", "aim"]
    headers.append("refused by the check")
    cells = [
        [
            x.plant,
            number(x.operations),
            number(len(x.wall)),
            number(x.p95(x.wall), 1),
            number(statistics.median(x.wall), 1),
            number(x.p95(x.cpu), 1),
            number(x.p95(x.repair), 1),
            number(must),
            number(aim),
            number(len(x.wrong)),
        ]
        for _, x, must, aim in all_repairs(ask.quick)
    ]
    print(markdown(headers, cells))


if __name__ == "__main__":
    main()
