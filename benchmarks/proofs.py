"""How many small plants are planned to the proven optimum: `python -m benchmarks.proofs [--families shop --seeds 1 2]`.

Ten orders each, midway through their work. A plan counts as proven where `plan.json` says so: a bound that holds for
every plan of the contract has met its cost. The referee judges each plan. Twenty minutes where nothing is proven.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import surroundings as beside
from benchmarks.parts import FAMILIES
from benchmarks.targets import Row
from benchmarks.writing import markdown, number
from scheduler.commands.inputs import load_scenario
from scheduler.ingest import write_plan
from scheduler.ports import PlanRequest
from scheduler.solving.planner import RejigPlanner
from scheduler.solving.warm import warm_kernels

ORDERS = 10
SEEDS = tuple(range(1, 11))
SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of one plant. seconds : until the planner ended, by a proof or by the limit."""

    family: str
    seed: int
    operations: int
    cost: float
    lower_bound: float | None
    proven: bool
    seconds: float
    engine: str
    feasible: bool


def prove(
    families: Sequence[str] = FAMILIES,
    seeds: Sequence[int] = SEEDS,
    *,
    seconds: float = SECONDS,
    workers: int = 2,
    on_row: Callable[[Proof], None] | None = None,
) -> list[Proof]:
    """One row per plant, families outermost; `on_row` hears of each as it comes."""
    warm_kernels()
    rows = []
    for row in _measured(families, seeds, seconds, workers):
        rows.append(row)
        if on_row is not None:
            on_row(row)
    return rows


def proof_rows() -> list[Row]:
    """The proven share of each family's plants beside its target."""
    rows = prove()
    refused = [f"{row.family} #{row.seed}" for row in rows if not row.feasible]
    note = f"{SECONDS:g} s each" + (f"; refused: {', '.join(refused)}" if refused else "")
    return [
        Row(f"proven optima of plants of {ORDERS} orders, {family}", 100 * share, 50, 90, "%", 0, True, note)
        for family, share in shares(rows).items()
    ]


def _measured(families: Sequence[str], seeds: Sequence[int], seconds: float, workers: int) -> Iterator[Proof]:
    for family in families:
        for seed in seeds:
            folder = beside.generated_plant(family, ORDERS, seed, midway=True)
            state = load_scenario(folder).state
            began = time.perf_counter()
            plan = RejigPlanner().plan(state, PlanRequest(time_limit_seconds=seconds, workers=workers))
            took = time.perf_counter() - began
            with tempfile.TemporaryDirectory() as out:
                write_plan(Path(out), plan, state)
                said: dict[str, Any] = json.loads((Path(out) / "plan.json").read_text())
                verdict = beside.judged(folder, Path(out) / "plan.csv")
            yield Proof(
                family, seed, said["operations"], said["cost"], said["lower_bound"], said["proven"], round(took, 2),
                plan.engine, verdict.feasible,
            )  # fmt: skip


def shares(rows: Sequence[Proof]) -> dict[str, float]:
    """The proven share of each family's plants."""
    found: dict[str, float] = {}
    for family in dict.fromkeys(row.family for row in rows):
        own = [row for row in rows if row.family == family]
        found[family] = sum(row.proven for row in own) / len(own)
    return found


def table(rows: Sequence[Proof]) -> str:
    headers = ["plant", "operations", "referee", "cost", "bound", "proven", "total s", "engine"]
    lines = [
        [
            f"{row.family} {ORDERS} #{row.seed} midway",
            number(row.operations),
            "accepts" if row.feasible else "refuses",
            number(row.cost, 2),
            number(row.lower_bound, 2),
            "yes" if row.proven else "no",
            number(row.seconds, 1),
            row.engine,
        ]
        for row in rows
    ]
    return markdown(headers, lines)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.proofs", description=__doc__)
    parser.add_argument("--families", nargs="*", choices=FAMILIES, default=list(FAMILIES))
    parser.add_argument("--seeds", nargs="*", type=int, default=list(SEEDS))
    parser.add_argument("--time-limit", type=float, default=SECONDS)
    parser.add_argument("--workers", type=int, default=2)
    ask = parser.parse_args(arguments)
    beside.need_shared()

    def tell(row: Proof) -> None:
        words = "proven" if row.proven else f"open, bound {number(row.lower_bound, 2)}"
        print(f"{row.family} {ORDERS} #{row.seed}: {row.cost:,.2f} {words} ({row.seconds:.1f} s)", flush=True)

    rows = prove(ask.families, ask.seeds, seconds=ask.time_limit, workers=ask.workers, on_row=tell)
    for family, share in shares(rows).items():
        print(f"{family}: {100 * share:.0f} % proven")
    print(f"\n{table(rows)}")
    if not all(row.feasible for row in rows):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
