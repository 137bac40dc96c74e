"""How soon a date is promised in memory: `python -m benchmarks.promises [--quick]`.

Plants in the middle of their work with a plan in force, of about 2,000 operations. Each promise is of a product that
the plant makes, in its usual quantity, with a priority and perhaps a wished date that are drawn from a seed: the
earliest safe date, the curve behind it, every plan of it checked. Beside the time on the clock stands the processor
time of the thread, which tells what a machine that others use at the same time would have needed.
"""

from __future__ import annotations

import argparse
import gc
import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from benchmarks import surroundings as beside
from benchmarks.targets import Row, table
from benchmarks.writing import markdown, number, percentile
from scheduler.domain.minutes import DAY
from scheduler.domain.plant import PlantState
from scheduler.ingest import read_scenario
from scheduler.ports import PlanRequest
from scheduler.replanning.promise import Wish, find_promise
from scheduler.solving.planner import RejigPlanner

PLANTS = (("gear", 375), ("shop", 372), ("assembly", 1440))
PROMISES, QUICK = 60, 15
PLANNED_BY = 2000
"""Evaluations of the search that makes the plan in force: a good one, the same every time."""
MUST, AIM = 1000.0, 500.0
"""Milliseconds, the 95th percentile."""


@dataclass(frozen=True, slots=True)
class Promises:
    """Milliseconds of each promise of a plant.   without : how many had no date."""

    plant: str
    operations: int
    clock: list[float]
    processor: list[float]
    without: int


def promises_of(name: str, state: PlantState, count: int, seed: int = 1) -> Promises:
    """Time so many promises, after one that is not counted: it loads the compiled code."""
    planner, rng = RejigPlanner(), random.Random(seed)
    makes = sorted({order.material for order in state.orders.values()})
    usual = {m: statistics.median_low(o.quantity for o in state.orders.values() if o.material == m) for m in makes}
    clock, processor, without = [], [], 0
    for turn in range(count + 1):
        material = rng.choice(makes)
        wished = state.now + rng.randint(1, 20) * DAY if rng.random() < 0.3 else None
        wish = Wish(material, usual[material], rng.choice((1.0, 2.0, 5.0)), wished)
        gc.collect()
        began, worked = time.perf_counter(), time.thread_time()
        found = find_promise(state, wish, planner.repair)
        took, busy = time.perf_counter() - began, time.thread_time() - worked
        if turn:
            clock.append(1000 * took)
            processor.append(1000 * busy)
            without += found.date is None
    return Promises(name, len(state.plan), clock, processor, without)


def p95(values: Sequence[float]) -> float:
    return percentile(values, 95) or 0.0


def measured(count: int) -> list[Promises]:
    found = []
    for family, orders in PLANTS:
        state = read_scenario(beside.generated_plant(family, orders, 1, True)).state
        request = PlanRequest(budget=PLANNED_BY, workers=1, solver="search")
        state = replace(state, plan=RejigPlanner().plan(state, request).operations)
        found.append(promises_of(f"{family} {orders} #1 midway", state, count))
    return found


def row_of(found: Sequence[Promises]) -> Row:
    """The row of the table of targets: the slowest plant counts."""
    slowest = max(found, key=lambda x: p95(x.clock))
    note = f"{slowest.plant}, {slowest.operations:,} operations, median {statistics.median(slowest.clock):.0f} ms"
    return Row("promise with its curve, p95, 2,000 operations", p95(slowest.clock), MUST, AIM, "ms", 0, note=note)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.promises", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} promises a plant in place of {PROMISES}")
    ask = parser.parse_args(arguments)
    beside.need_shared()
    found = measured(QUICK if ask.quick else PROMISES)
    headers = ["plant", "operations", "promises", "median ms", "p95 ms", "slowest ms", "processor p95 ms", "no date"]
    cells = [
        [
            x.plant,
            number(x.operations),
            number(len(x.clock)),
            number(statistics.median(x.clock)),
            number(p95(x.clock)),
            number(max(x.clock)),
            number(p95(x.processor)),
            number(x.without),
        ]
        for x in found
    ]
    print(markdown(headers, cells))
    print(table([row_of(found)]))


if __name__ == "__main__":
    main()
