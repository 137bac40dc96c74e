"""What is measured of the optimizer, part by part: each answers with rows of the table of targets."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from rich.progress import Progress, TaskID

from benchmarks import peers, runs
from benchmarks import surroundings as beside
from benchmarks.runs import Run
from benchmarks.targets import Row
from benchmarks.writing import geometric_mean
from scheduler.ingest import read_scenario
from scheduler.solving.annealing import Annealer
from scheduler.solving.deadline import Deadline
from scheduler.solving.first_plan import first_plan
from scheduler.solving.incumbent import Incumbent

FAMILIES = ("shop", "gear", "assembly", "food")
SIZES, SEEDS = [30, 200, 2000], [1, 2, 3]
PEER_SIZES = [30, 200]
COSTS = {  # seconds: family: must, aim
    1.0: dict.fromkeys(FAMILIES, (1.15, 1.00)),
    10.0: {**dict.fromkeys(FAMILIES, (0.97, 0.82)), "food": (0.90, 0.65)},
    60.0: dict.fromkeys(FAMILIES, (0.92, 0.78)),
}
MAKESPANS: dict[str, tuple[tuple[str, ...], float, float]] = {  # instances, must and aim in %
    "mk01 to mk10": (tuple(f"mk{i:02}" for i in range(1, 11)), 1.2, 0.5),
    "dpp01a, 07a, 13a": (("dpp01a", "dpp07a", "dpp13a"), 1.5, 0.7),
    "la*_rdata/vdata, behnke": (
        ("la21_rdata", "la26_rdata", "la31_vdata", "la36_rdata", "behnke10", "behnke30"), 1.0, 0.3,
    ),
    "ta01 to ta51 js": (tuple(f"ta{i}js" for i in ("01", 11, 21, 31, 41, 51)), 2.5, 1.2),
}  # fmt: skip
LONG, HUGE = "dct-long-100-10000-1", "dct-short-100-100000-1"
HUGE_LIMIT = 6.0
"""Seconds to plan 100,000 operations in; reading before it and writing behind it count in the 15 s of the target."""
SPEED_SECONDS = 4.0


@dataclass
class Bench:
    """What is asked for, how far it is, and every plan so far, so that none is made twice."""

    ask: argparse.Namespace
    progress: Progress
    made: dict[tuple[str, float], Run] = field(default_factory=dict)
    used: list[Run] = field(default_factory=list)
    said: str = ""
    part: str = ""
    task: TaskID | None = None

    def begin(self, part: str) -> None:
        self.part, self.used, self.said = part, [], ""
        self.task = self.progress.add_task(part, total=None)

    def expect(self, steps: int) -> None:
        assert self.task is not None
        self.progress.update(self.task, total=steps)

    def tell(self, words: str, done: int = 0) -> None:
        assert self.task is not None
        self.progress.update(self.task, description=f"{self.part}: {words}", advance=done)

    def generated(self, family: str, orders: int, seed: int, limit: float) -> Run:
        folder = partial(beside.generated_plant, family, orders, seed, True)
        return self._plan(f"{family}-{orders}-{seed}", folder, limit)

    def classic(self, name: str, limit: float) -> Run:
        return self._plan(name, partial(beside.classic_plant, name), limit)

    def _plan(self, name: str, folder: Callable[[], Path], limit: float) -> Run:
        self.tell(f"{name}, {limit:g} s")
        if (name, limit) not in self.made:
            self.made[name, limit] = runs.plan(name, folder(), limit, self.ask.workers)
        self.used.append(self.made[name, limit])
        self.tell(name, 1)
        return self.used[-1]


def costs(limit: float, family: str, bench: Bench) -> list[Row]:
    """Cost over par of a family after so many seconds."""
    which = list(itertools.product(bench.ask.sizes, bench.ask.seeds))
    bench.expect(len(which))
    found = [bench.generated(family, *plant, limit) for plant in which]
    pars = [beside.prototype_cost(family, *plant, True) for plant in which]
    return [_mean_row(f"cost after {limit:g} s / par, {family}", found, pars, *COSTS[limit][family])]


def makespans(bench: Bench) -> list[Row]:
    """Makespan over the best that is published, per group, in %."""
    groups = {
        g: [n for n in names if bench.ask.classic is None or n in bench.ask.classic]
        for g, (names, _, _) in MAKESPANS.items()
    }
    limit = 1.0 if bench.ask.quick else 10.0
    bench.expect(sum(len(names) for names in groups.values()))
    return [
        _over_best(
            f"makespan over best known, {limit:g} s, {group}",
            [bench.classic(n, limit) for n in names],
            *MAKESPANS[group][1:],
        )
        for group, names in groups.items()
        if names
    ]


def large(bench: Bench) -> list[Row]:
    """10,000 operations in a minute; 100,000 from files to file."""
    bench.expect(2)
    long, huge = bench.classic(LONG, 60.0), bench.classic(HUGE, HUGE_LIMIT)
    files = f"files in, file out; --time-limit {HUGE_LIMIT:g}"
    return [
        _over_best(f"{LONG}, 60 s, over the optimum", [long], 58.0, 20.0),
        Row(
            f"{HUGE}: whole process", None if huge.fault else huge.seconds, 15.0, 6.0, "s", 1, note=huge.fault or files
        ),
        _over_best(f"{HUGE}: makespan over the optimum", [huge], 1.0, 0.3),
    ]


def memory(bench: Bench) -> list[Row]:
    """The most that a `rejig plan` held at once."""
    bench.expect(2)
    ten = bench.generated("gear", 2000, 1, 10.0)
    hundred = bench.classic(HUGE, HUGE_LIMIT)
    return [
        Row(
            f"peak memory, {run.operations:,} operations",
            None if run.fault else run.peak_mb,
            must,
            aim,
            "MB",
            0,
            note=run.fault or run.name,
        )
        for run, must, aim in ((ten, 350.0, 200.0), (hundred, 700.0, 400.0))
    ]


def speed(bench: Bench) -> list[Row]:
    """Moves that one thread of the annealing tries per second, each timed exactly."""
    plants = (
        ((30, 50_000.0, 200_000.0),) if bench.ask.quick else ((200, 50_000.0, 200_000.0), (2000, 20_000.0, 80_000.0))
    )
    bench.expect(len(plants))
    rows = []
    for orders, must, aim in plants:
        bench.tell(f"gear-{orders}-1")
        operations, rate = _moves_per_second(beside.generated_plant("gear", orders, 1, True), SPEED_SECONDS)
        measure = f"exact delta evaluations per second and core, {operations:,} operations"
        rows.append(
            Row(measure, rate, must, aim, "", 0, more_is_better=True, note=f"gear-{orders}-1, {SPEED_SECONDS:g} s")
        )
        bench.tell(f"gear-{orders}-1", 1)
    return rows


def _moves_per_second(folder: Path, seconds: float) -> tuple[int, float]:
    state = read_scenario(folder).state
    start = first_plan(state)
    for spell in (0.2, seconds):  # the first one loads the compiled code
        annealer = Annealer(Incumbent(Deadline()), 1, start.frozen.blocks)
        began = time.perf_counter()
        annealer.run(start.builder.repegged(start.first), start.first, seconds=spell, budget=None)
        rate = annealer.trials / (time.perf_counter() - began)
    return start.problem.operations, rate


def compared(bench: Bench) -> list[Row]:
    """No targets: the table of the peers stands for itself."""
    if importlib.util.find_spec("pyjobshop") is None:
        raise SystemExit("needs PyJobShop; make dev installs it")
    ask = bench.ask
    plants = [
        (
            f"{family}-{size}-1",
            family,
            partial(beside.generated_plant, family, size, 1, True),
            beside.prototype_cost(family, size, 1, True),
        )
        for family, size in itertools.product(FAMILIES, ask.peer_sizes)
    ]
    names = peers.CLASSIC if ask.classic is None else ask.classic
    plants += [(name, "classic", partial(beside.classic_plant, name), beside.best_known(name)) for name in names]
    bench.expect(len(plants))
    found = []
    for name, family, folder, known in plants:
        found.append(peers.compare(name, family, folder(), known, ask.peer_limit, ask.workers, bench.tell))
        bench.tell(name, 1)
    bench.said = peers.table(found) + peers.remarks(found)
    return []


def elsewhere(module: str, function: str, bench: Bench) -> list[Row]:
    """A part that measures itself: `function()` of `benchmarks.<module>` answers with rows."""
    bench.expect(1)
    bench.tell("at work")
    rows: list[Row] = getattr(importlib.import_module(f"benchmarks.{module}"), function)()
    bench.tell("done", 1)
    return rows


PARTS: dict[str, Callable[[Bench], list[Row]]] = {
    **{f"costs-{limit:g}-{family}": partial(costs, limit, family) for limit in COSTS for family in FAMILIES},
    "makespans": makespans,
    "large": large,
    "latency": partial(elsewhere, "latency", "latency_rows"),
    "speed": speed,
    "memory": memory,
    "proofs": partial(elsewhere, "proofs", "proof_rows"),
    "peers": compared,
}
QUICK = ("costs-1", "makespans", "speed", "peers")


def _mean_row(measure: str, found: Sequence[Run], known: Sequence[float | None], must: float, aim: float) -> Row:
    faults = [f"{r.name}: {r.fault}" for r in found if r.fault]
    ratios = {r.name: r.cost / k for r, k in zip(found, known, strict=True) if not r.fault and r.cost and k}
    if faults or len(ratios) < len(found):
        return Row(measure, None, must, aim, note="; ".join(faults) or "no par for some of the plants")
    worst = max(ratios, key=lambda name: ratios[name])
    note = f"worst of {len(found)}: {worst} {ratios[worst]:.3f}"
    return Row(measure, geometric_mean(list(ratios.values())), must, aim, digits=3, note=note)


def _over_best(measure: str, found: Sequence[Run], must: float, aim: float) -> Row:
    mean = _mean_row(measure, found, [beside.best_known(r.name) for r in found], must, aim)
    if mean.measured is None:
        return replace(mean, unit="%")
    return replace(mean, measured=100 * (mean.measured - 1), unit="%", digits=1)
