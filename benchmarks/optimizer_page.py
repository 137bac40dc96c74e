"""What is kept of the optimizer, for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.kept import when_and_where
from benchmarks.runs import Run
from benchmarks.targets import Row, table
from benchmarks.writing import markdown, number

ABOUT = """Every plan is one `rejig plan` in a process of its own, judged by the referee. The cost after 1 s, 10 s and
60 s comes from three runs: a search cools over the time that it is given, so the history of a long one says nothing
of a short one. Par is the cost that a research prototype reached in 10 s. Means are geometric, over all plants of a
row."""

PEERS = """The same plants on the same computer, in one run. ATC is the slow list scheduler beside the referee, without
a time limit; the others have the same seconds and workers, and building a model counts.

* **Raw CP-SAT** is a model of the whole contract for OR-tools alone (`benchmarks/raw_cpsat.py`): no hint and no bound.
* **PyJobShop** knows machines with breaks, pausable work, alternatives, waits, pools, changeovers and the objective.
  It cannot say that changeovers rest while the machine does, that a pool's capacity changes with the shift, that stock
  comes and goes (which order feeds which is fixed by due date), or a flow time without the priority.

Both are told the last minute worth looking at (1.25 times the length of a plain ATC plan and a day). Their order of
operations and choice of machines are timed by Rejig's schedule builder, so that neither is refused for a minute; the
referee judges what comes out."""


def page(kept: Mapping[str, Any]) -> str:
    """Everything that is kept, for people."""
    rows = [Row(**row) for said in kept.values() for row in said["rows"]]
    found = {(run["name"], run["limit"]): Run(**run) for said in kept.values() for run in said["runs"]}
    text = f"# The optimizer\n\n{ABOUT}\n\n{table(rows)}"
    for said in kept.values():
        text += f"\n## Beside its peers\n\n{PEERS}\n\n{said['text']}" if said["text"] else ""
    text += f"\n## Every plan\n\n{run_table(list(found.values()))}"
    return text + when_and_where(kept)


def run_table(found: Sequence[Run]) -> str:
    """Every plan that the rows are made of."""
    headers = [
        "plant",
        "limit s",
        "operations",
        "referee",
        "cost",
        "bound",
        "first plan s",
        "process s",
        "peak MB",
        "engine",
    ]
    return markdown(
        headers,
        [
            [
                r.name, number(r.limit), number(r.operations), r.fault or "accepts", number(r.cost),
                number(r.lower_bound), number(r.first_seconds, 3), number(r.seconds, 1), number(r.peak_mb), r.engine,
            ]
            for r in found
        ],
    )  # fmt: skip
