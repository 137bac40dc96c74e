"""The optimizer against its targets and its peers: `python -m benchmarks.optimizer [--only PARTS] [--quick]`.

Every plan is one `rejig plan` in a process of its own, judged by the referee. The cost after 1 s, 10 s and 60 s comes
from three runs: a search cools over the time that it is given, so the history of a long one says nothing of a short.
A part that is measured replaces what benchmarks/results/optimizer.json held of it; the others stay, with their dates.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks import surroundings as beside
from benchmarks.kept import keep, parts_of
from benchmarks.optimizer_page import page
from benchmarks.parts import PARTS, PEER_SIZES, QUICK, SEEDS, SIZES, Bench
from benchmarks.targets import table


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.optimizer", description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts, by commas; of {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="30 orders, one seed, two classic plants, 1 s")
    parser.add_argument("--sizes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--seeds", nargs="*", type=int, default=SEEDS)
    parser.add_argument("--classic", nargs="*", help="names of instances; left out: all of the targets")
    parser.add_argument("--peer-sizes", nargs="*", type=int, default=PEER_SIZES, help="orders, of the part 'peers'")
    parser.add_argument("--peer-limit", type=float, default=10.0, help="seconds for each planner of the part 'peers'")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, help="where results go; default benchmarks/results, of all plants only")
    ask, _ = parser.parse_known_args(arguments)
    beside.need_shared()
    if ask.quick:
        ask.sizes, ask.seeds, ask.classic, ask.peer_limit = [30], [1], ["mk01", "ta01js"], 1.0
        ask.peer_sizes = [30]
        ask.only = ",".join(QUICK) if ask.only == ",".join(PARTS) else ask.only
    try:
        parts = parts_of(ask.only, PARTS)
    except ValueError as error:
        parser.error(str(error))
    complete = ask.sizes == SIZES and ask.seeds == SEEDS and ask.classic is None
    out = ask.out or (beside.RESULTS if complete else None)
    settings = {"workers": ask.workers, "sizes": ask.sizes, "seeds": ask.seeds, "limit of peers": ask.peer_limit}
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    faults: list[str] = []
    with Progress(*columns, console=console) as progress:
        bench = Bench(ask, progress)
        for part in parts:
            bench.begin(part)
            began = time.perf_counter()
            rows = PARTS[part](bench)
            content = {
                "took": round(time.perf_counter() - began),
                "settings": settings,
                "rows": [asdict(r) for r in rows],
            }
            content |= {"runs": [asdict(r) for r in bench.used], "text": bench.said}
            faults += [f"{r.name}: {r.fault}" for r in bench.used if r.fault]
            text = (table(rows) if rows else "") + bench.said
            progress.console.print(f"{part}: {content['took']} s")
            print(f"{text}\n", flush=True)
            if out is not None:
                keep(out, "optimizer", PARTS, part, content, page)
    if out is not None:
        console.print(f"Written: {out / 'optimizer.md'}")
    for fault in dict.fromkeys(faults):
        console.print(f"[red]not accepted: {fault}")
    if faults:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
