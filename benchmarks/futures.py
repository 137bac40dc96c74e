"""What is really delivered on a simulated floor: `python -m benchmarks.futures [--quick]`.

The same futures (run times that vary, failures, rush orders, late deliveries, scrap) are played under three policies:
the dispatch rule ATC on the floor, the first plan right-shifted only, and Rejig in mode auto over HTTP.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import multiprocessing
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks import surroundings as beside
from benchmarks.writing import geometric_mean, markdown, number, write_results
from scheduler.commands.simulate import own_server
from scheduler.floor.future import Dials
from scheduler.floor.outcome import Outcome
from scheduler.floor.runs import POLICIES, Comparison
from scheduler.ingest import read_scenario
from scheduler.solving.planner import RejigPlanner

PLANTS = (("shop", 30, 1), ("gear", 30, 1), ("assembly", 60, 4))
TARGETS = {"atc": (0.65, 0.45), "right-shift": (0.85, 0.70)}
"""Must and aim: realised weighted tardiness against the other policy."""

ABOUT = """# Futures

Realised weighted tardiness (minutes late x priority) on a simulated floor, the same futures for each policy. A single
future may have none, so each ratio is one of sums over the futures of a plant; the row over all plants is the geometric
mean of the plants' ratios, so that no plant counts for more because its orders are dearer."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A plant's futures under every policy."""

    plant: str
    outcomes: list[Outcome]

    def total(self, policy: str) -> float:
        return sum(o.weighted_tardiness for o in self.outcomes if o.policy == policy)

    def ratio(self, other: str) -> float | None:
        """Rejig against another policy; None where that one is never late."""
        total = self.total(other)
        return self.total("rejig") / total if total else None


def measure_plant(plant: tuple[str, int, int], futures: int, first: float, improve: float) -> Measured:
    """On a server of its own."""
    name = "{} {} #{}".format(*plant)
    state = read_scenario(beside.generated_plant(*plant, True)).state
    with own_server() as address, httpx.Client(base_url=address, timeout=120) as http:
        compared = Comparison(
            state, Dials(), name.replace(" ", "-").replace("#", ""), first, improve, RejigPlanner(), http
        )
        found = []
        for one in compared.outcomes(POLICIES, range(1, futures + 1)):
            found.append(one)
            said = f"{name}, future {one.future}: {one.policy} {one.weighted_tardiness:,.0f} in {one.seconds:.0f} s"
            Console(stderr=True).print(said, highlight=False)
        return Measured(f"{name} midway", found)


def measure(futures: int = 20, first: float = 5.0, improve: float = 0.3, at_once: int = 1) -> list[Measured]:
    """Every plant of PLANTS, `at_once` at a time, each in a process of its own."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    spawn = multiprocessing.get_context("spawn")
    with (
        Progress(*columns, console=Console(stderr=True)) as bars,
        concurrent.futures.ProcessPoolExecutor(at_once, mp_context=spawn) as pool,
    ):
        task = bars.add_task("plants", total=len(PLANTS))
        going = [pool.submit(measure_plant, plant, futures, first, improve) for plant in PLANTS]
        for done in concurrent.futures.as_completed(going):
            done.result()
            bars.advance(task)
        return [one.result() for one in going]


def overall(measured: Sequence[Measured], other: str) -> float | None:
    """The geometric mean of the plants' ratios."""
    found = [ratio for m in measured if (ratio := m.ratio(other))]
    return geometric_mean(found) if found else None


def table(measured: Sequence[Measured]) -> str:
    """For people: a line per plant and policy, then the measures against their targets."""
    lines = []
    for m in measured:
        for policy in POLICIES:
            of = [o for o in m.outcomes if o.policy == policy]
            ratio = None if policy == "rejig" else m.ratio(policy)
            lines.append(
                [
                    m.plant, policy, len(of), number(statistics.fmean(o.weighted_tardiness for o in of)),
                    number(100 * statistics.fmean(o.on_time for o in of)),
                    number(statistics.fmean(o.flow_hours for o in of), 1),
                    number(statistics.fmean(o.setup_hours for o in of), 1),
                    number(statistics.fmean(o.moves for o in of)), sum(o.unfinished for o in of), number(ratio, 2),
                    number(statistics.fmean(o.seconds for o in of), 1),
                ]
            )  # fmt: skip
    headers = [
        "plant", "policy", "futures", "weighted tardiness", "on time %", "flow h", "changeover h", "moves",
        "unfinished", "rejig / this", "s a future",
    ]  # fmt: skip
    rows = [
        [f"rejig / {other}", number(overall(measured, other), 3), number(must, 2), number(aim, 2)]
        for other, (must, aim) in TARGETS.items()
    ]
    measures = markdown(["measure (geometric mean over plants)", "found", "must", "aim"], rows)
    return f"{measures}\n{markdown(headers, lines, words=['policy'])}"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.futures", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one future of each plant")
    parser.add_argument("--futures", type=int, default=20)
    parser.add_argument("--first", type=float, default=5.0, help="seconds to improve the first plan")
    parser.add_argument("--improve", type=float, default=0.3, help="seconds to improve after each disturbance")
    parser.add_argument("--at-once", type=int, default=1, help="plants measured at the same time")
    parser.add_argument("--out", type=Path, help="where results go; default benchmarks/results, with --quick nowhere")
    ask, _ = parser.parse_known_args(arguments)
    beside.need_shared()
    futures = 1 if ask.quick else ask.futures
    found = measure(futures, ask.first, ask.improve, ask.at_once)
    text = table(found)
    print(text)
    out = ask.out or (None if ask.quick else beside.RESULTS)
    if out is not None:
        settings = {
            "futures": str(futures), "first plan": f"{ask.first:g} s", "improve": f"{ask.improve:g} s",
            "database": "SQLite", "plants at once": str(ask.at_once),
        }  # fmt: skip
        write_results(out, "futures", [asdict(m) for m in found], settings, f"{ABOUT}\n\n{text}")


if __name__ == "__main__":
    main()
