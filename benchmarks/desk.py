"""The page of what the planner's desk was measured to keep: `benchmarks/results/desk.md`, part by part."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.kept import keep, when_and_where
from benchmarks.surroundings import RESULTS
from benchmarks.targets import Row, table

PARTS = ("causes", "fixes", "promises", "board")
ABOUT = """What a planner decides by, measured: whether the reason given is the true one, whether what is said to help
does, whether a promised date is kept, and how fast the board draws in Chromium."""


def page(kept: Mapping[str, Any]) -> str:
    text = f"# The planner's desk\n\n{ABOUT}\n\n{table([Row(**row) for said in kept.values() for row in said['rows']])}"
    text += "".join(f"\n## {name.capitalize()}\n\n{said['text']}" for name, said in kept.items() if said["text"])
    return text + when_and_where(kept)


def measure(
    part: str, settings: Mapping[str, Any], work: Callable[[], tuple[Sequence[Row], str]], keeping: bool
) -> None:
    """Do the work of a part, print what it says, and keep it unless it was a quick look.

    The computer's load is kept beside it, of which one or two are the part's own: times and frames are read by that.
    """
    began = time.perf_counter()
    rows, text = work()
    print(f"{table(rows)}\n{text}", flush=True)
    if keeping:
        took = time.perf_counter() - began
        load = {"load meanwhile": round(os.getloadavg()[2 if took > 600 else 1], 1)}
        content = {
            "took": round(took, 1),
            "settings": {**settings, **load},
            "rows": [asdict(row) for row in rows],
            "text": text,
        }
        keep(RESULTS, "desk", PARTS, part, content, page)
