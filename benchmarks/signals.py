"""From signal to event, against its targets: `python -m benchmarks.signals [--quick]`.

1,000 machines and a day of signals in fast time, through the rules and without them, and how fast that is on one core.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from benchmarks import surroundings as beside
from benchmarks.flicker import ROLLS_AT, Floor
from benchmarks.flicker_run import Outcome, drawn, run
from benchmarks.kept import keep, when_and_where
from benchmarks.targets import Row, table
from benchmarks.writing import markdown, number, percentile
from scheduler.signals.rules import NO_RULES, WORDS

PARTS = ("flicker",)
ABOUT = """A floor that is drawn (`benchmarks/flicker.py`): micro-stops, set-ups, machines that are
switched off for the night, contacts that bounce, links that are lost, messages that come twice or overtake each other,
counters that roll over, clocks that are hours off, and true breakdowns.
The same stream without rules is every change of state at once. In memory, in one thread."""


def rows_of(floor: Floor, ruled: Outcome, bare: Outcome) -> list[Row]:
    true, rate = len(floor.true), ruled.signals / ruled.seconds
    told, made = ruled.pieces
    about = f"{floor.machines:,} machines, {floor.hours:g} h, {ruled.signals:,} signals"
    late, kept = percentile(ruled.late, 95), 100 * told / made
    return [
        Row("true breakdowns that became an event", ruled.found, true, true, "", 0, more_is_better=True, note=about),
        Row("false breakdowns", ruled.false, 2, 0, "", 0, note=f"without rules {bare.false:,}"),
        Row("breakdowns told of a lost link", ruled.of_losses, 0, 0, "", 0),
        Row("breakdown told after, p95", late, 330.0, 310.0, "s", 0, note="micro-stop threshold 300 s"),
        Row("pieces told of those made", kept, 99.0, 99.9, "%", 2, more_is_better=True, note=f"{made:,.0f} made"),
        Row("signals through the rules, one core", rate, 10_000.0, 20_000.0, "/s", 0, more_is_better=True),
    ]


def told_by_rule(ruled: Outcome) -> str:
    signals = [[WORDS[name], number(count)] for name, count in ruled.tally.signals.most_common()]
    verdicts = [[WORDS[name], number(count)] for name, count in ruled.tally.verdicts.most_common()]
    return (
        f"What became of the signals, one by one:\n\n{markdown(['signal', 'count'], signals)}\n"
        f"What the rules have said:\n\n{markdown(['rule', 'count'], verdicts)}"
    )


def page(kept: Mapping[str, Any]) -> str:
    text = f"# Signals\n\n{ABOUT}\n\n{table([Row(**row) for said in kept.values() for row in said['rows']])}"
    text += "".join(f"\n## {name.capitalize()}\n\n{said['text']}" for name, said in kept.items())
    return text + when_and_where(kept)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.signals", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="60 machines; keeps nothing")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="where results go; default benchmarks/results, with --quick nowhere")
    ask, _ = parser.parse_known_args(arguments)
    out = ask.out or (None if ask.quick else beside.RESULTS)
    began = time.perf_counter()
    floor = Floor(60, 24.0, 10, ask.seed) if ask.quick else Floor(seed=ask.seed)
    signals = drawn(floor)
    ruled, bare = run(floor, signals), run(floor, signals, replace(NO_RULES, rolls_at=ROLLS_AT))
    rows, text = rows_of(floor, ruled, bare), told_by_rule(ruled)
    print(f"{table(rows)}\n{text}", flush=True)
    if out is not None:
        took = round(time.perf_counter() - began)
        settings = {"seed": ask.seed, "micro-stop s": 300, "debounce s": 3}
        content = {"took": took, "settings": settings, "rows": [asdict(r) for r in rows], "text": text}
        keep(out, "signals", PARTS, "flicker", content, page)


if __name__ == "__main__":
    main()
