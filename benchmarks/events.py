"""What happens on the floor, against its targets: `python -m benchmarks.events [--only PARTS] [--quick]`.

Repairs, dispatch lists over HTTP, moves, simulated floors, events and reads by the second, regret of the plan in force,
and servers that are killed.
A part that is measured replaces what benchmarks/results/events.json held of it; the others stay, with their dates.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks import regret
from benchmarks import surroundings as beside
from benchmarks.faults import fault_rows
from benchmarks.futures import future_rows
from benchmarks.kept import keep, parts_of, when_and_where
from benchmarks.list_changes import change_rows
from benchmarks.list_reads import list_read_rows
from benchmarks.moves import move_rows
from benchmarks.repairs import repair_rows
from benchmarks.targets import Row, table
from benchmarks.throughput import accepted_rows, storm_rows

KILLS, QUICK_KILLS = 50, 2
ABOUT = """Repairs are timed in memory; all else goes over HTTP to a `rejig serve` in a process of its own, on SQLite
where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Said:
    """What came of a part: rows of the table of targets, more for people, and what the referee has refused."""

    rows: list[Row]
    text: str = ""
    refused: Sequence[str] = ()


def _regret_settled(plant: str, quick: bool) -> Said:
    return Said(*regret.settled_rows(plant, quick))


PARTS: dict[str, Callable[[bool], Said]] = {
    "repairs": lambda quick: Said(repair_rows(quick)),
    "lists": lambda quick: Said(*change_rows(quick)),
    "moves": lambda quick: Said(move_rows(quick)),
    "futures": lambda quick: Said(*future_rows(quick)),
    "accepted": lambda _: Said(accepted_rows(1, 300.0, 1000.0) + accepted_rows(100, 3000.0, 10_000.0)),
    "reads": lambda quick: Said(*list_read_rows(30 if quick else 2000)),
    "storm": lambda _: Said(storm_rows()),
    **{f"regret-{plant}": partial(_regret_settled, plant) for plant in regret.PLANTS},
    "regret-live": lambda quick: Said(*regret.live_rows(quick)),
    "regret-storm": lambda quick: Said(*regret.storm_rows(quick)),
    "kills": lambda quick: Said(fault_rows(QUICK_KILLS if quick else KILLS)),
}


def page(kept: Mapping[str, Any]) -> str:
    """Everything that is kept, for people."""
    text = f"# Events\n\n{ABOUT}\n\n{table([Row(**row) for said in kept.values() for row in said['rows']])}"
    text += "".join(f"\n## {name.capitalize()}\n\n{said['text']}" for name, said in kept.items() if said["text"])
    return text + when_and_where(kept)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.events", description=__doc__)
    parser.add_argument(
        "--only",
        default=",".join(PARTS),
        help=f"parts, by commas, 'regret' for all that begin so; of {', '.join(PARTS)}",
    )
    parser.add_argument("--quick", action="store_true", help="small plants, few of each; keeps nothing")
    parser.add_argument("--out", type=Path, help="where results go; default benchmarks/results, with --quick nowhere")
    ask, _ = parser.parse_known_args(arguments)
    beside.need_shared()
    try:
        wanted = parts_of(ask.only, PARTS)
    except ValueError as error:
        parser.error(str(error))
    out = ask.out or (None if ask.quick else beside.RESULTS)
    console = Console(stderr=True)
    refused: list[str] = []
    for part in wanted:
        console.print(f"measuring {part}")
        began = time.perf_counter()
        said = PARTS[part](ask.quick)
        took = round(time.perf_counter() - began)
        console.print(f"{part}: {took} s")
        print(f"{table(said.rows)}\n{said.text}", flush=True)
        refused += said.refused
        if out is not None:
            content = {"took": took, "settings": {}, "rows": [asdict(r) for r in said.rows], "text": said.text}
            keep(out, "events", PARTS, part, content, page)
    if out is not None:
        console.print(f"Written: {out / 'events.md'}")
    for fault in refused:
        console.print(f"[red]not accepted: {fault}")
    if refused:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
