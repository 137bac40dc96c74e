"""What is really delivered on a simulated floor: `python -m benchmarks.futures [--quick]`.

The same futures (run times that vary, failures, rush orders, late deliveries, scrap) are played under three policies:
the dispatch rule ATC on the floor, the first plan right-shifted only, and Rejig in mode auto over HTTP.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import multiprocessing
import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks import surroundings as beside
from benchmarks.regret import SAMPLES, plant_of
from benchmarks.targets import Row
from benchmarks.targets import table as targets_table
from benchmarks.writing import geometric_mean, markdown, number
from scheduler.commands.simulate import own_server
from scheduler.simulation.future import Dials
from scheduler.simulation.outcome import Outcome
from scheduler.simulation.runs import FIRST_ITERATIONS, IMPROVE_ITERATIONS, POLICIES, Comparison
from scheduler.solving.planner import RejigPlanner

PLANTS = (("shop-30", 1), ("gear-30", 1), ("assembly-60", 4), *((sample, 1) for sample in SAMPLES))
"""Names and seeds; the generated ones are midway."""
TARGETS = {"atc": (0.60, 0.40), "right-shift": (0.80, 0.60)}
"""Must and aim: realised weighted tardiness against the other policy."""
FUTURES = 20
RESAMPLES = 2000

ABOUT = """Realised weighted tardiness (minutes late x priority) on a simulated floor, the same futures for each policy.
A single future may have none, so each ratio is one of sums over the futures of a plant; the row over all plants is the
geometric mean of the plants' ratios, so that no plant counts for more because its orders are dearer."""


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


def play_some(plant: tuple[str, int], seeds: Sequence[int], first: int, improve: int) -> list[Outcome]:
    """Some futures of a plant under every policy, on a server of their own."""
    name, state = named(plant), plant_of(*plant)
    with own_server() as address, httpx.Client(base_url=address, timeout=120) as http:
        compared = Comparison(
            state, Dials(), name.replace(" ", "-").replace("#", ""), first, improve, RejigPlanner(), http
        )
        found = []
        for one in compared.outcomes(POLICIES, seeds):
            found.append(one)
            said = f"{name}, future {one.future}: {one.policy} {one.weighted_tardiness:,.0f} in {one.seconds:.0f} s"
            Console(stderr=True).print(said, highlight=False)
        return found


def named(plant: tuple[str, int]) -> str:
    return plant[0] if plant[0] in SAMPLES else "{} #{}".format(*plant)


def measure(
    futures: int = FUTURES, first: int = FIRST_ITERATIONS, improve: int = IMPROVE_ITERATIONS, at_once: int = 2
) -> list[Measured]:
    """Every plant of PLANTS, the futures of each shared among `at_once` processes.

    What is found is the same however many share it and however busy the computer is: searches are measured in moves.
    """
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    spawn = multiprocessing.get_context("spawn")
    with (
        Progress(*columns, console=Console(stderr=True)) as bars,
        concurrent.futures.ProcessPoolExecutor(at_once, mp_context=spawn) as pool,
    ):
        shares = [share for i in range(at_once) if (share := range(1 + i, futures + 1, at_once))]
        task = bars.add_task("shares", total=len(PLANTS) * len(shares))
        going = {plant: [pool.submit(play_some, plant, share, first, improve) for share in shares] for plant in PLANTS}
        for done in concurrent.futures.as_completed([one for parts in going.values() for one in parts]):
            done.result()
            bars.advance(task)
        return [
            Measured(
                named(plant),
                sorted((o for p in parts for o in p.result()), key=lambda o: o.future),
            )
            for plant, parts in going.items()
        ]


def overall(measured: Sequence[Measured], other: str) -> float | None:
    """The geometric mean of the plants' ratios."""
    found = [ratio for m in measured if (ratio := m.ratio(other))]
    return geometric_mean(found) if found else None


def interval(measured: Sequence[Measured], other: str) -> tuple[float, float] | None:
    """Where `overall` lies with 95 % confidence: futures drawn again with replacement, within each plant."""
    rng, found = random.Random(1), []
    for _ in range(RESAMPLES):
        again = [Measured(m.plant, resampled(m.outcomes, rng)) for m in measured]
        ratio = overall(again, other)
        found += [] if ratio is None else [ratio]
    if len(found) < RESAMPLES // 2:
        return None
    cuts = statistics.quantiles(found, n=40)
    return cuts[0], cuts[-1]


def resampled(outcomes: Sequence[Outcome], rng: random.Random) -> list[Outcome]:
    """As many futures, drawn with replacement, each with what every policy made of it."""
    by_future: dict[int, list[Outcome]] = {}
    for one in outcomes:
        by_future.setdefault(one.future, []).append(one)
    futures = sorted(by_future)
    return [one for future in rng.choices(futures, k=len(futures)) for one in by_future[future]]


def target_rows(measured: Sequence[Measured]) -> list[Row]:
    """A row of the table of targets per other policy."""
    rows = []
    for other, (must, aim) in TARGETS.items():
        within = interval(measured, other)
        futures = min((len({o.future for o in m.outcomes}) for m in measured), default=0)
        note = f"{len(measured)} plants x {futures} futures"
        if within is not None:
            note += f", 95 % between {within[0]:.2f} and {within[1]:.2f}"
        note += "".join(f"; {m.plant} {number(m.ratio(other), 2)}" for m in measured)
        rows.append(
            Row(f"realised weighted tardiness, rejig / {other}", overall(measured, other), must, aim, note=note)
        )
    return rows


def future_rows(quick: bool = False) -> tuple[list[Row], str]:
    """Played: the rows of the table of targets, and a table for people."""
    measured = measure(1 if quick else FUTURES)
    return target_rows(measured), f"{ABOUT}\n\n{lines_of(measured)}"


def lines_of(measured: Sequence[Measured]) -> str:
    """For people: a line per plant and policy."""
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
    return markdown(headers, lines, words=["policy"])


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.futures", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one future of each plant")
    parser.add_argument("--futures", type=int, default=FUTURES)
    parser.add_argument("--first", type=int, default=FIRST_ITERATIONS, help="moves of the first search")
    parser.add_argument("--improve", type=int, default=IMPROVE_ITERATIONS, help="moves of each later search")
    parser.add_argument("--at-once", type=int, default=2, help="processes that share the futures")
    ask = parser.parse_args(arguments)
    beside.need_shared()
    futures = 1 if ask.quick else ask.futures
    found = measure(futures, ask.first, ask.improve, ask.at_once)
    print(f"{targets_table(target_rows(found))}\n{lines_of(found)}")


if __name__ == "__main__":
    main()
