"""How good plans are, how soon, and what they take: `python -m benchmarks.plans [--quick]`.

Every case is one `rejig plan` in a process of its own, so that time and peak memory are what a user pays. The referee
judges each plan, and its cost stands beside the best of plain ATC, EDD and WSPT (or the best makespan published).
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks import surroundings as beside
from benchmarks.writing import markdown, number, write_results

FAMILIES = ("shop", "gear", "food", "assembly")
HUGE = "dct-short-100-100000-1"
PLAIN_SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class Case:
    """A plant to plan. `orders` 0: a classic instance."""

    name: str
    folder: Path
    limit: float
    family: str
    orders: int
    seed: int
    midway: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """seconds : wall time of the whole process.   first_seconds, first_cost : of the first plan in it.

    peak_mb : most memory resident.   plain : best of ATC, EDD, WSPT, or the best makespan known.
    """

    name: str
    operations: int
    feasible: bool
    violations: dict[str, int]
    cost: float | None
    plain: float | None
    ratio: float | None
    prototype: float | None
    lower_bound: float | None
    first_seconds: float | None
    first_cost: float | None
    seconds: float
    limit: float
    peak_mb: float
    engine: str
    unplanned: int


def cases(ask: argparse.Namespace) -> list[Case]:
    found = []
    for size, family, seed, midway in itertools.product(ask.sizes, ask.families, ask.seeds, (False, True)):
        name = f"{family} {size} #{seed}{' midway' if midway else ''}"
        found.append(
            Case(name, beside.generated_plant(family, size, seed, midway), ask.time_limit, family, size, seed, midway)
        )
    for name in ask.classic:
        limit = max(ask.time_limit, 60.0) if name == HUGE else ask.time_limit
        found.append(Case(name, beside.classic_plant(name), limit, "classic", 0, 0, False))
    return found


def measure(case: Case, workers: int) -> Outcome:
    with tempfile.TemporaryDirectory() as out:
        folder = Path(out) / "plan"
        command = [sys.executable, "-m", "scheduler.cli", "plan", str(case.folder), "--out", str(folder)]
        command += ["--time-limit", str(case.limit), "--workers", str(workers)]
        began = time.perf_counter()
        with (Path(out) / "stderr").open("w+") as said:
            child = subprocess.Popen(command, cwd=beside.CHECKOUT, stdout=subprocess.DEVNULL, stderr=said)
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            seconds = time.perf_counter() - began
            said.seek(0)
            words = said.read().strip()
        peak_mb = usage.ru_maxrss / 1024
        if child.returncode or not (folder / "plan.json").exists():
            return _failed(case, words.splitlines()[-1] if words else f"status {child.returncode}", seconds, peak_mb)
        plan: dict[str, Any] = json.loads((folder / "plan.json").read_text())
        verdict = beside.judged(case.folder, folder / "plan.csv")
    history = plan.get("history") or []
    plain = _plain(case)
    return Outcome(
        name=case.name,
        operations=plan["operations"],
        feasible=verdict.feasible,
        violations=verdict.violations,
        cost=verdict.cost,
        plain=plain,
        ratio=_ratio(verdict.cost, plain),
        prototype=beside.prototype_cost(case.family, case.orders, case.seed, case.midway),
        lower_bound=plan["lower_bound"],
        first_seconds=history[0]["seconds"] if history else None,
        first_cost=history[0]["cost"] if history else None,
        seconds=round(seconds, 2),
        limit=case.limit,
        peak_mb=round(peak_mb, 1),
        engine=plan.get("engine", ""),
        unplanned=len(plan.get("unplanned", [])),
    )


def _plain(case: Case) -> float | None:
    if not case.orders:
        return beside.best_known(case.name)
    costs = [c for c in beside.plain_costs(case.folder, PLAIN_SECONDS).values() if c is not None]
    return min(costs, default=None)


def _ratio(cost: float, plain: float | None) -> float | None:
    if plain is None:
        return None
    return round(cost / plain, 4) if plain > 0 else (1.0 if cost <= 0 else None)


def _failed(case: Case, words: str, seconds: float, peak_mb: float) -> Outcome:
    return Outcome(
        case.name, 0, False, {words: 1}, None, None, None, None, None, None, None, round(seconds, 2), case.limit,
        round(peak_mb, 1), "", 0,
    )  # fmt: skip


def table(outcomes: Sequence[Outcome]) -> str:
    """Sorted as measured; ratio is cost over the best plain rule (generated) or over the best known (classic)."""
    headers = [
        "plant", "operations", "referee", "cost", "plain or best known", "ratio", "bound", "first plan s",
        "total s", "peak MB", "engine",
    ]  # fmt: skip
    rows = [
        [
            o.name,
            number(o.operations),
            "accepts" if o.feasible else "refuses: " + ", ".join(o.violations),
            number(o.cost),
            number(o.plain),
            number(o.ratio, 3),
            number(o.lower_bound),
            number(o.first_seconds, 2),
            number(o.seconds, 1),
            number(o.peak_mb),
            o.engine,
        ]
        for o in outcomes
    ]
    return markdown(headers, rows)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plans", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="30 orders, one seed, two classic plants, 2 s each")
    parser.add_argument("--families", nargs="*", choices=FAMILIES, default=list(FAMILIES))
    parser.add_argument("--sizes", nargs="*", type=int, default=[30, 200, 1000])
    parser.add_argument("--seeds", nargs="*", type=int, default=[1])
    parser.add_argument("--classic", nargs="*", help="names of instances; none: without them; left out: all")
    parser.add_argument("--time-limit", type=float, default=10.0)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--out", type=Path, help="where results go; default benchmarks/results, with --quick nowhere")
    ask, _ = parser.parse_known_args(arguments)
    beside.need_shared()
    if ask.quick:
        ask.sizes, ask.seeds, ask.classic, ask.time_limit = [30], [1], ["mk01", "ta01js"], 2.0
    elif ask.classic is None:
        ask.classic = beside.classic_names()
    console = Console(stderr=True)
    wanted = cases(ask)
    outcomes: list[Outcome] = []
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("plans", total=len(wanted))
        for case in wanted:
            progress.update(task, description=case.name)
            outcomes.append(measure(case, ask.workers))
            progress.advance(task)
    text = table(outcomes)
    print(text)
    out = ask.out or (None if ask.quick else beside.RESULTS)
    if out is not None:
        settings = {"time limit": f"{ask.time_limit:g} s", "workers": ask.workers or "one per core"}
        heading = (
            "# Plans\n\nOne `rejig plan` per row, in a process of its own. Generated plants stand beside the best of "
            "plain ATC, EDD and WSPT, classic ones beside the best makespan that is published.\n\n"
        )
        write_results(out, "plans", [asdict(o) for o in outcomes], settings, heading + text)
        console.print(f"Written: {out / 'plans.md'}")
    wrong = [o.name for o in outcomes if not o.feasible]
    dear = [o.name for o, c in zip(outcomes, wanted, strict=True) if c.orders and o.ratio is not None and o.ratio > 1]
    for names, fault in ((wrong, "not accepted"), (dear, "dearer than a plain rule")):
        if names:
            console.print(f"[red]{fault}: {', '.join(names)}")
    if wrong or dear:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
