"""How soon a date is promised in memory: `python -m benchmarks.promises [--quick]`.

Plants in the middle of their work with a plan in force, of about 2,000 operations. Each promise is of a product that
the plant makes, in its usual quantity, with a priority and perhaps a wished date that are drawn from a seed: the
earliest safe date, the curve behind it, every plan of it checked. Beside the time on the clock stands the processor
time of the thread, which tells what a machine that others use at the same time would have needed.

Then the order comes with the promised date, and nothing else happens: the repair that answers it must deliver by then.
A search goes on from there, as it does after every event, and the plan that it finds is looked at too.
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
from benchmarks.desk import measure
from benchmarks.targets import Row
from benchmarks.writing import markdown, number, percentile
from scheduler.domain.fold import fold_events
from scheduler.domain.minutes import DAY, Minute
from scheduler.domain.plans import Plan
from scheduler.domain.plant import PlantState
from scheduler.ingest import read_scenario
from scheduler.planning.judge.check import check_plan
from scheduler.planning.judge.kpis import order_ends
from scheduler.ports import PlanRequest
from scheduler.replanning.promise import Promise, Wish, created, find_promise
from scheduler.solving.planner import RejigPlanner

PLANTS = (("gear", 375), ("shop", 372), ("assembly", 1440))
PROMISES, QUICK = 60, 15
PLANNED_BY, SEARCHED_BY = 2000, 2000
"""Evaluations of the search that makes the plan in force: a good one, the same every time; of that after the order."""
MUST, AIM = 1000.0, 500.0
"""Milliseconds, the 95th percentile."""


@dataclass(frozen=True, slots=True)
class Promises:
    """Milliseconds of each promise of a plant.   without : how many had no date.

    kept, searched : of those with a date, how many the repaired plan keeps, and the plan that is searched from there.
    """

    plant: str
    operations: int
    clock: list[float]
    processor: list[float]
    without: int
    kept: int
    searched: int

    @property
    def dated(self) -> int:
        return len(self.clock) - self.without


def promises_of(name: str, state: PlantState, count: int, seed: int = 1) -> Promises:
    """Time so many promises, after one that is not counted: it loads the compiled code."""
    planner, rng = RejigPlanner(), random.Random(seed)
    makes = sorted({order.material for order in state.orders.values()})
    usual = {m: statistics.median_low(o.quantity for o in state.orders.values() if o.material == m) for m in makes}
    clock, processor, without, kept, searched = [], [], 0, 0, 0
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
            repaired, better = keeps(state, found, planner)
            kept, searched = kept + repaired, searched + better
    return Promises(name, len(state.plan), clock, processor, without, kept, searched)


def keeps(state: PlantState, found: Promise, planner: RejigPlanner) -> tuple[bool, bool]:
    """Whether the order that comes with the promised date is delivered by then, in the repaired plan and after a search
    from there; both plans keep every rule."""
    if found.date is None:
        return False, False
    orders = [replace(order, name=f"SO-{n}", due=found.date) for n, order in enumerate(found.orders)]
    after = fold_events(state, created(orders, state))
    repaired = planner.repair(after)
    request = PlanRequest(budget=SEARCHED_BY, workers=1, solver="search")
    better = planner.plan(replace(after, plan=repaired.operations), request)
    return _delivers(after, repaired, found.date), _delivers(after, better, found.date)


def _delivers(state: PlantState, plan: Plan, date: Minute) -> bool:
    verdict = check_plan(state, plan.operations, plan.unplanned, broken_pins=plan.broken_pins)
    end = order_ends(state, plan.operations).get("SO-0")
    return verdict.feasible and end is not None and end <= date


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
    """How soon: the slowest plant counts."""
    slowest = max(found, key=lambda x: p95(x.clock))
    note = f"{slowest.plant}, {slowest.operations:,} operations, median {statistics.median(slowest.clock):.0f} ms"
    return Row("promise with its curve, p95, 2,000 operations", p95(slowest.clock), MUST, AIM, "ms", 0, note=note)


def kept_rows(found: Sequence[Promises]) -> list[Row]:
    dated = sum(x.dated for x in found)
    least = 0.99 * dated
    repaired, searched = sum(x.kept for x in found), sum(x.searched for x in found)
    return [
        Row(f"promises kept when the order comes, of {dated}", repaired, least, dated, "", 0, more_is_better=True),
        Row(f"and after a search from there, of {dated}", searched, least, dated, "", 0, more_is_better=True),
    ]


def work(count: int) -> tuple[list[Row], str]:
    found = measured(count)
    headers = [
        "plant", "operations", "promises", "median ms", "p95 ms", "slowest ms", "processor p95 ms", "no date", "kept",
        "kept after a search",
    ]  # fmt: skip
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
            number(x.kept),
            number(x.searched),
        ]
        for x in found
    ]
    return [row_of(found), *kept_rows(found)], markdown(headers, cells)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.promises", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} promises a plant in place of {PROMISES}")
    parser.add_argument("--promises", type=int, default=PROMISES, help="of each plant")
    ask = parser.parse_args(arguments)
    beside.need_shared()
    count = QUICK if ask.quick else ask.promises
    settings = {"promises a plant": count, "plan in force": PLANNED_BY, "search after the order": SEARCHED_BY}
    measure("promises", settings, lambda: work(count), keeping=not ask.quick)


if __name__ == "__main__":
    main()
